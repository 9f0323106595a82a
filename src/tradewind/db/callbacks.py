"""Callbacks that were ordered and have not run: stored with the change they are about, so that a crash loses none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select

from tradewind.core.commands import RunCallback
from tradewind.db import tables as t
from tradewind.db.bulk import Bulk, insert, moments
from tradewind.db.engine import Tx

__all__ = ["forget", "order", "pending"]

_ADD = insert(t.callback_order, ("id", "workspace", "dag_id", "run_uid", "body", "created_at"))
_FORGET = Bulk("DELETE FROM callback_order WHERE id = ?", "DELETE FROM callback_order WHERE id = ANY(%s)")


def order(tx: Tx, orders: Sequence[RunCallback], now: datetime, lost: Collection[str] = ()) -> None:
    """Note that these are to run; twice is once.

    Args:
        lost: uids of runs that could not be made: nothing of them is called.
    """
    at = moments(tx)(now)
    wanted = {one.id: one for one in orders if one.run_uid not in lost}
    _ADD.run(
        tx,
        [(id_, *one.dag, one.run_uid or None, msgspec.json.encode(one).decode(), at) for id_, one in wanted.items()],
    )


def forget(tx: Tx, ids: Sequence[str]) -> None:
    """These have run."""
    _FORGET.run(tx, [(id_,) for id_ in ids])


def pending(tx: Tx) -> list[RunCallback]:
    """What was ordered and has not run, the oldest first."""
    c = t.callback_order.c
    bodies = tx.execute(select(c.body).order_by(c.created_at, c.id)).scalars()
    return [msgspec.json.decode(body, type=RunCallback) for body in bodies]
