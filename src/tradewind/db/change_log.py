"""The log of changes: one row for each transaction that changed something people watch, kept for a while.

Rows are numbered in the order of their commits, so that a reader may go on after the last number it has seen. On SQLite
there is one writer; on PostgreSQL a writer takes a lock with its row, the last statement of its transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import delete, func, select

from tradewind.db.bulk import moments
from tradewind.db.columns import moment_from_text
from tradewind.db.engine import Tx
from tradewind.db.tables import change_log

__all__ = ["CHANNEL", "KINDS", "Announcer", "Change", "Kind", "LoggedRow", "append", "bounds", "note", "prune", "read"]

CHANNEL = "tradewind_changes"
"""What PostgreSQL notifies when the log has grown."""

Kind = Literal["dag_run", "task_instance", "expansion", "dag", "asset_event", "import_error", "backfill"]
KINDS: tuple[Kind, ...] = ("dag_run", "task_instance", "expansion", "dag", "asset_event", "import_error", "backfill")

_LOCK_KEY = 7_238_012
_C = change_log.c


class Change(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """Something that has changed, and what it was before.

    Which fields say something depends on the kind; those of other kinds are empty.
    """

    kind: Kind
    workspace: str
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int = -1
    try_number: int = 0
    old: str | None = None
    new: str | None = None
    """The state; or, of things without one, a word for what was done: ``added``, ``paused``."""
    name: str | None = None
    """Of an asset, of a file, or the number of a backfill."""
    where: str | None = None
    """The URI of an asset, the bundle of a file, the partition of an event."""
    last: int | None = None
    """The last `map_index` of an expansion; None: all from `map_index` on."""
    partition_key: str | None = None
    dag_ids: tuple[str, ...] = ()
    """Of a file: the DAGs in it, all of which one must see to see its errors."""


@dataclass(frozen=True, slots=True)
class LoggedRow:
    """What one transaction changed."""

    id: int
    at: datetime
    changes: Sequence[Change]


class Announcer:
    """Tells who listens in this process that the log has grown; costs nothing while nobody does."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """The log has grown. Any thread may say so."""
        for listener in self._listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Have a function called, from whatever thread, until `leave`."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def leave(self, listener: Callable[[], None]) -> None:
        """Call it no more."""
        with self._lock:
            self._listeners = tuple(one for one in self._listeners if one != listener)


# -- writing ---------------------------------------------------------------------------------------------------------

_SQLITE = "INSERT INTO change_log (at, body) VALUES (?, ?)"
_POSTGRESQL = (
    f"WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({_LOCK_KEY})),"
    f" bell AS MATERIALIZED (SELECT pg_notify('{CHANNEL}', ''))"
    " INSERT INTO change_log (at, body) SELECT %s::timestamptz, %s FROM turn, bell"
)
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Change])


def append(tx: Tx, changes: Sequence[Change], now: datetime) -> None:
    """Add a row; none for no changes. It must be the last thing that the transaction does: others wait for its end."""
    if changes:
        statement = _SQLITE if tx.dialect == "sqlite" else _POSTGRESQL
        tx.whole.raw.execute(statement, (moments(tx)(now), _encoder.encode(changes).decode()))


def note(tx: Tx, changes: Sequence[Change], now: datetime) -> None:
    """Add a row when the transaction is about to be committed, whatever it does until then."""
    if changes:
        tx.before_commit(lambda: append(tx, changes, now))


# -- reading ---------------------------------------------------------------------------------------------------------


def read(tx: Tx, first: int, limit: int) -> list[LoggedRow]:
    """The rows from a number on, in order."""
    if tx.dialect == "sqlite":
        found = tx.raw.execute("SELECT id, at, body FROM change_log WHERE id >= ? ORDER BY id LIMIT ?", (first, limit))
        return [LoggedRow(number, moment_from_text(at), _decoder.decode(body)) for number, at, body in found]
    rows = tx.execute(select(_C.id, _C.at, _C.body).where(_C.id >= first).order_by(_C.id).limit(limit))
    return [LoggedRow(number, at, _decoder.decode(body)) for number, at, body in rows]


def bounds(tx: Tx) -> tuple[int, int]:
    """The numbers of the oldest and the newest row; (1, 0) where there is none."""
    oldest, newest = tx.execute(select(func.min(_C.id), func.max(_C.id))).one()
    return (1, 0) if newest is None else (oldest, newest)


# -- forgetting ------------------------------------------------------------------------------------------------------

_AT_ONCE = 2000


def prune(tx: Tx, before: datetime, most: int) -> int:
    """Forget some rows: the oldest ones that are older than a moment, or more than so many. The newest row stays.

    Returns:
        How many went; call again until none does.
    """
    oldest, newest = bounds(tx)
    some = tx.execute(select(_C.id, _C.at).where(_C.id < newest).order_by(_C.id).limit(_AT_ONCE)).all()
    gone = [number for number, at in some if at < before or number <= newest - most]
    if not gone:
        return 0
    return tx.execute(delete(change_log).where(_C.id >= oldest, _C.id <= gone[-1])).rowcount
