"""The audit log as a chain: entries are added with the hash of what came before, checked, and cut off at the old end.

Whoever adds an entry locks the one row of `audit_head` until its commit, so entries of all processes stand in one order
without gaps. The hash of an entry covers all its columns and the hash of the entry before it. On PostgreSQL the lock is let
go before the commit is on the disk, and the disk is waited for after that: else as many entries could be made in a second
as the disk can be waited for, one after the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ScalarSelect, delete, func, insert, select, update

from tradewind.db import listing
from tradewind.db.columns import moment_to_text
from tradewind.db.engine import Tx
from tradewind.db.tables import audit_head, event_log

__all__ = ["COLUMNS", "CUT_EVENT", "START", "Break", "Verdict", "append", "cut", "first_kept", "link", "verify"]

START = "0" * 64
"""What stands for the hash before the first entry."""
CUT_EVENT = "cut_audit_log"
_AT_ONCE = 2000
_C, _H = event_log.c, audit_head.c
COLUMNS = tuple(column.name for column in event_log.c if column.name != "hash")
"""What a hash covers, in this order."""
_HEAD = select(_H.last_id, _H.last_hash, _H.cut_id, _H.cut_hash)
_ENTRIES = select(*(_C[name] for name in COLUMNS), _C.hash)


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that is not as it was written."""

    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What looking at the whole chain found."""

    entries: int
    first_id: int
    """Of the entries that are there; those before it were cut off."""
    last_id: int
    head: str
    """The hash of the last entry: whoever keeps it elsewhere can tell later that nothing before it has changed."""
    broken: Break | None = None


def link(previous: str, row: Mapping[str, Any]) -> str:
    """The hash of an entry after the entry with the hash `previous`."""
    values = [previous, *(_plain(row.get(name)) for name in COLUMNS)]
    return hashlib.sha256(msgspec.json.encode(values)).hexdigest()


def _plain(value: Any) -> Any:
    return moment_to_text(value) if isinstance(value, datetime) else value


def append(tx: Tx, row: Mapping[str, Any]) -> int:
    """Add an entry and return its number. Do this last in a transaction: others who add one wait for its end."""
    whole = tx.whole
    tx.wait_for_disk_without_locks()
    [last_id, last_hash, _, _] = whole.execute(_HEAD.with_for_update()).one()
    entry = {name: row.get(name) for name in COLUMNS} | {"id": last_id + 1}
    entry["hash"] = link(last_hash, entry)
    whole.execute(insert(event_log), entry)
    whole.execute(update(audit_head).values(last_id=last_id + 1, last_hash=entry["hash"]))
    return last_id + 1


# -- looking at it ---------------------------------------------------------------------------------------------------


def verify(tx: Tx) -> Verdict:
    """Go through all entries, from the oldest that is kept to the head."""
    whole = tx.whole
    [head_id, head_hash, cut_id, previous] = whole.execute(_HEAD).one()
    at, count, cut_said = cut_id, 0, (0, START)
    for row in _rows(whole):
        entry = dict(zip((*COLUMNS, "hash"), row, strict=True))
        broken = _break(at + 1, previous, entry)
        if broken is not None:
            return Verdict(count, cut_id + 1, at, previous, broken)
        at, previous, count = entry["id"], entry["hash"], count + 1
        if entry["event"] == CUT_EVENT:
            cut_said = _cut_said(entry["extra"])
    return Verdict(count, cut_id + 1, at, previous, _wrong_end((at, previous), (head_id, head_hash), cut_id, cut_said))


def _rows(tx: Tx) -> Generator[Sequence[Any], None, None]:
    """All entries, also any that should not be there: before the cut, or behind the head."""
    at: int | None = None
    while True:
        condition = [] if at is None else [_C.id > at]
        some = listing.rows(tx, _ENTRIES.where(*condition).order_by(_C.id).limit(_AT_ONCE))
        yield from some
        if len(some) < _AT_ONCE:
            return
        at = some[-1][0]


def _break(expected_id: int, previous: str, entry: Mapping[str, Any]) -> Break | None:
    if entry["id"] < expected_id:
        return Break(entry["id"], f"it stands before entry {expected_id}, where the log begins")
    if entry["id"] > expected_id:
        return Break(expected_id, f"it is missing; the next one is {entry['id']}")
    if entry["hash"] != link(previous, entry):
        return Break(expected_id, "its content, or that of the entry before it, is not what was written")
    return None


def _cut_said(extra: str | None) -> tuple[int, str]:
    said = msgspec.json.decode(extra or "{}")
    return said.get("through_id", 0), said.get("through_hash", START)


def _wrong_end(at: tuple[int, str], head: tuple[int, str], cut_id: int, cut_said: tuple[int, str]) -> Break | None:
    if at[0] < head[0]:
        return Break(at[0] + 1, f"it is missing, and all after it; the last one written was {head[0]}")
    if at != head:
        return Break(at[0], f"it is not the last one that was written, which was {head[0]}")
    if cut_said[0] != cut_id:
        return Break(cut_id + 1, f"the log begins here, and no entry {CUT_EVENT} says so")
    return None


# -- letting go of the old end ---------------------------------------------------------------------------------------


def first_kept(before: datetime) -> ScalarSelect[Any]:
    """The number of the first entry that stays when all before a moment go: entries go from the old end only."""
    young = select(func.min(_C.id)).where(_C.timestamp >= before).scalar_subquery()
    behind = select(_H.last_id + 1).scalar_subquery()
    return select(func.coalesce(young, behind)).scalar_subquery()


def cut(tx: Tx, before: datetime, now: datetime) -> int:
    """Delete the entries before a moment, and leave an entry that says so.

    Returns:
        How many went.
    """
    tx.execute(_HEAD.with_for_update()).one()  # nobody adds one meanwhile
    through = tx.scalar(select(first_kept(before))) - 1
    anchor = tx.scalar(select(_C.hash).where(_C.id == through))
    if anchor is None:
        return 0
    tx.execute(update(audit_head).values(cut_id=through, cut_hash=anchor))
    gone = tx.execute(delete(event_log).where(_C.id <= through)).rowcount
    said = {"entries": gone, "through_id": through, "through_hash": anchor}
    append(
        tx,
        {
            "timestamp": now, "workspace": "default", "event": CUT_EVENT, "resource": "audit", "via": "process",
            "extra": msgspec.json.encode(said).decode(),
        },
    )  # fmt: skip
    return gone
