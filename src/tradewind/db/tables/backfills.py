"""Tables of backfills: what was asked for, and the dates it is about with what becomes of each."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false, text

from tradewind.db.columns import BIG_KEY, JsonText, Moment
from tradewind.db.tables.base import NAME, UID, dag_key, metadata

__all__ = ["backfill", "backfill_slot"]

backfill = Table(
    "backfill",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),  # what Airflow's clients know it by
    Column("uid", UID, nullable=False, unique=True),  # what its runs name
    *dag_key(),
    Column("from_date", Moment, nullable=False),
    Column("to_date", Moment, nullable=False),
    Column("conf", JsonText),  # null: runs that run again keep theirs
    Column("reprocess", String(20), nullable=False),  # none, failed, completed
    Column("run_backwards", Boolean, nullable=False),
    Column("on_newest", Boolean, nullable=False),
    Column("max_active_runs", Integer, nullable=False),
    Column("is_paused", Boolean, nullable=False, server_default=false()),
    Column("next_ordinal", Integer, nullable=False, server_default=text("0")),  # the first slot whose turn has not come
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("completed_at", Moment),
    Column("is_cancelled", Boolean, nullable=False, server_default=false()),
    Column("triggering_user", NAME),
    Index(None, "workspace", "dag_id", "completed_at"),
    sqlite_autoincrement=True,
)

backfill_slot = Table(
    "backfill_slot",
    metadata,
    Column("backfill", UID, ForeignKey("backfill.uid", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("run_uid", UID, nullable=False),  # of the run to be made, or of the one that is there
    Column("is_rerun", Boolean, nullable=False),
    Column("skipped", String(20)),  # why nothing is done about it: in flight, already exists
    Column("logical_date", Moment),
    Column("interval_start", Moment),
    Column("interval_end", Moment),
    Column("run_after", Moment, nullable=False),
    Column("partition_key", Text),
    Column("partition_date", Moment),
    sqlite_with_rowid=False,
)
