"""A task that fails when another does: below all tasks, it lets a run fail though a teardown at its end succeeds."""

from __future__ import annotations

from airflow.sdk import TriggerRule, task
from airflow.sdk.exceptions import AirflowException


@task(trigger_rule=TriggerRule.ONE_FAILED, retries=0)
def watcher() -> None:
    """Fail."""
    raise AirflowException("a task before this one has failed")
