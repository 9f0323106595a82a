"""A timetable that a user wrote, in a module beside the DAGs: asked in a process of its own, through the whole system."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.server import Server

CALENDAR = """
import os
from datetime import timedelta
from pathlib import Path

import pendulum
from tradewind.sdk.timetables import DagRunInfo, DataInterval, Timetable


class EveryOtherDay(Timetable):
    description = "Every other day, if the calendar says so"

    def __init__(self, days=2, mood=""):
        self.days = days
        self.mood = mood

    @property
    def summary(self):
        return f"every {self.days} days"

    def serialize(self):
        return {"days": self.days}

    def infer_manual_data_interval(self, *, run_after):
        start = run_after.start_of("day").subtract(days=self.days)
        return DataInterval(start, start.add(days=self.days))

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        assert "sqlalchemy" not in __import__("sys").modules, "user code is near the database"
        if self.mood and Path(self.mood).exists():
            raise LookupError(Path(self.mood).read_text())
        if last_automated_data_interval is not None:
            start = last_automated_data_interval.end
        elif restriction.earliest is None:
            return None
        else:
            start = restriction.earliest.start_of("day")
        end = start.add(days=self.days)
        if restriction.latest is not None and start > restriction.latest:
            return None
        return DagRunInfo.interval(start, end)
"""
DAG = """
import pendulum
from calendars.odd import EveryOtherDay
from tradewind import DAG, task

with DAG(
    "odd",
    schedule=EveryOtherDay({arguments}),
    start_date=pendulum.datetime(2026, 1, 1),
    end_date=pendulum.datetime(2026, 1, 8),
    catchup=True,
    is_paused_upon_creation=False,
):

    @task
    def work(data_interval_start=None):
        return data_interval_start.day_of_year

    work()
"""


def folder_with(tmp_path: Path, arguments: str = "") -> Path:
    dags = tmp_path / "dags"
    (dags / "calendars").mkdir(parents=True)
    (dags / "calendars/odd.py").write_text(CALENDAR)
    (dags / "odd_dag.py").write_text(DAG.format(arguments=arguments))
    return dags


def wait_for(look: Callable[[], Any], timeout_s: float = 60.0) -> Any:
    until = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)
    return found


def runs_of(server: Server, kind: str = "scheduled") -> list[dict[str, Any]]:
    known = [dag["dag_id"] for dag in server.get("/dags")["dags"]]
    if "odd" not in known:
        return []
    return server.get(f"/dags/odd/dagRuns?run_type={kind}&order_by=run_after")["dag_runs"]


def test_its_runs_come_to_be_once_each_and_runs_by_hand_and_backfills_are_its_own(tmp_path: Path) -> None:
    with Server(tmp_path / "home", folder_with(tmp_path)) as server:
        wait_for(lambda: [run["state"] for run in runs_of(server)] == ["success"] * 4)
        starts = [run["data_interval_start"][:10] for run in runs_of(server)]
        assert starts == ["2026-01-01", "2026-01-03", "2026-01-05", "2026-01-07"]
        dag = server.get("/dags/odd")
        assert (dag["timetable_summary"], dag["timetable_periodic"]) == ("every 2 days", True)
        assert dag["timetable_description"] == "Every other day, if the calendar says so"
        by_hand = server.request("POST", "/api/v2/dags/odd/dagRuns", {"logical_date": "2026-03-10T05:00:00Z"})
        assert by_hand["data_interval_start"][:10] == "2026-03-08"
        assert by_hand["data_interval_end"][:10] == "2026-03-10"
        wish = {"dag_id": "odd", "from_date": "2025-12-20T00:00:00Z", "to_date": "2025-12-25T00:00:00Z"}
        dates = server.request("POST", "/api/v2/backfills/dry_run", wish)["backfills"]
        assert [one["logical_date"][:10] for one in dates] == ["2025-12-20", "2025-12-22", "2025-12-24"]


def test_its_failure_is_a_warning_of_the_dag_and_no_trouble_to_others(tmp_path: Path) -> None:
    mood = tmp_path / "mood"
    mood.write_text("no holidays known")
    dags = folder_with(tmp_path, f"mood={str(mood)!r}")
    (dags / "plain.py").write_text(
        "from datetime import datetime\nfrom tradewind import DAG, task\n"
        "with DAG('plain', schedule='@once', start_date=datetime(2026, 1, 1), is_paused_upon_creation=False):\n"
        "    task(lambda: 1, task_id='one')()\n"
    )
    with Server(tmp_path / "home", dags) as server:
        warning = wait_for(lambda: server.get("/dagWarnings?dag_id=odd")["dag_warnings"])[0]
        assert "LookupError: no holidays known (calendars/odd.py:31, in next_dagrun_info)" in warning["message"]
        wait_for(lambda: [run["state"] for run in server.get("/dags/~/dagRuns")["dag_runs"]] == ["success"])
        assert runs_of(server) == []
        mood.unlink()
        (dags / "odd_dag.py").write_text((dags / "odd_dag.py").read_text().replace("return data", "return 1 + data"))
        wait_for(lambda: len(runs_of(server)) == 4)
        assert server.get("/dagWarnings?dag_id=odd")["dag_warnings"] == []


def test_a_test_run_takes_its_interval_too(tmp_path: Path) -> None:
    dags = folder_with(tmp_path)
    command = [sys.executable, "-m", "tradewind", "dags", "test", "odd", "--file", str(dags / "odd_dag.py")]
    done = subprocess.run(
        [*command, "--logical-date", "2026-03-10T05:00:00", "--output", "json"],
        env={"PATH": "/usr/bin:/bin", "TRADEWIND_HOME": str(tmp_path / "home"), "PYTHONPATH": str(dags)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["dags"]["odd"]
    assert [datetime.fromisoformat(moment) for moment in found["data_interval"]] == [
        datetime(2026, 3, 8, tzinfo=UTC),
        datetime(2026, 3, 10, tzinfo=UTC),
    ]
    assert found["xcoms"] == [["work", -1, "return_value", 67]]
