"""Single items of stored values are the same as those of the whole value."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind import DAG, task
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.exceptions import DeserializationError
from tradewind.sdk.expansion import DictOfLists
from tradewind.sdk.task_api import bound
from tradewind.sdk.task_instance import RuntimeTaskInstance
from tradewind.sdk.xcom_arg import XComArg
from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec
from tradewind.testing.memory import MemoryApi, MemoryServer

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False) | st.datetimes()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
keys = st.text(max_size=4) | st.integers() | st.sampled_from(["__tw__", datetime(2024, 1, 1, tzinfo=UTC)])
lists = st.lists(values, max_size=8) | st.lists(values, max_size=8).map(tuple)
sources = lists | st.dictionaries(st.text(max_size=4), values, max_size=8) | st.dictionaries(keys, values, max_size=8)


def whole(value: Any) -> list[Any]:
    """The items as reading everything gives them."""
    return list(value.items()) if isinstance(value, dict) else list(value)


def codec_with(inline_bytes: int) -> XComCodec:
    return XComCodec(MemoryArtifacts(), inline_bytes)


@given(sources, st.sampled_from([0, 10_000]))
def test_an_item_is_the_same_as_in_the_whole_value(source: Any, inline_bytes: int) -> None:
    codec = codec_with(inline_bytes)
    stored = codec.encode(source)
    expected = whole(codec.decode(stored))
    items = codec.items(stored)

    assert len(items) == len(expected)
    assert [items[i] for i in range(len(expected))] == expected
    assert items[-2:] == expected[-2:]
    with pytest.raises(IndexError):
        items[len(expected)]


@pytest.mark.parametrize("text", ["ascii", "naïve ☂ 🌬", "half a pair \ud800"])
@pytest.mark.parametrize(
    "wrap", [list, tuple, lambda one: dict.fromkeys(one, "ü"), lambda one: {(t, 1): t for t in one}]
)
def test_places_in_a_file_count_bytes_whatever_the_text(text: str, wrap: Any) -> None:
    codec = codec_with(0)
    stored = codec.encode(wrap([text, "x", text + "!"]))
    assert stored.kind == "json_file"
    assert list(codec.items(stored)) == whole(codec.decode(stored))


@pytest.mark.parametrize("value", ["text", 7, {1, 2}, range(3), None])
def test_what_is_no_list_or_dict_comes_as_it_is(value: Any) -> None:
    codec = codec_with(0)
    assert codec.items(codec.encode(value)) == value


def test_one_item_of_a_large_list_reads_a_few_bytes_of_its_file() -> None:
    class Counting(MemoryArtifacts):
        read = 0

        def get(self, name: str) -> bytes:
            raise AssertionError(f"{name} was read as a whole")

        def get_part(self, name: str, start: int, stop: int) -> bytes:
            self.read += stop - start
            return super().get(name)[start:stop]

    store = Counting()
    codec = XComCodec(store)
    items = codec.items(codec.encode([f"item {i}" for i in range(100_000)]))
    assert (items[0], items[99_999]) == ("item 0", "item 99999")
    assert store.read < 100


def test_a_file_that_is_gone_is_named() -> None:
    stored = codec_with(0).encode([1, 2])
    with pytest.raises(DeserializationError, match=r"item 1 of the file \w+\.json"):
        codec_with(0).items(stored)[1]


# -- through a task instance ----------------------------------------------------------------------------------------


def double(value: Any) -> Any:
    return [value, value]


def trees(outputs: list[XComArg]) -> st.SearchStrategy[XComArg]:
    """Outputs, mapped, zipped and concatenated at random."""
    return st.recursive(
        st.sampled_from(outputs),
        lambda inner: st.one_of(
            inner.map(lambda arg: arg.map(double)),
            st.tuples(inner, inner).map(lambda pair: pair[0].zip(pair[1])),
            st.tuples(inner, inner).map(lambda pair: pair[0].zip(pair[1], fillvalue="-")),
            st.tuples(inner, inner).map(lambda pair: pair[0].concat(pair[1])),
        ),
        max_leaves=4,
    )


def context_of(pushed: dict[tuple[str, int], Any], node: Any, dag: DAG, inline_bytes: int) -> tuple[Any, MemoryApi]:
    codec = codec_with(inline_bytes)
    server = MemoryServer(dag.dag_id, "run")
    for (task_id, index), value in pushed.items():
        server.keep(task_id, index, {"return_value": codec.encode(value)})
    ti = RuntimeTaskInstance(
        id="a", task=node, dag_id=dag.dag_id, task_id=node.task_id, run_id="run", map_index=0, codec=codec
    )
    return {"ti": ti, "task": node}, MemoryApi(server, node.task_id, 0)


def many() -> tuple[DAG, list[XComArg], Any]:
    """Two tasks, a mapped one, and a node that could use them."""
    with DAG("d", schedule=None) as dag:

        @task
        def one() -> list[int]:
            return []

        @task
        def two() -> dict[str, int]:
            return {}

        @task
        def each(x: int) -> int:
            return x

        @task
        def user() -> None: ...

        outputs = [one(), two(), each.expand(x=[1, 2, 3])]
        user()
    return dag, outputs, dag.task_dict["user"]


DAG_OF_MANY, OUTPUTS, USER = many()


@given(
    tree=trees(OUTPUTS), one=lists, two=sources, each=st.lists(scalars, max_size=4),
    inline_bytes=st.sampled_from([0, 10_000]),
)  # fmt: skip
def test_items_of_any_transform_are_those_of_the_resolved_list(
    tree: XComArg, one: Any, two: Any, each: list[Any], inline_bytes: int
) -> None:
    pushed = {("one", -1): one, ("two", -1): two} | {("each", 2 * i): value for i, value in enumerate(each)}
    context, api = context_of(pushed, USER, DAG_OF_MANY, inline_bytes)
    with bound(api):
        expected = whole(tree.resolve(context))
        items = tree.resolve_items(context)
        assert len(items) == len(expected)
        assert [items[i] for i in range(len(expected))] == expected


@given(a=lists, b=sources, index=st.integers(0, 70))
def test_a_map_index_gets_the_same_arguments_as_from_whole_lists(a: Any, b: Any, index: int) -> None:
    context, api = context_of({("one", -1): a, ("two", -1): b}, USER, DAG_OF_MANY, 0)
    with bound(api):
        source = DictOfLists({"x": OUTPUTS[0], "y": OUTPUTS[1]})
        if index < len(a) * len(b):
            found = source.values_at(index, context)
            assert found == {
                "x": whole(OUTPUTS[0].resolve(context))[index // len(b)],
                "y": whole(OUTPUTS[1].resolve(context))[index % len(b)],
            }
        else:
            with pytest.raises(InvalidArgument):
                source.values_at(index, context)
