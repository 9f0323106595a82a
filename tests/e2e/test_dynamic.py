"""Chained maps, maps in mapped groups, and loops, on a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.server import Server

DAGS = Path(__file__).parent / "dynamic_dags"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    with Server(home, DAGS, env={"TRADEWIND__PARSING__DAGS_ARE_PAUSED_AT_CREATION": "false"}) as running:
        running.wait_dags({"flowing", "nested", "looping"})
        yield running


def xcom(server: Server, dag_id: str, run_id: str, task_id: str, index: int = -1) -> Any:
    path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
    return server.get(f"{path}?map_index={index}&stringify=false")["value"]


def labels(server: Server, run_id: str, task_id: str) -> dict[str, str]:
    """The states of a task's instances by what they are called."""
    found = [one for one in server.instances("nested", run_id) if one["task_id"] == task_id]
    return {one["rendered_map_index"]: one["state"] for one in found}


def test_an_item_is_through_before_the_last_one_is_done(server: Server, tmp_path: Path) -> None:
    run = server.trigger("flowing", {"folder": str(tmp_path)})
    assert server.wait_run("flowing", run)["state"] == "success", server.states("flowing", run)
    assert xcom(server, "flowing", run, "every") == [1, 3, 5, 7]


def test_a_clear_of_one_item_runs_what_follows_it_and_nothing_else(server: Server, tmp_path: Path) -> None:
    run = server.trigger("flowing", {"folder": str(tmp_path)})
    server.wait_run("flowing", run)
    body = {"dag_run_id": run, "task_ids": [["double", 1]], "include_downstream": True, "only_failed": False}
    found = server.request("POST", "/api/v2/dags/flowing/clearTaskInstances", {**body, "dry_run": True})
    named = sorted((one["task_id"], one["map_index"]) for one in found["task_instances"])
    assert named == [("double", 1), ("every", -1), ("through", 1)]
    server.request("POST", "/api/v2/dags/flowing/clearTaskInstances", {**body, "dry_run": False})
    assert server.wait_run("flowing", run)["state"] == "success"
    tries = {f"{one['task_id']}[{one['map_index']}]": one["try_number"] for one in server.instances("flowing", run)}
    assert [name for name, count in tries.items() if count == 2] == sorted(["double[1]", "every[-1]", "through[1]"])


def test_maps_and_loops_in_mapped_groups(server: Server) -> None:
    run = server.trigger("nested")
    assert server.wait_run("nested", run)["state"] == "success", server.states("nested", run)
    assert xcom(server, "nested", run, "every") == ["A012", "BB01", "CCC0"]
    assert xcom(server, "nested", run, "word.marks", 2) == "ccc:cccc:cccc:c"
    assert set(labels(server, run, "word.letter.mark")) == {"0/0", "1/0", "1/1", "2/0", "2/1", "2/2"}
    assert set(labels(server, run, "word.upper")) == {"a!", "b!", "c!"}


def test_a_server_that_is_killed_in_the_middle_knows_every_path_again(server: Server, tmp_path: Path) -> None:
    gate = tmp_path / "open"
    run = server.trigger("nested", {"hold": str(gate)})
    end = time.monotonic() + 60
    while server.states("nested", run).get("word.pad[1]") != "success":
        assert time.monotonic() < end, server.states("nested", run)
        time.sleep(0.05)
    server.kill9()
    gate.touch()
    server.start()
    assert server.wait_run("nested", run)["state"] == "success", server.states("nested", run)
    assert xcom(server, "nested", run, "every") == ["A012", "BB01", "CCC0"]


def test_a_loop_ends_when_its_result_is_good_enough(server: Server) -> None:
    run = server.trigger("looping")
    assert server.wait_run("looping", run)["state"] == "success", server.instances("looping", run)
    assert xcom(server, "looping", run, "all_of_them") == [50.0, 25.0, 12.5, 6.25]
    body = {"dag_run_id": run, "task_ids": [["halve", 1]], "include_downstream": True, "only_failed": False}
    server.request("POST", "/api/v2/dags/looping/clearTaskInstances", {**body, "dry_run": False})
    assert server.wait_run("looping", run)["state"] == "success"
    assert xcom(server, "looping", run, "all_of_them") == [50.0, 25.0, 12.5, 6.25]
    tries = {
        one["map_index"]: one["try_number"] for one in server.instances("looping", run) if one["task_id"] == "halve"
    }
    assert tries == {0: 1, 1: 2, 2: 1, 3: 1}
