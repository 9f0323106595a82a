"""Tasks of which there is one instance for each item."""

import pytest

from tradewind import DAG, BaseOperator, task
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.expansion import DictOfLists, ListOfDicts, expansion_values, indexes_of
from tradewind.sdk.serialize import serialize_dag
from tradewind.spec import ConcatInput, LiteralInput, MapInput, XComInput, ZipInput


class Copy(BaseOperator):
    """Copies."""

    template_fields = ("source", "target")

    def __init__(self, *, source: object, target: object = "here", **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.target = target


class Instance:
    """As much of a task instance as outputs ask for."""

    def __init__(self, map_index: int, values: dict[str, object]) -> None:
        self.map_index = map_index
        self.values = values
        self.pulled: list[tuple[str, int | None]] = []

    def xcom_pull(self, *, task_ids, key, default, map_indexes, dag_id):
        self.pulled.append((task_ids, map_indexes))
        return self.values.get(task_ids if key == "return_value" else f"{task_ids}.{key}", default)

    xcom_items = xcom_pull


def context_of(node: object, map_index: int = -1, **values: object) -> dict[str, object]:
    return {"ti": Instance(map_index, values), "task": node, "params": {}}


# -- which item an index stands for --------------------------------------------------------------------------------


def test_the_last_input_varies_fastest() -> None:
    found = [expansion_values({"a": [1, 2], "b": "xyz" and ["x", "y", "z"]}, n, lambda x: x) for n in range(6)]
    assert [f"{one['a']}{one['b']}" for one in found] == ["1x", "1y", "1z", "2x", "2y", "2z"]


def test_items_of_a_dict_are_pairs() -> None:
    assert expansion_values({"a": {"k": 1, "l": 2}}, 1, lambda x: x) == {"a": ("l", 2)}


@pytest.mark.parametrize("index", [-1, 6, 100])
def test_an_index_beyond_all_combinations_is_refused(index: int) -> None:
    with pytest.raises(InvalidArgument, match="there is no instance"):
        indexes_of(index, {"a": 2, "b": 3})


def test_an_input_that_turns_out_to_be_no_list_is_named() -> None:
    with pytest.raises(TypeError, match="'a' must be a list or dict to be mapped, but is a str"):
        expansion_values({"a": "text"}, 0, lambda x: x)


def test_dicts_of_arguments_are_taken_one_by_one() -> None:
    source = ListOfDicts([{"a": 1}, {"a": 2, "b": 3}])
    assert source.at(1, lambda x: x) == {"a": 2, "b": 3}
    with pytest.raises(TypeError, match=r"expects a list\[dict\], not list\[int\]"):
        ListOfDicts([1]).at(0, lambda x: x)


# -- classic operators ---------------------------------------------------------------------------------------------


def test_a_mapped_task_is_one_node_with_the_arguments_of_partial() -> None:
    with DAG("d", default_args={"retries": 2, "target": "default"}) as dag:
        first = BaseOperator(task_id="first")
        mapped = Copy.partial(task_id="copy", queue="q", max_active_tis_per_dag=3).expand(source=[1, 2, 3])
        first >> mapped
    (_, spec) = serialize_dag(dag).tasks

    assert (spec.task_id, spec.queue, spec.retries, spec.max_active_tis_per_dag) == ("copy", "q", 2, 3)
    assert spec.upstream == ("first",)
    assert spec.mapped.inputs == (("source", LiteralInput(3)),)
    assert spec.task_type == "Copy"
    assert spec.template_sources == {"source": [1, 2, 3], "target": "default"}


def test_what_it_is_mapped_over_is_upstream() -> None:
    with DAG("d") as dag:
        a, b, c = (BaseOperator(task_id=one) for one in "abc")
        copy = Copy.partial(task_id="copy", target=c.output).expand(source=a.output.map(str).zip(b.output))
        sources = Copy.partial(task_id="sources").expand_kwargs(b.output["list"])
    assert copy.upstream_task_ids == {"a", "b", "c"}
    assert sources.upstream_task_ids == {"b"}
    spec = {task.task_id: task.mapped for task in serialize_dag(dag).tasks}
    assert spec["copy"].inputs == (("source", ZipInput((MapInput(XComInput("a")), XComInput("b")))),)
    assert spec["sources"].inputs == (("", XComInput("b", "list")),)


def test_zip_with_a_fill_value_is_as_long_as_the_longest_and_concat_as_all() -> None:
    with DAG("d") as dag:
        a, b = (BaseOperator(task_id=one) for one in "ab")
        Copy.partial(task_id="z").expand(source=a.output.zip(b.output, fillvalue=0))
        Copy.partial(task_id="c").expand(source=a.output.concat(b.output))
    spec = {task.task_id: task.mapped for task in serialize_dag(dag).tasks}
    assert spec["z"].inputs[0][1] == ZipInput((XComInput("a"), XComInput("b")), longest=True)
    assert spec["c"].inputs[0][1] == ConcatInput((XComInput("a"), XComInput("b")))


def test_each_instance_gets_its_item_unrendered_and_the_rest_rendered() -> None:
    with DAG("d"):
        mapped = Copy.partial(task_id="copy", target="{{ name }}").expand(source=["{{ a }}", "{{ b }}"])
    context = context_of(mapped, map_index=1) | {"name": "ada"}
    operator = mapped.unmap(mapped.resolve_map_inputs(context))
    operator.render_template_fields(context)

    assert (operator.source, operator.target) == ("{{ b }}", "ada")
    assert operator.task_id == "copy"
    assert operator.dag is mapped.dag


def test_an_instance_joins_neither_dag_nor_arrows_again() -> None:
    with DAG("d") as dag:
        a = BaseOperator(task_id="a")
        mapped = Copy.partial(task_id="copy").expand(source=a.output)
        operator = mapped.unmap({"source": 1})
    assert dag.task_ids == ["a", "copy"]
    assert dag.get_task("copy") is mapped
    assert operator.upstream_task_ids == {"a"}


def test_items_that_are_outputs_are_pulled() -> None:
    with DAG("d"):
        a, b = (BaseOperator(task_id=one) for one in "ab")
        mapped = Copy.partial(task_id="copy").expand(source=[a.output, {"deep": b.output}])
    assert mapped.upstream_task_ids == {"a", "b"}
    assert mapped.resolve_map_inputs(context_of(mapped, 0, a=1)) == {"source": 1}
    assert mapped.resolve_map_inputs(context_of(mapped, 1, b=2)) == {"source": {"deep": 2}}


def test_dicts_of_arguments_make_instances() -> None:
    with DAG("d"):
        mapped = Copy.partial(task_id="copy").expand_kwargs([{"source": 1}, {"source": 2, "target": 3}])
    operator = mapped.unmap(mapped.resolve_map_inputs(context_of(mapped, 1)))
    assert (operator.source, operator.target) == (2, 3)


@pytest.mark.parametrize(
    ("partial", "mapped", "sentence"),
    [
        ({"nosuch": 1}, {"source": [1]}, r"Copy.partial\(\) got an unexpected keyword argument 'nosuch'"),
        ({}, {"nosuch": [1]}, r"Copy.expand\(\) got an unexpected keyword argument 'nosuch'"),
        ({}, {}, "no arguments to expand against"),
        ({"source": 1}, {"source": [1]}, "unmappable or already specified argument: 'source'"),
        ({"source": 1}, {"queue": ["a"]}, "unmappable or already specified argument: 'queue'"),
        ({}, {"source": 1}, "unexpected type 'int' for keyword argument 'source'"),
        ({}, {"source": "text"}, "unexpected type 'str' for keyword argument 'source'"),
        ({}, {"target": [1]}, "Copy: missing keyword argument 'source'"),
    ],
)
def test_arguments_that_can_not_be_are_refused(partial: dict, mapped: dict, sentence: str) -> None:
    with DAG("d"), pytest.raises(TypeError, match=sentence):
        made = Copy.partial(task_id="x", **partial)
        made.__dict__["_is_expanded"] = True  # this one is not forgotten
        made.expand(**mapped)


def test_a_forgotten_expand_is_warned_of() -> None:
    with DAG("d"), pytest.warns(UserWarning, match="Task 'x' was never mapped"):
        Copy.partial(task_id="x")


# -- functions -----------------------------------------------------------------------------------------------------


def test_a_function_is_mapped_with_some_arguments_fixed() -> None:
    with DAG("d") as dag:

        @task
        def numbers() -> list[int]: ...

        @task(retries=3)
        def add(a: int, b: str, ds: str) -> str:
            return f"{a}{b}{ds}"

        out = add.partial(b="{{ name }}").expand(a=numbers())
    mapped = dag.get_task("add")
    context = context_of(mapped, 1, numbers=[10, "{{ raw }}"]) | {"name": "ada", "ds": "!"}
    operator = mapped.unmap(mapped.resolve_map_inputs(context))
    operator.render_template_fields(context)

    assert operator.execute(context) == "{{ raw }}ada!"
    assert (mapped.retries, operator.retries) == (3, 3)
    assert out.operator is mapped
    assert serialize_dag(dag).tasks[1].template_sources["op_kwargs"] == {"a": "XComArg(numbers)", "b": "{{ name }}"}


@pytest.mark.parametrize(
    ("partial", "mapped", "sentence"),
    [
        ({}, {}, "no arguments to expand against"),
        ({"c": 1}, {"a": [1]}, r"add.partial\(\) got an unexpected keyword argument 'c'"),
        ({}, {"c": [1]}, r"add.expand\(\) got an unexpected keyword argument 'c'"),
        ({"a": 1}, {"a": [1]}, "mapping already partial argument: 'a'"),
        ({}, {"a": 3}, "unexpected type 'int'"),
        ({}, {"a": [1]}, r"add\(\): missing keyword argument 'b'"),
    ],
)
def test_arguments_that_a_function_can_not_take_are_refused(partial: dict, mapped: dict, sentence: str) -> None:
    with DAG("d"):

        @task
        def add(a: int, b: int) -> int: ...

        with pytest.raises(TypeError, match=sentence):
            add.partial(**partial).expand(**mapped)


def test_an_empty_input_is_an_input() -> None:
    with DAG("d") as dag:

        @task
        def f(a: int) -> None: ...

        f.expand(a=[])
    assert serialize_dag(dag).tasks[0].mapped.inputs == (("a", LiteralInput(0)),)


# -- which values of mapped tasks are read -------------------------------------------------------------------------


def test_all_values_of_a_mapped_task_are_read_by_one_that_is_not_in_its_group() -> None:
    with DAG("d"):

        @task
        def f(a: int) -> int: ...

        @task
        def total(values: list[int]) -> int: ...

        values = f.expand(a=[1, 2])
        plain = f.override(task_id="plain")(1)
        reader = total([values, plain]).operator
    context = context_of(reader)
    values.resolve(context)
    plain.resolve(context)
    assert context["ti"].pulled == [("f", None), ("plain", -1)]


def test_inside_of_a_mapped_group_the_value_of_the_same_index_is_read() -> None:
    with DAG("d") as dag:
        from tradewind import task_group

        @task
        def f(a: int) -> int: ...

        @task_group
        def g(a: int) -> object:
            return f(f(a))

        out = g.expand(a=[5, 6, 7])
        outside = f(out).operator
    inner = dag.get_task("g.f").output
    inside = context_of(dag.get_task("g.f__1"), 2)
    inner.resolve(inside)
    out.resolve(context := context_of(outside))

    assert inside["ti"].pulled == [("g.f", 2)]
    assert context["ti"].pulled == [("g.f__1", None)]
    assert dag.get_task("g.f").op_args[0].resolve(context_of(dag.get_task("g.f"), 1)) == 6


def test_inputs_show_what_they_are() -> None:
    assert repr(DictOfLists({"a": [], "b": []})) == "expand(a, b)"
