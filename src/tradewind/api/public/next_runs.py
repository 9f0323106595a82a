"""The runs that a DAG's schedule has in store, in words. Our own addition beside Airflow's operations."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.next_runs import NextRunQuery, NextRunsResponse
from tradewind.api.wire import reply
from tradewind.core.asking import is_asked
from tradewind.core.planning import bounds
from tradewind.db import dags, runs, versions
from tradewind.db.dags import DagRecord
from tradewind.db.engine import Tx
from tradewind.db.listing import Page
from tradewind.db.runs import RunFilter
from tradewind.spec import DagSpec
from tradewind.timetables import Firing, Interval, NextRun, Window, build, describe_firing, parse_zone, preview

router = APIRouter(tags=["DAG"])


@router.get("/dags/{dag_id}/nextRuns", operation_id="get_next_runs", response_model=NextRunsResponse)
async def get_next_runs(
    dag_id: str, query: Annotated[NextRunQuery, Query()], call: Annotated[Call, may("read", "dag")]
) -> Response:
    """What each coming run covers and when it fires; from `start` on, or after those that there were."""

    def find(tx: Tx) -> tuple[DagRecord, DagSpec, NextRun | None]:
        dag = dags.get_dag(tx, call.dag(dag_id))
        newest = versions.version_of_dag(tx, call.dag(dag_id))
        spec = versions.spec_of_version(tx, call.services.specs, newest.id)
        return dag, spec, _latest(tx, call.workspace, dag_id)

    dag, spec, latest = await call.read(find)
    firings = _firings(call, dag, spec, latest, query)
    shown = [_shown(firing) for firing in firings]
    return reply(
        {
            "dag_id": dag_id,
            "timezone": spec.schedule.timezone,
            "timetable_summary": spec.schedule.summary,
            "timetable_description": spec.schedule.description,
            "next_runs": shown,
            "notes": _notes(dag, spec, firings, query.limit),
            "total_entries": len(shown),
        }
    )


def _latest(tx: Tx, workspace: str, dag_id: str) -> NextRun | None:
    """The latest run by schedule."""
    wanted = RunFilter(dag_ids=[dag_id], run_types=["scheduled"])
    found, _ = runs.list_runs(tx, workspace, wanted, Page(limit=1, order_by=("-run_after",)))
    if not found:
        return None
    run = found[0]
    if run.interval_start is None or run.interval_end is None:
        return NextRun(run.run_after, None)
    return NextRun(run.run_after, Interval(run.interval_start, run.interval_end))


def _firings(call: Call, dag: DagRecord, spec: DagSpec, latest: NextRun | None, query: NextRunQuery) -> list[Firing]:
    schedule = spec.schedule
    zone = parse_zone(schedule.timezone)
    if is_asked(spec):
        if dag.next_run_after is None:
            return []
        planned = NextRun(dag.next_run_after, None)
        if dag.next_interval_start is not None and dag.next_interval_end is not None:
            planned = NextRun(dag.next_run_after, Interval(dag.next_interval_start, dag.next_interval_end))
        return [describe_firing(planned, zone, schedule.timezone)]
    earliest, latest_date = bounds(spec)
    if query.start is not None:
        earliest = query.start if earliest is None else max(earliest, query.start)
    window = Window(
        now=query.start or call.now,
        earliest=earliest,
        latest=latest_date,
        catchup=spec.catchup or query.start is not None,
        count=query.limit,
    )
    timetable = build(schedule.kind, schedule.args, schedule.timezone)
    after = latest if query.start is None else None
    return preview(timetable, after, window, zone=zone, zone_name=schedule.timezone, args=schedule.args)


def _notes(dag: DagRecord, spec: DagSpec, firings: list[Firing], limit: int) -> list[str]:
    """What keeps these runs from starting, and why there are no more."""
    notes: list[str] = []
    if dag.is_paused:
        notes.append(f"{dag.dag_id} is paused: nothing starts until it is unpaused")
    if dag.is_stale:
        notes.append(f"the file of {dag.dag_id} no longer holds it: nothing starts by schedule")
    if dag.has_exceeded_max_runs:
        notes.append(f"as many runs are active as max_active_runs allows ({spec.max_active_runs}): the next one waits")
    if spec.allowed_run_types is not None and "scheduled" not in spec.allowed_run_types:
        notes.append("allowed_run_types leaves out scheduled runs: none of these come to be")
    kind, (_, end) = spec.schedule.kind, bounds(spec)
    if is_asked(spec):
        notes.append("the timetable is code of yours, which is asked for one run at a time")
    if kind == "assets":
        notes.append("assets trigger runs too, whenever their condition is met")
    elif kind == "none":
        notes.append("it has no schedule: runs are asked for by hand, by assets or by other DAGs")
    elif len(firings) < limit and end is not None and not is_asked(spec):
        notes.append(f"its end date is {end.astimezone(UTC):%Y-%m-%d %H:%M} UTC: no run comes after it")
    if spec.max_active_runs == 1 and len(firings) > 1:
        notes.append("max_active_runs is 1: a run starts later where the one before it has not ended")
    return notes


def _shown(firing: Firing) -> dict[str, object]:
    run = firing.run
    return {
        "run_after": run.run_after,
        "logical_date": run.logical_date,
        "data_interval_start": run.interval.start if run.interval else None,
        "data_interval_end": run.interval.end if run.interval else None,
        "partition_key": run.partition_key,
        "partition_date": run.partition_date,
        "text": firing.text,
        "notes": list(firing.notes),
    }
