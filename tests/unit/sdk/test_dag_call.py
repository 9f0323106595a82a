"""Calling a DAG from a task: started once, waited for without a slot, its result returned."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.attempts import Bench
from tradewind import DAG, call_dag, task
from tradewind.protocol.waits import Resume
from tradewind.sdk.exceptions import DagNotFound, DagRunAlreadyExists
from tradewind.sdk.task_api import EncodedXCom
from tradewind.testing.memory import MemoryApi


class Others(MemoryApi):
    """A server with another DAG, whose only task returns 42."""

    def __init__(self, server, *, results=("answer",), is_there=False):
        super().__init__(server, "call", -1)
        self.started, self.results, self.is_there = [], list(results), is_there

    def trigger_run(self, dag_id, **wanted):
        self.started.append(wanted["run_id"])
        if self.is_there:
            raise DagRunAlreadyExists("there")
        return wanted["run_id"]

    def dag_facts(self, dag_id):
        return {"dag_id": dag_id, "is_paused": False, "results": self.results} if dag_id == "other" else None

    def xcoms(self, where):
        return [(-1, EncodedXCom("42"))] if where.dag_id == "other" else []


@pytest.fixture
def bench():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task
        def call(run_id=None):
            return [call_dag("other", {"n": 1}), call_dag("other")]

        @task
        def call_named():
            return call_dag("other", run_id="mine")

        @task
        def look(ti=None):
            return [ti.get_dag("other").is_paused, ti.get_dag("nothing")]

        call()
        call_named()
        look()
    return Bench(dag)


def gone_on(bench, ended, api, state="success", **facts):
    """The task after its wait."""
    wait = ended.deferral
    run_id = api.started[-1]
    event = bench.codec.encode((wait.classpath, {"run_ids": [run_id], run_id: state})).value
    resume = Resume(kind="trigger", method=wait.method, method_kwargs=wait.method_kwargs, event=event)
    return bench.run("call", api=api, resume=resume, **facts)


def test_each_call_is_started_once_and_the_last_result_ends_the_task(bench):
    api = Others(bench.server)
    first = bench.run("call", api=api)
    assert (first.outcome, first.deferral.classpath) == ("deferred", "tradewind.sdk.dag_call.DagStateTrigger")
    second = gone_on(bench, first, api)
    assert second.outcome == "deferred"
    third = gone_on(bench, second, api)
    assert bench.pushed(third) == {"return_value": [42, 42]}
    assert len(api.started) == len(set(api.started)) == 2
    assert all(name.startswith("called_by__d.call__") for name in api.started)


def test_a_process_that_died_after_the_start_finds_the_run_again(bench):
    api = Others(bench.server)
    bench.run("call", api=api)
    api.is_there = True
    again = bench.run("call", api=api)
    assert again.outcome == "deferred"
    assert api.started[0] == api.started[1]


def test_another_try_calls_anew(bench):
    api = Others(bench.server)
    bench.run("call", api=api)
    bench.run("call", api=api, try_number=2, max_tries=2)
    assert api.started[0] != api.started[1]


def test_a_run_id_of_ones_own_must_be_free(bench):
    ended = bench.run("call_named", api=Others(bench.server, is_there=True))
    assert (ended.outcome, "DagRunAlreadyExists" in ended.reason) == ("failed", True)


@pytest.mark.parametrize(("state", "words"), [("failed", "failed"), (None, "is gone")])
def test_a_run_that_failed_or_is_gone_fails_the_task(bench, state, words):
    api = Others(bench.server)
    ended = gone_on(bench, bench.run("call", api=api), api, state)
    assert (ended.outcome, words in ended.reason) == ("failed", True)


@pytest.mark.parametrize(("results", "value"), [((), None), (("answer", "other"), {"answer": 42, "other": 42})])
def test_a_dag_without_a_result_and_with_several(bench, results, value):
    api = Others(bench.server, results=results)
    ended = gone_on(bench, gone_on(bench, bench.run("call", api=api), api), api)
    assert bench.pushed(ended)["return_value"] == [value, value]


def test_a_task_may_ask_about_dags(bench):
    ended = bench.run("look", api=Others(bench.server))
    assert DagNotFound.__name__ in ended.reason
