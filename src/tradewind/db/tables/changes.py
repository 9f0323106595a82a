"""The table of what has changed, in the order in which it was committed: the source of streams."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from tradewind.db.columns import BIG_KEY, Moment
from tradewind.db.tables.base import metadata

__all__ = ["change_log"]

change_log = Table(  # the newest row always stays, so that no id is given twice
    "change_log",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("body", Text, nullable=False),  # JSON: all changes of one transaction
)
