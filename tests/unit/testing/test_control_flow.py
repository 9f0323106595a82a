"""Branches, short circuits and conditions: what runs and what is skipped, as in Airflow."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradewind import DAG, setup, task, task_group, teardown
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.python import BranchPythonOperator, ShortCircuitOperator
from tradewind.sdk.branch import BaseBranchOperator, SkipMixin
from tradewind.sdk.exceptions import AirflowSkipException
from tradewind.sdk.operator import BaseOperator
from tradewind.testing import test_dag as run_test


@pytest.fixture
def dag():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        yield dag


def states(dag):
    """State by task, skipped ones in brackets: short to read."""
    return {name: "ok" if state == "success" else state for name, state in run_test(dag).states.items()}


def empty(*names, **kwargs):
    made = [EmptyOperator(task_id=name, **kwargs) for name in names]
    return made[0] if len(made) == 1 else made


# -- branches --------------------------------------------------------------------------------------------------------


def test_a_branch_into_a_group_skips_the_other_groups(dag):
    branch = BranchPythonOperator(task_id="branch", python_callable=lambda: "left")

    @task_group
    def left():
        empty("one") >> empty("two")

    @task_group
    def right():
        empty("one") >> empty("two")

    branch >> [left(), right()] >> empty("join", trigger_rule="none_failed_min_one_success")
    assert states(dag) == {
        "branch": "ok", "left.one": "ok", "left.two": "ok", "right.one": "skipped", "right.two": "skipped", "join": "ok",
    }  # fmt: skip


def test_what_is_reached_from_a_followed_branch_is_not_skipped(dag):
    @task.branch
    def branch():
        return "long"

    start, long, join = branch(), empty("long"), empty("join", trigger_rule="none_failed_min_one_success")
    start >> long >> join
    start >> join
    start >> empty("other")
    assert states(dag) == {"branch": "ok", "long": "ok", "join": "ok", "other": "skipped"}


@pytest.mark.parametrize(
    ("chosen", "skipped"), [(None, {"a", "b"}), ([], {"a", "b"}), (["a", "b"], set()), ("a", {"b"})]
)
def test_none_some_and_all(dag, chosen, skipped):
    BranchPythonOperator(task_id="branch", python_callable=lambda: chosen) >> empty("a", "b")
    assert {name for name, state in states(dag).items() if state == "skipped"} == skipped


@pytest.mark.parametrize(
    ("chosen", "words"),
    [("nothing", "valid task_ids"), (7, "all task IDs are strings"), (["a", 7], "all task IDs are strings")],
)
def test_a_branch_to_nowhere_fails(dag, chosen, words):
    BranchPythonOperator(task_id="branch", python_callable=lambda: chosen) >> empty("a")
    result = run_test(dag)
    assert words in result.task("branch").error
    assert result.states["a"] == "upstream_failed"


def test_a_branch_over_mapped_tasks(dag):
    @task.branch
    def branch():
        return "kept"

    @task
    def double(n):
        return 2 * n

    kept = double.override(task_id="kept").expand(n=[1, 2])
    gone = double.override(task_id="gone").expand(n=[1, 2])
    start = branch()
    start >> kept >> empty("after_kept")
    start >> gone >> empty("after_gone")
    found = states(dag)
    assert {"kept[0]", "kept[1]", "after_kept"} == {name for name, state in found.items() if state == "ok"} - {"branch"}
    assert {state for name, state in found.items() if "gone" in name} == {"skipped"}


def test_a_branch_in_a_mapped_group_decides_for_its_own_item(dag):
    @task_group
    def each(n):
        @task.branch
        def branch(n):
            return "each.odd" if n % 2 else "each.even"

        branch(n) >> empty("odd", "even")

    each.expand(n=[1, 2])
    assert states(dag) == {
        "each.branch[0]": "ok", "each.branch[1]": "ok", "each.odd[0]": "ok", "each.even[0]": "skipped",
        "each.odd[1]": "skipped", "each.even[1]": "ok",
    }  # fmt: skip


class ByChoice(BaseBranchOperator):
    def choose_branch(self, context):
        return ["b"]


def test_a_branch_operator_of_ones_own(dag):
    ByChoice(task_id="branch") >> empty("a", "b")
    assert states(dag) == {"branch": "ok", "a": "skipped", "b": "ok"}


class SkipsTwoSteps(BaseOperator, SkipMixin):
    def execute(self, context):
        self.skip(context["ti"], context["task"].get_flat_relatives(upstream=False))


def test_an_operator_that_skips_by_itself(dag):
    SkipsTwoSteps(task_id="skips") >> empty("a") >> empty("b", trigger_rule="all_done")
    assert states(dag) == {"skips": "ok", "a": "skipped", "b": "skipped"}


# -- short circuits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ignore", "last"), [(True, "skipped"), (False, "ok")], ids=["rules are ignored", "rules have their say"]
)
def test_a_short_circuit(dag, ignore, last):
    stop = ShortCircuitOperator(task_id="stop", python_callable=lambda: False, ignore_downstream_trigger_rules=ignore)
    stop >> empty("next") >> empty("last", trigger_rule="all_done")
    assert states(dag) == {"stop": "ok", "next": "skipped", "last": last}


def test_a_short_circuit_that_passes(dag):
    @task.short_circuit
    def go_on():
        return "something"

    go_on() >> empty("next")
    result = run_test(dag)
    assert result.states == {"go_on": "success", "next": "success"}
    assert result.xcom("go_on") == "something"


def test_teardowns_run_behind_a_short_circuit(dag):
    @setup
    def begin():
        return 1

    @teardown
    def end():
        return 2

    stop = ShortCircuitOperator(task_id="stop", python_callable=lambda: 0)
    first, last = begin(), end()
    first >> stop >> empty("work") >> last
    first >> last
    assert states(dag) == {"begin": "ok", "stop": "ok", "work": "skipped", "end": "ok"}


def test_a_short_circuit_in_a_mapped_group_stops_its_own_item(dag):
    @task_group
    def each(n):
        @task.short_circuit
        def is_odd(n):
            return n % 2

        is_odd(n) >> empty("next")

    each.expand(n=[1, 2])
    found = states(dag)
    assert (found["each.next[0]"], found["each.next[1]"]) == ("ok", "skipped")


# -- conditions ------------------------------------------------------------------------------------------------------


def test_conditions_are_asked_from_the_bottom_up_and_the_first_that_fails_says_why(dag):
    asked = []

    def says(name, answer):
        def condition(context):
            asked.append((name, context["ti"].task_id))
            return answer

        return condition

    @task.run_if(says("top", True))
    @task.skip_if(says("middle", (True, "because of the middle")))
    @task.run_if(says("bottom", True))
    @task
    def work():
        asked.append("work")

    work() >> empty("next")
    assert states(dag) == {"work": "skipped", "next": "skipped"}
    assert asked == [("bottom", "work"), ("middle", "work")]


def test_a_condition_of_mapped_instances(dag):
    @task.run_if(lambda context: context["ti"].map_index != 1)
    @task
    def work(n):
        return n

    @task
    def total(numbers):
        return sum(numbers)

    numbers = work.expand(n=[1, 10, 100])
    result_of = total.override(trigger_rule="none_failed_min_one_success")(numbers)
    result = run_test(dag)
    assert [result.states[f"work[{index}]"] for index in range(3)] == ["success", "skipped", "success"]
    assert result.xcom(result_of.operator.task_id) == 101


def test_a_condition_beside_a_hook_of_the_task(dag):
    seen = []

    @task.run_if(lambda context: True)
    @task(pre_execute=lambda context: seen.append(context["ti"].task_id))
    def work():
        raise AirflowSkipException

    work()
    assert states(dag) == {"work": "skipped"}
    assert seen == ["work"]


def test_a_condition_that_raises_fails_the_task(dag):
    @task.skip_if(lambda context: context["nothing"])
    @task
    def work():
        return 1

    work()
    assert states(dag) == {"work": "failed"}
