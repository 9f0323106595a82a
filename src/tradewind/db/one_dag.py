"""What the pages of one DAG show of its runs: bars, cells of the grid, days of the calendar, durations of tasks.

Every query is bounded: by a number of runs, and by how many instances these have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select, type_coerce

from tradewind.db import tables as t
from tradewind.db.engine import Tx
from tradewind.db.keyset import unindexed
from tradewind.spec import DagKey

__all__ = ["LINE", "BarFilter", "CellCount", "HourCount", "RunBar", "RunColumn", "TaskSpan", "cells", "columns", "hours",
           "run_bars", "task_spans", "uneven_cells"]  # fmt: skip

MOST_INSTANCES = 150_000
"""Of all runs together, in one answer."""
LINE = "\n"
"""Between the ids of tasks, which have none in them."""
MOST_COUNTED = 60_000
"""Runs of one calendar."""

_R, _I = t.dag_run.c, t.task_instance.c


@dataclass(frozen=True, slots=True, kw_only=True)
class BarFilter:
    """Which runs; None and empty: no condition."""

    before: datetime | None = None
    before_run: str | None = None
    """The run that was due then: others of that moment are shown where they come before it."""
    run_id: str | None = None
    states: Sequence[str] = ()
    run_types: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RunBar:
    """A run as a bar or a column."""

    uid: str
    run_id: str
    state: str
    run_type: str
    run_after: datetime
    logical_date: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    instances: int
    version_number: int | None
    has_note: bool


_BARS = select(
    _R.uid, _R.run_id, _R.state, _R.run_type, _R.run_after, _R.logical_date, _R.queued_at, _R.start_date, _R.end_date,
    _R.duration, _R.instances, t.dag_version.c.version_number, _R.note.is_not(None),
).select_from(t.dag_run.outerjoin(t.dag_version, t.dag_version.c.id == _R.version_id))  # fmt: skip


def run_bars(tx: Tx, dag: DagKey, limit: int, wanted: BarFilter | None = None) -> tuple[list[RunBar], bool]:
    """The last runs of a DAG, oldest first, and whether there are older ones. Runs with very many instances are fewer
    than the limit, but one at least."""
    wanted = wanted or BarFilter()
    conditions: list[ColumnElement[bool]] = [_R.workspace == dag.workspace, _R.dag_id == dag.dag_id]
    if wanted.before is not None:
        conditions.append(_earlier(dag, wanted.before, wanted.before_run))
    if wanted.run_id is not None:
        conditions.append(_R.run_id == wanted.run_id)
    if wanted.states:
        conditions.append(_R.state.in_(wanted.states))
    if wanted.run_types:
        conditions.append(_R.run_type.in_(wanted.run_types))
    # Not by way of the runs of all DAGs, which an index has in this very order.
    order = _R.run_after.desc(), unindexed(tx, _R.uid).desc()
    query = _BARS.where(*conditions).order_by(*order).limit(limit + 1)
    found = [RunBar(*row) for row in tx.execute(query)]
    kept: list[RunBar] = []
    instances = 0
    for bar in found[:limit]:
        instances += bar.instances
        if kept and instances > MOST_INSTANCES:
            break
        kept.append(bar)
    return kept[::-1], len(found) > len(kept)


def _earlier(dag: DagKey, moment: datetime, run_id: str | None) -> ColumnElement[bool]:
    if run_id is None:
        return _R.run_after < moment
    named = t.dag_run.alias().c
    uid = select(named.uid).where(named.workspace == dag.workspace, named.dag_id == dag.dag_id, named.run_id == run_id)
    # The first half is what the index is walked by.
    return and_(_R.run_after <= moment, or_(_R.run_after < moment, _R.uid < uid.scalar_subquery()))


@dataclass(frozen=True, slots=True)
class CellCount:
    """How many instances of a task are in a state, in one run."""

    run_uid: str
    task_id: str
    state: str | None
    count: int
    first_index: int
    """-1: not mapped, or not expanded yet."""
    tries: int
    """The most that one of them has made."""


def cells(tx: Tx, run_uids: Sequence[str]) -> list[CellCount]:
    """The instances of runs, counted by task and state."""
    return _cells(tx, _I.run_uid.in_(run_uids))


def uneven_cells(tx: Tx, run_uids: Sequence[str]) -> list[CellCount]:
    """As `cells`, but only what `columns` cannot tell: instances of mapped tasks, and those that were tried again."""
    return _cells(tx, _I.run_uid.in_(run_uids), or_(_I.map_index >= 0, _I.try_number > 1))


def _cells(tx: Tx, *conditions: ColumnElement[bool]) -> list[CellCount]:
    query = (
        select(_I.run_uid, _I.task_id, _I.state, func.count(), func.min(_I.map_index), func.max(_I.try_number))
        .where(*conditions)
        .group_by(_I.run_uid, _I.task_id, _I.state)
    )
    return [CellCount(*row) for row in tx.execute(query)]


@dataclass(frozen=True, slots=True)
class RunColumn:
    """The instances of one run that are not mapped: a line for each, in the same order in both texts.

    The database puts them together: a row for each instance would cost most of the time that a big grid takes.
    """

    run_uid: str
    tasks: str
    states: str
    """`none` for those that wait."""


def columns(tx: Tx, run_uids: Sequence[str]) -> list[RunColumn]:
    """The states of runs' instances, but of those of mapped tasks."""
    query = (
        select(
            _I.run_uid,
            func.aggregate_strings(_I.task_id, LINE),
            func.aggregate_strings(func.coalesce(_I.state, "none"), LINE),
        )
        .where(_I.run_uid.in_(run_uids), _I.map_index < 0)
        .group_by(_I.run_uid)
    )
    return [RunColumn(*row) for row in tx.execute(query)]


