"""The providers of Slack, Discord, Opsgenie and GitHub against a site that answers as these do, unmodified."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.providers.discord.hooks.discord_webhook import DiscordWebhookHook
from airflow.providers.discord.notifications.discord import DiscordNotifier
from airflow.providers.discord.operators.discord_webhook import DiscordWebhookOperator
from airflow.providers.github.hooks.github import GithubHook
from airflow.providers.github.operators.github import GithubOperator
from airflow.providers.github.sensors.github import GithubTagSensor
from airflow.providers.opsgenie.hooks.opsgenie import OpsgenieAlertHook
from airflow.providers.opsgenie.operators.opsgenie import OpsgenieCloseAlertOperator, OpsgenieCreateAlertOperator
from airflow.providers.slack.hooks.slack import SlackHook
from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook
from airflow.providers.slack.notifications.slack import SlackNotifier
from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
from airflow.providers.slack.operators.slack import SlackAPIPostOperator
from airflow.providers.slack.operators.slack_webhook import SlackWebhookOperator

from support.connections import connection
from support.dag_files import run_dag_file
from support.http_site import Answer, Asked, Site, web_site

EXECUTES = [
    DiscordWebhookHook, DiscordNotifier, DiscordWebhookOperator, GithubHook, GithubOperator, GithubTagSensor,
    OpsgenieAlertHook, OpsgenieCloseAlertOperator, OpsgenieCreateAlertOperator, SlackHook, SlackWebhookHook,
    SlackNotifier, SlackWebhookNotifier, SlackAPIPostOperator, SlackWebhookOperator,
]  # fmt: skip

FILE = Path(__file__).parent / "services_dags/chat.py"


def post_message(asked: Asked) -> Answer:
    """Slack's answer to a message: its errors are pages too."""
    if asked.json()["channel"] == "#nowhere":
        return Answer({"ok": False, "error": "channel_not_found"})
    return Answer({"ok": True, "channel": "C1", "ts": "1.2", "message": {"text": asked.json()["text"]}})


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """All four services in one, and connections to it."""
    with web_site() as site:
        site.says("POST", "/slack/chat.postMessage", post_message)
        site.says("POST", "/slack/auth.test", Answer({"ok": True, "user": "tradewind"}))
        site.says("POST", "/hooks/T1/B1/x", Answer("ok"))
        site.says("POST", "/discord/webhooks/1/token", Answer("", 204))
        accepted = Answer({"result": "Request will be processed", "took": 0.1, "requestId": "r"}, 202)
        site.says("POST", "/v2/alerts", accepted)
        site.says("POST", "/v2/alerts/fire/close", accepted)
        repo = {"full_name": "ours/repo", "url": f"{site.url}/repos/ours/repo", "stargazers_count": 7}
        site.says("GET", "/repos/ours/repo", Answer(repo))
        site.says("GET", "/repos/ours/repo/tags", lambda _: Answer(tags(site)))
        slack = {"base_url": f"{site.url}/slack/"}
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", connection("slack", password="xoxb-1", extra=slack))
        hook = json.dumps({"conn_type": "slackwebhook", "host": f"{site.url}/hooks", "password": "T1/B1/x"})
        monkeypatch.setenv("AIRFLOW_CONN_SLACK_WEB", hook)
        endpoint = {"webhook_endpoint": "webhooks/1/token"}
        discord = json.dumps({"conn_type": "discord", "host": f"{site.url}/discord/", "extra": endpoint})
        monkeypatch.setenv("AIRFLOW_CONN_DISCORD", discord)
        for name in ("opsgenie", "github"):
            there = json.dumps({"conn_type": name, "host": site.url, "password": "key"})
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", there)
        yield site


def tags(site: Site) -> list[dict[str, object]]:
    """The tags of a repository; the one that is waited for comes late."""
    names = ["v1", "v2"] if len(site.to("/repos/ours/repo/tags")) > 2 else ["v1"]
    return [{"name": name, "commit": {"sha": "0"}} for name in names]


def test_messages_reach_their_channels(site: Site):
    result = run_dag_file(FILE, "chat", {"name": "one"})
    assert set(result.states.values()) == {"success"}, result.states
    (message,) = site.to("/slack/chat.postMessage")
    assert (message.json()["channel"], message.json()["text"]) == ("#news", "run one")
    assert message.headers["Authorization"] == "Bearer xoxb-1"
    assert result.xcom("slack")["ts"] == "1.2"
    assert result.xcom("by_hook") == "tradewind"
    assert site.to("/hooks/T1/B1/x")[0].json()["text"] == "hello slack_web"
    assert site.to("/discord/webhooks/1/token")[0].json()["content"] == "hello discord"


def test_alerts_are_opened_and_closed(site: Site):
    result = run_dag_file(FILE, "alerts")
    assert result.states == {"open": "success", "close": "success"}
    alert = site.to("/v2/alerts")[0].json()
    assert (alert["message"], alert["priority"]) == ("alerts burns", "P1")
    closed = site.to("/v2/alerts/fire/close")[0]
    assert (closed.query["identifierType"], closed.json()["note"]) == ("alias", "out")


def test_a_tag_is_waited_for_and_a_repository_read(site: Site):
    result = run_dag_file(FILE, "code", {"repo": "ours/repo"})
    assert result.states == {"tag": "success", "stars": "success"}
    assert len(site.to("/repos/ours/repo/tags")) == 3
    assert result.xcom("stars") == 7


def test_notifiers_tell_what_failed_and_why(site: Site):
    result = run_dag_file(FILE, "chat_fails")
    assert result.states == {"no_channel": "failed"}
    assert "channel_not_found" in (result.task("no_channel").error or "")
    refused, told = site.to("/slack/chat.postMessage")
    assert refused.json()["channel"] == "#nowhere"
    assert (told.json()["channel"], told.json()["text"]) == ("#ops", "no_channel failed")
    assert "channel_not_found" in site.to("/hooks/T1/B1/x")[0].json()["text"]
    assert site.to("/discord/webhooks/1/token")[0].json()["content"] == "run of chat_fails failed"
