"""Rebuilding the shard from rows, at start, after a take-over, and for single runs that somebody touches again."""

from __future__ import annotations

from tradewind.core.commands import Command
from tradewind.core.events import Event, PoolSet
from tradewind.core.shard import RunImage, Shard
from tradewind.core.states import TaskState
from tradewind.db import images, inbox, pools
from tradewind.db.engine import Database, Tx
from tradewind.scheduler.dispatcher import Dispatcher

__all__ = ["Loader"]


class Loader:
    """Reads what the shard and the dispatcher must know."""

    def __init__(self, database: Database) -> None:
        self._database = database
