"""Tasks that wait without a slot, on a real server with a real triggerer."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.files import appear
from support.server import Server

DAGS = Path(__file__).parent / "waiting_dags"
NAMES = {
    "waits_for_file", "waits_blocking", "waits_asking", "waits_crashing", "waits_in_function", "waits_many",
    "waits_async",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    with Server(home, DAGS, env={"TRADEWIND__PARSING__DAGS_ARE_PAUSED_AT_CREATION": "false"}) as running:
        running.wait_dags(NAMES)
        yield running


def until(what: Callable[[], Any], timeout_s: float = 60.0) -> Any:
    end = time.monotonic() + timeout_s
    while not (found := what()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return found


def deferred(server: Server, dag_id: str, run_id: str, count: int = 1) -> None:
    """Wait until so many instances of the run are deferred."""
    path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?state=deferred&limit=1"
    try:
        until(lambda: server.get(path)["total_entries"] >= count)
    except AssertionError as error:
        raise AssertionError(f"{server.states(dag_id, run_id)}\n{server.output()[-4000:]}") from error


def xcom(server: Server, dag_id: str, run_id: str, task_id: str) -> Any:
    return server.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value")["value"]


def triggerers(server: Server) -> list[psutil.Process]:
    assert server.process is not None
    below = psutil.Process(server.process.pid).children()
    return [p for p in below if "tradewind.triggerer" in words_of(p)]


def words_of(process: psutil.Process) -> list[str]:
    """Its command line; nothing of one that has ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def log_of(server: Server, dag_id: str, run_id: str, task_id: str) -> str:
    return (server.home / f"logs/dag_id={dag_id}/run_id={run_id}/task_id={task_id}/attempt=1.log").read_text()


def test_a_task_waits_without_a_process_and_goes_on_with_what_its_trigger_said(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "file"
    run_id = server.trigger("waits_for_file", {"path": str(file)})
    deferred(server, "waits_for_file", run_id)
    appear(file, "hello")
    assert server.wait_run("waits_for_file", run_id)["state"] == "success"
    assert xcom(server, "waits_for_file", run_id, "job") == ["hello", "job-1"]
    assert "on behalf of job" in log_of(server, "waits_for_file", run_id, "job")


@pytest.mark.parametrize("how", ["clear", "mark"])
def test_a_stopped_wait_reaches_on_kill_of_the_trigger_and_of_the_operator(
    server: Server, tmp_path: Path, how: str
) -> None:
    file = tmp_path / "file"
    run_id = server.trigger("waits_for_file", {"path": str(file)})
    deferred(server, "waits_for_file", run_id)
    if how == "mark":
        server.request("PATCH", f"/api/v2/dags/waits_for_file/dagRuns/{run_id}", {"state": "failed"})
        assert server.states("waits_for_file", run_id) == {"job[-1]": "failed"}
    else:
        body = {"dag_run_id": run_id, "dry_run": False, "only_failed": False, "task_ids": ["job"]}
        server.request("POST", "/api/v2/dags/waits_for_file/clearTaskInstances", body)
    until((tmp_path / "file.trigger-killed").exists)
    killed = tmp_path / "file.operator-killed"
    assert until(lambda: killed.exists() and killed.read_text()) == "job-1"
    if how == "clear":
        deferred(server, "waits_for_file", run_id)
        appear(file, "again")
        assert server.wait_run("waits_for_file", run_id)["state"] == "success"


def test_a_task_that_starts_from_its_trigger_has_variables_and_connections_there(server: Server) -> None:
    server.request("POST", "/api/v2/variables", {"key": "waited_for", "value": "v"})
    connection = {"connection_id": "waited_for", "conn_type": "http", "host": "example.org"}
    server.request("POST", "/api/v2/connections", connection)
    run_id = server.trigger("waits_asking")
    assert server.wait_run("waits_asking", run_id)["state"] == "success"
    assert xcom(server, "waits_asking", run_id, "started") == ["v", "example.org"]


def test_a_trigger_that_crashes_fails_its_task_and_says_why_in_its_log(server: Server) -> None:
    run_id = server.trigger("waits_crashing")
    assert server.wait_run("waits_crashing", run_id)["state"] == "failed"
    assert "IsADirectoryError" in log_of(server, "waits_crashing", run_id, "crashing")


def test_functions_and_coroutines_wait_in_their_middle(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "file"
    run_id = server.trigger("waits_in_function", {"path": str(file)})
    deferred(server, "waits_in_function", run_id, 2)
    appear(file, "there")
    assert server.wait_run("waits_in_function", run_id)["state"] == "success"
    assert xcom(server, "waits_in_function", run_id, "function") == [True, True, "there"]
    assert xcom(server, "waits_in_function", run_id, "coroutine") == "there"


def test_a_coroutine_that_is_stopped_is_cancelled_and_cleans_up(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "file"
    run_id = server.trigger("waits_async", {"path": str(file)})
    until(file.exists)
    server.request("PATCH", f"/api/v2/dags/waits_async/dagRuns/{run_id}", {"state": "failed"})
    until((tmp_path / "file.operator-killed").exists)
    until((tmp_path / "file.finally").exists)


def test_a_trigger_that_blocks_is_named_and_moved_away_from_the_others(server: Server, tmp_path: Path) -> None:
    slow = server.trigger("waits_blocking", {"path": str(tmp_path / "never")})
    until(lambda: len(triggerers(server)) == 2)
    until(lambda: "blocks the event loop" in log_of(server, "waits_blocking", slow, "job"))
    assert "waits.py" in log_of(server, "waits_blocking", slow, "job")
    until(lambda: "trigger.isolated class=" in server.output())
    appear(tmp_path / "file", "quick")
    run_id = server.trigger("waits_for_file", {"path": str(tmp_path / "file")})
    assert server.wait_run("waits_for_file", run_id)["state"] == "success"  # while the other still blocks
    appear(tmp_path / "never", "at last")
    assert server.wait_run("waits_blocking", slow)["state"] == "success"


def test_a_killed_triggerer_and_a_killed_server_lose_no_wait_and_double_none(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "file"
    run_id = server.trigger("waits_many", {"path": str(file), "count": 200})
    deferred(server, "waits_many", run_id, 20)
    for process in triggerers(server):
        process.kill()
    deferred(server, "waits_many", run_id, 200)
    server.kill9()
    server.start()
    until(lambda: triggerers(server))
    for process in triggerers(server):
        process.kill()
    appear(file, "go")
    assert server.wait_run("waits_many", run_id, 120)["state"] == "success"
    ledger = Counter((tmp_path / "file.ledger").read_text().split())
    assert ledger == Counter(str(number) for number in range(200))
