"""The first schema."""

import sqlalchemy as sa
from alembic import op

from tradewind.db.columns import JsonText, Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=True),
        sa.Column("last_refreshed", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "name", name=op.f("pk_bundle")),
    )
    op.create_table(
        "connection",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("conn_id", sa.String(length=250), nullable=False),
        sa.Column("conn_type", sa.String(length=500), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("login", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("schema", sa.Text(), nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("extra", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "conn_id", name=op.f("pk_connection")),
    )
    op.create_table(
        "dag",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("is_stale", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("bundle_name", sa.String(length=250), nullable=False),
        sa.Column("bundle_version", sa.String(length=80), nullable=True),
        sa.Column("fileloc", sa.Text(), nullable=False),
        sa.Column("relative_fileloc", sa.String(length=1000), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=True),
        sa.Column("owners", JsonText(), nullable=False),
        sa.Column("owner_links", JsonText(), nullable=False),
        sa.Column("timetable_kind", sa.String(length=40), nullable=False),
        sa.Column("timetable_summary", sa.Text(), nullable=False),
        sa.Column("timetable_description", sa.Text(), nullable=False),
        sa.Column("timetable_periodic", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.String(length=80), nullable=False),
        sa.Column("catchup", sa.Boolean(), nullable=False),
        sa.Column("max_active_tasks", sa.Integer(), nullable=False),
        sa.Column("max_active_runs", sa.Integer(), nullable=False),
        sa.Column("max_consecutive_failed_dag_runs", sa.Integer(), nullable=False),
        sa.Column("has_task_concurrency_limits", sa.Boolean(), nullable=False),
        sa.Column("has_import_errors", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("allowed_run_types", JsonText(), nullable=True),
        sa.Column("last_parsed_at", Moment(), nullable=True),
        sa.Column("last_parse_duration_s", sa.Float(), nullable=True),
        sa.Column("last_expired_at", Moment(), nullable=True),
        sa.Column("next_run_after", Moment(), nullable=True),
        sa.Column("next_logical_date", Moment(), nullable=True),
        sa.Column("next_interval_start", Moment(), nullable=True),
        sa.Column("next_interval_end", Moment(), nullable=True),
        sa.Column("has_exceeded_max_runs", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "dag_id", name=op.f("pk_dag")),
    )
    op.create_index(
        op.f("ix_dag_workspace_bundle_name_relative_fileloc"),
        "dag",
        ["workspace", "bundle_name", "relative_fileloc"],
        unique=False,
    )
    op.create_table(
        "dag_code",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_dag_code")),
    )
    op.create_table(
        "event_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("timestamp", Moment(), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("event", sa.String(length=100), nullable=False),
        sa.Column("owner", sa.String(length=250), nullable=True),
        sa.Column("dag_id", sa.String(length=250), nullable=True),
        sa.Column("run_id", sa.String(length=250), nullable=True),
        sa.Column("task_id", sa.String(length=250), nullable=True),
        sa.Column("map_index", sa.Integer(), nullable=True),
        sa.Column("try_number", sa.Integer(), nullable=True),
        sa.Column("logical_date", Moment(), nullable=True),
        sa.Column("extra", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_log")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_event_log_workspace_dag_id_timestamp"), "event_log", ["workspace", "dag_id", "timestamp"], unique=False
    )
    op.create_index(op.f("ix_event_log_workspace_timestamp"), "event_log", ["workspace", "timestamp"], unique=False)
    op.create_table(
        "import_error",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("bundle_name", sa.String(length=250), nullable=False),
        sa.Column("relative_fileloc", sa.String(length=1000), nullable=False),
        sa.Column("fileloc", sa.Text(), nullable=False),
        sa.Column("stacktrace", sa.Text(), nullable=False),
        sa.Column("timestamp", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_error")),
        sa.UniqueConstraint(
            "workspace",
            "bundle_name",
            "relative_fileloc",
            name=op.f("uq_import_error_workspace_bundle_name_relative_fileloc"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=True),
        sa.Column("posted_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "lease",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_lease")),
    )
    op.create_table(
        "parsed_file",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("bundle_name", sa.String(length=250), nullable=False),
        sa.Column("relative_fileloc", sa.String(length=1000), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("closure", JsonText(), nullable=False),
        sa.Column("parsed_at", Moment(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "bundle_name", "relative_fileloc", name=op.f("pk_parsed_file")),
    )
    op.create_table(
        "pool",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("include_deferred", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "name", name=op.f("pk_pool")),
    )
    op.create_table(
        "process",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("hostname", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("heartbeat_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
        sa.UniqueConstraint("uid", name=op.f("uq_process_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_process_kind_heartbeat_at"), "process", ["kind", "heartbeat_at"], unique=False)
    op.create_table(
        "revoked_token",
        sa.Column("jti", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_revoked_token")),
    )
    op.create_index(op.f("ix_revoked_token_expires_at"), "revoked_token", ["expires_at"], unique=False)
    op.create_table(
        "spec",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_spec")),
    )
    op.create_table(
        "user_account",
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=250), nullable=True),
        sa.Column("first_name", sa.String(length=250), nullable=True),
        sa.Column("last_name", sa.String(length=250), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_user_account")),
    )
    op.create_table(
        "variable",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("is_encrypted", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "key", name=op.f("pk_variable")),
    )
    op.create_table(
        "workspace",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("parent", sa.String(length=250), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["workspace.name"], name=op.f("fk_workspace_parent")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workspace")),
    )
    op.create_table(
        "dag_favorite",
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.ForeignKeyConstraint(
            ["username"], ["user_account.username"], name=op.f("fk_dag_favorite_username"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_dag_favorite_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("username", "workspace", "dag_id", name=op.f("pk_dag_favorite")),
    )
    op.create_table(
        "dag_run",
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("run_id", sa.String(length=250), nullable=False),
        sa.Column("run_type", sa.String(length=50), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("logical_date", Moment(), nullable=True),
        sa.Column("interval_start", Moment(), nullable=True),
        sa.Column("interval_end", Moment(), nullable=True),
        sa.Column("run_after", Moment(), nullable=False),
        sa.Column("queued_at", Moment(), nullable=True),
        sa.Column("start_date", Moment(), nullable=True),
        sa.Column("end_date", Moment(), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("conf", JsonText(), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("triggered_by", sa.String(length=50), nullable=False),
        sa.Column("triggering_user", sa.String(length=250), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("note_by", sa.String(length=250), nullable=True),
        sa.Column("clear_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_dag_run_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_dag_run")),
        sa.UniqueConstraint(
            "workspace", "dag_id", "logical_date", name=op.f("uq_dag_run_workspace_dag_id_logical_date")
        ),
        sa.UniqueConstraint("workspace", "dag_id", "run_id", name=op.f("uq_dag_run_workspace_dag_id_run_id")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_dag_run_state_shard"), "dag_run", ["state", "shard"], unique=False)
    op.create_index(
        op.f("ix_dag_run_workspace_dag_id_run_after"), "dag_run", ["workspace", "dag_id", "run_after"], unique=False
    )
    op.create_index(op.f("ix_dag_run_workspace_run_after"), "dag_run", ["workspace", "run_after"], unique=False)
    op.create_index(op.f("ix_dag_run_workspace_start_date"), "dag_run", ["workspace", "start_date"], unique=False)
    op.create_table(
        "dag_tag",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_dag_tag_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "dag_id", "name", name=op.f("pk_dag_tag")),
    )
    op.create_index(op.f("ix_dag_tag_workspace_name"), "dag_tag", ["workspace", "name"], unique=False)
    op.create_table(
        "dag_version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("spec_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("bundle_name", sa.String(length=250), nullable=False),
        sa.Column("bundle_version", sa.String(length=80), nullable=True),
        sa.Column("relative_fileloc", sa.String(length=1000), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["code_hash"], ["dag_code.hash"], name=op.f("fk_dag_version_code_hash")),
        sa.ForeignKeyConstraint(["spec_hash"], ["spec.hash"], name=op.f("fk_dag_version_spec_hash")),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_dag_version_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dag_version")),
        sa.UniqueConstraint(
            "workspace", "dag_id", "version_number", name=op.f("uq_dag_version_workspace_dag_id_version_number")
        ),
    )
    op.create_index(op.f("ix_dag_version_code_hash"), "dag_version", ["code_hash"], unique=False)
    op.create_index(op.f("ix_dag_version_spec_hash"), "dag_version", ["spec_hash"], unique=False)
    op.create_table(
        "dag_warning",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("warning_type", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("timestamp", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_dag_warning_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "dag_id", "warning_type", name=op.f("pk_dag_warning")),
    )
    op.create_table(
        "spec_task",
        sa.Column("spec_hash", sa.String(length=64), nullable=False),
        sa.Column("task_id", sa.String(length=250), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("pool_slots", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("executor", sa.Text(), nullable=True),
        sa.Column("priority_weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["spec_hash"], ["spec.hash"], name=op.f("fk_spec_task_spec_hash"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("spec_hash", "task_id", name=op.f("pk_spec_task")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("run_uid", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.String(length=250), nullable=False),
        sa.Column("map_index", sa.Integer(), nullable=False),
        sa.Column("try_number", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("executor", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("pool_slots", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("isolation", sa.String(length=20), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("hostname", sa.Text(), nullable=True),
        sa.Column("pid", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_uid"], ["dag_run.uid"], name=op.f("fk_attempt_run_uid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_attempt_run_uid_task_id_map_index"), "attempt", ["run_uid", "task_id", "map_index"], unique=False
    )
    op.create_table(
        "rendered",
        sa.Column("run_uid", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.String(length=250), nullable=False),
        sa.Column("map_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fields", JsonText(), nullable=False),
        sa.ForeignKeyConstraint(["run_uid"], ["dag_run.uid"], name=op.f("fk_rendered_run_uid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_uid", "task_id", "map_index", name=op.f("pk_rendered")),
    )
    op.create_table(
        "task_instance",
        sa.Column("run_uid", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.String(length=250), nullable=False),
        sa.Column("map_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=True),
        sa.Column("try_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_tries", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("attempt", sa.String(length=36), nullable=True),
        sa.Column("losses", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("scheduled_at", Moment(), nullable=True),
        sa.Column("queued_at", Moment(), nullable=True),
        sa.Column("start_date", Moment(), nullable=True),
        sa.Column("end_date", Moment(), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("skipped_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rendered_map_index", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("note_by", sa.String(length=250), nullable=True),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("pool_slots", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("executor", sa.Text(), nullable=True),
        sa.Column("priority_weight", sa.Integer(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_uid"], ["dag_run.uid"], name=op.f("fk_task_instance_run_uid"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_uid", "task_id", "map_index", name=op.f("pk_task_instance")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_task_instance_state_pool"), "task_instance", ["state", "pool"], unique=False)
    op.create_index(
        op.f("ix_task_instance_workspace_dag_id_task_id"),
        "task_instance",
        ["workspace", "dag_id", "task_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_task_instance_workspace_start_date"), "task_instance", ["workspace", "start_date"], unique=False
    )
    op.create_table(
        "xcom",
        sa.Column("run_uid", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.String(length=250), nullable=False),
        sa.Column("map_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.Column("is_none", sa.Boolean(), nullable=False),
        sa.Column("attempt", sa.String(length=36), nullable=True),
        sa.Column("timestamp", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["run_uid"], ["dag_run.uid"], name=op.f("fk_xcom_run_uid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_uid", "task_id", "map_index", "key", name=op.f("pk_xcom")),
    )
