"""Assets, backfills, waiting without a slot, deadlines, state stores, decisions."""

import sqlalchemy as sa
from alembic import op

from tradewind.db.columns import JsonText, Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
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
    op.create_index(op.f("ix_dag_run_backfill"), "dag_run", ["backfill"], unique=False)
