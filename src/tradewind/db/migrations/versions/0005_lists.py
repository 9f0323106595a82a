"""What long lists need: how many instances a run has, and indexes that hold all that a list counts and sorts by."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("dag_run", sa.Column("instances", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(
        "UPDATE dag_run SET instances = (SELECT count(*) FROM task_instance WHERE task_instance.run_uid = dag_run.uid)"
    )
    op.create_index(op.f("ix_dag_run_workspace_uid_instances"), "dag_run", ["workspace", "uid", "instances"])
    op.create_index(op.f("ix_dag_run_workspace_dag_id_state"), "dag_run", ["workspace", "dag_id", "state"])
    for column in ("run_type", "end_date", "logical_date", "duration"):
        op.create_index(op.f(f"ix_dag_run_workspace_{column}"), "dag_run", ["workspace", column])
    op.drop_index(op.f("ix_dag_run_state_shard"), "dag_run")
    op.create_index(op.f("ix_dag_run_state_shard_workspace"), "dag_run", ["state", "shard", "workspace"])
    op.drop_index(op.f("ix_task_instance_state_pool"), "task_instance")
    op.create_index(op.f("ix_task_instance_state_pool_workspace"), "task_instance", ["state", "pool", "workspace"])
