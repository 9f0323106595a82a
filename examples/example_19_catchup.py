"""Catch-up: with `catchup=True` every missed interval since the start date gets its run, oldest first.

Tasks that work on their interval alone can be run again for any day, in any order, with the same result.
"""

from datetime import datetime

from tradewind import CronDataIntervalTimetable, dag, task


@task
def count_day(ds=None) -> str:
    """Looks at its own day, never at today."""
    return f"rows of {ds}"


@dag(
    schedule=CronDataIntervalTimetable("@daily", timezone="UTC"),
    start_date=datetime(2026, 1, 1),
    end_date=datetime(2026, 1, 7),
    catchup=True,
    max_active_runs=2,
    tags=["example"],
)
def catchup():
    """One run for each of seven days, two at a time."""
    count_day()


catchup()
