"""DAG runs as people see them: lists, one run, a request for a run, notes. Their state is written by `transitions`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, false, func, insert, select, type_coerce, update

from tradewind.base.errors import Conflict, NotFound
from tradewind.core.events import RunFacts
from tradewind.core.states import RunState
from tradewind.db.change_log import Change, note
from tradewind.db.dag_patterns import dags_like
from tradewind.db.engine import Tx
from tradewind.db.keyset import FEW, FEW_OF_DAGS, Found, Keys, find, steering, unindexed, unsteered
from tradewind.db.leases import shard_of
from tradewind.db.listing import (
    DateRange,
    NumberRange,
    Page,
    Range,
    among,
    between,
    by_keys,
    columns,
    like,
    prefixed,
)
from tradewind.db.tables import asset, asset_event, dag, dag_run, dag_version, run_asset_event

__all__ = [
    "NO_RUNS", "RunFilter", "RunRecord", "VersionRef", "count_by_state", "counts_of_dags", "dag_names", "get_run",
    "insert_requested", "list_runs", "runs_between", "set_note",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class VersionRef:
    """Which version of a DAG something ran with."""

    id: str
    number: int
    bundle_name: str
    bundle_version: str | None
    created_at: datetime
    spec_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run as it is shown."""

    uid: str
    dag_id: str
    dag_display_name: str
    run_id: str
    run_type: str
    state: RunState
    logical_date: datetime | None
    interval_start: datetime | None
    interval_end: datetime | None
    run_after: datetime
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    """Seconds."""
    conf: dict[str, Any]
    triggered_by: str
    triggering_user: str | None
    note: str | None
    clear_number: int
    updated_at: datetime
    backfill: str | None
    partition_key: str | None
    partition_date: datetime | None
    retry_of: str | None
    reason: str | None
    """Why it was made, where that is not plain."""
    version: VersionRef | None
    """The version it is bound to; of a run just asked for, the DAG's newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs; empty sequences and None: no condition."""

    dag_ids: Sequence[str] = ()
    run_ids: Sequence[str] = ()
    states: Sequence[RunState | None] = ()
    run_types: Sequence[str] = ()
    version_numbers: Sequence[int] = ()
    bundle_version: str | None = None
    conf_contains: str | None = None
    run_after: DateRange | None = None
    logical_date: DateRange | None = None
    start_date: DateRange | None = None
    end_date: DateRange | None = None
    updated_at: DateRange | None = None
    duration: NumberRange | None = None
    run_id_pattern: str | None = None
    run_id_prefix: str | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix: str | None = None
    user_pattern: str | None = None
    user_prefix: str | None = None
    partition_date: DateRange | None = None
    partition_pattern: str | None = None
    partition_prefix: str | None = None
    asset_pattern: str | None = None
    """Of an asset whose events started the run."""
    extra: Sequence[ColumnElement[bool]] = field(default=())


_VERSION_ID = case((dag_run.c.version_id == "", dag.c.version_id), else_=dag_run.c.version_id)
_SAME_DAG = and_(dag.c.workspace == dag_run.c.workspace, dag.c.dag_id == dag_run.c.dag_id)
_JOINED = dag_run.join(dag, _SAME_DAG).outerjoin(dag_version, dag_version.c.id == _VERSION_ID)
_COLUMNS = (
    dag_run.c.uid, dag_run.c.dag_id, dag.c.display_name, dag_run.c.run_id, dag_run.c.run_type, dag_run.c.state,
    dag_run.c.logical_date, dag_run.c.interval_start, dag_run.c.interval_end, dag_run.c.run_after,
    dag_run.c.queued_at, dag_run.c.start_date, dag_run.c.end_date, dag_run.c.duration, dag_run.c.conf,
    dag_run.c.triggered_by, dag_run.c.triggering_user, dag_run.c.note, dag_run.c.clear_number, dag_run.c.updated_at,
    dag_run.c.backfill, dag_run.c.partition_key, dag_run.c.partition_date, dag_run.c.retry_of,
    dag_run.c.reason,
    dag_version.c.id, dag_version.c.version_number, dag_version.c.bundle_name, dag_version.c.bundle_version,
    dag_version.c.created_at, dag_version.c.spec_hash,
)  # fmt: skip
_SELECT = select(*_COLUMNS).select_from(_JOINED)

