"""The workspaces that there are."""

from __future__ import annotations

from sqlalchemy import select

from tradewind.db.engine import Tx
from tradewind.db.tables import workspace

__all__ = ["exists"]


def exists(tx: Tx, name: str) -> bool:
    """Whether there is a workspace of this name."""
    return tx.scalar(select(workspace.c.name).where(workspace.c.name == name)) is not None
