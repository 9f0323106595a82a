"""The schema: every table, key and index; the rest of `db` writes its SQL against these.

Each name belongs to a workspace. Runs and attempts have surrogate keys (`uid`, `id`), instances hang on their run.
`task_instance` is the current view, `attempt` the history: rows of `attempt` are only added and then ended, once.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from tradewind.db.columns import BIG_KEY, JsonText, Moment

__all__ = [
    "attempt",
    "bundle",
    "connection",
    "dag",
    "dag_code",
    "dag_favorite",
    "dag_run",
    "dag_tag",
    "dag_version",
    "dag_warning",
    "event_log",
    "import_error",
    "inbox",
    "lease",
    "metadata",
    "parsed_file",
    "pool",
    "process",
    "rendered",
    "revoked_token",
    "spec",
    "spec_task",
    "task_instance",
    "user",
    "variable",
    "workspace",
    "xcom",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_UID = String(36)
_NAME = String(250)


def _dag_key(*, is_primary: bool = False) -> tuple[Column[str], Column[str], ForeignKeyConstraint]:
    """The columns that name a DAG, gone when the DAG goes."""
    return (
        Column("workspace", _NAME, primary_key=is_primary, nullable=False),
        Column("dag_id", _NAME, primary_key=is_primary, nullable=False),
        ForeignKeyConstraint(["workspace", "dag_id"], ["dag.workspace", "dag.dag_id"], ondelete="CASCADE"),
    )


def _run_key() -> Column[str]:
    return Column("run_uid", _UID, ForeignKey("dag_run.uid", ondelete="CASCADE"), primary_key=True)


workspace = Table(
    "workspace",
    metadata,
    Column("name", _NAME, primary_key=True),
    Column("parent", _NAME, ForeignKey("workspace.name")),
    Column("description", Text),
    Column("created_at", Moment, nullable=False),
)

# -- DAGs and their versions -----------------------------------------------------------------------------------------

bundle = Table(
    "bundle",
    metadata,
    Column("workspace", _NAME, primary_key=True),
    Column("name", _NAME, primary_key=True),
    Column("version", String(80)),  # the newest snapshot
    Column("last_refreshed", Moment),
)

parsed_file = Table(
    "parsed_file",
    metadata,
    Column("workspace", _NAME, primary_key=True),
    Column("bundle_name", _NAME, primary_key=True),
    Column("relative_fileloc", String(1000), primary_key=True),
    Column("code_hash", String(64), nullable=False),
    Column("closure", JsonText, nullable=False),  # {path in the bundle: content hash} of the file and what it imports
    Column("parsed_at", Moment, nullable=False),
    Column("duration_s", Float, nullable=False),
)

dag = Table(
    "dag",
    metadata,
    Column("workspace", _NAME, primary_key=True),
    Column("dag_id", _NAME, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("description", Text),
    Column("is_paused", Boolean, nullable=False),
    Column("is_stale", Boolean, nullable=False, server_default=false()),
    Column("bundle_name", _NAME, nullable=False),
    Column("bundle_version", String(80)),  # the snapshot of the newest version
    Column("fileloc", Text, nullable=False),
    Column("relative_fileloc", String(1000), nullable=False),
    Column("version_id", _UID),  # the newest version
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
    *_dag_key(is_primary=True),
    Column("name", Text, primary_key=True),
    Index(None, "workspace", "name"),
)

dag_favorite = Table(
    "dag_favorite",
    metadata,
    Column("username", _NAME, ForeignKey("user_account.username", ondelete="CASCADE"), primary_key=True),
    *_dag_key(is_primary=True),
)

dag_version = Table(
    "dag_version",
    metadata,
    Column("id", _UID, primary_key=True),
    *_dag_key(),
    Column("version_number", Integer, nullable=False),
    Column("spec_hash", String(64), ForeignKey("spec.hash"), nullable=False, index=True),
    Column("code_hash", String(64), ForeignKey("dag_code.hash"), nullable=False, index=True),
    Column("bundle_name", _NAME, nullable=False),
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
    Column("task_id", _NAME, primary_key=True),
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
    Column("workspace", _NAME, nullable=False),
    Column("bundle_name", _NAME, nullable=False),
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
    *_dag_key(is_primary=True),
    Column("warning_type", Text, primary_key=True),
    Column("message", Text, nullable=False),
    Column("timestamp", Moment, nullable=False),
)

# -- runs, instances, attempts ---------------------------------------------------------------------------------------

dag_run = Table(
    "dag_run",
    metadata,
    Column("uid", _UID, primary_key=True),
    *_dag_key(),
    Column("run_id", _NAME, nullable=False),
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
    Column("version_id", _UID, nullable=False),  # empty: asked for, not yet seen by the scheduler
    Column("triggered_by", String(50), nullable=False),
    Column("triggering_user", _NAME),
    Column("note", Text),
    Column("note_by", _NAME),
    Column("clear_number", Integer, nullable=False, server_default=text("0")),
    Column("shard", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("workspace", "dag_id", "run_id"),
    UniqueConstraint("workspace", "dag_id", "logical_date"),
    Index(None, "workspace", "dag_id", "run_after"),
    Index(None, "workspace", "run_after"),
    Index(None, "workspace", "start_date"),
    Index(None, "state", "shard"),
    sqlite_with_rowid=False,
)

task_instance = Table(
    "task_instance",
    metadata,
    _run_key(),
    Column("task_id", _NAME, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("workspace", _NAME, nullable=False),
    Column("dag_id", _NAME, nullable=False),
    Column("state", String(20)),
    Column("try_number", Integer, nullable=False, server_default=text("0")),
    Column("max_tries", Integer, nullable=False, server_default=text("1")),  # as the core counts: the last try allowed
    Column("attempt", _UID),  # the current or last one
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
    Column("note_by", _NAME),
    Column("operator", Text, nullable=False),
    Column("pool", Text, nullable=False),
    Column("pool_slots", Integer, nullable=False),
    Column("queue", Text, nullable=False),
    Column("executor", Text),
    Column("priority_weight", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index(None, "workspace", "dag_id", "task_id"),
    Index(None, "state", "pool"),
    Index(None, "workspace", "start_date"),
    sqlite_with_rowid=False,
)

rendered = Table(  # template fields as the last attempt saw them
    "rendered",
    metadata,
    _run_key(),
    Column("task_id", _NAME, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("fields", JsonText, nullable=False),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", _UID, primary_key=True),
    Column("run_uid", _UID, ForeignKey("dag_run.uid", ondelete="CASCADE"), nullable=False),
    Column("task_id", _NAME, nullable=False),
    Column("map_index", Integer, nullable=False),
    Column("try_number", Integer, nullable=False),
    Column("version_id", _UID, nullable=False),
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
    _run_key(),
    Column("task_id", _NAME, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("key", String(512), primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    Column("kind", String(40), nullable=False),
    Column("length", Integer),
    Column("is_none", Boolean, nullable=False),
    Column("attempt", _UID),
    Column("timestamp", Moment, nullable=False),
)

# -- what people set up ----------------------------------------------------------------------------------------------

pool = Table(
    "pool",
    metadata,
    Column("workspace", _NAME, primary_key=True),
    Column("name", _NAME, primary_key=True),
    Column("slots", Integer, nullable=False),  # -1: no limit
    Column("description", Text),
    Column("include_deferred", Boolean, nullable=False, server_default=false()),
)

variable = Table(
    "variable",
    metadata,
    Column("workspace", _NAME, primary_key=True),
    Column("key", _NAME, primary_key=True),
    Column("value", Text, nullable=False),
    Column("is_encrypted", Boolean, nullable=False),
    Column("description", Text),
)

connection = Table(
    "connection",
    metadata,
    Column("workspace", _NAME, primary_key=True),
    Column("conn_id", _NAME, primary_key=True),
    Column("conn_type", String(500), nullable=False),
    Column("description", Text),
    Column("host", Text),
    Column("login", Text),
    Column("password", Text),  # encrypted
    Column("schema", Text),
    Column("port", Integer),
    Column("extra", Text),  # encrypted
)

user = Table(
    "user_account",
    metadata,
    Column("username", _NAME, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(64), nullable=False),  # Viewer, User, Op or Admin
    Column("email", _NAME),
    Column("first_name", _NAME),
    Column("last_name", _NAME),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

revoked_token = Table(
    "revoked_token",
    metadata,
    Column("jti", String(64), primary_key=True),
    Column("expires_at", Moment, nullable=False, index=True),
)

event_log = Table(
    "event_log",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("timestamp", Moment, nullable=False),
    Column("workspace", _NAME, nullable=False),
    Column("event", String(100), nullable=False),
    Column("owner", _NAME),
    Column("dag_id", _NAME),
    Column("run_id", _NAME),
    Column("task_id", _NAME),
    Column("map_index", Integer),
    Column("try_number", Integer),
    Column("logical_date", Moment),
    Column("extra", Text),
    Index(None, "workspace", "timestamp"),
    Index(None, "workspace", "dag_id", "timestamp"),
    sqlite_autoincrement=True,
)

# -- how processes meet ----------------------------------------------------------------------------------------------

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
    Column("uid", _UID, nullable=False, unique=True),  # what the process calls itself
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
