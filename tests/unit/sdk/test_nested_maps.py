"""Maps of maps, and loops, from the DAG file to the values that come out: `dag.test()` end to end."""

from __future__ import annotations

from typing import Any

import pytest

from tradewind import DAG, task, task_group
from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.exceptions import AirflowSkipException
from tradewind.sdk.serialize import serialize_dag
from tradewind.spec import LoopSpec, MapSpec


@task
def names() -> list[str]:
    return ["a", "bb", "ccc"]


@task
def letters(name: str) -> list[str]:
    return list(name)


@task
def upper(c: str) -> str:
    return c.upper()


@task
def twice(c: str) -> str:
    return c * 2


@task
def join(cs: Any) -> str:
    return "".join(cs)


@task
def every(xs: Any) -> list[Any]:
    return list(xs)


def value(dag: DAG, task_id: str = "every", index: int = -1) -> Any:
    result = dag.test()
    assert result.state == "success", {key: (one.state, one.reason) for key, one in result.instances.items()}
    return result.xcom(task_id, map_index=index)


def test_a_map_in_a_mapped_group_reads_its_own_copy() -> None:
    with DAG("d") as dag:

        @task_group
        def word(name: str) -> Any:
            return join(twice.expand(c=upper.expand(c=letters(name))))

        every(word.expand(name=names()))
    assert value(dag) == ["AA", "BBBB", "CCCCCC"]


def test_groups_nest_and_inner_tasks_see_outer_arguments() -> None:
    with DAG("d") as dag:

        @task
        def mark(c: str, name: str) -> str:
            return f"{name}:{c}"

        @task_group
        def word(name: str) -> Any:
            @task_group
            def letter(c: str) -> Any:
                return mark(upper(c), name)

            return join(letter.expand(c=letters(name)))

        every(word.expand(name=names()))
    assert value(dag) == ["a:A", "bb:Bbb:B", "ccc:Cccc:Cccc:C"]


def test_three_deep_and_gathered_from_outside_in_the_order_of_paths() -> None:
    with DAG("d") as dag:

        @task
        def pair(c: str) -> list[str]:
            return [c, c + "?"]

        @task_group
        def word(name: str) -> Any:
            @task_group
            def letter(c: str) -> Any:
                return upper.expand(c=pair(c))

            return letter.expand(c=letters(name))

        every(word.expand(name=names()))
    assert value(dag) == ["A", "A?", "B", "B?", "B", "B?", "C", "C?", "C", "C?", "C", "C?"]


def test_an_inner_map_that_is_zipped_and_mapped_by_functions() -> None:
    def odd(pair: tuple[str, str]) -> str:
        if pair[0] == "c":
            raise AirflowSkipException
        return "-".join(pair)

    with DAG("d") as dag:

        @task_group
        def word(name: str) -> Any:
            ls = letters(name)
            up = upper.expand(c=ls)
            return every.override(task_id="got", trigger_rule="all_done")(
                twice.expand(c=ls.zip(up).map(odd)),
            )

        word.expand(name=names())
    result = dag.test()
    assert result.xcom("word.got", map_index=1) == ["b-Bb-B", "b-Bb-B"]
    assert result.xcom("word.got", map_index=2) == []


# -- following ---------------------------------------------------------------------------------------------------------


def follows(dag: DAG) -> dict[str, tuple[str, ...]]:
    return {t.task_id: t.mapped.follows for t in serialize_dag(dag).tasks if t.mapped is not None}


def test_a_map_over_a_mapped_task_follows_it() -> None:
    with DAG("d") as dag:
        a = upper.expand(c=names())
        b = twice.override(task_id="b").expand(c=a)
        twice.override(task_id="c").expand(c=a.zip(b).map("".join))
        twice.override(task_id="k").expand_kwargs(a.map(lambda c: {"c": c}))
    assert follows(dag) == {"upper": (), "b": ("upper",), "c": ("upper", "b"), "k": ("upper",)}


@pytest.mark.parametrize("reason", ["rule", "two", "concat", "fill", "also whole", "other line"])
def test_a_map_that_needs_more_than_its_own_item_waits_for_all(reason: str) -> None:
    @task
    def two(x: Any, y: Any) -> None: ...

    with DAG("d") as dag:
        a = upper.expand(c=names())
        z = twice.override(task_id="z").expand(c=["x"])
        match reason:
            case "rule":
                twice.override(task_id="b", trigger_rule="all_done").expand(c=a)
            case "two":
                two.override(task_id="b").expand(x=a, y=[1])
            case "concat":
                twice.override(task_id="b").expand(c=a.concat(z))
            case "fill":
                twice.override(task_id="b").expand(c=a.zip(a, fillvalue=1))
            case "also whole":
                two.override(task_id="b").partial(y=a).expand(x=a)
            case _:
                twice.override(task_id="b").expand(c=a.zip(z))
    assert follows(dag)["b"] == ()


def test_a_group_follows_a_mapped_task() -> None:
    with DAG("d") as dag:

        @task_group
        def shout(c: str) -> Any:
            return twice(upper(c))

        every(shout.expand(c=twice.override(task_id="first").expand(c=names())))
    assert serialize_dag(dag).groups[0].mapped.follows == ("first",)  # type: ignore[union-attr]
    assert value(dag) == ["AAAA", "BBBBBBBB", "CCCCCCCCCCCC"]


