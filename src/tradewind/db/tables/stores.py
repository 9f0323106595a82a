"""Tables of the state stores: what task instances keep for their next try, and what is kept with assets."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from tradewind.db.columns import Moment
from tradewind.db.tables.base import NAME, UID, metadata

__all__ = ["asset_state", "task_state"]

KEY = String(512)

task_state = Table(
    "task_state",
    metadata,
    Column("run_uid", UID, ForeignKey("dag_run.uid", ondelete="CASCADE"), primary_key=True),
    Column("task_id", NAME, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("key", KEY, primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    Column("updated_at", Moment, nullable=False),
    Column("expires_at", Moment, index=True),  # null: kept until the run is deleted
    sqlite_with_rowid=False,
)

asset_state = Table(
    "asset_state",
    metadata,
    Column("workspace", NAME, primary_key=True),
    Column("asset", Text, primary_key=True),  # its name
    Column("key", KEY, primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    Column("updated_at", Moment, nullable=False),
    Column("by_kind", String(16), nullable=False),  # task or api; which run and task stays told after they are deleted
    Column("by_dag_id", NAME),
    Column("by_run_id", NAME),
    Column("by_task_id", NAME),
    Column("by_map_index", Integer),
    sqlite_with_rowid=False,
)
