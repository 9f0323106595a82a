"""Durable events for the scheduler: whoever has something to say inserts a row, and the batch that acts on it deletes it.

Rows are taken by what is there, never by a watermark: serial numbers become visible out of order, and a watermark
would skip rows. An id is never given twice, so that waiting for a row to vanish means what it says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import msgspec
from sqlalchemy import func, insert, select, text

from tradewind.core import events
from tradewind.db import tables as t
from tradewind.db.bulk import Bulk
from tradewind.db.engine import Tx
from tradewind.db.leases import shard_of
from tradewind.db.versions import Specs, specs_of_versions
from tradewind.protocol.messages import Ended
from tradewind.spec import DagKey

__all__ = ["CHANNEL", "EVERY_SHARD", "InboxItem", "consume", "depth", "pending", "post", "take"]

CHANNEL = "tradewind_inbox"
"""What PostgreSQL notifies when a row was posted; listen to it to hear the bell."""
EVERY_SHARD = -1

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(events.Event)}


class _VersionAdded(msgspec.Struct, frozen=True):
    """A `VersionAdded` without the spec, which has a row of its own."""

    dag: DagKey
    version_id: str
    is_paused: bool


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A row of the inbox, to be named as consumed in the batch that acts on it."""

    id: int
    event: events.Event | None
    """None: it can't be acted on; `problem` says why."""
    output: Ended | None = None
    """The report behind the event, with what the attempt leaves behind."""
    problem: str = ""


def post(tx: Tx, event: events.Event, now: datetime, *, output: Ended | None = None, notify: bool = True) -> int:
    """Insert an event.

    Args:
        output: the report that the event was made from, where it brings something to store.
        notify: ring PostgreSQL's bell on commit. On SQLite the caller rings after the commit.

    Returns:
        The id of the row, for `pending`.
    """
    body = event
    if isinstance(event, events.VersionAdded):
        body = _VersionAdded(event.dag, event.version_id, event.is_paused)
    row = {
        "shard": _shard(tx, event),
        "kind": type(event).__name__,
        "event": msgspec.json.encode(body).decode(),
        "output": None if output is None else msgspec.json.encode(output).decode(),
        "posted_at": now,
    }
    posted = tx.scalar(insert(t.inbox).returning(t.inbox.c.id), row)
    if notify and tx.dialect == "postgresql":
        tx.execute(text(f"NOTIFY {CHANNEL}"))
    return posted


def take(
    tx: Tx, limit: int = 500, specs: Specs | None = None, *, shards: Collection[int] | None = None
) -> list[InboxItem]:
    """The oldest events, without removing them: whoever acts on them calls `consume` in the same transaction.

    Args:
        specs: decoded specs, to share with others of this process.
        shards: only events for these shards (and for all); None: every event.
    """
    c = t.inbox.c
    query = select(c.id, c.kind, c.event, c.output).order_by(c.id).limit(limit)
    if shards is not None:
        query = query.where(c.shard.in_([*shards, EVERY_SHARD]))
    rows = tx.execute(query).all()
    bodies = {row.id: _body(row.kind, row.event) for row in rows}
    added = [body for body in bodies.values() if isinstance(body, _VersionAdded)]
    known = specs_of_versions(tx, specs or Specs(), [body.version_id for body in added]) if added else {}
    return [_item(row, bodies[row.id], known) for row in rows]


_CONSUME = Bulk("DELETE FROM inbox WHERE id = ?", "DELETE FROM inbox WHERE id = ANY(%s)")


def consume(tx: Tx, ids: Sequence[int]) -> None:
    """Delete rows, in the transaction that writes what their events led to."""
    _CONSUME.run(tx, [(row,) for row in ids])


def pending(tx: Tx, ids: Sequence[int]) -> bool:
    """Whether any of these rows is still to be acted on."""
    return tx.scalar(select(t.inbox.c.id).where(t.inbox.c.id.in_(ids)).limit(1)) is not None


def depth(tx: Tx) -> int:
    """How many events wait."""
    return tx.scalar(select(func.count()).select_from(t.inbox))


def _body(kind: str, encoded: str) -> Any:
    wanted = _VersionAdded if kind == "VersionAdded" else _KINDS.get(kind)
    if wanted is None:
        return None
    try:
        return msgspec.json.decode(encoded, type=wanted)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _item(row: Any, body: Any, known: dict[str, Any]) -> InboxItem:
    try:
        output = None if row.output is None else msgspec.json.decode(row.output, type=Ended)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        problem = f"an event of kind {row.kind!r} whose report this release can't read: {error}"
        return InboxItem(row.id, None, None, problem)
    if body is None:
        return InboxItem(row.id, None, None, f"an event of kind {row.kind!r} that this release can't read")
    if isinstance(body, _VersionAdded):
        if body.version_id not in known:
            return InboxItem(row.id, None, None, f"version {body.version_id} of {body.dag.dag_id} is gone")
        return InboxItem(
            row.id, events.VersionAdded(body.dag, body.version_id, known[body.version_id], body.is_paused), output
        )
    return InboxItem(row.id, body, output)


def _shard(tx: Tx, event: events.Event) -> int:
    """Where the event belongs: by its DAG, its run's DAG, or its attempt's run."""
    match event:
        case events.RunRequested(run=run):
            return shard_of(run.dag)
        case events.PoolSet() | events.AssetUpdated() | events.AssetEventsDropped() | events.Tick():
            return EVERY_SHARD
        case events.BackfillAsked(backfill=backfill):
            return shard_of(backfill.dag)
        case (
            events.VersionAdded(dag=dag)
            | events.BackfillFed(dag=dag)
            | events.BackfillChanged(dag=dag)
            | events.RunRepeated(dag=dag)
            | events.DagStale(dag=dag)
            | events.TimetableAnswered(dag=dag)
            | events.PauseSet(dag=dag)
            | events.DagDeleted(dag=dag)
        ):
            return shard_of(dag)
        case (
            events.Cleared(run_uid=uid) | events.TasksMarked(run_uid=uid) | events.RunMarked(run_uid=uid)
            | events.RunDeleted(run_uid=uid) | events.DeadlineKnown(run_uid=uid)
        ):  # fmt: skip
            found = tx.scalar(select(t.dag_run.c.shard).where(t.dag_run.c.uid == uid))
        case events.TriggerFired(trigger=attempt) | events.InputGiven(request=attempt):
            found = _shard_of_attempt(tx, attempt)
        case _:
            found = _shard_of_attempt(tx, event.attempt)
    return EVERY_SHARD if found is None else found


def _shard_of_attempt(tx: Tx, attempt: str) -> int | None:
    return tx.scalar(
        select(t.dag_run.c.shard)
        .join(t.attempt, t.attempt.c.run_uid == t.dag_run.c.uid)
        .where(t.attempt.c.id == attempt)
    )
