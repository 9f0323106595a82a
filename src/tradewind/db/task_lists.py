"""Lists of task instances: filtered by anything, in any order, a page at a time, out of millions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, select

from tradewind.core.states import TaskState
from tradewind.db.dag_patterns import dags_like
from tradewind.db.engine import Tx
from tradewind.db.keyset import FEW, FEW_OF_DAGS, Found, Keys, find, unsteered
from tradewind.db.listing import (
    DateRange,
    NumberRange,
    Page,
    Range,
    among,
    between,
    by_keys,
    like,
    prefixed,
    rows,
)
from tradewind.db.tables import dag_run, dag_version, task_instance
from tradewind.db.tasks import COLUMNS, KEY, TaskRecord, task_record, with_all, with_run, with_version

__all__ = ["TaskFilter", "list_tasks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which instances; empty sequences and None: no condition."""

    dag_ids: Sequence[str] = ()
    run_ids: Sequence[str] = ()
    run_uids: Sequence[str] = ()
    """Quicker than run ids where the run is known: the instances of a run lie together."""
    task_ids: Sequence[str] = ()
    states: Sequence[TaskState | None] = ()
    pools: Sequence[str] = ()
    queues: Sequence[str] = ()
    executors: Sequence[str] = ()
    operators: Sequence[str] = ()
    version_numbers: Sequence[int] = ()
    try_numbers: Sequence[int] = ()
    map_indexes: Sequence[int] = ()
    run_after: DateRange | None = None
    logical_date: DateRange | None = None
    start_date: DateRange | None = None
    end_date: DateRange | None = None
    updated_at: DateRange | None = None
    duration: NumberRange | None = None
    task_id_pattern: str | None = None
    task_id_prefix: str | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix: str | None = None
    pool_pattern: str | None = None
    pool_prefix: str | None = None
    queue_pattern: str | None = None
    queue_prefix: str | None = None
    operator_pattern: str | None = None
    operator_prefix: str | None = None
    map_name_pattern: str | None = None
    map_name_prefix: str | None = None
    only_mapped: bool = False


SORTABLE: dict[str, ColumnElement[Any]] = {
    "id": task_instance.c.run_uid,
    "task_id": task_instance.c.task_id,
    "task_display_name": task_instance.c.task_id,
    "dag_id": task_instance.c.dag_id,
    "run_id": dag_run.c.run_id,
    "state": task_instance.c.state,
    "duration": task_instance.c.duration,
    "start_date": task_instance.c.start_date,
    "end_date": task_instance.c.end_date,
    "queued_when": task_instance.c.queued_at,
    "scheduled_when": task_instance.c.scheduled_at,
    "updated_at": task_instance.c.updated_at,
    "map_index": task_instance.c.map_index,
    "try_number": task_instance.c.try_number,
    "logical_date": dag_run.c.logical_date,
    "run_after": dag_run.c.run_after,
    "data_interval_start": dag_run.c.interval_start,
    "data_interval_end": dag_run.c.interval_end,
    "rendered_map_index": task_instance.c.rendered_map_index,
    "operator": task_instance.c.operator,
    "pool": task_instance.c.pool,
    "queue": task_instance.c.queue,
    "priority_weight": task_instance.c.priority_weight,
}

_SHOWN = select(*COLUMNS).select_from(with_all(task_instance))


