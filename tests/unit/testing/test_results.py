"""What a DAG returns, and other DAGs as they look from a run in this process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind import DAG, call_dag, dag, result, task
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.providers.standard.sensors.external_task import ExternalTaskSensor
from tradewind.providers.standard.sensors.time_delta import WaitSensor
from tradewind.sdk.serialize import serialize_dag
from tradewind.testing import test_dag as run_test

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_what_the_function_of_a_dag_returns_is_its_result():
    @dag(start_date=START)
    def sums():
        @task
        def add(a, b):
            return a + b

        return add(1, add(2, 3))

    assert run_test(sums()).result == 6


def test_a_marked_task_is_the_result_and_the_mark_outlives_override():
    with DAG("d", start_date=START) as d:

        @result
        @task
        def answer():
            return 42

        answer.override(task_id="other_name")()
    assert run_test(d).result == 42


def test_several_results_are_a_dict_and_none_are_none():
    with DAG("d", start_date=START) as d:

        @task
        def number(n):
            return n

        one, two = number(1), number.override(task_id="two")(2)
        number.override(task_id="three")(3)
        d.add_result(one)
        assert d.add_result(two) is two
    assert run_test(d).result == {"number": 1, "two": 2}
    with DAG("d", start_date=START) as d:
        EmptyOperator(task_id="x")
    assert run_test(d).result is None


def test_a_mapped_result_is_a_list():
    with DAG("d", start_date=START) as d:

        @task
        def double(n):
            return 2 * n

        d.add_result(double.expand(n=[1, 2, 3]))
    assert run_test(d).result == [2, 4, 6]


def test_only_the_whole_output_of_a_task_is_a_result():
    with DAG("d", start_date=START) as d:

        @task(multiple_outputs=True)
        def both():
            return {"a": 1}

        out = both()
        for wrong in (out["a"], out.map(str), 7):
            with pytest.raises(ValueError, match="Only plain return value"):
                d.add_result(wrong)


def test_the_mark_is_in_the_spec():
    with DAG("d", start_date=START) as d:

        @task
        def answer():
            return 42

        d.add_result(answer())
    assert [one.returns_dag_result for one in serialize_dag(d).tasks] == [True]


def test_other_dags_are_taken_as_done_and_said_so(caplog):
    with DAG("d", start_date=START) as d:
        ExternalTaskSensor(task_id="wait", external_dag_id="other", external_task_ids=["a", "b"], check_existence=True)
        ExternalTaskSensor(task_id="deferred", external_dag_id="other", deferrable=True)
        for task_id, deferrable in (("start", False), ("start_deferred", True)):
            TriggerDagRunOperator(
                task_id=task_id, trigger_dag_id="other", wait_for_completion=True, deferrable=deferrable
            )

        @task
        def call():
            return call_dag("other", {"x": 1})

        call()
    with caplog.at_level("WARNING", logger="tradewind.task"):
        found = run_test(d)
    assert set(found.states.values()) == {"success"}
    assert "a, b of DAG 'other' is taken as done" in caplog.text
    assert "of DAG 'other' is not started" in caplog.text
    assert "of DAG 'other' is taken as a success" in caplog.text
    assert found.xcom("start") is None
    assert found.xcom("start", "trigger_run_id").startswith("manual__")


def test_a_sensor_waits_and_ends_without_a_process():
    with DAG("d", start_date=START) as d:
        wait = WaitSensor(task_id="wait", time_to_wait=timedelta(milliseconds=20), deferrable=True)
        wait >> EmptyOperator(task_id="next")
    assert run_test(d).states == {"wait": "success", "next": "success"}
