"""Schedules: when runs come to be, and which stretch of time each is about.

A cron string or a timedelta starts runs at moments; an interval timetable starts a run at the end of each interval, about that
interval. Without `catchup` only the latest missed run is made up for.
"""

from datetime import datetime, timedelta

from tradewind import (
    DAG,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    EventsTimetable,
    task,
)

START = datetime(2026, 1, 1)


@task
def tell(data_interval_start=None, data_interval_end=None):
    """What this run is about."""
    return f"{data_interval_start} to {data_interval_end}"


SCHEDULES = {
    "every_weekday_at_nine": CronTriggerTimetable("0 9 * * 1-5", timezone="Europe/Berlin"),
    "daily_interval": CronDataIntervalTimetable("@daily", timezone="UTC"),
    "every_six_hours": timedelta(hours=6),
    "six_hour_intervals": DeltaDataIntervalTimetable(timedelta(hours=6)),
    "fridays_by_cron": "0 17 * * FRI",
    "on_release_days": EventsTimetable([datetime(2026, 3, 1), datetime(2026, 9, 1)], description="Releases"),
    "once": "@once",
    "by_hand": None,
}

for name, schedule in SCHEDULES.items():
    with DAG(f"schedule_{name}", start_date=START, schedule=schedule, catchup=False, tags=["example", "schedule"]):
        tell()
