"""Tables of what people set up: pools, variables, connections."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, false

from tradewind.db.tables.base import NAME, metadata

__all__ = ["connection", "pool", "variable"]

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
