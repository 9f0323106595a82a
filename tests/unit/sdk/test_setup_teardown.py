"""Setups, teardowns and the work between them."""

import pytest

from tradewind import DAG, BaseOperator, TaskGroup, setup, task, teardown
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.serialize import serialize_dag


def arrows(dag: DAG) -> set[str]:
    return {f"{one}>{task.task_id}" for task in dag.tasks for one in task.upstream_task_ids}


def operators(*ids: str) -> list[BaseOperator]:
    return [BaseOperator(task_id=one) for one in ids]


def test_a_teardown_follows_its_setups() -> None:
    with DAG("d") as dag:
        make, work, drop = operators("make", "work", "drop")
        make >> work >> drop.as_teardown(setups=make)
    spec = {one.task_id: one for one in serialize_dag(dag).tasks}

    assert arrows(dag) == {"make>work", "work>drop", "make>drop"}
    assert (spec["make"].is_setup, spec["drop"].is_teardown) == (True, True)
    assert spec["drop"].trigger_rule == "all_done_setup_success"
    assert spec["drop"].on_failure_fail_dagrun is False
    assert [one.task_id for one in dag.teardowns] == ["drop"]
    assert [one.task_id for one in dag.tasks_upstream_of_teardowns] == ["make", "work"]


def test_work_inside_of_the_block_stands_between() -> None:
    with DAG("d") as dag:
        make, drop, other = operators("make", "drop", "other")
        with drop.as_teardown(setups=make) as scope:
            a, b, c = operators("a", "b", "c")
            a >> b
            scope.add_task(other)
    assert arrows(dag) == {
        "make>drop", "make>a", "make>c", "make>other", "a>b", "b>drop", "c>drop", "other>drop",
    }  # fmt: skip
    assert c.upstream_task_ids == {"make"}


def test_the_block_of_a_setup_finds_its_teardowns() -> None:
    with DAG("d") as dag:
        make, drop = operators("make", "drop")
        drop.as_teardown(setups=make)
        with make:
            operators("a")
    assert arrows(dag) == {"make>drop", "make>a", "a>drop"}


def test_blocks_can_be_nested() -> None:
    with DAG("d") as dag:
        make, drop, inner_make, inner_drop = operators("make", "drop", "inner_make", "inner_drop")
        with drop.as_teardown(setups=make) as scope:
            scope.add_task([inner_make, inner_drop])
            with inner_drop.as_teardown(setups=inner_make):
                operators("a")
    assert arrows(dag) == {
        "make>drop", "make>inner_make", "inner_make>inner_drop", "inner_make>a", "a>inner_drop", "inner_drop>drop",
    }  # fmt: skip


def test_decorated_functions_have_blocks_too() -> None:
    with DAG("d") as dag:

        @setup
        def make() -> None: ...

        @teardown
        def drop() -> None: ...

        @task
        def work(x: int) -> int: ...

        made = make()
        with drop().as_teardown(setups=made):
            work(work(1))
    assert arrows(dag) == {"make>drop", "make>work", "work>work__1", "work__1>drop"}


def test_a_mapped_task_can_be_the_work() -> None:
    with DAG("d") as dag:
        make, drop = operators("make", "drop")

        @task
        def work(x: int) -> int: ...

        with drop.as_teardown(setups=make):
            work.expand(x=[1, 2])
    assert arrows(dag) == {"make>drop", "make>work", "work>drop"}


def test_a_block_that_fails_wires_nothing() -> None:
    with DAG("d") as dag:
        make, drop = operators("make", "drop")
        with pytest.raises(RuntimeError), drop.as_teardown(setups=make):
            operators("a")
            raise RuntimeError
        operators("b")
    assert arrows(dag) == {"make>drop"}


def test_only_setups_and_teardowns_have_blocks() -> None:
    with DAG("d"):
        (a,) = operators("a")
        with pytest.raises(InvalidArgument, match=r"only setups or teardowns.*got a"), a:
            pass


def test_what_follows_a_setup_waits_for_its_success() -> None:
    with DAG("d") as dag:
        make = BaseOperator(task_id="make").as_setup()
        work = BaseOperator(task_id="work", trigger_rule="all_done")
        make >> work
    with pytest.raises(ValueError, match="Setup tasks must be followed with trigger rule ALL_SUCCESS, but task 'work'"):
        serialize_dag(dag)


def test_groups_are_neither() -> None:
    with DAG("d"):
        group = TaskGroup("g")
        with pytest.raises(TypeError, match="TaskGroup can't be a setup"):
            group.as_setup()
        with pytest.raises(TypeError, match="TaskGroup can't be a teardown"):
            group.as_teardown()
