"""Tables of what people set up: pools, variables, connections, and the log of what they did."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, false

from tradewind.db.columns import BIG_KEY, Moment
from tradewind.db.tables.base import NAME, metadata

__all__ = ["connection", "event_log", "pool", "variable"]

pool = Table(
    "pool",
    metadata,
    Column("workspace", NAME, primary_key=True),
    Column("name", NAME, primary_key=True),
    Column("slots", Integer, nullable=False),  # -1: no limit
    Column("description", Text),
    Column("include_deferred", Boolean, nullable=False, server_default=false()),
)

variable = Table(
    "variable",
    metadata,
    Column("workspace", NAME, primary_key=True),
    Column("key", NAME, primary_key=True),
    Column("value", Text, nullable=False),
    Column("is_encrypted", Boolean, nullable=False),
    Column("description", Text),
)

connection = Table(
    "connection",
    metadata,
    Column("workspace", NAME, primary_key=True),
    Column("conn_id", NAME, primary_key=True),
    Column("conn_type", String(500), nullable=False),
    Column("description", Text),
    Column("host", Text),
    Column("login", Text),
    Column("password", Text),  # encrypted
    Column("schema", Text),
    Column("port", Integer),
    Column("extra", Text),  # encrypted
)

event_log = Table(
    "event_log",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("timestamp", Moment, nullable=False),
    Column("workspace", NAME, nullable=False),
    Column("event", String(100), nullable=False),
    Column("owner", NAME),
    Column("dag_id", NAME),
    Column("run_id", NAME),
    Column("task_id", NAME),
    Column("map_index", Integer),
    Column("try_number", Integer),
    Column("logical_date", Moment),
    Column("extra", Text),
    Index(None, "workspace", "timestamp"),
    Index(None, "workspace", "dag_id", "timestamp"),
    sqlite_autoincrement=True,
)
