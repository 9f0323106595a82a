"""Events of assets: what was told, by whom, and which runs it started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from tradewind.db import tables as t
from tradewind.db.engine import Tx
from tradewind.db.keyset import Keys, paged_by_key, unsteered
from tradewind.db.listing import DateRange, Page, between, like, prefixed, rows

__all__ = [
    "AssetEventRecord",
    "EventFilter",
    "EventsOf",
    "StartedRun",
    "aliases_of",
    "event_by_uid",
    "events_of",
    "events_of_run",
    "list_events",
    "source_runs",
    "started_runs",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetEventRecord:
    """An event."""

    id: int
    uid: str
    asset_id: int
    name: str
    uri: str
    group: str
    extra: dict[str, Any]
    partition_key: str | None
    source_dag_id: str | None
    source_run_id: str | None
    source_task_id: str | None
    source_map_index: int
    told_by: str | None
    timestamp: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """A run that an event started, with others or alone."""

    event_uid: str
    dag_id: str
    run_id: str
    state: str
    logical_date: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    interval_start: datetime | None
    interval_end: datetime | None
    run_after: datetime
    partition_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events; None: no condition."""

    asset_id: int | None = None
    source_dag_id: str | None = None
    source_task_id: str | None = None
    source_run_id: str | None = None
    source_map_index: int | None = None
    name_pattern: str | None = None
    name_prefix: str | None = None
    timestamp: DateRange | None = None


_A, _E = t.asset.c, t.asset_event.c
_SELECT = select(
    _E.id, _E.uid, _E.asset_id, _A.name, _A.uri, _A.group_name.label("group"), _E.extra, _E.partition_key,
    _E.source_dag_id, _E.source_run_id, _E.source_task_id, _E.source_map_index, _E.told_by, _E.timestamp,
).join(t.asset, _A.id == _E.asset_id)  # fmt: skip
_SORTS: dict[str, ColumnElement[Any]] = {
    "id": _E.id,
    "timestamp": _E.timestamp,
    "source_dag_id": _E.source_dag_id,
    "source_task_id": _E.source_task_id,
    "source_run_id": _E.source_run_id,
    "source_map_index": _E.source_map_index,
}


_NAMES = [str(column.key) for column in _SELECT.selected_columns]


def _record(row: Sequence[Any]) -> AssetEventRecord:
    return AssetEventRecord(**dict(zip(_NAMES, row, strict=True)))


def list_events(tx: Tx, workspace: str, wanted: EventFilter, page: Page) -> tuple[list[AssetEventRecord], int]:
    """A page of events, and how many match in all."""
    conditions = [_E.workspace == workspace, *between(_E.timestamp, wanted.timestamp)]
    for column, value in (
        (_E.asset_id, wanted.asset_id),
        (_E.source_dag_id, wanted.source_dag_id),
        (_E.source_task_id, wanted.source_task_id),
        (_E.source_run_id, wanted.source_run_id),
        (_E.source_map_index, wanted.source_map_index),
    ):
        if value is not None:
            conditions.append(column == value)
    by_name = [*like(_A.name, wanted.name_pattern), *prefixed(_A.name, wanted.name_prefix)]
    conditions += by_name
    source = t.asset_event.join(t.asset, _A.id == _E.asset_id) if by_name else t.asset_event
    counted = select(func.count()).select_from(source).where(*conditions)
    if len(conditions) == 1 and page.order_by[:1] not in {("timestamp",), ("-timestamp",)}:
        conditions[0] = unsteered(tx, conditions[0])
    keys = Keys(source, conditions, _SORTS, (_E.id,), lambda: int(tx.scalar(counted)))
    return paged_by_key(tx, _SELECT, keys, page, _record)


def event_by_uid(tx: Tx, uid: str) -> AssetEventRecord:
    """The event of this uid, which must be there."""
    return _record(tx.execute(_SELECT.where(_E.uid == uid)).one())


