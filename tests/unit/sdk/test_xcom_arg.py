"""Outputs of tasks, before and while tasks run."""

import pytest

from tradewind import DAG, BaseOperator, XComArg, literal
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.exceptions import AirflowSkipException, XComNotFound
from tradewind.sdk.resolve import references, resolve_nested
from tradewind.sdk.xcom_arg import PlainXComArg


class Instance:
    map_index = -1

    def __init__(self, values: dict[str, object]) -> None:
        self.values = values

    def xcom_pull(self, *, task_ids, key, default, map_indexes, dag_id):
        return self.values.get(f"{task_ids}.{key}", default)


@pytest.fixture
def pair() -> tuple[XComArg, XComArg]:
    with DAG("d"):
        return BaseOperator(task_id="a").output, BaseOperator(task_id="b").output


def context(reader: object = None, **values: object) -> dict[str, object]:
    values = {name if "." in name else f"{name}.return_value": value for name, value in values.items()}
    return {"ti": Instance(values), "task": reader or BaseOperator(task_id="reader")}


def test_an_output_is_of_a_task_and_a_key(pair) -> None:
    a, b = pair
    assert isinstance(XComArg(a.operator), PlainXComArg)
    assert XComArg(a.operator) == a
    assert a["k"] == XComArg(a.operator, "k") != a
    assert len({a, XComArg(a.operator), b}) == 2
    assert [(r.operator.task_id, r.key) for r in XComArg.iter_xcom_references([a, {"x": b["k"]}])] == [
        ("a", "return_value"), ("b", "k"),
    ]  # fmt: skip


def test_inside_of_a_text_it_is_a_template(pair) -> None:
    assert f"x={pair[0]['k']}" == "x={{ task_instance.xcom_pull(task_ids='a', dag_id='d', key='k') }}"


def test_it_can_not_be_read_while_the_file_is(pair) -> None:
    with pytest.raises(TypeError, match="not iterable"):
        list(pair[0])
    with pytest.raises(ValueError, match="only supports str lookup, received int"):
        pair[0][0]


def test_its_value_is_pulled(pair) -> None:
    a, _ = pair
    assert a.resolve(context(a=[1])) == [1]
    assert a.resolve(context()) is None
    assert a["k"].resolve(context(**{"a.k": 0})) == 0
    with pytest.raises(XComNotFound, match="'a' of DAG 'd' pushed no XCom with key 'k'"):
        a["k"].resolve(context())


def test_items_pass_through_functions_when_they_are_taken(pair) -> None:
    calls: list[int] = []

    def double(x: int) -> int:
        calls.append(x)
        if x == 3:
            raise AirflowSkipException
        return 2 * x

    items = pair[0].map(double).map(str).resolve(context(a=[1, 2, 3]))

    assert (len(items), items[1], calls) == (3, "4", [2])
    assert items[:2] == ["2", "4"]
    with pytest.raises(AirflowSkipException):
        items[2]
    assert pair[0].map(None).resolve(context(a=[1, 2]))[1] is None


def test_items_of_a_dict_are_pairs(pair) -> None:
    assert list(pair[0].map(tuple).resolve(context(a={"x": 1}))) == [("x", 1)]


def test_a_task_can_not_be_mapped_over_items(pair) -> None:
    from tradewind import task

    with pytest.raises(ValueError, match="must be a plain function, not a @task operator"):
        pair[0].map(task(lambda x: x))


def test_items_side_by_side(pair) -> None:
    a, b = pair
    short = a.zip(b).resolve(context(a=[1, 2, 3], b="xy" and ["x", "y"]))
    long = a.zip(b, fillvalue="-").resolve(context(a=[1, 2, 3], b=["x", "y"]))

    assert list(short) == [(1, "x"), (2, "y")]
    assert list(long) == [(1, "x"), (2, "y"), (3, "-")]
    assert (short[-1], long[1:]) == ((2, "y"), [(2, "y"), (3, "-")])
    with pytest.raises(IndexError):
        short[2]


def test_items_one_after_another(pair) -> None:
    a, b = pair
    items = a.concat(b).resolve(context(a=[1, 2], b={"k": 3}))

    assert list(items) == [1, 2, ("k", 3)]
    assert (len(items), items[-1], items[0:2]) == (3, ("k", 3), [1, 2])
    with pytest.raises(IndexError):
        items[3]
    with pytest.raises(IndexError):
        items[-4]


def test_what_is_no_list_can_not_be_mapped(pair) -> None:
    with pytest.raises(TypeError, match=r"XComArg\(a\) must be a list or dict to be mapped, but is a str"):
        pair[0].map(str).resolve(context(a="text"))


def test_only_outputs_are_zipped_and_concatenated(pair) -> None:
    with pytest.raises(TypeError, match="zip takes outputs"):
        pair[0].zip([1])
    with pytest.raises(TypeError, match="concat takes outputs"):
        pair[0].concat([1])


def test_stand_ins_are_resolved_however_deep(pair) -> None:
    a, b = pair
    value = {"x": [a, (b, 1)], "y": {"z": literal("{{ raw }}")}, "w": {1, 2}}

    assert resolve_nested(value, context(a=1, b=2)) == {"x": [1, (2, 1)], "y": {"z": "{{ raw }}"}, "w": {1, 2}}
    assert [r.operator.task_id for r in references(value)] == ["a", "b"]
    plain = [1, {"a": 2}]
    assert resolve_nested(plain, {}) is plain


def test_it_shows_what_it_is(pair) -> None:
    a, b = pair
    assert repr(a.map(len).zip(b["k"], fillvalue=1).concat(a)) == (
        "XComArg(a).map(len).zip(XComArg(b, key='k'), fillvalue=1).concat(XComArg(a))"
    )


def test_a_setup_is_marked_through_its_output(pair) -> None:
    a, b = pair
    a.as_setup() >> b.as_teardown(setups=a, on_failure_fail_dagrun=True)
    assert (a.is_setup, b.is_teardown, b.operator.on_failure_fail_dagrun) == (True, True, True)


def test_an_error_of_authoring_is_a_value_error_too() -> None:
    assert issubclass(InvalidArgument, ValueError)