def list_tasks(tx: Tx, workspace: str, wanted: TaskFilter, page: Page) -> tuple[list[TaskRecord], Found]:
    """A page of task instances, and what is known of the list: how many match in all, and what is around the page.

    The keys of the page are found first, from as few tables as the conditions and the order need; only for them is
    the rest joined.

    Raises:
        InvalidInput: the page sorts by something unknown, or its cursor is none.
    """
    named = dags_like(tx, workspace, wanted.dag_ids, wanted.dag_id_pattern, wanted.dag_id_prefix, of="task_instance")
    if named is not None:
        wanted = replace(wanted, dag_ids=named, dag_id_pattern=None, dag_id_prefix=None)
    if wanted.run_ids:
        wanted = replace(wanted, run_ids=(), run_uids=_uids(tx, workspace, wanted) or ("",))
    conditions = _conditions(workspace, wanted)
    if tx.dialect == "sqlite":
        conditions = _steered(conditions, wanted, page)
    source = _least_join(wanted, page.order_by)
    total = cache(lambda: _total(tx, workspace, wanted))
    are_few = _is_found_first(wanted, page) and total() <= (FEW_OF_DAGS if wanted.dag_ids else FEW)
    found = find(tx, Keys(source, conditions, SORTABLE, KEY, total, are_few=are_few), page)
    shown = by_keys(tx, _SHOWN, KEY, found.keys)
    return [task_record(row) for row in shown], found


def _is_found_first(wanted: TaskFilter, page: Page) -> bool:
    """Whether what is asked for may be better found by its conditions, and then sorted. The instances of a run lie in
    the order of their keys, and others in that of their start."""
    is_in_order = wanted.run_uids or (_is_by_start(wanted, page) and not wanted.dag_ids)
    return page.cursor is None and not is_in_order and wanted != TaskFilter()


def _is_by_start(wanted: TaskFilter, page: Page) -> bool:
    return _bounds(wanted.start_date) or page.order_by[:1] in {("start_date",), ("-start_date",)}


def _total(tx: Tx, workspace: str, wanted: TaskFilter) -> int:
    """How many instances match. Of all, of a DAG's and of those that succeeded, nothing is counted one by one."""
    asked = {
        name for name in TaskFilter.__dataclass_fields__ if getattr(wanted, name) not in (None, (), [], False, Range())
    }
    if asked <= {"dag_ids", "states"} and tx.sees_alike("task_instance", "dag_run"):
        if not wanted.states:
            return _of_runs(tx, workspace, wanted.dag_ids)
        if not wanted.dag_ids and TaskState.SUCCESS in wanted.states:
            others = [state for state in TaskState if state not in wanted.states]
            rest = _counted(tx, workspace, TaskFilter(states=others)) if others else 0
            if None not in wanted.states:  # asked for alone, as an index finds it only so
                rest += _counted(tx, workspace, TaskFilter(states=[None]))
            return _of_runs(tx, workspace, ()) - rest
    return _counted(tx, workspace, wanted)


def _of_runs(tx: Tx, workspace: str, dag_ids: Sequence[str]) -> int:
    """What the runs say of how many instances they have."""
    summed = select(dag_run.c.instances).where(*among(dag_run.c.dag_id, dag_ids))
    here = dag_run.c.workspace == workspace
    if not dag_ids and tx.whole is not tx:  # which index has the figures, but not the DAGs that may be seen
        here = unsteered(tx, here)
    elif (
        not dag_ids
    ):  # in this order they stand in an index, which PostgreSQL overlooks otherwise: a fifth of the table
        summed = summed.order_by(dag_run.c.uid)
    found = summed.where(here).subquery()
    return int(tx.scalar(select(func.coalesce(func.sum(found.c.instances), 0))))


def _counted(tx: Tx, workspace: str, wanted: TaskFilter) -> int:
    conditions = _conditions(workspace, wanted)
    if tx.dialect == "sqlite":
        conditions = _steered(conditions, wanted, Page())
    return int(tx.scalar(select(func.count()).select_from(_least_join(wanted, ())).where(*conditions)))


def _uids(tx: Tx, workspace: str, wanted: TaskFilter) -> list[str]:
    """The runs with these run ids."""
    found = select(dag_run.c.uid).where(
        dag_run.c.workspace == workspace,
        *among(dag_run.c.run_id, wanted.run_ids),
        *among(dag_run.c.dag_id, wanted.dag_ids),
        *among(dag_run.c.uid, wanted.run_uids),
    )
    return [row[0] for row in rows(tx, found)]


