"""Latest only: which runs by schedule go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from support.attempts import Bench
from tradewind import DAG
from tradewind.base.clock import SystemClock
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.latest_only import LatestOnlyOperator


@pytest.mark.parametrize(
    ("schedule", "age", "run_type", "skipped"),
    [
        ("@hourly", timedelta(hours=3), "scheduled", ["after"]),
        ("@hourly", timedelta(minutes=0), "scheduled", []),
        (timedelta(days=1), timedelta(days=3), "scheduled", ["after"]),
        (timedelta(days=1), timedelta(hours=1), "scheduled", []),
        ("@hourly", timedelta(days=9), "backfill", ["after"]),
        ("@hourly", timedelta(days=9), "manual", []),
    ],
)
def test_only_the_newest_run_by_schedule_goes_on(schedule, age, run_type, skipped):
    with DAG("d", schedule=schedule, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        LatestOnlyOperator(task_id="latest") >> EmptyOperator(task_id="after")
    while True:
        hour = this_hour()
        bench = Bench(dag, logical_date=hour - age)
        bench.run_info = msgspec.structs.replace(bench.run_info, run_type=run_type)
        found = bench.run("latest").skip
        if this_hour() == hour:  # otherwise the run is not that of the hour any more
            break
    assert found == skipped


def this_hour() -> datetime:
    return SystemClock().now().replace(minute=0, second=0, microsecond=0)
