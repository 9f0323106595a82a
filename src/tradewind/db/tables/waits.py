"""Tables of what is waited for: triggers of deferred tasks and of watched assets, and requests to people."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from tradewind.db.columns import JsonText, Moment
from tradewind.db.tables.base import NAME, UID, metadata

__all__ = ["input_request", "trigger"]

trigger = Table(
    "trigger",
    metadata,
    Column("id", UID, primary_key=True),  # of a deferred instance: the attempt that deferred
    Column("kind", String(20), nullable=False),  # task, watcher or callback
    Column("workspace", NAME, nullable=False),
    Column("dag_id", NAME),
    Column("version_id", UID),  # whose code the class may come from
    Column("run_uid", UID, ForeignKey("dag_run.uid", ondelete="CASCADE"), index=True),
    Column("task_id", NAME),
    Column("map_index", Integer),
    Column("classpath", Text, nullable=False),
    Column("kwargs", Text, nullable=False),  # encrypted; JSON of the XCom codec
    Column("method", Text),
    Column("method_kwargs", Text),  # encrypted
    Column("created_at", Moment, nullable=False),
    Column("timeout_at", Moment),
    Column("ended_at", Moment),
    Column("outcome", String(20)),  # resume, success, failed, skipped, timeout, failure, cancelled
    Column("event", Text),  # encrypted; what it said last
    Column("triggerer", NAME),  # process that runs it
    Index(None, "ended_at", "kind"),
)

input_request = Table(  # Airflow: human in the loop
    "input_request",
    metadata,
    Column("id", UID, primary_key=True),  # the attempt that asked
    Column("run_uid", UID, ForeignKey("dag_run.uid", ondelete="CASCADE"), nullable=False, index=True),
    Column("task_id", NAME, nullable=False),
    Column("map_index", Integer, nullable=False),
    Column("workspace", NAME, nullable=False),
    Column("dag_id", NAME, nullable=False),
    Column("form", JsonText, nullable=False),  # protocol.waits.InputForm
    Column("method", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("deadline", Moment),
    Column("responded_at", Moment),
    Column("responded_by", JsonText),  # {"id": ..., "name": ...}
    Column("chosen_options", JsonText),
    Column("params_input", JsonText),
    Column("timed_out", Boolean, nullable=False, server_default=false()),
    Index(None, "workspace", "responded_at"),
)
