"""Tables of DAGs: their versions, specs and code, and what parsing found."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, false

from tradewind.db.columns import BIG_KEY, JsonText, Moment
from tradewind.db.tables.base import NAME, UID, dag_key, metadata

__all__ = [
    "bundle",
    "dag",
    "dag_code",
    "dag_favorite",
    "dag_tag",
    "dag_version",
    "dag_warning",
    "import_error",
    "parsed_file",
    "spec",
    "spec_task",
]

bundle = Table(
    "bundle",
    metadata,
    Column("workspace", NAME, primary_key=True),
    Column("name", NAME, primary_key=True),
    Column("version", String(80)),  # the newest snapshot
    Column("last_refreshed", Moment),
)

parsed_file = Table(
    "parsed_file",
    metadata,
    Column("workspace", NAME, primary_key=True),
    Column("bundle_name", NAME, primary_key=True),
    Column("relative_fileloc", String(1000), primary_key=True),
    Column("code_hash", String(64), nullable=False),
    Column("closure", JsonText, nullable=False),  # {path in the bundle: content hash} of the file and what it imports
    Column("parsed_at", Moment, nullable=False),
    Column("duration_s", Float, nullable=False),
)

dag = Table(
    "dag",
    metadata,
    Column("workspace", NAME, primary_key=True),
    Column("dag_id", NAME, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("description", Text),
    Column("is_paused", Boolean, nullable=False),
    Column("is_stale", Boolean, nullable=False, server_default=false()),
    Column("bundle_name", NAME, nullable=False),
    Column("bundle_version", String(80)),  # the snapshot of the newest version
    Column("fileloc", Text, nullable=False),
    Column("relative_fileloc", String(1000), nullable=False),
    Column("version_id", UID),  # the newest version
    Column("owners", JsonText, nullable=False),
    Column("owner_links", JsonText, nullable=False),
    Column("timetable_kind", String(40), nullable=False),
    Column("timetable_summary", Text, nullable=False),
    Column("timetable_description", Text, nullable=False),
    Column("timetable_periodic", Boolean, nullable=False),
    Column("timezone", String(80), nullable=False),
    Column("catchup", Boolean, nullable=False),
    Column("max_active_tasks", Integer, nullable=False),
    Column("max_active_runs", Integer, nullable=False),
    Column("max_consecutive_failed_dag_runs", Integer, nullable=False),
    Column("has_task_concurrency_limits", Boolean, nullable=False),
    Column("has_import_errors", Boolean, nullable=False, server_default=false()),
    Column("allowed_run_types", JsonText),
    Column("last_parsed_at", Moment),
    Column("last_parse_duration_s", Float),
    Column("last_expired_at", Moment),  # when it became stale
    Column("next_run_after", Moment),
    Column("next_logical_date", Moment),
    Column("next_interval_start", Moment),
    Column("next_interval_end", Moment),
    Column("has_exceeded_max_runs", Boolean, nullable=False, server_default=false()),
    Index(None, "workspace", "bundle_name", "relative_fileloc"),
)

dag_tag = Table(
    "dag_tag",
    metadata,
    *dag_key(is_primary=True),
    Column("name", Text, primary_key=True),
    Index(None, "workspace", "name"),
)

dag_favorite = Table(
    "dag_favorite",
    metadata,
    Column("username", NAME, ForeignKey("user_account.username", ondelete="CASCADE"), primary_key=True),
    *dag_key(is_primary=True),
)

dag_version = Table(
    "dag_version",
    metadata,
    Column("id", UID, primary_key=True),
    *dag_key(),
    Column("version_number", Integer, nullable=False),
    Column("spec_hash", String(64), ForeignKey("spec.hash"), nullable=False, index=True),
    Column("code_hash", String(64), ForeignKey("dag_code.hash"), nullable=False, index=True),
    Column("bundle_name", NAME, nullable=False),
    Column("bundle_version", String(80)),
    Column("relative_fileloc", String(1000), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace", "dag_id", "version_number"),
)

spec = Table(
    "spec",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("content", Text, nullable=False),  # canonical JSON of `spec.codec`
)

spec_task = Table(  # what lists of instances filter by, read out of the spec once
    "spec_task",
    metadata,
    Column("spec_hash", String(64), ForeignKey("spec.hash", ondelete="CASCADE"), primary_key=True),
    Column("task_id", NAME, primary_key=True),
    Column("retries", Integer, nullable=False),
    Column("operator", Text, nullable=False),
    Column("pool", Text, nullable=False),
    Column("pool_slots", Integer, nullable=False),
    Column("queue", Text, nullable=False),
    Column("executor", Text),
    Column("priority_weight", Integer, nullable=False),
    sqlite_with_rowid=False,
)

dag_code = Table(
    "dag_code",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("source", Text, nullable=False),
)

import_error = Table(
    "import_error",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("workspace", NAME, nullable=False),
    Column("bundle_name", NAME, nullable=False),
    Column("relative_fileloc", String(1000), nullable=False),
    Column("fileloc", Text, nullable=False),
    Column("stacktrace", Text, nullable=False),
    Column("timestamp", Moment, nullable=False),
    UniqueConstraint("workspace", "bundle_name", "relative_fileloc"),
    sqlite_autoincrement=True,
)

dag_warning = Table(
    "dag_warning",
    metadata,
    *dag_key(is_primary=True),
    Column("warning_type", Text, primary_key=True),
    Column("message", Text, nullable=False),
    Column("timestamp", Moment, nullable=False),
)
