"""Long lists are found by run id, by state in the order of time, and by what a DAG's last run was."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.drop_index(op.f("ix_dag_run_workspace_dag_id_run_after"), table_name="dag_run")
    op.create_index(
        op.f("ix_dag_run_workspace_dag_id_run_after_state_start_date"),
        "dag_run",
        ["workspace", "dag_id", "run_after", "state", "start_date"],
        unique=False,
    )
    op.create_index(
        op.f("ix_dag_run_workspace_run_id"),
        "dag_run",
        ["workspace", "run_id"],
        unique=False,
        postgresql_ops={"run_id": "varchar_pattern_ops"},
    )
    op.drop_index(op.f("ix_task_instance_state_pool_workspace"), table_name="task_instance")
    op.create_index(
        op.f("ix_task_instance_state_workspace_start_date"),
        "task_instance",
        ["state", "workspace", "start_date"],
        unique=False,
    )