SORTABLE: dict[str, ColumnElement[Any]] = {
    "id": dag_run.c.uid,
    "dag_id": dag_run.c.dag_id,
    "run_id": dag_run.c.run_id,
    "dag_run_id": dag_run.c.run_id,
    "state": dag_run.c.state,
    "run_type": dag_run.c.run_type,
    "logical_date": dag_run.c.logical_date,
    "run_after": dag_run.c.run_after,
    "start_date": dag_run.c.start_date,
    "end_date": dag_run.c.end_date,
    "queued_at": dag_run.c.queued_at,
    "duration": dag_run.c.duration,
    "updated_at": dag_run.c.updated_at,
    "data_interval_start": dag_run.c.interval_start,
    "data_interval_end": dag_run.c.interval_end,
    "triggering_user_name": dag_run.c.triggering_user,
    "conf": type_coerce(dag_run.c.conf, Text),
    "partition_date": dag_run.c.partition_date,
}


def _record(row: Sequence[Any]) -> RunRecord:
    version = VersionRef(*row[25:]) if row[25] is not None else None
    return RunRecord(
        uid=row[0],
        dag_id=row[1],
        dag_display_name=row[2],
        run_id=row[3],
        run_type=row[4],
        state=RunState(row[5]),
        logical_date=row[6],
        interval_start=row[7],
        interval_end=row[8],
        run_after=row[9],
        queued_at=row[10],
        start_date=row[11],
        end_date=row[12],
        duration=row[13],
        conf=row[14],
        triggered_by=row[15],
        triggering_user=row[16],
        note=row[17],
        clear_number=row[18],
        updated_at=row[19],
        backfill=row[20],
        partition_key=row[21],
        partition_date=row[22],
        retry_of=row[23],
        reason=row[24],
        version=version,
    )


def list_runs(tx: Tx, workspace: str, wanted: RunFilter, page: Page) -> tuple[list[RunRecord], Found]:
    """A page of runs, and what is known of the list: how many match in all, and where the pages around it are.

    Raises:
        InvalidInput: the page sorts by something unknown, or its cursor is none.
    """
    named = dags_like(tx, workspace, wanted.dag_ids, wanted.dag_id_pattern, wanted.dag_id_prefix, of="dag_run")
    if named is not None:
        wanted = replace(wanted, dag_ids=named, dag_id_pattern=None, dag_id_prefix=None)
    conditions = _conditions(workspace, wanted)
    joins_versions = bool(wanted.version_numbers) or wanted.bundle_version is not None
    source = _JOINED if joins_versions else dag_run
    counted: Select[int] = select(func.count()).select_from(source).where(*conditions)
    if len(conditions) > 1 and not _is_by_index(wanted):
        conditions[0] = unsteered(tx, conditions[0])
        counted = select(func.count()).select_from(source).where(*conditions)
    total = cache(lambda: int(tx.scalar(counted)))
    by_run_after = page.order_by[:1] in {("run_after",), ("-run_after",)}
    is_in_order = len(wanted.dag_ids) == 1 and by_run_after
    is_found_first = len(conditions) > 1 and page.cursor is None and not is_in_order
    are_few = is_found_first and total() <= (FEW_OF_DAGS if wanted.dag_ids else FEW)
    if not are_few:
        conditions = _conditions(workspace, wanted, unindexed(tx, dag_run.c.run_id))
        if is_in_order:
            conditions[1] = steering(tx, conditions[1])
    keys = Keys(source, conditions, SORTABLE, (dag_run.c.uid,), total, are_few=are_few)
    found = find(tx, keys, page)
    return [_record(row) for row in by_keys(tx, _SELECT, (dag_run.c.uid,), found.keys)], found


