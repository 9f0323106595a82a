"""Assets, backfills, waiting without a slot, deadlines, state stores, decisions."""

import sqlalchemy as sa
from alembic import op

from tradewind.db.columns import JsonText, Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=1500), nullable=False),
        sa.Column("uri", sa.String(length=1500), nullable=False),
        sa.Column("group_name", sa.String(length=1500), nullable=False),
        sa.Column("extra", JsonText(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("workspace", "name", "uri", name=op.f("uq_asset_workspace_name_uri")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_asset_workspace_uri"), "asset", ["workspace", "uri"], unique=False)
    op.create_table(
        "asset_alias",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=1500), nullable=False),
        sa.Column("group_name", sa.String(length=1500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_alias")),
        sa.UniqueConstraint("workspace", "name", name=op.f("uq_asset_alias_workspace_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "asset_state",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("by_kind", sa.String(length=16), nullable=False),
        sa.Column("by_dag_id", sa.String(length=250), nullable=True),
        sa.Column("by_run_id", sa.String(length=250), nullable=True),
        sa.Column("by_task_id", sa.String(length=250), nullable=True),
        sa.Column("by_map_index", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "asset", "key", name=op.f("pk_asset_state")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "asset_alias_member",
        sa.Column("alias_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["alias_id"], ["asset_alias.id"], name=op.f("fk_asset_alias_member_alias_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_asset_alias_member_asset_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alias_id", "asset_id", name=op.f("pk_asset_alias_member")),
    )
    op.create_table(
        "asset_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra", JsonText(), nullable=False),
        sa.Column("partition_key", sa.Text(), nullable=True),
        sa.Column("source_dag_id", sa.String(length=250), nullable=True),
        sa.Column("source_run_id", sa.String(length=250), nullable=True),
        sa.Column("source_task_id", sa.String(length=250), nullable=True),
        sa.Column("source_map_index", sa.Integer(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=True),
        sa.Column("timestamp", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_asset_event_asset_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_event")),
        sa.UniqueConstraint("uid", name=op.f("uq_asset_event_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_asset_event_asset_id_timestamp"), "asset_event", ["asset_id", "timestamp"], unique=False)
    op.create_index(
        op.f("ix_asset_event_workspace_source_dag_id_source_run_id"),
        "asset_event",
        ["workspace", "source_dag_id", "source_run_id"],
        unique=False,
    )
    op.create_index(op.f("ix_asset_event_workspace_timestamp"), "asset_event", ["workspace", "timestamp"], unique=False)
    op.create_table(
        "asset_reference",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("task_id", sa.String(length=250), nullable=False),
        sa.Column("leaf", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=1500), nullable=False),
        sa.Column("uri", sa.String(length=1500), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_asset_reference_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_reference")),
    )
    op.create_index(
        op.f("ix_asset_reference_workspace_dag_id"), "asset_reference", ["workspace", "dag_id"], unique=False
    )
    op.create_index(op.f("ix_asset_reference_workspace_name"), "asset_reference", ["workspace", "name"], unique=False)
    op.create_index(op.f("ix_asset_reference_workspace_uri"), "asset_reference", ["workspace", "uri"], unique=False)
    op.create_table(
        "asset_watcher",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=1500), nullable=False),
        sa.Column("classpath", sa.Text(), nullable=False),
        sa.Column("kwargs", sa.Text(), nullable=False),
        sa.Column("webhook", sa.String(length=250), nullable=True),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("trigger_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_asset_watcher_asset_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_asset_watcher_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_watcher")),
        sa.UniqueConstraint(
            "workspace", "dag_id", "asset_id", "name", name=op.f("uq_asset_watcher_workspace_dag_id_asset_id_name")
        ),
    )
    op.create_index(op.f("ix_asset_watcher_trigger_id"), "asset_watcher", ["trigger_id"], unique=False)
    op.create_index(op.f("ix_asset_watcher_workspace_webhook"), "asset_watcher", ["workspace", "webhook"], unique=False)
    op.create_table(
        "backfill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("from_date", Moment(), nullable=False),
        sa.Column("to_date", Moment(), nullable=False),
        sa.Column("conf", JsonText(), nullable=True),
        sa.Column("reprocess", sa.String(length=20), nullable=False),
        sa.Column("run_backwards", sa.Boolean(), nullable=False),
        sa.Column("on_newest", sa.Boolean(), nullable=False),
        sa.Column("max_active_runs", sa.Integer(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("next_ordinal", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("completed_at", Moment(), nullable=True),
        sa.Column("is_cancelled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("triggering_user", sa.String(length=250), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_backfill_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill")),
        sa.UniqueConstraint("uid", name=op.f("uq_backfill_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_backfill_workspace_dag_id_completed_at"),
        "backfill",
        ["workspace", "dag_id", "completed_at"],
        unique=False,
    )
    op.create_table(
        "asset_event_alias",
        sa.Column("alias_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["alias_id"], ["asset_alias.id"], name=op.f("fk_asset_event_alias_alias_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_uid"], ["asset_event.uid"], name=op.f("fk_asset_event_alias_event_uid"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alias_id", "event_uid", name=op.f("pk_asset_event_alias")),
    )
    op.create_table(
        "asset_queue",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("target", sa.String(length=250), nullable=False),
        sa.Column("event_uid", sa.String(length=36), nullable=False),
        sa.Column("queued_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_uid"], ["asset_event.uid"], name=op.f("fk_asset_queue_event_uid"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_asset_queue_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "dag_id", "target", "event_uid", name=op.f("pk_asset_queue")),
    )
    op.create_index(op.f("ix_asset_queue_event_uid"), "asset_queue", ["event_uid"], unique=False)
    op.create_table(
        "asset_refusal",
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("event_uid", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_uid"], ["asset_event.uid"], name=op.f("fk_asset_refusal_event_uid"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_asset_refusal_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "dag_id", "event_uid", name=op.f("pk_asset_refusal")),
    )
    op.create_table(
        "backfill_slot",
        sa.Column("backfill", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_uid", sa.String(length=36), nullable=False),
        sa.Column("is_rerun", sa.Boolean(), nullable=False),
        sa.Column("skipped", sa.String(length=20), nullable=True),
        sa.Column("logical_date", Moment(), nullable=True),
        sa.Column("interval_start", Moment(), nullable=True),
        sa.Column("interval_end", Moment(), nullable=True),
        sa.Column("run_after", Moment(), nullable=False),
        sa.Column("partition_key", sa.Text(), nullable=True),
        sa.Column("partition_date", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["backfill"], ["backfill.uid"], name=op.f("fk_backfill_slot_backfill"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("backfill", "ordinal", name=op.f("pk_backfill_slot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "callback_order",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("run_uid", sa.String(length=36), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_uid"], ["dag_run.uid"], name=op.f("fk_callback_order_run_uid"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_callback_order_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_order")),
    )
    op.create_index(op.f("ix_callback_order_run_uid"), "callback_order", ["run_uid"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("run_uid", sa.String(length=36), nullable=True),
        sa.Column("task_id", sa.String(length=250), nullable=True),
        sa.Column("alert", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("run_after", Moment(), nullable=True),
        sa.Column("deadline_time", Moment(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("predicted_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["run_uid"], ["dag_run.uid"], name=op.f("fk_deadline_run_uid"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_deadline_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index(op.f("ix_deadline_run_uid"), "deadline", ["run_uid"], unique=False)
    op.create_index(op.f("ix_deadline_state_deadline_time"), "deadline", ["state", "deadline_time"], unique=False)
    op.create_index(
        op.f("ix_deadline_workspace_dag_id_deadline_time"),
        "deadline",
        ["workspace", "dag_id", "deadline_time"],
        unique=False,
    )
    op.create_table(
        "input_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("run_uid", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.String(length=250), nullable=False),
        sa.Column("map_index", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        sa.Column("form", JsonText(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deadline", Moment(), nullable=True),
        sa.Column("responded_at", Moment(), nullable=True),
        sa.Column("responded_by", JsonText(), nullable=True),
        sa.Column("chosen_options", JsonText(), nullable=True),
        sa.Column("params_input", JsonText(), nullable=True),
        sa.Column("timed_out", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_uid"], ["dag_run.uid"], name=op.f("fk_input_request_run_uid"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_input_request")),
    )
    op.create_index(op.f("ix_input_request_run_uid"), "input_request", ["run_uid"], unique=False)
    op.create_index(
        op.f("ix_input_request_workspace_responded_at"), "input_request", ["workspace", "responded_at"], unique=False
    )
    op.create_table(
        "run_asset_event",
        sa.Column("run_uid", sa.String(length=36), nullable=False),
        sa.Column("event_uid", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_uid"], ["asset_event.uid"], name=op.f("fk_run_asset_event_event_uid"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_uid"], ["dag_run.uid"], name=op.f("fk_run_asset_event_run_uid"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_uid", "event_uid", name=op.f("pk_run_asset_event")),
    )
    op.create_index(op.f("ix_run_asset_event_event_uid"), "run_asset_event", ["event_uid"], unique=False)
    op.create_table(
        "task_state",
        sa.Column("run_uid", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.String(length=250), nullable=False),
        sa.Column("map_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["run_uid"], ["dag_run.uid"], name=op.f("fk_task_state_run_uid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_uid", "task_id", "map_index", "key", name=op.f("pk_task_state")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_task_state_expires_at"), "task_state", ["expires_at"], unique=False)
    op.create_table(
        "trigger",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=True),
        sa.Column("version_id", sa.String(length=36), nullable=True),
        sa.Column("run_uid", sa.String(length=36), nullable=True),
        sa.Column("task_id", sa.String(length=250), nullable=True),
        sa.Column("map_index", sa.Integer(), nullable=True),
        sa.Column("classpath", sa.Text(), nullable=False),
        sa.Column("kwargs", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("method_kwargs", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("timeout_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("triggerer", sa.String(length=250), nullable=True),
        sa.ForeignKeyConstraint(["run_uid"], ["dag_run.uid"], name=op.f("fk_trigger_run_uid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trigger")),
    )
    op.create_index(op.f("ix_trigger_ended_at_kind"), "trigger", ["ended_at", "kind"], unique=False)
    op.create_index(op.f("ix_trigger_run_uid"), "trigger", ["run_uid"], unique=False)
    op.add_column("dag_run", sa.Column("backfill", sa.String(length=36), nullable=True))
    op.add_column("dag_run", sa.Column("partition_key", sa.Text(), nullable=True))
    op.add_column("dag_run", sa.Column("partition_date", Moment(), nullable=True))
    op.add_column("dag_run", sa.Column("retry_of", sa.String(length=36), nullable=True))
    op.add_column("dag_run", sa.Column("retries", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("dag_run", sa.Column("retry_at", Moment(), nullable=True))
    op.add_column("dag_run", sa.Column("reason", sa.Text(), nullable=True))
    op.create_index(op.f("ix_dag_run_backfill"), "dag_run", ["backfill"], unique=False)
    op.add_column("task_instance", sa.Column("resume", sa.String(length=36), nullable=True))
    op.add_column("task_instance", sa.Column("map_path", sa.Text(), nullable=True))
