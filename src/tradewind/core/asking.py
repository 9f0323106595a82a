"""Timetables that users write: what comes next is asked outside, since their code has no place in the core.

The core orders `AskTimetable` and goes on; the answer is an event, `TimetableAnswered`. One question is open at a time
for a DAG. A failure is shown as a warning of the DAG and asked again later, as is a question that nobody answers.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta

from tradewind.core.commands import AskTimetable, SaveWarning
from tradewind.core.dag import Asking, Dag
from tradewind.core.events import TimetableAnswered
from tradewind.core.machine import Machine
from tradewind.spec import DagSpec
from tradewind.timetables import Interval, NextRun

__all__ = ["answered", "is_asked", "upcoming"]

PATIENCE = timedelta(minutes=10)
"""How long an answer may take before the question is asked again."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
"""Between a failure, or an answer that there is no run, and the next question; doubled each time, up to the longest."""


def is_asked(spec: DagSpec) -> bool:
    """Whether only user code knows the runs of a DAG."""
    kind, args = spec.schedule.kind, spec.schedule.args
    if kind == "assets":  # there may be a timetable beside them
        inner = args.get("timetable")
        if not isinstance(inner, dict) or not isinstance(given := inner.get("args"), dict):
            return False
        kind, args = inner.get("kind"), given
    return kind == "custom" and "class" in args and not args.get("is_manual")


def upcoming(m: Machine, dag: Dag, spec: DagSpec, last: Interval | None, *, may_create: bool) -> NextRun | None:
    """The run that the timetable has said comes after `last`; None: none, or the answer is still to come."""
    asking = dag.asking
    if asking is None or asking.version != dag.newest:
        asking = dag.asking = Asking(dag.newest or "")
    elif asking.runs and last == asking.runs[0].span and asking.last != last:
        asking.runs.popleft()  # it has come to be; the one after it may be known already
        asking.last = last
        if asking.runs:
            return asking.runs[0]
    elif asking.last == last and (asking.question or asking.runs or asking.again_at is not None):
        if _is_over(m, asking, spec, may_create=may_create):
            asking.runs.clear()
        elif asking.again_at is None or asking.again_at > m.now:
            return asking.runs[0] if asking.runs else None
    _ask(m, dag, asking, spec, last)
    return None


def _is_over(m: Machine, asking: Asking, spec: DagSpec, *, may_create: bool) -> bool:
    """Whether the run was held back past its moment, and would not be made up for: what is next may have changed."""
    if spec.catchup or not asking.runs:
        return False
    if not may_create:
        asking.was_held_back = True
        return False
    if asking.runs[0].run_after > m.now:
        asking.was_held_back = False
    return asking.was_held_back


def _ask(m: Machine, dag: Dag, asking: Asking, spec: DagSpec, last: Interval | None) -> None:
    asking.question = m.ids.new()
    asking.last = last
    asking.runs.clear()
    asking.was_held_back = False
    asking.again_at = m.now + PATIENCE
    m.timers.set(("dag", *dag.key, "ask"), asking.again_at)
    earliest, latest = dag.bounds
    m.effects.append(
        AskTimetable(
            question=asking.question,
            dag=dag.key,
            version_id=asking.version,
            last=last,
            earliest=earliest,
            latest=latest,
            catchup=spec.catchup,
        )
    )


def answered(m: Machine, event: TimetableAnswered) -> Dag | None:
    """Take an answer in; the DAG whose runs it is about, if it is the one that is waited for."""
    dag = m.dags.get(event.dag)
    asking = None if dag is None else dag.asking
    if dag is None or asking is None or not asking.question or asking.question != event.question:
        return None
    asking.question = ""
    asking.again_at = None
    name = ("dag", *dag.key, "ask")
    m.timers.drop(name)
    runs, failure = event.runs, event.failure
    if runs and runs[0].span == asking.last:
        runs, failure = (), "next_dagrun_info named the run that it was asked to follow once more"
    if failure:
        m.rows.append(SaveWarning(dag.key, failure))
        asking.has_warned = True
    elif asking.has_warned:
        m.rows.append(SaveWarning(dag.key, None))
        asking.has_warned = False
    asking.runs = deque(runs)
    if runs and not failure:
        asking.setbacks = 0
    else:
        asking.again_at = m.now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(asking.setbacks, 10))
        asking.setbacks += 1
        m.timers.set(name, asking.again_at)
    return dag
