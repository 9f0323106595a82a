"""Links of operators and of plugins: made in the task's process once it has ended, for the server to show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from support.attempts import Bench
from tradewind import DAG, BaseOperator
from tradewind.sdk.operator_link import BaseOperatorLink
from tradewind.sdk.plugins import PLUGINS, AirflowPlugin
from tradewind.sdk.serialize import serialize_dag


class JobLink(BaseOperatorLink):
    name = "The job"

    def get_link(self, operator, *, ti_key):
        from airflow.sdk.execution_time.xcom import XCom

        return f"https://jobs.example/{XCom.get_value(ti_key=ti_key, key='job')}"


class BrokenLink(BaseOperatorLink):
    name = "Broken"

    def get_link(self, operator, *, ti_key):
        raise RuntimeError("no such job")


class EmptyLink(BaseOperatorLink):
    name = "Empty"

    def get_link(self, operator, *, ti_key):
        return ""


class DocsLink(BaseOperatorLink):
    name = "Docs"

    def get_link(self, operator, *, ti_key):
        return f"https://docs.example/{ti_key.task_id}/{ti_key.try_number}"


class Submits(BaseOperator):
    operator_extra_links = (JobLink(), BrokenLink(), EmptyLink())

    def execute(self, context):
        context["ti"].xcom_push(key="job", value=7)
        if context["ti"].task_id == "fails":
            raise RuntimeError("no")


class Other(BaseOperator):
    def execute(self, context):
        """Nothing to do."""


class OtherLink(DocsLink):
    name = "Of the other"
    operators = [Other]  # noqa: RUF012 - as plugins have it


class NewJobLink(DocsLink):
    name = "The job"
    operators = [Submits]  # noqa: RUF012 - as plugins have it


@pytest.fixture
def dag() -> DAG:
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        Submits(task_id="works")
        Submits(task_id="fails")
        Other(task_id="other")
    return dag


@pytest.fixture
def plugin() -> Iterator[None]:
    """A plugin with links for this test."""

    class Linked(AirflowPlugin):
        name = "linked"
        global_operator_extra_links = [DocsLink()]  # noqa: RUF012 - as plugins have it
        operator_extra_links = [OtherLink(), NewJobLink()]  # noqa: RUF012 - as plugins have it

    before = list(PLUGINS.links)
    PLUGINS.add(Linked)
    yield
    PLUGINS.links[:] = before
    del PLUGINS.found["linked"]


@pytest.mark.parametrize("task_id", ["works", "fails"])
def test_a_link_is_kept_under_its_key_whatever_became_of_the_task(dag, task_id, caplog):
    bench = Bench(dag)
    pushed = bench.pushed(bench.run(task_id))
    assert {key: value for key, value in pushed.items() if key.startswith("_link_")} == {
        "_link_JobLink": "https://jobs.example/7"
    }
    assert f"The link 'Broken' of task {task_id} can't be made" in caplog.text


@pytest.mark.usefixtures("plugin")
def test_plugins_add_links_to_all_operators_and_to_those_they_name(dag):
    bench = Bench(dag)
    assert bench.pushed(bench.run("other")) == {
        "_link_DocsLink": "https://docs.example/other/1",
        "_link_OtherLink": "https://docs.example/other/1",
    }
    assert bench.pushed(bench.run("works"))["_link_NewJobLink"] == "https://docs.example/works/1"


@pytest.mark.usefixtures("plugin")
def test_the_names_of_all_links_are_told_with_the_dag(dag):
    links = {task.task_id: task.extra_links for task in serialize_dag(dag).tasks}
    assert links["works"] == ("Broken", "Empty", "Docs", "The job")
    assert links["other"] == ("Docs", "Of the other")
    keys = {task.task_id: task.link_keys for task in serialize_dag(dag).tasks}
    assert keys["works"] == ("_link_BrokenLink", "_link_EmptyLink", "_link_DocsLink", "_link_NewJobLink")
