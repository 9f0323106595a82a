"""Which DAG an event of the inbox is about, where it names only a run or an attempt of it."""

from __future__ import annotations

from sqlalchemy import select

from tradewind.db import tables as t
from tradewind.db.engine import Tx

__all__ = ["dag_of_attempt", "dag_of_run"]


def dag_of_run(tx: Tx, uid: str) -> str | None:
    """The DAG of a run; None: there is no such run."""
    return tx.scalar(select(t.dag_run.c.dag_id).where(t.dag_run.c.uid == uid))


def dag_of_attempt(tx: Tx, attempt: str) -> str | None:
    """The DAG of an attempt; None: there is no such attempt."""
    query = select(t.dag_run.c.dag_id).join(t.attempt, t.attempt.c.run_uid == t.dag_run.c.uid)
    return tx.scalar(query.where(t.attempt.c.id == attempt))
