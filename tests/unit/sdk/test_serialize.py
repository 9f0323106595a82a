"""DAGs become specs: complete, the same in every process, and quick."""

import os
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind import DAG, Asset, BaseOperator, BaseOperatorLink, TaskGroup, literal, task
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.sdk.collect import load_dags
from tradewind.sdk.display import display_value
from tradewind.sdk.serialize import serialize_dag
from tradewind.spec import decode, encode, spec_hash


class Link(BaseOperatorLink):
    """A link."""

    name = "Docs"

    def get_link(self, operator: object, *, ti_key: object) -> str:
        return "https://docs"


class Copy(BaseOperator):
    """Copies."""

    template_fields = ("source",)
    template_fields_renderers: ClassVar = {"source": "sql"}
    ui_color = "#123456"
    operator_extra_links = (Link(),)

    def __init__(self, *, source: object = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.source = source


def test_everything_about_a_task_is_in_its_spec() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    with DAG("d") as dag:
        Copy(
            task_id="x", source={"sql": "select 1"}, trigger_rule="all_done", retries=2, retry_delay=timedelta(seconds=5),
            retry_exponential_backoff=1.5, max_retry_delay=timedelta(minutes=1), execution_timeout=timedelta(minutes=2),
            wait_for_downstream=True, priority_weight=5, weight_rule="absolute", pool="p", pool_slots=2, queue="q",
            executor="e", isolation="spawn", max_active_tis_per_dag=3, max_active_tis_per_dagrun=4, start_date=start,
            end_date=start, owner="ada", task_display_name="X", map_index_template="{{ x }}", do_xcom_push=False,
            multiple_outputs=True, run_as_user="root", params={"p": 1}, doc_md="# x", on_failure_callback=print,
            on_skipped_callback=[print], inlets=[Asset("a")], outlets=Asset("b"),
        )  # fmt: skip
    (spec,) = serialize_dag(dag).tasks

    assert (spec.trigger_rule, spec.retries, spec.retry_delay_s, spec.retry_exponential_backoff) == (
        "all_done",
        2,
        5,
        1.5,
    )
    assert (spec.max_retry_delay_s, spec.execution_timeout_s) == (60, 120)
    assert (spec.depends_on_past, spec.wait_for_downstream) == (True, True)
    assert (spec.priority_weight, spec.base_priority_weight, spec.weight_rule) == (5, 5, "absolute")
    assert (spec.pool, spec.pool_slots, spec.queue, spec.executor, spec.isolation) == ("p", 2, "q", "e", "spawn")
    assert (spec.max_active_tis_per_dag, spec.max_active_tis_per_dagrun) == (3, 4)
    assert (spec.start_date, spec.end_date, spec.owner, spec.display_name) == (start, start, "ada", "X")
    assert (spec.map_index_template, spec.do_xcom_push, spec.multiple_outputs) == ("{{ x }}", False, True)
    assert (spec.run_as_user, spec.doc_md, [param.name for param in spec.params]) == ("root", "# x", ["p"])
    assert spec.has_callbacks == ("on_failure", "on_skipped")
    assert ([one["name"] for one in spec.inlets], [one["name"] for one in spec.outlets]) == (["a"], ["b"])
    assert (spec.template_fields, spec.template_fields_renderers) == (("source",), {"source": "sql"})
    assert spec.template_sources == {"source": {"sql": "select 1"}}
    assert (spec.task_type, spec.operator_name, spec.ui_color) == ("Copy", "Copy", "#123456")
    assert spec.operator_class.endswith(".Copy")
    assert spec.extra_links == ("Docs",)


def test_a_mapped_task_has_the_links_of_its_class() -> None:
    with DAG("d") as dag:
        Copy.partial(task_id="x").expand(source=[1])
    assert serialize_dag(dag).tasks[0].extra_links == ("Docs",)


def test_tasks_are_in_topological_order_and_else_in_that_of_the_file() -> None:
    with DAG("d") as dag:
        last, first, second, _ = (BaseOperator(task_id=one) for one in ("last", "first", "second", "alone"))
        [first, second] >> last
    spec = serialize_dag(dag)
    assert [one.task_id for one in spec.tasks] == ["first", "second", "last", "alone"]
    assert spec.tasks[2].upstream == ("first", "second")


def test_an_empty_task_needs_no_worker_unless_something_is_to_be_called() -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="empty")
        EmptyOperator(task_id="calls", on_success_callback=print)
        EmptyOperator(task_id="hook", pre_execute=print)
        EmptyOperator(task_id="outlet", outlets=[Asset("a")])
        BaseOperator(task_id="other")
    assert [one.task_id for one in serialize_dag(dag).tasks if one.is_noop] == ["empty"]


# -- weights -------------------------------------------------------------------------------------------------------


def weights(rule: str) -> dict[str, int]:
    with DAG("d", default_args={"weight_rule": rule}) as dag:
        a, b, c, d = (BaseOperator(task_id=one, priority_weight=n) for n, one in enumerate("abcd", start=1))
        a >> [b, c] >> d
    return {one.task_id: one.priority_weight for one in serialize_dag(dag).tasks}


def test_a_weight_counts_each_task_below_once() -> None:
    assert weights("downstream") == {"a": 10, "b": 6, "c": 7, "d": 4}


def test_a_weight_counts_each_task_above_once() -> None:
    assert weights("upstream") == {"a": 1, "b": 3, "c": 4, "d": 10}


def test_an_absolute_weight_is_its_own() -> None:
    assert weights("absolute") == {"a": 1, "b": 2, "c": 3, "d": 4}


# -- values to look at ---------------------------------------------------------------------------------------------


class Opaque:
    """Says nothing about itself."""


class Talking:
    """Says where it is in memory."""

    def __repr__(self) -> str:
        return f"<Talking at {hex(id(self))}>"


