"""Task instances in memory."""

from __future__ import annotations

from typing import Any

from tests_common.runs import RUNS, DagRun, TaskInstance


def TaskInstanceWrapper(ti: TaskInstance, task: Any) -> TaskInstance:  # noqa: N802 - a class of Airflow's
    """The instance, of this task."""
    ti.task = task
    return ti


def create_task_instance(task: Any, *, run_id: str | None = None, state: Any = None, map_index: int = -1, dag_version_id: object = None,
                         ti_type: Any = None, **options: Any) -> TaskInstance:  # fmt: skip
    """An instance of a task."""
    from airflow.sdk import DAG

    dag = task.get_dag()
    if dag is None:
        dag = DAG("adhoc_airflow", schedule=None)
        dag.add_task(task)
    run = RUNS.get((id(dag), run_id or "")) or DagRun(dag, run_id=run_id)
    ti = run.get_task_instance(task.task_id, map_index=map_index)
    ti.state = state
    return ti


def run_task_instance(ti: TaskInstance, task: Any, **options: Any) -> TaskInstance:
    """Run one attempt; what the task raised is raised."""
    ti.task = task
    return ti.run()


def get_template_context(ti: TaskInstance, task: Any, **options: Any) -> Any:
    """What a template of the task sees."""
    ti.task = task
    return ti.get_template_context()


def render_template_fields(ti: TaskInstance, task: Any, *, context: Any = None, **options: Any) -> Any:
    """The task with its fields rendered."""
    task.render_template_fields(context or get_template_context(ti, task))
    return task
