"""The audit log: who did what, when, to which DAG, run or task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from tradewind.base.errors import NotFound
from tradewind.db import audit_chain
from tradewind.db.engine import Tx
from tradewind.db.keyset import Keys, paged_by_key, unsteered
from tradewind.db.listing import DateRange, Page, Range, among, between, like, prefixed
from tradewind.db.tables import event_log

__all__ = ["EventFilter", "EventRecord", "NewEvent", "get_event", "list_events", "record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One entry."""

    id: int
    timestamp: datetime
    event: str
    owner: str | None
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None
    logical_date: datetime | None
    extra: str | None
    """What else was said, as JSON text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which entries; None and empty: no condition."""

    workspace: str = "default"
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    try_number: int | None = None
    owner: str | None = None
    event: str | None = None
    included_events: Sequence[str] = ()
    excluded_events: Sequence[str] = ()
    when: DateRange | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix: str | None = None
    owner_pattern: str | None = None
    owner_prefix: str | None = None
    event_pattern: str | None = None
    event_prefix: str | None = None


_C = event_log.c
_EVENTS = select(
    _C.id, _C.timestamp, _C.event, _C.owner, _C.dag_id, _C.run_id, _C.task_id, _C.map_index, _C.try_number,
    _C.logical_date, _C.extra,
)  # fmt: skip
_NAMES = tuple(column.name for column in _EVENTS.selected_columns)
_SORTS = {
    "id": _C.id, "event_log_id": _C.id, "when": _C.timestamp, "dttm": _C.timestamp, "event": _C.event,
    "owner": _C.owner, "dag_id": _C.dag_id, "run_id": _C.run_id, "task_id": _C.task_id, "map_index": _C.map_index,
    "try_number": _C.try_number, "logical_date": _C.logical_date, "extra": _C.extra,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An entry to be added."""

    workspace: str
    timestamp: datetime
    event: str
    owner: str | None
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    try_number: int | None = None
    logical_date: datetime | None = None
    extra: str | None = None
    via: str | None = None
    """How whoever did it was recognised: ``token``, ``session``, ``proxy``, ``process``, ``task``."""
    address: str | None = None
    """From where; None: from this machine's command line, or not known."""
    resource: str | None = None
    """What kind of thing it was done to."""
    name: str | None = None
    """Which one."""
    before: str | None = None
    """JSON text: the fields that changed, as they were. Of secrets only that they changed."""
    after: str | None = None


def record(tx: Tx, new: NewEvent) -> None:
    """Add an entry to the chain; the last thing a transaction does, as others who add one wait for its end."""
    audit_chain.append(tx, {name: getattr(new, name) for name in _NEW})


_NEW = tuple(NewEvent.__dataclass_fields__)


def get_event(tx: Tx, workspace: str, event_id: int) -> EventRecord:
    """An entry of a workspace by its number.

    Raises:
        NotFound: no such entry.
    """
    row = tx.execute(_EVENTS.where(_C.id == event_id, _C.workspace == workspace)).first()
    if row is None:
        raise NotFound(f"there is no event log entry {event_id}", event_log_id=event_id)
    return _record(row)


def list_events(tx: Tx, wanted: EventFilter, page: Page) -> tuple[list[EventRecord], int]:
    """Entries, the oldest first where the page does not say, and how many there are in all."""
    conditions = _conditions(wanted)
    is_by_index = len(conditions) == 1 or wanted.dag_id is not None or wanted.when not in {None, Range()}
    whole = conditions[0] if is_by_index else unsteered(tx, conditions[0])
    counted = select(func.count()).select_from(event_log).where(whole, *conditions[1:])
    if wanted.dag_id is None and page.order_by[:1] not in {("when",), ("-when",)} and wanted.when in {None, Range()}:
        conditions[0] = unsteered(tx, conditions[0])
    keys = Keys(event_log, conditions, _SORTS, (_C.id,), lambda: int(tx.scalar(counted)))
    return paged_by_key(tx, _EVENTS, keys, page, _record)


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_C.workspace == wanted.workspace]
    for name in ("dag_id", "run_id", "task_id", "map_index", "try_number", "owner", "event"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(_C[name] == value)
    for name in ("dag_id", "run_id", "task_id", "owner", "event"):
        found += like(_C[name], getattr(wanted, f"{name}_pattern"))
        found += prefixed(_C[name], getattr(wanted, f"{name}_prefix"))
    found += among(_C.event, wanted.included_events)
    if wanted.excluded_events:
        found.append(_C.event.not_in(wanted.excluded_events))
    return found + between(_C.timestamp, wanted.when)


def _record(row: Sequence[Any]) -> EventRecord:
    return EventRecord(**dict(zip(_NAMES, row, strict=True)))
