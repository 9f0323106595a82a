"""What tells people: messages to Slack, Discord, Opsgenie and GitHub, from tasks and from notifiers."""

from __future__ import annotations

from airflow.providers.discord.notifications.discord import DiscordNotifier
from airflow.providers.discord.operators.discord_webhook import DiscordWebhookOperator
from airflow.providers.github.operators.github import GithubOperator
from airflow.providers.github.sensors.github import GithubTagSensor
from airflow.providers.opsgenie.operators.opsgenie import OpsgenieCloseAlertOperator, OpsgenieCreateAlertOperator
from airflow.providers.slack.hooks.slack import SlackHook
from airflow.providers.slack.notifications.slack import SlackNotifier
from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
from airflow.providers.slack.operators.slack import SlackAPIPostOperator
from airflow.providers.slack.operators.slack_webhook import SlackWebhookOperator
from airflow.sdk import DAG, task

with DAG("chat", schedule=None):
    SlackAPIPostOperator(task_id="slack", slack_conn_id="slack", channel="#news", text="run {{ dag_run.conf['name'] }}")
    SlackWebhookOperator(task_id="slack_web", slack_webhook_conn_id="slack_web", message="hello {{ ti.task_id }}")
    DiscordWebhookOperator(task_id="discord", http_conn_id="discord", message="hello {{ ti.task_id }}")

    @task
    def by_hook():
        """A call of the API."""
        return SlackHook(slack_conn_id="slack").call("auth.test")["user"]

    by_hook()

with DAG("alerts", schedule=None):
    OpsgenieCreateAlertOperator(
        task_id="open", opsgenie_conn_id="opsgenie", message="{{ dag.dag_id }} burns", alias="fire", priority="P1"
    ) >> OpsgenieCloseAlertOperator(
        task_id="close", opsgenie_conn_id="opsgenie", identifier="fire", identifier_type="alias", note="out"
    )

with DAG("code", schedule=None):
    GithubTagSensor(
        task_id="tag", github_conn_id="github", repository_name="ours/repo", tag_name="v2", poke_interval=0.05,
        timeout=90,
    ) >> GithubOperator(
        task_id="stars", github_conn_id="github", github_method="get_repo",
        github_method_args={"full_name_or_id": "{{ dag_run.conf['repo'] }}"},
        result_processor=lambda repo: repo.stargazers_count,
    )  # fmt: skip

with DAG(
    "chat_fails", schedule=None,
    on_failure_callback=DiscordNotifier(discord_conn_id="discord", text="run of {{ dag.dag_id }} failed"),
):  # fmt: skip
    SlackAPIPostOperator(
        task_id="no_channel", slack_conn_id="slack", channel="#nowhere", text="x",
        on_failure_callback=[
            SlackNotifier(slack_conn_id="slack", channel="#ops", text="{{ ti.task_id }} failed"),
            SlackWebhookNotifier(slack_webhook_conn_id="slack_web", text="{{ exception }}"),
        ],
    )  # fmt: skip
