"""Tasks that ask people, in a run in this process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind import DAG, Param, task
from tradewind.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from tradewind.testing import test_dag as run_test

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def dag():
    with DAG("d", start_date=START) as dag:
        form = HITLEntryOperator(task_id="form", subject="Who?", params={"name": Param("x", type="string")})
        ok = ApprovalOperator(task_id="ok", subject="OK?", defaults="Reject", response_timeout=timedelta(minutes=5))
        branch = HITLBranchOperator(task_id="branch", subject="Where to?", options=["left", "right"])

        @task
        def left():
            return "went left"

        @task
        def right():
            return "went right"

        form >> ok >> branch >> [left(), right()]
    return dag


def states(result):
    return {task_id: str(one.state) for (task_id, _), one in result.instances.items()}


def test_answers_are_brought_along(dag):
    answers = {"form": {"params_input": {"name": "Ann"}}, "ok": "Approve", "branch": ["left"]}
    result = run_test(dag, answers=answers)
    assert states(result) == {
        "form": "success",
        "ok": "success",
        "branch": "success",
        "left": "success",
        "right": "skipped",
    }
    assert result.xcom("form")["params_input"] == {"name": "Ann"}


def test_without_a_terminal_the_defaults_are_the_answer(dag):
    result = run_test(dag)
    assert states(result) == {
        "form": "success",
        "ok": "success",
        "branch": "skipped",
        "left": "skipped",
        "right": "skipped",
    }
    answer = result.xcom("form")
    assert (answer["chosen_options"], answer["params_input"], answer["responded_by_user"]) == (
        ["OK"],
        {"name": "x"},
        None,
    )


def test_without_defaults_either_the_task_says_what_is_missing():
    with DAG("d", start_date=START) as dag:
        HITLOperator(task_id="ask", subject="Well?", options=["a"])
    result = run_test(dag)
    assert str(result.state) == "failed"
    assert "there is no terminal to ask on, and it has no defaults" in result.instances["ask", -1].error


def test_each_instance_of_a_mapped_task_asks():
    with DAG("d", start_date=START) as dag:
        ask = HITLOperator.partial(task_id="ask", options=["yes", "no"]).expand(subject=["One?", "Two?"])

        @task
        def count(answers):
            return [one["chosen_options"][0] for one in answers]

        dag.add_result(count(ask.output))
    assert run_test(dag, answers={"ask": "no"}).result == ["no", "no"]
