"""Tables through which processes meet: inbox, leases, heartbeats."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text

from tradewind.db.columns import BIG_KEY, Moment
from tradewind.db.tables.base import UID, metadata

__all__ = ["inbox", "lease", "process"]

inbox = Table(  # ids are never given twice: whoever waits for one to vanish must not meet another's
    "inbox",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("shard", Integer, nullable=False),  # -1: for all
    Column("kind", String(40), nullable=False),
    Column("event", Text, nullable=False),
    Column("output", Text),  # the `Ended` report behind an event, for what it leaves behind
    Column("posted_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

lease = Table(
    "lease",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("owner", String(80), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", Float, nullable=False),  # seconds since 1970 by the database's clock
)

process = Table(
    "process",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("uid", UID, nullable=False, unique=True),  # what the process calls itself
    Column("kind", String(40), nullable=False),  # SchedulerJob, DagProcessorJob, ...
    Column("state", String(20), nullable=False),  # running, success, failed
    Column("hostname", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("username", Text),
    Column("started_at", Moment, nullable=False),
    Column("heartbeat_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(None, "kind", "heartbeat_at"),
    sqlite_autoincrement=True,
)