def test_values_are_shown_as_json_without_addresses() -> None:
    assert display_value({"a": (1, 2.5), 3: {"y", "x"}, "d": date(2024, 1, 1), "t": timedelta(hours=1)}) == {
        "a": [1, 2.5], "3": ["x", "y"], "d": "2024-01-01", "t": "1:00:00",
    }  # fmt: skip
    assert display_value(Opaque()).endswith(".Opaque>")
    assert display_value(Talking()) == "<Talking>"
    assert "test_values_are_shown" in display_value(test_values_are_shown_as_json_without_addresses)
    assert display_value(literal("{{ x }}")) == "{{ x }}"
    assert display_value(float("nan")) == "nan"
    assert display_value(Path("/data/x")) == "/data/x"


def test_long_values_are_cut() -> None:
    assert display_value("x" * 5000).endswith("... (5000 characters in all)")
    assert display_value(list(range(200)))[-1] == "... (200 items in all)"
    assert display_value({str(n): n for n in range(200)})["..."] == "200 items in all"


# -- stable --------------------------------------------------------------------------------------------------------

names = st.text("abcdefgh", min_size=1, max_size=3)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3) | st.sets(names, max_size=3),
    max_leaves=8,
)


@st.composite
def dags(draw: st.DrawFn) -> DAG:
    """A DAG of a few tasks and groups, with arrows that make no circle."""
    count = draw(st.integers(1, 8))
    with DAG(
        "d", tags=draw(st.sets(names)), params=draw(st.dictionaries(names, st.integers() | st.text(max_size=3)))
    ) as dag:
        made: list[object] = []
        for number in range(count):
            arguments = {
                "retries": draw(st.integers(0, 3)),
                "trigger_rule": draw(st.sampled_from(["all_success", "all_done", "one_failed"])),
                "weight_rule": draw(st.sampled_from(["downstream", "upstream", "absolute"])),
                "source": draw(json_values),
            }
            if draw(st.booleans()):
                with TaskGroup("g", add_suffix_on_collision=True):
                    one = Copy(task_id=f"t{number}", **arguments)
            elif draw(st.booleans()) and made:
                source = draw(st.sampled_from(made))
                del arguments["source"]
                one = Copy.partial(task_id=f"t{number}", **arguments).expand(source=source.output.map(str))
            else:
                one = Copy(task_id=f"t{number}", **arguments)
            for other in draw(st.lists(st.sampled_from(made), max_size=3)) if made else ():
                other >> one
            made.append(one)
    return dag


@given(dags())
@settings(max_examples=60, deadline=None)
def test_a_spec_survives_storage_and_lists_tasks_after_what_they_wait_for(dag: DAG) -> None:
    spec = serialize_dag(dag)

    assert spec_hash(spec) == spec_hash(serialize_dag(dag))
    assert encode(decode(encode(spec))) == encode(spec)
    place = {one.task_id: number for number, one in enumerate(spec.tasks)}
    assert sorted(place) == sorted(dag.task_ids)
    for one in spec.tasks:
        assert all(place[above] < place[one.task_id] for above in one.upstream)
        assert set(one.upstream) == dag.get_task(one.task_id).upstream_task_ids


FILE = """
    import datetime as dt
    from tradewind import DAG, TaskGroup, Label, task, task_group, Param
    from tradewind.sdk.serialize import serialize_dag
    from tradewind.spec import spec_hash

    class Thing:
        pass

    with DAG("d", schedule="0 9 * * 5", start_date=dt.datetime(2024, 1, 1), tags={"x", "y", "z", "w"},
             access_control={"r": {"a", "b", "c"}}, params={"p": Param(1, type="integer")},
             default_args={"email": {"a@x", "b@x", "c@x"}, "thing": Thing()}) as dag:
        @task
        def numbers() -> list[int]: ...
        @task(multiple_outputs=True, on_failure_callback=lambda context: None)
        def use(x, y=None, *, z=None): ...
        parts = [use.override(task_id=f"t{i}")(numbers(), {"a", "b", "c", i}, z=Thing()) for i in range(5)]
        @task_group
        def g(x): return use(x, y=lambda: 1)
        end = g.expand(x=parts[0])
        use.partial(y=3).expand(x=parts[1].zip(parts[2]))
        parts[3] >> Label("l") >> parts[4]
    print(spec_hash(serialize_dag(dag)))
"""


def test_the_same_file_gives_the_same_spec_in_every_process(tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text(textwrap.dedent(FILE))

    def hash_with(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, str(file)], env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    hashes = {hash_with(seed) for seed in ("0", "1", "12345")}
    assert len(hashes) == 1
    assert len(hashes.pop()) == 64


def test_a_class_of_the_file_has_the_same_name_wherever_the_file_lies(tmp_path: Path) -> None:
    text = """
        from tradewind import DAG, BaseOperator
        class Mine(BaseOperator):
            template_fields = ("f",)
            def __init__(self, *, f, **kwargs):
                super().__init__(**kwargs)
                self.f = f
        with DAG("d"):
            Mine(task_id="x", f=Mine)
    """
    specs = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "flow.py").write_text(textwrap.dedent(text))
        (dag,) = load_dags(tmp_path / folder / "flow.py")
        specs.append(serialize_dag(dag, "flow.py"))

    assert specs[0].tasks[0].operator_class == "flow.Mine"
    assert spec_hash(specs[0]) == spec_hash(specs[1])


def test_the_first_of_a_thousand_tasks_weighs_as_much_as_all_after_it() -> None:
    with DAG("big") as dag:

        @task
        def step(x: object) -> int: ...

        out: object = None
        for _ in range(1000):
            out = step(out)
    spec = serialize_dag(dag)

    assert spec.tasks[0].priority_weight == 1000