def events_of_run(tx: Tx, run_uid: str) -> list[AssetEventRecord]:
    """The events that a run was started by, the oldest first."""
    joined = t.run_asset_event.c
    query = _SELECT.join(t.run_asset_event, joined.event_uid == _E.uid).where(joined.run_uid == run_uid)
    return [_record(row) for row in tx.execute(query.order_by(_E.id))]


def started_runs(tx: Tx, events: Sequence[str]) -> list[StartedRun]:
    """The runs that these events started, by event."""
    if not events:
        return []
    r, joined = t.dag_run.c, t.run_asset_event.c
    query = (
        select(
            joined.event_uid, r.dag_id, r.run_id, r.state, r.logical_date, r.start_date, r.end_date, r.interval_start,
            r.interval_end, r.run_after, r.partition_key,
        )
        .join(t.dag_run, r.uid == joined.run_uid)
        .where(joined.event_uid.in_(events))
        .order_by(r.run_after, r.uid)
    )  # fmt: skip
    return [StartedRun(**row) for row in tx.execute(query).mappings()]


def source_runs(tx: Tx, workspace: str, events: Sequence[AssetEventRecord]) -> dict[tuple[str, str], dict[str, Any]]:
    """(DAG, run id) -> `run_type`, `logical_date`, `interval_start` and `interval_end` of the runs that told of these."""
    run = t.dag_run.c
    wanted = {(event.source_dag_id, event.source_run_id) for event in events if event.source_dag_id is not None}
    if not wanted:
        return {}
    query = select(run.dag_id, run.run_id, run.run_type, run.logical_date, run.interval_start, run.interval_end).where(
        run.workspace == workspace,
        run.dag_id.in_({dag_id for dag_id, _ in wanted}),
        run.run_id.in_({run_id for _, run_id in wanted}),
    )
    return {(row["dag_id"], row["run_id"]): dict(row) for row in tx.execute(query).mappings()}


def aliases_of(tx: Tx, events: Sequence[str]) -> dict[str, list[str]]:
    """Event -> names of the aliases that it came through."""
    if not events:
        return {}
    joined = t.asset_event_alias.c
    query = (
        select(joined.event_uid, t.asset_alias.c.name)
        .join(t.asset_alias, t.asset_alias.c.id == joined.alias_id)
        .where(joined.event_uid.in_(events))
        .order_by(t.asset_alias.c.name)
    )
    found: dict[str, list[str]] = {}
    for uid, name in rows(tx, query):
        found.setdefault(uid, []).append(name)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsOf:
    """Events that a task asks for: of an asset, or of an alias."""

    workspace: str
    name: str = ""
    uri: str = ""
    alias: str = ""
    after: datetime | None = None
    before: datetime | None = None
    ascending: bool = True
    limit: int | None = None


def events_of(tx: Tx, wanted: EventsOf) -> list[AssetEventRecord]:
    """What a task asked for, in order of time."""
    query = _SELECT.where(_E.workspace == wanted.workspace)
    if wanted.alias:
        named = select(t.asset_event_alias.c.event_uid).join(
            t.asset_alias, t.asset_alias.c.id == t.asset_event_alias.c.alias_id
        )
        named = named.where(t.asset_alias.c.workspace == wanted.workspace, t.asset_alias.c.name == wanted.alias)
        query = query.where(_E.uid.in_(named))
    if wanted.name:
        query = query.where(_A.name == wanted.name)
    if wanted.uri:
        query = query.where(_A.uri == wanted.uri)
    if wanted.after is not None:
        query = query.where(_E.timestamp >= wanted.after)
    if wanted.before is not None:
        query = query.where(_E.timestamp <= wanted.before)
    order = (_E.timestamp, _E.id) if wanted.ascending else (_E.timestamp.desc(), _E.id.desc())
    query = query.order_by(*order)
    if wanted.limit is not None:
        query = query.limit(wanted.limit)
    return [_record(row) for row in tx.execute(query)]
