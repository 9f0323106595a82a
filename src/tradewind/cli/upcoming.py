"""The runs that a DAG's schedule has in store: the next as the scheduler planned it, those after by its timetable."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.base.clock import SystemClock
from tradewind.db import versions
from tradewind.spec import DagKey, DagSpec
from tradewind.timetables import Interval, build

if TYPE_CHECKING:
    from tradewind.cli.session import Session

__all__ = ["COLUMNS", "upcoming_runs"]

COLUMNS = ("logical_date", "data_interval_start", "data_interval_end", "run_after")


def upcoming_runs(session: Session, dag_id: str, count: int) -> tuple[list[dict[str, Any]], str]:
    """Up to `count` runs as rows, and a sentence about why there are no more.

    Raises:
        NotFound: there is no such DAG.
    """
    dag = session.client.get("dags", dag_id)
    with session.database.read() as tx:
        newest = versions.version_of_dag(tx, DagKey("default", dag_id))
        spec = versions.spec_of_version(tx, versions.Specs(), newest.id)
    rows = _planned(dag) or _by_timetable(spec, _latest(session, dag_id), 1, catchup=spec.catchup)
    if rows and count > 1:
        # As if all were made up for: the question is what the schedule says, not what the present moment skips.
        rows += _by_timetable(spec, _interval(rows[0]), count - 1, catchup=True)
    notice = f"{dag_id} is paused: nothing starts until it is unpaused. " if dag["is_paused"] else ""
    summary = dag["timetable_summary"] or "it has none"
    return rows, f"{notice}There are {len(rows) or 'no'} more runs by the schedule ({summary})"


def _planned(dag: dict[str, Any]) -> list[dict[str, Any]]:
    """The run that the scheduler has planned, if it has."""
    if dag["next_dagrun_run_after"] is None:
        return []
    return [{name: dag[f"next_dagrun_{name}"] for name in COLUMNS}]


def _latest(session: Session, dag_id: str) -> Interval | None:
    """The interval of the latest run by schedule."""
    path = ("dags", dag_id, "dagRuns")
    found = session.client.get(*path, run_type="scheduled", order_by="-run_after", limit=1)["dag_runs"]
    return _interval(found[0]) if found else None


def _interval(row: dict[str, Any]) -> Interval:
    return Interval(*(datetime.fromisoformat(row[name]) for name in ("data_interval_start", "data_interval_end")))


def _by_timetable(spec: DagSpec, last: Interval | None, count: int, *, catchup: bool) -> list[dict[str, Any]]:
    timetable = build(spec.schedule.kind, spec.schedule.args, spec.schedule.timezone)
    rows: list[dict[str, Any]] = []
    for _ in range(count):
        run = timetable.next_run(
            last, earliest=spec.start_date, latest=spec.end_date, catchup=catchup, now=SystemClock().now()
        )
        if run is None:
            break
        last = run.interval
        moments = (run.logical_date, run.interval.start, run.interval.end, run.run_after)
        rows.append(dict(zip(COLUMNS, (moment.isoformat() for moment in moments), strict=True)))
    return rows
