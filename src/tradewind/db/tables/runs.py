"""Tables of runs: instances and attempts, and what they leave behind."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from tradewind.db.columns import JsonText, Moment
from tradewind.db.tables.base import NAME, UID, dag_key, metadata, run_key

__all__ = ["attempt", "dag_run", "rendered", "task_instance", "xcom"]

BY_RUN_ID = Index(None, "workspace", "run_id")

dag_run = Table(
    "dag_run",
    metadata,
    Column("uid", UID, primary_key=True),
    *dag_key(),
    Column("run_id", NAME, nullable=False),
    Column("run_type", String(50), nullable=False),
    Column("state", String(20), nullable=False),
    Column("logical_date", Moment),
    Column("interval_start", Moment),
    Column("interval_end", Moment),
    Column("run_after", Moment, nullable=False),
    Column("queued_at", Moment),
    Column("start_date", Moment),
    Column("end_date", Moment),
    Column("duration", Float),  # seconds
    Column("conf", JsonText, nullable=False),
    Column("version_id", UID, nullable=False),  # empty: asked for, not yet seen by the scheduler
    Column("triggered_by", String(50), nullable=False),
    Column("triggering_user", NAME),
    Column("note", Text),
    Column("note_by", NAME),
    Column("clear_number", Integer, nullable=False, server_default=text("0")),
    Column("shard", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("backfill", UID, index=True),
    Column("partition_key", Text),
    Column("partition_date", Moment),
    Column("retry_of", UID),
    Column("retries", Integer, nullable=False, server_default=text("0")),  # how often it tried its failed tasks again
    Column("retry_at", Moment),  # when it does so next
    Column("reason", Text),  # why it was made, where that is not plain
    Column("instances", Integer, nullable=False, server_default=text("0")),  # how many it has: lists need not count
    UniqueConstraint("workspace", "dag_id", "run_id"),
    UniqueConstraint("workspace", "dag_id", "logical_date"),
    Index(None, "workspace", "dag_id", "run_after", "state", "start_date"),  # all that lists of DAGs ask of a last run
    BY_RUN_ID,
    Index(None, "workspace", "run_after"),
    Index(None, "workspace", "start_date"),
    Index(None, "workspace", "uid", "instances"),
    Index(None, "workspace", "dag_id", "state"),
    Index(None, "workspace", "run_type"),
    Index(None, "workspace", "end_date"),
    Index(None, "workspace", "logical_date"),
    Index(None, "workspace", "duration"),
    Index(None, "state", "shard", "workspace"),
    sqlite_with_rowid=False,
)


@event.listens_for(metadata, "before_create")
def _for_prefixes_in_any_locale(_: object, connection: Connection, **_given: object) -> None:
    """What PostgreSQL needs; an index that names its options loads its dialect in every process (2 MB)."""
    if connection.dialect.name == "postgresql":
        BY_RUN_ID.dialect_options["postgresql"]["ops"] = {"run_id": "varchar_pattern_ops"}


task_instance = Table(
    "task_instance",
    metadata,
    run_key(),
    Column("task_id", NAME, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("workspace", NAME, nullable=False),
    Column("dag_id", NAME, nullable=False),
    Column("state", String(20)),
    Column("try_number", Integer, nullable=False, server_default=text("0")),
    Column("max_tries", Integer, nullable=False, server_default=text("1")),  # as the core counts: the last try allowed
    Column("attempt", UID),  # the current or last one
    Column("losses", Integer, nullable=False, server_default=text("0")),
    Column("scheduled_at", Moment),
    Column("queued_at", Moment),
    Column("start_date", Moment),
    Column("end_date", Moment),
    Column("duration", Float),  # seconds
    Column("next_at", Moment),
    Column("skipped_by", Text),
    Column("reason", Text),
    Column("rendered_map_index", Text),
    Column("note", Text),
    Column("note_by", NAME),
    Column("operator", Text, nullable=False),
    Column("pool", Text, nullable=False),
    Column("pool_slots", Integer, nullable=False),
    Column("queue", Text, nullable=False),
    Column("executor", Text),
    Column("priority_weight", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("resume", UID),  # the attempt whose wait is over, with which the next one goes on
    Column("map_path", Text),  # of instances in scopes inside of scopes, as 3/0
    Index(None, "workspace", "dag_id", "task_id"),
    Index(None, "state", "workspace", "start_date"),
    Index(None, "workspace", "start_date"),
    sqlite_with_rowid=False,
)

rendered = Table(  # template fields as the last attempt saw them
    "rendered",
    metadata,
    run_key(),
    Column("task_id", NAME, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("fields", JsonText, nullable=False),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", UID, primary_key=True),
    Column("run_uid", UID, ForeignKey("dag_run.uid", ondelete="CASCADE"), nullable=False),
    Column("task_id", NAME, nullable=False),
    Column("map_index", Integer, nullable=False),
    Column("try_number", Integer, nullable=False),
    Column("version_id", UID, nullable=False),
    Column("executor", Text),
    Column("queue", Text, nullable=False),
    Column("pool_slots", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("isolation", String(20)),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("outcome", String(20)),
    Column("reason", Text),
    Column("error", Text),  # traceback
    Column("hostname", Text),
    Column("pid", Integer),
    Index(None, "run_uid", "task_id", "map_index"),
    sqlite_with_rowid=False,
)

xcom = Table(
    "xcom",
    metadata,
    run_key(),
    Column("task_id", NAME, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("key", String(512), primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    Column("kind", String(40), nullable=False),
    Column("length", Integer),
    Column("is_none", Boolean, nullable=False),
    Column("attempt", UID),
    Column("timestamp", Moment, nullable=False),
)
