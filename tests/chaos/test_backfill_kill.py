"""A server that is killed in the middle of a backfill: the next one goes on, and no date is lost or run twice."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from support.server import Server

DAGS = '''"""DAGs of this test."""
from datetime import datetime
from tradewind import DAG, task

with DAG("hourly", start_date=datetime(2024, 1, 1), schedule="0 * * * *", catchup=False, is_paused_upon_creation=False):
    @task(isolation="reuse")
    def work(ts=None):
        return ts
    work()
'''
DATES = {"dag_id": "hourly", "from_date": "2024-01-01T00:00:00Z", "to_date": "2024-01-08T23:00:00Z"}
COUNT = 8 * 24


@pytest.mark.parametrize("reprocess", ["none", "completed"])
def test_a_backfill_goes_on_after_a_kill(tmp_path: Path, reprocess: str) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "hourly.py").write_text(DAGS)
    server = Server(tmp_path / "home", tmp_path / "dags")
    try:
        server.start()
        server.wait_dags({"hourly"})
        if reprocess == "completed":
            until(server, make(server, max_active_runs=16), COUNT, "completed")
        backfill = make(server, max_active_runs=4, reprocess_behavior=reprocess)
        for share in (0.2, 0.5, 0.8):
            until(server, backfill, int(COUNT * share))
            server.kill9()
            server.start()
        done = until(server, backfill, COUNT, "completed")
        assert done["runs"] == {"success": COUNT}
        assert (done["waiting"], done["gone"]) == (0, 0)
        runs = every(server, "/dags/hourly/dagRuns?run_type=backfill", "dag_runs")
        assert len({run["logical_date"] for run in runs}) == len(runs) == COUNT
    finally:
        server.stop()


def make(server: Server, **more: Any) -> int:
    return int(server.request("POST", "/api/v2/backfills", {**DATES, **more})["id"])


def until(server: Server, backfill: int, finished: int, state: str = "") -> dict[str, Any]:
    """Wait until so many of its runs have ended."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = server.get(f"/backfills/{backfill}/progress")
        if found["finished"] >= finished and state in ("", found["state"]):
            return found
        time.sleep(0.02)
    raise TimeoutError(f"backfill {backfill}: {found}\n{server.output()}")


def every(server: Server, path: str, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := server.get(f"{path}&limit=100&offset={len(found)}")[key]:
        found += page
    return found