def _steered(conditions: list[ColumnElement[bool]], wanted: TaskFilter, page: Page) -> list[ColumnElement[bool]]:
    """The same conditions, those hidden from SQLite that would lead its planner to an index of little use.

    It keeps no statistics by itself, and takes any index on the workspace, or on a state that most rows have, for a
    good one; then it sorts a million rows instead of reading a hundred in the order of keys.
    """
    is_by_date = _is_by_start(wanted, page)
    is_most = TaskState.SUCCESS in wanted.states
    finds_by_state = (len(wanted.states) == 1 and is_by_date) or (bool(wanted.states) and not is_most)
    steered = list(conditions)
    if wanted.run_uids or not (wanted.dag_ids or is_by_date or finds_by_state):
        steered[0] = _hidden(steered[0])
    if wanted.states and (wanted.run_uids or not finds_by_state):
        plain = among(task_instance.c.state, wanted.states)[0]
        steered = [_hidden(one) if one.compare(plain) else one for one in steered]
    return steered


def _hidden(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that no index can serve."""
    return func.likely(condition)


_RUN_SORTS = frozenset({"run_id", "logical_date", "run_after", "data_interval_start", "data_interval_end"})


def _bounds(given: DateRange | None) -> bool:
    """Whether a range has any bound at all."""
    return given is not None and given != Range()


def _least_join(wanted: TaskFilter, order_by: Sequence[str]) -> FromClause:
    """The tables that conditions and order speak of, and no more: counting a million rows should touch one index."""
    if wanted.version_numbers:
        return with_version(task_instance)
    names_run = wanted.run_ids or wanted.run_id_pattern or wanted.run_id_prefix
    sorts_run = any(name.removeprefix("-") in _RUN_SORTS for name in order_by)
    needs_run = names_run or sorts_run or _bounds(wanted.run_after) or _bounds(wanted.logical_date)
    return with_run(task_instance) if needs_run else task_instance


def _conditions(workspace: str, wanted: TaskFilter) -> list[ColumnElement[bool]]:
    found = [task_instance.c.workspace == workspace]
    for column, values in (
        (task_instance.c.dag_id, wanted.dag_ids),
        (dag_run.c.run_id, wanted.run_ids),
        (task_instance.c.run_uid, wanted.run_uids),
        (task_instance.c.task_id, wanted.task_ids),
        (task_instance.c.state, wanted.states),
        (task_instance.c.pool, wanted.pools),
        (task_instance.c.queue, wanted.queues),
        (task_instance.c.executor, wanted.executors),
        (task_instance.c.operator, wanted.operators),
        (task_instance.c.try_number, wanted.try_numbers),
        (task_instance.c.map_index, wanted.map_indexes),
        (dag_version.c.version_number, wanted.version_numbers),
    ):
        found += among(column, values)
    for column, bounds in (
        (dag_run.c.run_after, wanted.run_after),
        (dag_run.c.logical_date, wanted.logical_date),
        (task_instance.c.start_date, wanted.start_date),
        (task_instance.c.end_date, wanted.end_date),
        (task_instance.c.updated_at, wanted.updated_at),
        (task_instance.c.duration, wanted.duration),
    ):
        found += between(column, bounds)
    for column, pattern, prefix in (
        (task_instance.c.task_id, wanted.task_id_pattern, wanted.task_id_prefix),
        (task_instance.c.dag_id, wanted.dag_id_pattern, wanted.dag_id_prefix),
        (dag_run.c.run_id, wanted.run_id_pattern, wanted.run_id_prefix),
        (task_instance.c.pool, wanted.pool_pattern, wanted.pool_prefix),
        (task_instance.c.queue, wanted.queue_pattern, wanted.queue_prefix),
        (task_instance.c.operator, wanted.operator_pattern, wanted.operator_prefix),
        (task_instance.c.rendered_map_index, wanted.map_name_pattern, wanted.map_name_prefix),
    ):
        found += like(column, pattern) + prefixed(column, prefix)
    if wanted.only_mapped:
        found.append(task_instance.c.map_index >= 0)
    return found
