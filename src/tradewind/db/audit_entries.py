"""Reading the audit log whole: entries with all that is kept of them, a page at a time or all of them in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from tradewind.db.audit_chain import COLUMNS
from tradewind.db.engine import Tx
from tradewind.db.keyset import Keys, paged_by_key, unsteered
from tradewind.db.listing import DateRange, Page, Range, between, rows
from tradewind.db.tables import event_log

__all__ = ["FIELDS", "AuditFilter", "entries_after", "has_hash", "list_entries"]

FIELDS = (*COLUMNS, "hash")
"""What an entry holds."""
_C = event_log.c
_ENTRIES = select(*(_C[name] for name in FIELDS))
_SORTS = {name: _C[name] for name in ("id", "timestamp", "event", "owner", "resource", "name", "address")}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; None: no condition."""

    workspace: str | None = None
    owner: str | None = None
    event: str | None = None
    resource: str | None = None
    name: str | None = None
    address: str | None = None
    dag_id: str | None = None
    run_id: str | None = None
    when: DateRange | None = None


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    given = {name: getattr(wanted, name) for name in AuditFilter.__dataclass_fields__ if name != "when"}
    return [_C[name] == value for name, value in given.items() if value is not None] + between(
        _C.timestamp, wanted.when
    )


def _record(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(FIELDS, row, strict=True))


def list_entries(tx: Tx, wanted: AuditFilter, page: Page) -> tuple[list[dict[str, Any]], int]:
    """A page of entries, and how many there are in all."""
    conditions = _conditions(wanted)
    counted = select(func.count()).select_from(event_log).where(*conditions)
    is_by_id = page.order_by[:1] not in {("timestamp",), ("-timestamp",)}
    if wanted == AuditFilter(workspace=wanted.workspace, when=Range()) and conditions and is_by_id:
        conditions[0] = unsteered(tx, conditions[0])
    keys = Keys(event_log, conditions, _SORTS, (_C.id,), lambda: int(tx.scalar(counted)))
    return paged_by_key(tx, _ENTRIES, keys, page, _record)


def entries_after(tx: Tx, wanted: AuditFilter, after: int, limit: int) -> list[dict[str, Any]]:
    """The next entries in their order."""
    query = _ENTRIES.where(_C.id > after, *_conditions(wanted)).order_by(_C.id).limit(limit)
    return [_record(row) for row in rows(tx, query)]


def has_hash(tx: Tx, hash_of_entry: str) -> bool:
    """Whether an entry has this hash: with a chain that holds, nothing up to it has changed since it was noted."""
    return tx.scalar(select(_C.id).where(_C.hash == hash_of_entry).limit(1)) is not None
