"""The runs that a DAG's schedule has in store: of one that was read, as the API tells them; of a file, worked out here."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewind.base.clock import SystemClock

if TYPE_CHECKING:
    from tradewind.cli.session import Session
    from tradewind.sdk.dag import DAG
    from tradewind.sdk.timetable_base import BaseTimetable, DataInterval
    from tradewind.timetables import Firing, Interval, NextRun, Timetable

__all__ = ["COLUMNS", "preview_of_dag", "preview_of_file", "upcoming_runs"]

COLUMNS = ("logical_date", "data_interval_start", "data_interval_end", "run_after")


def upcoming_runs(session: Session, dag_id: str, count: int) -> tuple[list[dict[str, Any]], str]:
    """Up to `count` runs as rows, and a sentence about why there are no more.

    Raises:
        NotFound: there is no such DAG.
    """
    found = preview_of_dag(session, dag_id, count, None)
    rows = [{name: run[name] for name in COLUMNS} for run in found["next_runs"]]
    dag = session.client.get("dags", dag_id)
    notice = f"{dag_id} is paused: nothing starts until it is unpaused. " if dag["is_paused"] else ""
    summary = dag["timetable_summary"] or "it has none"
    return rows, f"{notice}There are {len(rows) or 'no'} more runs by the schedule ({summary})"


def preview_of_dag(session: Session, dag_id: str, count: int, start: datetime | None) -> dict[str, Any]:
    """The runs of a DAG that was read.

    Raises:
        NotFound: there is no such DAG.
    """
    begin = None if start is None else start.isoformat()
    return dict(session.client.get("dags", dag_id, "nextRuns", limit=count, start=begin))


def preview_of_file(file: Path, count: int, start: datetime | None) -> list[dict[str, Any]]:
    """The runs of each DAG in a file, as if none had been made.

    Raises:
        AuthoringError: the file can't be imported, or one of its DAGs is wrong.
    """
    from tradewind.cli.dag_files import dags_of_file

    return [_preview(dag, count, start) for dag in dags_of_file(file).values()]


def _preview(dag: DAG, count: int, start: datetime | None) -> dict[str, Any]:
    from tradewind.core.planning import bounds
    from tradewind.sdk.serialize import serialize_dag
    from tradewind.sdk.timetable_base import BaseTimetable, is_written_by_user
    from tradewind.timetables import Window, build, parse_zone, preview

    spec = serialize_dag(dag)
    schedule = spec.schedule
    earliest, latest = bounds(spec)
    if start is not None:
        earliest = start if earliest is None else max(earliest, start)
    window = Window(
        now=start or SystemClock().now(),
        earliest=earliest,
        latest=latest,
        catchup=spec.catchup or start is not None,
        count=count,
    )
    timetable: Timetable = build(schedule.kind, schedule.args, schedule.timezone)
    if isinstance(dag.schedule, BaseTimetable) and is_written_by_user(dag.schedule):
        timetable = _Written(dag.schedule)
    zone = parse_zone(schedule.timezone)
    found = preview(timetable, None, window, zone=zone, zone_name=schedule.timezone, args=schedule.args)
    return {
        "dag_id": dag.dag_id,
        "timezone": schedule.timezone,
        "timetable_summary": schedule.summary,
        "timetable_description": schedule.description,
        "next_runs": [_row(firing) for firing in found],
        "notes": [] if found else ["the schedule names no run to come"],
        "total_entries": len(found),
    }


def _row(firing: Firing) -> dict[str, Any]:
    run = firing.run
    interval = run.interval
    return {
        "run_after": run.run_after.isoformat(),
        "logical_date": None if run.logical_date is None else run.logical_date.isoformat(),
        "data_interval_start": None if interval is None else interval.start.isoformat(),
        "data_interval_end": None if interval is None else interval.end.isoformat(),
        "partition_key": run.partition_key,
        "partition_date": None if run.partition_date is None else run.partition_date.isoformat(),
        "text": firing.text,
        "notes": list(firing.notes),
    }


class _Written:
    """A timetable that the user wrote, asked in this process."""

    description = ""
    is_periodic = True
    needs_single_run = False

    def __init__(self, written: BaseTimetable) -> None:
        self._written = written
        self.summary = written.summary

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        from tradewind.sdk.timetable_base import DataInterval, TimeRestriction, pendulum_moment
        from tradewind.timetables import Interval, NextRun

        del now
        before = None if last is None else DataInterval(pendulum_moment(last.start), pendulum_moment(last.end))
        first, end = (None if moment is None else pendulum_moment(moment) for moment in (earliest, latest))
        found = self._written.next_dagrun_info(
            last_automated_data_interval=before,
            restriction=TimeRestriction(earliest=first, latest=end, catchup=catchup),
        )
        if found is None:
            return None
        span: DataInterval | None = found.data_interval
        interval = None if span is None else Interval(span.start, span.end)
        return NextRun(found.run_after, interval, found.partition_key, found.partition_date)

    def manual_interval(self, run_after: datetime) -> Interval:
        from tradewind.timetables import Interval

        found = self._written.infer_manual_data_interval(run_after=run_after)
        return Interval(found.start, found.end)