@dataclass(frozen=True, slots=True)
class TaskSpan:
    """From when to when a task worked in one run, all its instances together."""

    run_uid: str
    task_id: str
    start: datetime | None
    end: datetime | None


def task_spans(tx: Tx, run_uids: Sequence[str]) -> list[TaskSpan]:
    """When the tasks of runs worked; those that have not begun are left out."""
    query = (
        select(_I.run_uid, _I.task_id, func.min(_I.start_date), func.max(_I.end_date))
        .where(_I.run_uid.in_(run_uids), _I.start_date.is_not(None))
        .group_by(_I.run_uid, _I.task_id)
    )
    return [TaskSpan(*row) for row in tx.execute(query)]


@dataclass(frozen=True, slots=True)
class HourCount:
    """How many runs of one hour are in a state."""

    hour: str
    """As `2026-11-22T14`, in UTC."""
    state: str
    count: int


def hours(tx: Tx, dag: DagKey, start: datetime, end: datetime) -> tuple[list[HourCount], bool]:
    """The runs of a DAG between two moments, counted by hour and state, and whether older ones had to be left out."""
    newest = (
        select(_R.run_after, _R.state)
        .where(_R.workspace == dag.workspace, _R.dag_id == dag.dag_id, _R.run_after >= start, _R.run_after < end)
        .order_by(_R.run_after.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    hour = _hour_of(tx, newest.c.run_after)
    counted = select(hour, newest.c.state).subquery()
    query = (
        select(counted.c.hour, counted.c.state, func.count())
        .group_by(counted.c.hour, counted.c.state)
        .order_by(counted.c.hour)
    )
    found = [HourCount(*row) for row in tx.execute(query)]
    return found, sum(one.count for one in found) == MOST_COUNTED


def _hour_of(tx: Tx, moment: ColumnElement[Any]) -> ColumnElement[Any]:
    if tx.dialect == "sqlite":
        return func.substr(type_coerce(moment, Text), 1, 13).label("hour")
    return cast(func.to_char(func.timezone("UTC", moment), 'YYYY-MM-DD"T"HH24'), Text).label("hour")