def test_items_that_are_skipped_or_not_pushed_skip_what_follows_them() -> None:
    @task
    def some(c: str) -> str | None:
        if c == "a":
            raise AirflowSkipException
        return None if c == "bb" else c

    with DAG("d") as dag:
        b = twice.override(task_id="b").expand(c=some.expand(c=names()))
        every.override(trigger_rule="none_failed")(b)
    result = dag.test()
    assert [str(result.instances["b", n].state) for n in range(3)] == ["skipped", "skipped", "success"]
    assert result.xcom("every") == ["cccccc"]


# -- loops -------------------------------------------------------------------------------------------------------------


@task
def start() -> dict[str, Any]:
    return {"loss": 1.0}


def test_a_task_is_repeated_on_its_own_result_until_it_is_good_enough() -> None:
    with DAG("d") as dag:

        @task.loop(until=lambda model: model["loss"] < 0.1, max_iterations=20)
        def train(model: Any, iteration: int, rate: float) -> Any:
            return {"loss": model["loss"] * rate, "n": iteration}

        model = train(start(), rate=0.5)
        every.override(task_id="last")(model)
        every.override(task_id="losses")(model.all)
    result = dag.test()
    assert result.xcom("last") == ["loss", "n"]
    assert [one["loss"] for one in result.xcom("losses")] == [0.5, 0.25, 0.125, 0.0625]
    assert [one["n"] for one in result.xcom("losses")] == [0, 1, 2, 3]


def test_a_loop_is_in_the_spec_with_its_bound() -> None:
    with DAG("d") as dag:

        @task_group.loop(max_iterations=7)
        def improve(text: str) -> Any:
            return twice(upper(text))

        improve("x")
    spec = serialize_dag(dag)
    assert spec.groups[0].mapped == MapSpec((), loop=LoopSpec("improve.twice", 7))


def test_a_group_is_repeated_on_what_its_function_returns() -> None:
    with DAG("d") as dag:

        @task_group.loop(max_iterations=3, until=lambda text, iteration: iteration == 1)
        def improve(text: str, iteration: int) -> Any:
            @task
            def write(t: str, n: int) -> str:
                return f"{t}{n}"

            return twice(write(text, iteration))

        upper(improve("x"))
    assert value(dag, "upper") == "X0X01X0X01"


def test_a_loop_in_a_mapped_group_gives_the_last_result_of_each_copy() -> None:
    with DAG("d") as dag:

        @task_group
        def word(name: str) -> Any:
            @task.loop(max_iterations=5, until=lambda text: len(text) >= 4)
            def pad(text: str, iteration: int) -> str:
                return f"{text}{iteration}"

            padded = pad(name)
            upper(padded)
            return padded

        words = word.expand(name=names())
        every(words)
        twice.override(task_id="each_of_them").expand(c=words)
    result = dag.test()
    assert result.xcom("every") == ["a012", "bb01", "ccc0"]
    assert result.xcom("word.upper", map_index=1) == "BB01"
    assert [result.xcom("each_of_them", map_index=n) for n in range(3)] == ["a012a012", "bb01bb01", "ccc0ccc0"]


def test_a_map_in_a_loop_is_made_anew_in_each_round() -> None:
    with DAG("d") as dag:

        @task
        def split(n: int) -> list[int]:
            return list(range(n))

        @task
        def inc(i: int) -> int:
            return i + 1

        @task
        def total(ns: Any) -> int:
            return sum(ns)

        @task_group.loop(max_iterations=2)
        def rounds(n: int) -> Any:
            return total(inc.expand(i=split(n)))

        every.override(task_id="every")([rounds(4)])
    assert value(dag) == [55]


def test_a_loop_that_is_to_converge_fails_at_its_bound() -> None:
    with DAG("d") as dag:

        @task.loop(max_iterations=2, until=lambda _: False, or_fail=True)
        def never(x: int) -> int:
            return x

        never(1)
    result = dag.test()
    assert (str(result.state), str(result.instances["never", 1].state)) == ("failed", "failed")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"max_iterations": 0}, InvalidArgument),
        ({"max_iterations": True}, InvalidArgument),
        ({"max_iterations": 2, "until": 3}, InvalidArgumentType),
    ],
)
def test_a_loop_without_a_sound_bound_is_refused(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        task.loop(**options)


def test_a_looped_group_without_a_result_is_refused() -> None:
    with DAG("d"):

        @task_group.loop(max_iterations=2)
        def nothing(text: str) -> None:
            upper(text)

        with pytest.raises(InvalidArgumentType, match="must return the output of one of its tasks"):
            nothing("x")


def test_the_arguments_of_a_loop_are_checked_where_it_is_called() -> None:
    with DAG("d"):

        @task.loop(max_iterations=2)
        def grow(text: str, by: int, iteration: int) -> str:
            return text * by * iteration

        with pytest.raises(InvalidArgumentType, match="missing a required argument: 'by'"):
            grow("x")
        with pytest.raises(InvalidArgumentType, match="filled in by the loop"):
            grow("x", by=1, iteration=2)
