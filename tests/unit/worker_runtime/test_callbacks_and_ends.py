"""Callbacks that run apart from their task, and the end of a task that is told to stop."""

from __future__ import annotations

import signal
from datetime import UTC, datetime

import pytest

from support.attempts import Bench
from tradewind import DAG, BaseOperator, task
from tradewind.protocol.messages import CallbackWork, DagFacts
from tradewind.sdk.exceptions import AirflowTaskTerminated
from tradewind.testing.memory import MemoryApi
from tradewind.worker.callbacks import run_callback
from tradewind.worker.runner import kill_running, terminate


def call(dag, **facts):
    bench = Bench(dag)
    work = CallbackWork(
        work_id="w",
        dag=DagFacts(workspace="default", dag_id=dag.dag_id, version_id="v", bundle_path="", relative_fileloc=""),
        run=bench.run_info,
        log_path="",
        **facts,
    )
    run_callback(work, dag, MemoryApi(bench.server, work.task_id, -1))


def test_a_callback_of_the_dag_sees_the_run():
    seen = []
    dag = DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC))
    dag.on_failure_callback = [
        lambda context: seen.append((context["reason"], context["dag_run"].state, context["ds"]))
    ]
    call(dag, kind="on_failure", reason="task_failure", run_state="failed")
    assert seen == [("task_failure", "failed", "2026-01-05")]


def test_a_callback_of_the_dag_sees_an_instance_that_ended_as_the_run_did():
    seen = []

    def tell(context):
        ti = context["ti"]
        seen.append((ti.task_id, ti.state, ti.try_number, context["task"].owner, context["reason"]))

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC), on_failure_callback=tell) as dag:

        @task(owner="me")
        def work():
            return 1

        work()
    call(dag, kind="on_failure", reason="task_failure", run_state="failed", last_task="work", try_number=2)
    assert seen == [("work", "failed", 2, "me", "task_failure")]


def test_a_callback_of_a_task_whose_process_died_sees_why():
    seen = []
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task(on_failure_callback=lambda context: seen.append((str(context["exception"]), context["ti"].try_number)))
        def work():
            return 1

        work()
    call(dag, kind="on_failure", reason="killed by signal 9", task_id="work", try_number=2)
    assert seen == [("killed by signal 9", 2)]


def test_a_callback_that_is_not_there_or_fails_is_no_error(caplog):
    dag = DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC))
    call(dag, kind="on_success", reason="")
    dag.on_success_callback = lambda context: 1 / 0
    call(dag, kind="on_success", reason="")
    assert "ZeroDivisionError" in caplog.text


def test_being_told_to_stop_cleans_up_and_ends_the_task_without_retry():
    seen = []

    class Work(BaseOperator):
        def execute(self, context):
            terminate(signal.SIGTERM, None)

        def on_kill(self):
            seen.append("clean")
            raise ValueError("even where that fails")

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        Work(task_id="work")
    ended = Bench(dag).run("work", max_tries=3)
    assert (ended.outcome, ended.retryable) == ("failed", False)
    assert "told to stop (signal 15)" in ended.reason
    assert seen == ["clean"]


def test_killing_where_nothing_runs_does_nothing():
    kill_running()
    with pytest.raises(AirflowTaskTerminated):
        terminate(signal.SIGTERM, None)


def test_a_limit_that_is_not_reached_leaves_no_alarm_behind():
    def work():
        return 1

    before = signal.getsignal(signal.SIGALRM)
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        task(work)()
    assert Bench(dag).run("work", execution_timeout_s=60.0).outcome == "success"
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
