"""Arrows between tasks, groups, outputs, labels and lists."""

import inspect
from itertools import pairwise
from typing import Any

import pytest

from tradewind import DAG, BaseOperator, Label, TaskGroup, chain, chain_linear, cross_downstream, task
from tradewind.providers.standard.operators.bash import BashOperator
from tradewind.sdk.authoring_errors import (
    DagCycle,
    DuplicateTaskIdFound,
    InvalidArgument,
    InvalidArgumentType,
    NotInDag,
)
from tradewind.sdk.serialize import serialize_dag


def tasks(*ids: str) -> list[BaseOperator]:
    return [BaseOperator(task_id=one) for one in ids]


def arrows(dag: DAG) -> set[str]:
    return {f"{one}>{task.task_id}" for task in dag.tasks for one in task.upstream_task_ids}


def test_arrows_can_be_drawn_in_both_directions_and_through_lists() -> None:
    with DAG("d") as dag:
        a, b, c, d, e = tasks("a", "b", "c", "d", "e")
        a >> [b, c] >> d
        e << d

    assert arrows(dag) == {"a>b", "a>c", "b>d", "c>d", "d>e"}
    assert [task.task_id for task in a.downstream_list] == ["b", "c"]
    assert [task.task_id for task in d.upstream_list] == ["b", "c"]


def test_a_chain_of_arrows_gives_its_end() -> None:
    with DAG("d") as dag:
        a, b, c = tasks("a", "b", "c")
        assert a >> b >> c is c
        assert [a] >> b is b
    assert arrows(dag) == {"a>b", "b>c"}


def test_outputs_have_arrows_too() -> None:
    with DAG("d") as dag:

        @task
        def one() -> int: ...

        @task
        def two() -> int: ...

        first, second = one(), two()
        first >> second
        (a,) = tasks("a")
        second >> a
        [first["x"]] >> a

    assert arrows(dag) == {"one>two", "two>a", "one>a"}


def test_arrows_to_a_group_point_at_its_first_tasks_and_those_from_it_start_at_its_last() -> None:
    with DAG("d") as dag:
        a, z = tasks("a", "z")
        with TaskGroup("g") as group:
            b, c, d = tasks("b", "c", "d")
            b >> c
        a >> group >> z
    assert d.task_id == "g.d"
    assert arrows(dag) == {"a>g.b", "a>g.d", "g.b>g.c", "g.c>z", "g.d>z"}


def test_a_label_is_on_all_arrows_that_pass_through() -> None:
    with DAG("d") as dag:
        a, b, c, d, e = tasks("a", "b", "c", "d", "e")
        a >> Label("yes") >> [b, c]
        [b, c] >> Label("both") >> d
        e << Label("back") << d
    labels = {(edge.upstream, edge.downstream): edge.label for edge in serialize_dag(dag).edge_labels}
    assert labels == {
        ("a", "b"): "yes", ("a", "c"): "yes", ("b", "d"): "both", ("c", "d"): "both", ("d", "e"): "back",
    }  # fmt: skip
    assert dag.get_edge_info("a", "b") == {"label": "yes"}


def test_chain_joins_lists_pair_by_pair() -> None:
    with DAG("d") as dag:
        a, b, c, d, e, f = tasks("a", "b", "c", "d", "e", "f")
        chain(a, [b, c], [d, e], f)
    assert arrows(dag) == {"a>b", "a>c", "b>d", "c>e", "d>f", "e>f"}


def test_chain_takes_labels() -> None:
    with DAG("d") as dag:
        a, b, c, d = tasks("a", "b", "c", "d")
        chain([a, b], [Label("x"), Label("y")], [c, d])
    assert arrows(dag) == {"a>c", "b>d"}
    assert dag.get_edge_info("b", "d") == {"label": "y"}


def test_chain_refuses_lists_of_different_length() -> None:
    with DAG("d"):
        a, b, c = tasks("a", "b", "c")
        with pytest.raises(InvalidArgument, match="lists of 2 and 1 tasks"):
            chain([a, b], [c])


