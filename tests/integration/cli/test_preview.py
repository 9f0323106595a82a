"""`tradewind dags preview`: what the coming runs cover and when they fire, of DAGs that were read and of files."""

from __future__ import annotations

import json
from pathlib import Path

FILE = """
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo
from tradewind import DAG, CronDataIntervalTimetable, task
from tradewind.sdk.timetables import DagRunInfo, Timetable

class Weekly(Timetable):
    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        start = restriction.earliest if last_automated_data_interval is None else last_automated_data_interval.end
        return DagRunInfo.interval(start, start.add(days=7))

berlin = ZoneInfo("Europe/Berlin")
for name, schedule in {
    "days": CronDataIntervalTimetable("0 0 * * *", timezone="Europe/Berlin"),
    "gap": "30 2 * * *",
    "weeks": Weekly(),
    "none": None,
}.items():
    with DAG(name, schedule=schedule, start_date=datetime(2026, 3, 1, tzinfo=berlin)) as dag:
        task(lambda: 1, task_id="one")()
    globals()[name] = dag
"""


def test_a_file_needs_no_server_and_no_database(tradewind, tmp_path: Path) -> None:
    file = tmp_path / "schedules.py"
    file.write_text(FILE)
    shown = tradewind("dags", "preview", str(file), "-n", "2", "--start", "2026-03-28").out
    assert shown.splitlines() == [
        "days: 0 0 * * * (At 00:00), Europe/Berlin",
        "  covers 2026-03-29 00:00 to 24:00 (Europe/Berlin), fires 2026-03-30 00:00 CEST (2026-03-29 22:00 UTC)",
        "    note: the clock is put forward by 1 hour in what it covers, which is 23 hours long",
        "  covers 2026-03-30 00:00 to 24:00 (Europe/Berlin), fires 2026-03-31 00:00 CEST (2026-03-30 22:00 UTC)",
        "gap: 30 2 * * * (At 02:30), Europe/Berlin",
        "  fires 2026-03-28 02:30 CET (2026-03-28 01:30 UTC)",
        "  fires 2026-03-29 03:30 CEST (2026-03-29 01:30 UTC)",
        "    note: the clock skips 02:30 on 2026-03-29, so it fires 1 hour later",
        "weeks: Weekly, Europe/Berlin",
        "  covers 2026-03-28 01:00 to 2026-04-04 02:00 (Europe/Berlin), fires 2026-04-04 02:00 CEST (2026-04-04 00:00 UTC)",
        "    note: the clock is put forward by 1 hour in what it covers, which is 168 hours long",
        "  covers 2026-04-04 02:00 to 2026-04-11 02:00 (Europe/Berlin), fires 2026-04-11 02:00 CEST (2026-04-11 00:00 UTC)",
        "none: None (Never, external triggers only), Europe/Berlin",
        "  note: the schedule names no run to come",
    ]


def test_of_a_dag_that_was_read_it_tells_what_holds_the_runs_back(with_dags) -> None:
    found = json.loads(with_dags("dags", "preview", "orders", "-n", "3", "--start", "2031-01-01", "-o", "json").out)
    assert [run["run_after"] for run in found["next_runs"]] == [f"2031-01-0{n}T09:00:00Z" for n in (1, 2, 3)]
    assert found["notes"] == ["orders is paused: nothing starts until it is unpaused"]
    by_hand = json.loads(with_dags("dags", "preview", "by_hand", "-o", "json").out)
    assert (by_hand["next_runs"], by_hand["total_entries"]) == ([], 0)
    assert "it has no schedule: runs are asked for by hand, by assets or by other DAGs" in by_hand["notes"]


def test_a_dag_that_is_not_there_is_said_to_be_missing(with_dags) -> None:
    assert "nowhere" in with_dags("dags", "preview", "nowhere", expect=3).err
