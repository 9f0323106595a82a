"""Tables of assets: what there is, who makes and who waits for it, and the events that say it was updated."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from tradewind.db.columns import BIG_KEY, JsonText, Moment
from tradewind.db.tables.base import NAME, UID, dag_key, metadata, run_key

__all__ = [
    "asset",
    "asset_alias",
    "asset_alias_member",
    "asset_event",
    "asset_event_alias",
    "asset_queue",
    "asset_reference",
    "asset_refusal",
    "asset_watcher",
    "run_asset_event",
]

ASSET_NAME = String(1500)

asset = Table(
    "asset",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("workspace", NAME, nullable=False),
    Column("name", ASSET_NAME, nullable=False),
    Column("uri", ASSET_NAME, nullable=False),
    Column("group_name", ASSET_NAME, nullable=False),
    Column("extra", JsonText, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("workspace", "name", "uri"),
    Index(None, "workspace", "uri"),
    sqlite_autoincrement=True,
)

asset_alias = Table(
    "asset_alias",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("workspace", NAME, nullable=False),
    Column("name", ASSET_NAME, nullable=False),
    Column("group_name", ASSET_NAME, nullable=False),
    UniqueConstraint("workspace", "name"),
    sqlite_autoincrement=True,
)

asset_alias_member = Table(  # assets that an alias has stood for
    "asset_alias_member",
    metadata,
    Column("alias_id", BIG_KEY, ForeignKey("asset_alias.id", ondelete="CASCADE"), primary_key=True),
    Column("asset_id", BIG_KEY, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True),
)

asset_reference = Table(  # what the newest versions of DAGs say
    "asset_reference",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    *dag_key(),
    Column("kind", String(10), nullable=False),  # schedule, outlet, inlet
    Column("task_id", NAME, nullable=False),  # empty: the schedule
    Column("leaf", String(10), nullable=False),  # asset, name, uri, alias
    Column("name", ASSET_NAME, nullable=False),
    Column("uri", ASSET_NAME, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index(None, "workspace", "dag_id"),
    Index(None, "workspace", "name"),
    Index(None, "workspace", "uri"),
)

asset_watcher = Table(
    "asset_watcher",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    *dag_key(),
    Column("asset_id", BIG_KEY, ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),
    Column("name", ASSET_NAME, nullable=False),
    Column("classpath", Text, nullable=False),
    Column("kwargs", Text, nullable=False),  # JSON of the XCom codec, as in the spec
    Column("webhook", String(250)),  # path it listens at
    Column("secret", Text),  # name of the variable that signs its calls
    Column("trigger_id", UID, nullable=False),  # the same for all DAGs that name the same watcher
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace", "dag_id", "asset_id", "name"),
    Index(None, "workspace", "webhook"),
    Index(None, "trigger_id"),
)

asset_event = Table(
    "asset_event",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("uid", UID, nullable=False, unique=True),
    Column("workspace", NAME, nullable=False),
    Column("asset_id", BIG_KEY, ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),
    Column("extra", JsonText, nullable=False),
    Column("partition_key", Text),
    Column("source_dag_id", NAME),
    Column("source_run_id", NAME),
    Column("source_task_id", NAME),
    Column("source_map_index", Integer, nullable=False),
    Column("told_by", Text),  # where the source is no task: who told of it, in words
    Column("timestamp", Moment, nullable=False),
    Index(None, "asset_id", "timestamp"),
    Index(None, "workspace", "timestamp"),
    Index(None, "workspace", "source_dag_id", "source_run_id"),
    sqlite_autoincrement=True,
)

asset_event_alias = Table(
    "asset_event_alias",
    metadata,
    Column("alias_id", BIG_KEY, ForeignKey("asset_alias.id", ondelete="CASCADE"), primary_key=True),
    Column("event_uid", UID, ForeignKey("asset_event.uid", ondelete="CASCADE"), primary_key=True),
)

asset_queue = Table(  # events that wait for the rest of a DAG's condition
    "asset_queue",
    metadata,
    *dag_key(is_primary=True),
    Column("target", String(250), primary_key=True),  # the DAG's partition; empty: it has none
    Column("event_uid", UID, ForeignKey("asset_event.uid", ondelete="CASCADE"), primary_key=True),
    Column("queued_at", Moment, nullable=False),
    Index(None, "event_uid"),
)

asset_refusal = Table(  # events that a DAG's partitions can't take
    "asset_refusal",
    metadata,
    *dag_key(is_primary=True),
    Column("event_uid", UID, ForeignKey("asset_event.uid", ondelete="CASCADE"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

run_asset_event = Table(  # the events that a run was started by
    "run_asset_event",
    metadata,
    run_key(),
    Column("event_uid", UID, ForeignKey("asset_event.uid", ondelete="CASCADE"), primary_key=True),
    Index(None, "event_uid"),
)