def test_chain_refuses_what_has_no_arrows() -> None:
    with DAG("d"):
        (a,) = tasks("a")
        with pytest.raises(InvalidArgumentType, match="not with 'b'"):
            chain(a, "b")


def test_chain_linear_joins_each_with_each() -> None:
    with DAG("d") as dag:
        a, b, c, d = tasks("a", "b", "c", "d")
        chain_linear(a, [b, c], [], [d])
    assert arrows(dag) == {"a>b", "a>c", "b>d", "c>d"}
    with pytest.raises(InvalidArgument, match="at least two"):
        chain_linear(a)


def test_cross_downstream_joins_each_with_each() -> None:
    with DAG("d") as dag:
        a, b, c, d = tasks("a", "b", "c", "d")
        cross_downstream([a, b], [c, d])
    assert arrows(dag) == {"a>c", "a>d", "b>c", "b>d"}


def test_a_task_without_a_dag_joins_that_of_the_other() -> None:
    with DAG("d") as dag:
        (a,) = tasks("a")
    (b,) = tasks("b")
    a >> b
    assert b.dag is dag


def test_tasks_of_two_dags_can_not_be_joined() -> None:
    with DAG("one"):
        (a,) = tasks("a")
    with DAG("two"):
        (b,) = tasks("b")
    with pytest.raises(NotInDag, match="more than one Dag: 'a' is in 'one', 'b' in 'two'"):
        a >> b


def test_tasks_without_any_dag_can_not_be_joined() -> None:
    a, b = tasks("a", "b")
    with pytest.raises(NotInDag, match="have no DAG yet"):
        a >> b


def test_a_function_that_was_not_called_is_named_in_the_error() -> None:
    with DAG("d"):
        (a,) = tasks("a")

        @task
        def later() -> None: ...

        with pytest.raises(InvalidArgumentType, match="call the decorated function first"):
            a >> later


def test_a_circle_is_shown() -> None:
    with DAG("d") as dag:
        a, b, c, d = tasks("a", "b", "c", "d")
        a >> b >> c >> d
        d >> b
    with pytest.raises(
        DagCycle, match=r"Cycle detected in Dag 'd': .*declared at .*b: test_dependencies\.py:\d+"
    ) as caught:
        dag.check_cycle()
    circle = caught.value.facts["tasks"]
    assert circle[0] == circle[-1]
    assert set(circle) == {"b", "c", "d"}
    assert all(f"{one}>{other}" in arrows(dag) for one, other in pairwise(circle))


def test_a_task_is_declared_where_its_operator_is_made_whoever_wrote_that() -> None:
    class Mine(BashOperator):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(bash_command="true", **kwargs)

    here = inspect.currentframe()
    assert here is not None
    with DAG("d"):
        line = here.f_lineno + 1
        origins = [Mine(task_id="mine").origin, BashOperator(task_id="bash", bash_command="true").origin]
        with pytest.raises(DuplicateTaskIdFound, match=rf"first in {__file__}:{line}, again in {__file__}:{line + 2}"):
            Mine(task_id="mine")
    assert origins == [(__file__, line)] * 2


def test_a_task_that_waits_for_itself_is_a_circle() -> None:
    with DAG("d") as dag:
        (a,) = tasks("a")
        a >> a
    with pytest.raises(DagCycle, match="a >> a"):
        serialize_dag(dag)


def test_all_relatives_can_be_asked_for() -> None:
    with DAG("d") as dag:
        a, b, c, d = tasks("a", "b", "c", "d")
        a >> b >> c
        d >> c
    assert a.get_flat_relative_ids() == {"b", "c"}
    assert c.get_flat_relative_ids(upstream=True) == {"a", "b", "d"}
    assert [task.task_id for task in dag.roots] == ["a", "d"]
    assert [task.task_id for task in dag.leaves] == ["c"]
    assert [task.task_id for task in dag.topological_sort()] == ["a", "b", "d", "c"]