def _is_by_index(wanted: RunFilter) -> bool:
    """Whether an index of runs has something that is asked for."""
    named = (
        wanted.dag_ids,
        wanted.run_ids,
        wanted.states,
        wanted.run_types,
        wanted.run_id_pattern,
        wanted.run_id_prefix,
    )
    bounds = (wanted.run_after, wanted.logical_date, wanted.start_date, wanted.end_date, wanted.duration)
    return any(named) or any(one not in {None, Range()} for one in bounds)


def _conditions(
    workspace: str, wanted: RunFilter, run_id: ColumnElement[str] = dag_run.c.run_id
) -> list[ColumnElement[bool]]:
    found = [dag_run.c.workspace == workspace]
    found += among(dag_run.c.dag_id, wanted.dag_ids)
    found += among(dag_run.c.run_id, wanted.run_ids)
    found += among(dag_run.c.state, wanted.states)
    found += among(dag_run.c.run_type, wanted.run_types)
    found += among(dag_version.c.version_number, wanted.version_numbers)
    if wanted.bundle_version is not None:
        found.append(dag_version.c.bundle_version == wanted.bundle_version)
    if wanted.conf_contains:
        found.append(type_coerce(dag_run.c.conf, Text).contains(wanted.conf_contains, autoescape=True))
    for column, bounds in (
        (dag_run.c.run_after, wanted.run_after),
        (dag_run.c.logical_date, wanted.logical_date),
        (dag_run.c.start_date, wanted.start_date),
        (dag_run.c.end_date, wanted.end_date),
        (dag_run.c.updated_at, wanted.updated_at),
        (dag_run.c.duration, wanted.duration),
    ):
        found += between(column, bounds)
    found += like(run_id, wanted.run_id_pattern) + prefixed(run_id, wanted.run_id_prefix)
    found += like(dag_run.c.dag_id, wanted.dag_id_pattern) + prefixed(dag_run.c.dag_id, wanted.dag_id_prefix)
    part = dag_run.c.partition_key
    found += [*between(dag_run.c.partition_date, wanted.partition_date), *like(part, wanted.partition_pattern)]
    found += prefixed(part, wanted.partition_prefix)
    if wanted.asset_pattern:
        consumed = (
            select(run_asset_event.c.run_uid)
            .join(asset_event, asset_event.c.uid == run_asset_event.c.event_uid)
            .join(asset, asset.c.id == asset_event.c.asset_id)
        )
        found.append(dag_run.c.uid.in_(consumed.where(*like(asset.c.name, wanted.asset_pattern))))
    user = dag_run.c.triggering_user
    return found + like(user, wanted.user_pattern) + prefixed(user, wanted.user_prefix) + list(wanted.extra)


def get_run(tx: Tx, workspace: str, dag_id: str, run_id: str) -> RunRecord:
    """One run.

    Raises:
        NotFound: there is none of this id.
    """
    statement = _SELECT.where(dag_run.c.workspace == workspace, dag_run.c.dag_id == dag_id, dag_run.c.run_id == run_id)
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise NotFound(
            f"The DagRun with dag_id: `{dag_id}` and run_id: `{run_id}` was not found", dag_id=dag_id, run_id=run_id
        )
    return _record(row)


def runs_between(tx: Tx, workspace: str, dag_id: str, start: datetime | None, end: datetime | None) -> list[RunRecord]:
    """All runs of a DAG whose logical date is within the bounds, oldest first."""
    statement = _SELECT.where(dag_run.c.workspace == workspace, dag_run.c.dag_id == dag_id)
    if start is not None:
        statement = statement.where(dag_run.c.logical_date >= start)
    if end is not None:
        statement = statement.where(dag_run.c.logical_date <= end)
    return [_record(row) for row in tx.execute(statement.order_by(dag_run.c.run_after, dag_run.c.uid))]


