"""What the HTTP provider brings: requests, pages, waiting for a page, all of it also deferred."""

from __future__ import annotations

import json

from airflow.providers.http.hooks.http import HttpHook
from airflow.providers.http.notifications.http import HttpNotifier
from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.http.sensors.http import HttpSensor
from airflow.sdk import DAG, task

SITE = {"http_conn_id": "site"}


def next_page(response):
    """What to ask next, from the page before."""
    cursor = response.json().get("next")
    return {"data": {"cursor": cursor}} if cursor else None


def rows_of(responses):
    """The rows of all pages."""
    return [row for response in responses for row in response.json()["rows"]]


def is_ripe(response, ti):
    """Whether the page says yes; with a part of the context, as the operator allows."""
    return response.json()["ripe"] and ti.task_id.startswith("check")


with DAG("web", schedule=None):
    HttpOperator(
        task_id="post",
        endpoint="orders/{{ dag_run.conf['order'] }}",
        data=json.dumps({"by": "{{ ti.task_id }}"}),
        headers={"Content-Type": "application/json"},
        response_filter=lambda response: response.json()["id"],
        log_response=True,
        **SITE,
    )
    HttpOperator(
        task_id="pages", method="GET", endpoint="pages", pagination_function=next_page, response_filter=rows_of, **SITE
    )
    HttpOperator(task_id="check", method="GET", endpoint="ripe", response_check=is_ripe, **SITE)
    HttpSensor(
        task_id="poke", endpoint="slow", response_check=lambda response: response.text == "ready",
        poke_interval=0.05, timeout=90, **SITE,
    )  # fmt: skip
    HttpSensor(task_id="reschedule", endpoint="late", mode="reschedule", poke_interval=0.1, timeout=90, **SITE)

    @task
    def by_hook():
        """The hook, found by the connection's type."""
        hook = HttpHook.get_hook("site", hook_params={"method": "GET"})
        return [type(hook).__name__, hook.run("ripe").json()]

    by_hook()

with DAG("web_deferred", schedule=None):
    HttpOperator(
        task_id="get", method="GET", endpoint="ripe", deferrable=True,
        response_filter=lambda response: response.json(), **SITE,
    )  # fmt: skip
    HttpSensor(task_id="wait", endpoint="late", deferrable=True, poke_interval=0.1, timeout=90, **SITE)

with DAG("web_deferred_pages", schedule=None):
    HttpOperator(
        task_id="pages", method="GET", endpoint="pages", deferrable=True,
        pagination_function=next_page, response_filter=rows_of, **SITE,
    )  # fmt: skip

with DAG("web_fails", schedule=None):
    HttpOperator(task_id="refused", method="GET", endpoint="gone", deferrable=False, **SITE)
    HttpOperator(task_id="unripe", method="GET", endpoint="ripe", response_check=lambda _: False, **SITE)
    HttpOperator(task_id="deferred", method="GET", endpoint="gone", deferrable=True, **SITE)
    HttpOperator(
        task_id="unreachable", method="GET", endpoint="x", http_conn_id="nowhere", deferrable=False,
        on_failure_callback=HttpNotifier(endpoint="failures", data="{{ ti.task_id }}", **SITE),
    )  # fmt: skip
