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

__all__ = ["upcoming_runs"]


def upcoming_runs(session: Session, dag_id: str, count: int) -> tuple[list[dict[str, Any]], str]:
    """Up to `count` runs as rows, and a sentence about why there are no more.

    Raises:
        NotFound: there is no such DAG.
    """
    dag = session.client.get("dags", dag_id)
    notice = f"{dag_id} is paused: nothing starts until it is unpaused. " if dag["is_paused"] else ""
    if dag["next_dagrun_run_after"] is None:
        return [], f"{notice}{dag_id} has no next run by its schedule ({dag['timetable_summary'] or 'none'})"
    rows = [
        {
            "logical_date": dag["next_dagrun_logical_date"],
            "data_interval_start": dag["next_dagrun_data_interval_start"],
            "data_interval_end": dag["next_dagrun_data_interval_end"],
            "run_after": dag["next_dagrun_run_after"],
        }
    ]
    if count > 1:
        with session.database.read() as tx:
            newest = versions.version_of_dag(tx, DagKey("default", dag_id))
            spec = versions.spec_of_version(tx, versions.Specs(), newest.id)
        rows += _after(spec, rows[0], count - 1)
    return rows, f"{notice}{dag_id} has {len(rows)} more runs by its schedule"


def _after(spec: DagSpec, first: dict[str, Any], count: int) -> list[dict[str, Any]]:
    timetable = build(spec.schedule.kind, spec.schedule.args, spec.schedule.timezone)
    last = Interval(*(datetime.fromisoformat(first[name]) for name in ("data_interval_start", "data_interval_end")))
    rows: list[dict[str, Any]] = []
    for _ in range(count):
        # As if all were made up for: the question is what the schedule says, not what the present moment skips.
        run = timetable.next_run(
            last, earliest=spec.start_date, latest=spec.end_date, catchup=True, now=SystemClock().now()
        )
        if run is None:
            break
        last = run.interval
        moments = (run.logical_date, run.interval.start, run.interval.end, run.run_after)
        rows.append(dict(zip(first, (moment.isoformat() for moment in moments), strict=True)))
    return rows
