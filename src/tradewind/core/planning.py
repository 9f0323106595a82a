"""When the next run by schedule is due, and the runs that are due now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tradewind.base.errors import InvalidInput
from tradewind.core.asking import is_asked
from tradewind.core.asking import upcoming as ask_outside
from tradewind.core.commands import CreateRun, SaveDag
from tradewind.core.dag import Dag
from tradewind.core.deadlines import expect
from tradewind.core.events import RunFacts
from tradewind.core.machine import Machine
from tradewind.spec import DagSpec
from tradewind.timetables import Interval, NextRun, Timetable, build

__all__ = ["bounds", "plan", "set_schedule"]


def set_schedule(dag: Dag) -> None:
    """Build the timetable of the newest version."""
    graph = dag.graph
    assert graph is not None
    schedule = graph.spec.schedule
    dag.upcoming = dag.asking = None
    dag.bounds = bounds(graph.spec)
    try:
        dag.timetable = build(schedule.kind, schedule.args, schedule.timezone)
    except InvalidInput:
        # the parser refuses such a file; one that came from an older release has no runs by schedule, but keeps the rest
        dag.timetable = None


def bounds(spec: DagSpec) -> tuple[datetime | None, datetime | None]:
    """The first and the last date that any of its tasks may run for."""
    starts = [date for date in (spec.start_date, *(t.start_date for t in spec.tasks)) if date is not None]
    ends = [date for date in (spec.end_date, *(t.end_date for t in spec.tasks)) if date is not None]
    return min(starts, default=None), max(ends, default=None)


def plan(m: Machine, dag: Dag) -> Iterator[RunFacts]:
    """Create, one by one, the runs that are due; then say when the next one is, and wake up for it.

    The caller takes each into memory before it asks for the next.
    """
    graph = dag.graph
    if graph is None:
        return
    upcoming = _next_run(m, dag, graph.spec)
    while upcoming is not None and upcoming.run_after <= m.now and _may_create(dag):
        facts = _facts(m, dag, upcoming)
        dag.latest = facts
        m.rows.append(CreateRun(facts))
        yield facts
        upcoming = _next_run(m, dag, graph.spec)
    name = ("dag", *dag.key, "plan")
    if upcoming is None or not _may_create(dag):
        m.timers.drop(name)
    else:
        m.timers.set(name, upcoming.run_after)
    _tell(m, dag, upcoming)
    if (graph.expects or dag.key in m.deadlines.awaited) and (dag.asking is None or not dag.asking.question):
        expect(m, dag, upcoming)


def _next_run(m: Machine, dag: Dag, spec: DagSpec) -> NextRun | None:
    if dag.timetable is None or dag.is_stale:
        return None
    known = dag.upcoming
    if known is not None and known.run_after > m.now:
        return known  # what lies ahead stays the answer until its moment comes, or the schedule is another
    found = _ask(m, dag, dag.timetable, spec)
    dag.upcoming = None if dag.asking is not None else found
    return found


def _ask(m: Machine, dag: Dag, timetable: Timetable, spec: DagSpec) -> NextRun | None:
    if spec.allowed_run_types is not None and "scheduled" not in spec.allowed_run_types:
        return None
    last = _span(dag.latest)
    if is_asked(spec):
        return ask_outside(m, dag, spec, last, may_create=_may_create(dag))
    earliest, latest = dag.bounds
    return timetable.next_run(last, earliest=earliest, latest=latest, catchup=spec.catchup, now=m.now)


def _span(latest: RunFacts | None) -> Interval | None:
    """What the latest run was about; of one that is about a part of the data, its moment."""
    if latest is None:
        return None
    if latest.interval_start is None or latest.interval_end is None:
        return Interval.exact(latest.run_after)
    return Interval(latest.interval_start, latest.interval_end)


def _may_create(dag: Dag) -> bool:
    return not dag.is_paused and not dag.is_stale and not _is_full(dag)


def _is_full(dag: Dag) -> bool:
    graph = dag.graph
    assert graph is not None
    limit = graph.spec.max_active_runs
    if dag.timetable is not None and dag.timetable.needs_single_run:
        limit = 1
    return dag.count_scheduled() >= limit


def _facts(m: Machine, dag: Dag, upcoming: NextRun) -> RunFacts:
    assert dag.newest is not None
    interval = upcoming.interval
    return RunFacts(
        uid=m.ids.new(),
        dag=dag.key,
        run_id=f"scheduled__{upcoming.run_after.isoformat()}",
        run_type="scheduled",
        logical_date=upcoming.logical_date,
        interval_start=interval.start if interval else None,
        interval_end=interval.end if interval else None,
        run_after=upcoming.run_after,
        queued_at=m.now,
        version_id=dag.newest,
        partition_key=upcoming.partition_key,
        partition_date=upcoming.partition_date,
    )


def _tell(m: Machine, dag: Dag, upcoming: NextRun | None) -> None:
    """Save when the next run is due, if that is news."""
    if dag.asking is not None and dag.asking.question:
        return
    interval = upcoming.interval if upcoming else None
    news = (upcoming, upcoming is not None and _is_full(dag))
    if dag.plan == news or (dag.plan is None and upcoming is None):
        return
    dag.plan = news
    m.rows.append(
        SaveDag(
            dag=dag.key,
            next_run_after=upcoming.run_after if upcoming else None,
            next_logical_date=upcoming.logical_date if upcoming else None,
            next_interval_start=interval.start if interval else None,
            next_interval_end=interval.end if interval else None,
            has_exceeded_max_runs=news[1],
        )
    )
