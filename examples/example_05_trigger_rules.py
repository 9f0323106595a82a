"""Trigger rules: when a task starts, judged by how those before it ended. The default is that all went well."""

from tradewind import TriggerRule, dag, task
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.sdk.exceptions import AirflowSkipException


@task
def good() -> None:
    """Goes well."""


@task
def skipped() -> None:
    """Has nothing to do."""
    raise AirflowSkipException


@task
def bad() -> None:
    """Goes wrong, and the DAG is made to live with that."""
    raise ValueError("this task always fails; the DAG shows what follows from it")


@dag(schedule=None, tags=["example"])
def trigger_rules():
    """Seven tasks that watch the same three, each by another rule; the last one decides how the run ends."""
    watched = [good(), skipped(), bad()]
    rules = [
        TriggerRule.ALL_SUCCESS,
        TriggerRule.ALL_DONE,
        TriggerRule.ONE_SUCCESS,
        TriggerRule.ONE_FAILED,
        TriggerRule.NONE_FAILED,
        TriggerRule.NONE_SKIPPED,
        TriggerRule.ALWAYS,
    ]
    watchers = [EmptyOperator(task_id=str(rule), trigger_rule=rule) for rule in rules]
    for watcher in watchers:
        watched >> watcher
    watchers >> EmptyOperator(task_id="end", trigger_rule=TriggerRule.ALL_DONE)


trigger_rules()
