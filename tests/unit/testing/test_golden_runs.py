"""Whole DAGs in this process, compared with what Airflow 3.3 makes of DAGs of the same shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind import DAG, TriggerRule, chain, setup, task, task_group, teardown
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.latest_only import LatestOnlyOperator
from tradewind.sdk.exceptions import AirflowSkipException
from tradewind.testing import golden

MOMENT = datetime(2026, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def dag():
    with DAG("shape", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        yield dag


def ran(dag, **options):
    return golden(dag, logical_date=MOMENT, **options)


def states(dag, **options):
    return ran(dag, **options)["tis"]


def test_the_shape_of_a_run(dag):
    @task
    def give():
        return {"a": "b"}

    give()
    assert ran(dag) == {
        "state": "success",
        "run_type": "manual",
        "data_interval": ["2026-01-05 03:00:00+00:00", "2026-01-05 03:00:00+00:00"],
        "tis": {"give[-1]": "success"},
        "xcoms": [["give", -1, "return_value", {"a": "b"}]],
    }


def test_a_branch_skips_what_it_does_not_follow_and_leaves_only_the_skip_key(dag):
    @task.branch
    def choose():
        return "left"

    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    join = EmptyOperator(task_id="join", trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
    choose() >> [left, right] >> join
    run = ran(dag)
    assert run["tis"] == {"choose[-1]": "success", "left[-1]": "success", "right[-1]": "skipped", "join[-1]": "success"}
    assert run["xcoms"] == [["choose", -1, "skipmixin_key", {"followed": ["left"]}]]


def test_a_branch_that_skips_nothing_returns_its_value_too(dag):
    @task.branch
    def choose():
        return ["only"]

    choose() >> EmptyOperator(task_id="only")
    assert ran(dag)["xcoms"] == [
        ["choose", -1, "skipmixin_key", {"followed": ["only"]}],
        ["choose", -1, "return_value", ["only"]],
    ]


def test_a_branch_may_follow_a_task_that_another_branch_leads_to(dag):
    @task.branch
    def choose():
        return "a"

    a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b", trigger_rule="none_failed_min_one_success")
    first = choose()
    first >> [a, b]
    a >> b
    assert states(dag) == {"choose[-1]": "success", "a[-1]": "success", "b[-1]": "success"}


def test_a_branch_into_a_group_follows_its_roots(dag):
    @task.branch
    def choose():
        return "inner"

    @task_group
    def inner():
        EmptyOperator(task_id="one") >> EmptyOperator(task_id="two")

    choose() >> [inner(), EmptyOperator(task_id="other")]
    run = ran(dag)
    assert run["tis"] == {
        "choose[-1]": "success", "inner.one[-1]": "success", "inner.two[-1]": "success", "other[-1]": "skipped",
    }  # fmt: skip


def test_a_branch_to_nowhere_fails(dag):
    @task.branch
    def choose():
        return "nowhere"

    choose() >> EmptyOperator(task_id="somewhere")
    assert states(dag) == {"choose[-1]": "failed", "somewhere[-1]": "upstream_failed"}


def test_a_short_circuit_skips_everything_behind_it(dag):
    @task.short_circuit
    def yes():
        return True

    @task.short_circuit
    def no():
        return False

    names = {name: EmptyOperator(task_id=name) for name in ("a", "b", "c", "d")}
    names["late"] = EmptyOperator(task_id="late", trigger_rule="all_done")
    chain(yes(), names["a"], names["b"])
    chain(no(), names["c"], names["d"], names["late"])
    run = ran(dag)
    assert run["state"] == "success"
    assert {k for k, v in run["tis"].items() if v == "skipped"} == {"c[-1]", "d[-1]", "late[-1]"}
    by_task = {x[0]: x[2:] for x in run["xcoms"]}
    assert by_task["yes"] == ["return_value", True]
    assert by_task["no"][0] == "skipmixin_key"
    assert set(by_task["no"][1]["skipped"]) == {"c", "d", "late"}


def test_a_short_circuit_may_leave_later_trigger_rules_their_say(dag):
    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def no():
        return False

    chain(no(), EmptyOperator(task_id="next"), EmptyOperator(task_id="late", trigger_rule="all_done"))
    run = ran(dag)
    assert run["tis"] == {"no[-1]": "success", "next[-1]": "skipped", "late[-1]": "success"}
    assert run["xcoms"] == [["no", -1, "skipmixin_key", {"skipped": ["next"]}]]


def test_setups_and_teardowns_run_around_work_that_fails(dag):
    @setup
    def make():
        return "made"

    @task
    def work():
        raise ValueError("no")

    @teardown
    def clean():
        return "cleaned"

    made, cleaned = make(), clean()
    made >> work() >> cleaned
    made >> cleaned
    run = ran(dag)
    assert run["tis"] == {"make[-1]": "success", "work[-1]": "failed", "clean[-1]": "success"}
    assert run["state"] == "failed"


def test_a_failed_teardown_does_not_fail_the_run(dag):
    @setup
    def make():
        return 1

    @task
    def work():
        return 2

    @teardown
    def clean():
        raise ValueError("no")

    made, cleaned = make(), clean()
    made >> work() >> cleaned
    made >> cleaned
    assert ran(dag)["state"] == "success"


def test_a_map_over_a_list_and_a_sum_over_it(dag):
    @task
    def add_one(x):
        return x + 1

    @task
    def total(values):
        return sum(values)

    total(add_one.expand(x=[1, 2, 3]))
    run = ran(dag)
    assert run["tis"] == {
        "add_one[0]": "success", "add_one[1]": "success", "add_one[2]": "success", "total[-1]": "success",
    }  # fmt: skip
    assert run["xcoms"] == [
        ["add_one", 0, "return_value", 2], ["add_one", 1, "return_value", 3], ["add_one", 2, "return_value", 4],
        ["total", -1, "return_value", 9],
    ]  # fmt: skip


def test_a_map_over_a_map(dag):
    @task
    def numbers():
        return [1, 2, 3]

    @task
    def twice(x):
        return 2 * x

    @task
    def more(x):
        return x + 10

    more.expand(x=twice.expand(x=numbers()))
    run = ran(dag)
    assert run["state"] == "success"
    assert [x[3] for x in run["xcoms"] if x[0] == "more"] == [12, 14, 16]


def test_a_mapped_group(dag):
    @task_group
    def steps(x):
        @task
        def add(x):
            return x + 1

        @task
        def mul(x):
            return x * 2

        mul(add(x))

    steps.expand(x=[1, 2, 3])
    run = ran(dag)
    assert set(run["tis"].values()) == {"success"}
    assert len(run["tis"]) == 6
    assert [x[3] for x in run["xcoms"] if x[0] == "steps.mul"] == [4, 6, 8]


def test_a_group_mapped_over_what_a_task_returns_and_gathered_again(dag):
    @task
    def numbers():
        return [1, 2]

    @task_group
    def steps(x):
        @task
        def add(x):
            return x + 1

        return add(x)

    @task
    def gather(values):
        return list(values)

    gather(steps.expand(x=numbers()))
    run = ran(dag)
    assert run["xcoms"][0] == ["gather", -1, "return_value", [2, 3]]


def test_a_map_over_two_lists_varies_the_last_fastest(dag):
    @task
    def pair(a, b):
        return f"{a}{b}"

    pair.expand(a=["x", "y"], b=[1, 2])
    assert [x[3] for x in ran(dag)["xcoms"]] == ["x1", "x2", "y1", "y2"]


def test_a_map_over_nothing_is_skipped(dag):
    @task
    def nothing():
        return []

    @task
    def use(x):
        return x

    use.expand(x=nothing()) >> EmptyOperator(task_id="after")
    tis = states(dag)
    assert tis["nothing[-1]"] == "success"
    assert tis["after[-1]"] == "skipped"


def test_a_mapping_function_may_skip_an_item(dag):
    @task
    def numbers():
        return [1, 2, 3]

    def odd(x):
        if x % 2 == 0:
            raise AirflowSkipException
        return x

    @task
    def use(x):
        return x

    use.expand(x=numbers().map(odd))
    assert states(dag) == {
        "numbers[-1]": "success", "use[0]": "success", "use[1]": "skipped", "use[2]": "success",
    }  # fmt: skip


def test_zip_and_concat(dag):
    @task
    def numbers():
        return [1, 2]

    @task
    def letters():
        return ["a", "b", "c"]

    @task
    def use(x):
        return x

    n, l = numbers(), letters()  # noqa: E741
    use.expand(x=n.zip(l))
    use.expand(x=n.concat(l))
    run = ran(dag)
    assert [x[3] for x in run["xcoms"] if x[0] == "use"] == [[1, "a"], [2, "b"]]
    assert [x[3] for x in run["xcoms"] if x[0] == "use__1"] == [1, 2, "a", "b", "c"]


def test_latest_only_lets_a_run_go_that_somebody_started(dag):
    latest = LatestOnlyOperator(task_id="latest")
    latest >> EmptyOperator(task_id="task1") >> EmptyOperator(task_id="task2", trigger_rule="all_done")
    run = ran(dag)
    assert set(run["tis"].values()) == {"success"}
    assert run["xcoms"] == [
        ["latest", -1, "skipmixin_key", {"followed": ["task1"]}],
        ["latest", -1, "return_value", ["task1"]],
    ]


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        ("all_success", "upstream_failed"), ("all_failed", "skipped"), ("all_done", "success"),
        ("one_success", "success"), ("one_failed", "success"), ("one_done", "success"),
        ("none_failed", "upstream_failed"), ("none_failed_min_one_success", "upstream_failed"),
        ("none_skipped", "skipped"), ("always", "success"), ("all_skipped", "skipped"),
        ("all_done_min_one_success", "skipped"),
    ],
)  # fmt: skip
def test_trigger_rules_over_one_success_one_failure_and_one_skip(dag, rule, state):
    @task
    def good():
        return 1

    @task
    def bad():
        raise ValueError

    @task
    def skipped():
        raise AirflowSkipException

    [good(), bad(), skipped()] >> EmptyOperator(task_id="last", trigger_rule=rule)
    assert states(dag)["last[-1]"] == state


def test_run_if_and_skip_if(dag):
    @task.run_if(lambda context: False, skip_message="not today")
    @task
    def never():
        return 1

    @task.skip_if(lambda context: False)
    @task
    def ever():
        return 1

    never()
    ever()
    assert states(dag) == {"never[-1]": "skipped", "ever[-1]": "success"}


def test_a_retry_follows_at_once_whatever_its_delay(dag):
    tries = []

    @task(retries=2, retry_delay=timedelta(days=1))
    def flaky(ti):
        tries.append(ti.try_number)
        if len(tries) < 3:
            raise ValueError("again")
        return "done"

    flaky()
    assert ran(dag)["state"] == "success"
    assert tries == [1, 2, 3]


def test_fail_fast_ends_the_run_at_the_first_failure():
    with DAG("quick", start_date=datetime(2026, 1, 1, tzinfo=UTC), fail_fast=True) as dag:

        @task
        def bad():
            raise ValueError

        bad()
        EmptyOperator(task_id="a") >> EmptyOperator(task_id="b")
    run = ran(dag)
    assert run["state"] == "failed"
    assert run["tis"]["bad[-1]"] == "failed"


def test_the_values_of_a_mapped_task_can_be_pulled_by_index_or_all(dag):
    @task
    def give(x):
        return x

    @task
    def pull(ti):
        several = ti.xcom_pull(task_ids="give")
        return [
            list(several),
            len(several),
            several[-1],
            ti.xcom_pull(task_ids="give", map_indexes=1),
            ti.xcom_pull(task_ids="give", map_indexes=[2, 0]),
            ti.xcom_pull(task_ids=["give", "none"], default="-"),
            ti.xcom_pull(task_ids="none", key="k"),
            ti.xcom_pull(key="never pushed", default="d"),
        ]

    give.expand(x=["a", "b", "c"]) >> pull()
    assert ran(dag)["xcoms"][-1][3] == [
        ["a", "b", "c"], 3, "c", "b", ["c", "a"], ["a", "b", "c", "-"], None, "d",
    ]  # fmt: skip
