"""Tables of deadlines (by when runs, tasks, and runs that the schedule asks for must have succeeded), and of callbacks
that were ordered and have not run."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from tradewind.db.columns import Moment
from tradewind.db.tables.base import NAME, UID, dag_key, metadata

__all__ = ["callback_order", "deadline"]

deadline = Table(
    "deadline",
    metadata,
    Column("id", UID, primary_key=True),
    *dag_key(),
    Column("version_id", UID, nullable=False),  # whose code is called on a miss
    Column("run_uid", UID, ForeignKey("dag_run.uid", ondelete="CASCADE"), index=True),  # null: not made (yet)
    Column("task_id", NAME),
    Column("alert", Integer, nullable=False),  # which of the DAG's deadlines, or of the task's
    Column("name", Text),
    Column("reference", Text, nullable=False),
    Column("run_after", Moment),  # of the run that the schedule asks for
    Column("deadline_time", Moment, nullable=False),
    Column("state", String(20), nullable=False),  # pending, met, missed or void
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("reason", Text, nullable=False),
    Column("predicted_at", Moment),  # when the run is likely to end, where that is too late
    Index(None, "state", "deadline_time"),
    Index(None, "workspace", "dag_id", "deadline_time"),
)

callback_order = Table(
    "callback_order",
    metadata,
    Column("id", Text, primary_key=True),
    *dag_key(),
    Column("run_uid", UID, ForeignKey("dag_run.uid", ondelete="CASCADE"), index=True),
    Column("body", Text, nullable=False),  # JSON of core.commands.RunCallback
    Column("created_at", Moment, nullable=False),
)
