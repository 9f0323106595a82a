"""Assets on a real server: tasks tell of them, other DAGs start, and a crash loses nothing that waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.server import FINISHED, Server

DAGS = {"load", "report", "rush", "books", "regions", "world"}

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "home", Path(__file__).parent / "asset_dags") as server:
        server.wait_dags(DAGS)
        yield server


def ended(server: Server, dag_id: str, count: int = 1) -> list[dict[str, Any]]:
    """The runs of a DAG, once so many have ended; none may have failed."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        runs = server.get(f"/dags/{dag_id}/dagRuns?order_by=run_after")["dag_runs"]
        if sum(run["state"] in FINISHED for run in runs) >= count:
            assert {run["state"] for run in runs} == {"success"}
            return list(runs)
        time.sleep(0.05)
    raise AssertionError(f"{dag_id} has not {count} runs: {server.get(f'/dags/{dag_id}/dagRuns')}")


def returned(server: Server, run: dict[str, Any], task_id: str) -> Any:
    path = f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances/{task_id}/xcomEntries/return_value"
    return server.get(path + "?deserialize=true")["value"]


def number(server: Server, name: str) -> int:
    return int(next(one["id"] for one in server.get("/assets")["assets"] if one["name"] == name))


def tell(server: Server, name: str, **more: Any) -> None:
    server.request("POST", "/api/v2/assets/events", {"asset_id": number(server, name), **more})


def test_tasks_tell_others_start_and_a_crash_loses_nothing_that_waits(server: Server) -> None:
    server.wait_run("load", server.trigger("load"))
    (run,) = ended(server, "report")
    assert returned(server, run, "write") == {
        "rows": 7, "source": "load.fetch", "last": {"rows": 7}, "alias": ["s3://shop/paid"],
        "run_type": "asset_triggered",
    }  # fmt: skip
    (run,) = ended(server, "rush")
    events = server.get(f"/dags/rush/dagRuns/{run['dag_run_id']}/upstreamAssetEvents")["asset_events"]
    assert [(one["name"], one["extra"]) for one in events] == [("paid", {"via": "alias"})]
    assert server.get("/dags/books/assets/state")["words"].startswith("waiting for closed; orders arrived ")

    server.kill9()
    server.start()
    assert server.get("/dags/books/dagRuns")["dag_runs"] == []
    tell(server, "closed")
    (run,) = ended(server, "books")
    assert returned(server, run, "close") == ["closed", "orders"]
    assert len(ended(server, "report")) == 1  # what was consumed is not consumed again


def test_partitions_decided_at_runtime_roll_up_with_those_told_over_the_api(server: Server) -> None:
    server.wait_run("regions", server.trigger("regions"))
    (part,) = server.get("/dags/world/assets/state")["waiting"]
    assert (part["partition_key"], part["assets"][0]["missing_partitions"]) == ("all", ["apac"])
    tell(server, "regions", partition_key="apac")
    (run,) = ended(server, "world")
    assert (run["partition_key"], returned(server, run, "add_up")) == ("all", "all")
