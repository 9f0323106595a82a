"""The HTTP provider against a site that answers, unmodified."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from airflow.providers.http.hooks.http import HttpAsyncHook, HttpHook
from airflow.providers.http.notifications.http import HttpNotifier
from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.http.sensors.http import HttpSensor
from airflow.providers.http.triggers.http import HttpSensorTrigger, HttpTrigger

from support.connections import connection
from support.dag_files import run_dag_file
from support.http_site import Answer, Asked, Site, web_site
from support.server import free_port

EXECUTES = [HttpOperator, HttpSensor, HttpHook, HttpAsyncHook, HttpNotifier, HttpTrigger, HttpSensorTrigger]
DEFERS = [HttpOperator, HttpSensor]

FILE = Path(__file__).parent / "services_dags/web.py"
PAGES = {"": ([1, 2], "b"), "b": ([3], "c"), "c": ([4, 5], None)}


def page(asked: Asked) -> Answer:
    """One page of a list in three."""
    rows, following = PAGES[asked.query.get("cursor", "")]
    return Answer({"rows": rows, "next": following})


def third_time(site: Site, path: str, ready: Answer, before: Answer) -> None:
    """Have a page be ready when it is asked for the third time."""
    site.says("GET", path, lambda _: ready if len(site.to(path)) >= 3 else before)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The site, and connections to it and to nothing."""
    with web_site() as site:
        site.says("POST", "/orders/7", lambda asked: Answer({"id": 7, "by": asked.json()["by"]}, 201))
        site.says("GET", "/pages", page)
        site.says("GET", "/ripe", Answer({"ripe": True}))
        site.says("POST", "/failures", Answer("thanks"))
        third_time(site, "/slow", Answer("ready"), Answer("wait"))
        third_time(site, "/late", Answer("here"), Answer("not yet", 404))
        extra = {"X-Team": "ours"}
        monkeypatch.setenv(
            "AIRFLOW_CONN_SITE", connection("http", site.port, login="ada", password="engine", extra=extra)
        )
        monkeypatch.setenv("AIRFLOW_CONN_NOWHERE", connection("http", free_port()))
        yield site


def test_requests_pages_checks_and_sensors_work_in_a_worker(site: Site):
    result = run_dag_file(FILE, "web", {"order": 7})
    assert set(result.states.values()) == {"success"}, result.states
    assert result.xcom("post") == 7
    assert result.xcom("pages") == [1, 2, 3, 4, 5]
    assert result.xcom("check") == '{"ripe": true}'
    assert result.xcom("by_hook") == ["HttpHook", {"ripe": True}]
    posted = site.to("/orders/7")[0]
    assert posted.json() == {"by": "post"}
    assert (posted.headers["X-Team"], posted.headers["Authorization"]) == ("ours", "Basic YWRhOmVuZ2luZQ==")
    assert len(site.to("/slow")) == len(site.to("/late")) == 3


def test_the_same_deferred_asks_from_the_trigger(site: Site):
    result = run_dag_file(FILE, "web_deferred")
    assert set(result.states.values()) == {"success"}, result.states
    assert result.xcom("get") == {"ripe": True}
    assert site.to("/ripe")[0].headers["Authorization"] == "Basic YWRhOmVuZ2luZQ=="
    assert len(site.to("/late")) >= 3


def test_pages_are_asked_for_one_trigger_after_the_other(site: Site):
    result = run_dag_file(FILE, "web_deferred_pages")
    assert result.states == {"pages": "success"}
    assert result.xcom("pages") == [1, 2, 3, 4, 5]
    assert len(site.to("/pages")) == 3


def test_failures_are_told_in_the_words_of_the_provider(site: Site):
    result = run_dag_file(FILE, "web_fails")
    assert set(result.states.values()) == {"failed"}
    assert "404:Not Found" in (result.task("refused").error or "")
    assert "Response check returned False." in (result.task("unripe").error or "")
    assert "Unexpected error in the operation: 404:Not Found" in (result.task("deferred").error or "")
    assert "ConnectionError" in (result.task("unreachable").error or "")
    assert [asked.body for asked in site.to("/failures")] == [b"unreachable"]


def test_the_asynchronous_hook_works_outside_of_a_task(site: Site):
    async def ask() -> str:
        async with aiohttp.ClientSession() as session:
            return await (await HttpAsyncHook("GET", "site").run(session, endpoint="slow")).text()

    assert [asyncio.run(ask()) for _ in range(3)] == ["wait", "wait", "ready"]
