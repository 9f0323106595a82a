"""A folder whose DAG files read Variables and Connections while they are imported, on a running server."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.server import Server

HERE = Path(__file__).resolve().parent
ISOLATIONS = ("fork", "reuse", "spawn")
UNPAUSED = {"TRADEWIND__PARSING__DAGS_ARE_PAUSED_AT_CREATION": "false"}
pytestmark = pytest.mark.xdist_group("reads")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("reads")
    shutil.copytree(HERE / "reading_dags", folder / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    with Server(folder / "home", folder / "dags", env=UNPAUSED) as running:
        yield running


def tasks_of(server: Server, isolation: str) -> list[str]:
    return sorted(task["task_id"] for task in server.get(f"/dags/tables_{isolation}/tasks")["tasks"])


def values(server: Server, isolation: str) -> list[str]:
    """What the tasks of a new run returned."""
    dag_id = f"tables_{isolation}"
    run_id = server.trigger(dag_id)
    run = server.wait_run(dag_id, run_id)
    assert run["state"] == "success", server.states(dag_id, run_id)
    place = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
    return [server.get(f"{place}/{task}/xcomEntries/return_value")["value"] for task in tasks_of(server, isolation)]


def wait_tasks(server: Server, expected: list[str]) -> None:
    end = time.monotonic() + 60
    while [tasks_of(server, isolation) for isolation in ISOLATIONS] != [expected] * 3:
        assert time.monotonic() < end, [tasks_of(server, isolation) for isolation in ISOLATIONS]
        time.sleep(0.05)


def wait_import_error(server: Server) -> str:
    end = time.monotonic() + 60
    while not (found := server.get("/importErrors")["import_errors"]):
        assert time.monotonic() < end
        time.sleep(0.05)
    return str(found[0]["stack_trace"])


def wait_no_import_error(server: Server) -> None:
    end = time.monotonic() + 60
    while found := server.get("/importErrors")["import_errors"]:
        assert time.monotonic() < end, found
        time.sleep(0.05)


def test_dags_follow_the_variables_and_connections_that_their_file_reads(server: Server) -> None:
    assert "The conn_id `lake` isn't defined" in wait_import_error(server)
    lake = {"connection_id": "lake", "conn_type": "http", "host": "lake.example.org"}
    server.request("POST", "/api/v2/connections", lake)
    server.wait_dags({f"tables_{isolation}" for isolation in ISOLATIONS})
    wait_no_import_error(server)
    for isolation in ISOLATIONS:
        assert values(server, isolation) == ["none:orders@lake.example.org"]

    server.request("POST", "/api/v2/variables", {"key": "tables", "value": json.dumps(["orders", "people"])})
    wait_tasks(server, ["copy_orders", "copy_people"])
    for isolation in ISOLATIONS:
        assert values(server, isolation) == ["none:orders@lake.example.org", "none:people@lake.example.org"]

    # a value that no spec shows is new in the tasks all the same, and makes no version
    version = server.get("/dags/tables_fork/dagVersions")["total_entries"]
    server.request("POST", "/api/v2/variables", {"key": "prefix", "value": "some"})
    end = time.monotonic() + 60
    while {values(server, isolation)[0] for isolation in ISOLATIONS} != {"some:orders@lake.example.org"}:
        assert time.monotonic() < end
    assert server.get("/dags/tables_fork/dagVersions")["total_entries"] == version

    server.request("PATCH", "/api/v2/variables/tables", {"key": "tables", "value": json.dumps(["people"])})
    wait_tasks(server, ["copy_people"])
    for isolation in ISOLATIONS:
        assert values(server, isolation) == ["some:people@lake.example.org"]