def insert_requested(tx: Tx, facts: RunFacts, now: datetime) -> None:
    """Insert a run that somebody asked for, in state queued; the scheduler hears of it by `RunRequested`.

    Raises:
        Conflict: the DAG has a run of this id or of this logical date.
    """
    same = [dag_run.c.run_id == facts.run_id]
    if facts.logical_date is not None:
        same.append(dag_run.c.logical_date == facts.logical_date)
    for condition, name, value in zip(
        same, ("run_id", "logical_date"), (facts.run_id, facts.logical_date), strict=False
    ):
        there = select(dag_run.c.run_id).where(
            dag_run.c.workspace == facts.dag.workspace, dag_run.c.dag_id == facts.dag.dag_id, condition
        )
        if tx.scalar(there) is not None:
            raise Conflict(
                f"DAGRun with dag_id: `{facts.dag.dag_id}` and {name}: `{value}` already exists",
                dag_id=facts.dag.dag_id,
                **{name: value},
            )
    row = {
        "uid": facts.uid,
        "workspace": facts.dag.workspace,
        "dag_id": facts.dag.dag_id,
        "run_id": facts.run_id,
        "run_type": facts.run_type,
        "state": RunState.QUEUED.value,
        "logical_date": facts.logical_date,
        "interval_start": facts.interval_start,
        "interval_end": facts.interval_end,
        "run_after": facts.run_after,
        "queued_at": facts.queued_at,
        "conf": dict(facts.conf),
        "version_id": facts.version_id,
        "triggered_by": facts.triggered_by,
        "triggering_user": facts.triggering_user,
        "note": facts.note,
        "backfill": facts.backfill,
        "partition_key": facts.partition_key,
        "partition_date": facts.partition_date,
        "retry_of": facts.retry_of,
        "reason": facts.reason,
        "shard": shard_of(facts.dag),
        "updated_at": now,
    }
    tx.execute(insert(dag_run), [row])
    asked = Change(
        kind="dag_run", workspace=facts.dag.workspace, dag_id=facts.dag.dag_id, run_id=facts.run_id, new="queued"
    )
    note(tx, [asked], now)


def set_note(tx: Tx, uid: str, note: str | None, by: str, now: datetime) -> None:
    """Write a note on a run."""
    tx.execute(update(dag_run).where(dag_run.c.uid == uid).values(note=note, note_by=by, updated_at=now))


def dag_names(tx: Tx, workspace: str, dag_ids: Sequence[str] = ()) -> dict[str, str]:
    """DAG id -> display name, of these DAGs, or of all that their files still hold; by id."""
    statement = select(dag.c.dag_id, dag.c.display_name).where(dag.c.workspace == workspace)
    statement = statement.where(dag.c.dag_id.in_(dag_ids) if dag_ids else dag.c.is_stale == false())
    ids, names = columns(tx, statement)
    found = dict[str, str](zip(ids, names, strict=True))
    return {dag_id: found[dag_id] for dag_id in sorted(ids)}


def count_by_state(tx: Tx, workspace: str, dag_id: str) -> dict[RunState, int]:
    """How many runs of a DAG are in each state."""
    return dict(zip(RunState, counts_of_dags(tx, workspace, [dag_id]).get(dag_id, NO_RUNS), strict=True))


NO_RUNS = (0,) * len(RunState)


def counts_of_dags(tx: Tx, workspace: str, dag_ids: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """DAG id -> how many runs are in each state, in the order of `RunState`; no DAG ids: of all DAGs that have runs.

    They are counted in an index, in its order. DAGs with equal counts share them: of ten thousand most do.
    """
    counted = (
        select(dag_run.c.dag_id, dag_run.c.state, func.count().label("runs"))
        .where(dag_run.c.workspace == workspace, *among(dag_run.c.dag_id, dag_ids))
        .group_by(dag_run.c.dag_id, dag_run.c.state)
    )
    said: dict[str, str] = {}
    for dag_id, state, count in zip(*columns(tx, counted), strict=True):
        said[dag_id] = f"{said.get(dag_id, '')} {state}={count}"
    read = cache(_counts)
    return {dag_id: read(words) for dag_id, words in said.items()}


def _counts(words: str) -> tuple[int, ...]:
    known = dict(pair.split("=") for pair in words.split())
    return tuple(int(known.get(state.value, 0)) for state in RunState)
