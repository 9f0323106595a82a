"""Functions that become tasks."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tradewind import DAG, BaseOperator, Param, dag, setup, task, task_decorator_factory, teardown
from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType, UnknownTaskDecorator
from tradewind.sdk.context import CONTEXT_KEYS as REAL_KEYS
from tradewind.sdk.context_keys import CONTEXT_KEYS
from tradewind.sdk.decorators import TASK_DECORATORS
from tradewind.sdk.exceptions import AirflowSkipException
from tradewind.sdk.serialize import serialize_dag


def test_each_call_is_a_task_with_an_id_of_its_own() -> None:
    with DAG("d") as made:

        @task
        def f() -> None: ...

        @task(task_id="named")
        def g() -> None: ...

        for _ in range(3):
            f()
        g()
        g()
    assert made.task_ids == ["f", "f__1", "f__2", "named", "named__1"]


def test_decorators_of_a_dag_make_its_tasks_without_its_with() -> None:
    made = DAG("d")

    @made.task
    def plain() -> None: ...

    @made.task(task_id="named", retries=2)
    def other() -> None: ...

    @made.task.bash
    def command() -> str:
        return "true"

    plain(), other(), command()
    assert made.task_ids == ["plain", "named", "command"]
    assert made.get_task("named").retries == 2


def test_arguments_are_of_the_operator() -> None:
    with DAG("d", default_args={"retries": 1, "queue": "slow"}) as made:

        @task(retries=3, isolation="reuse", doc_md="# words")
        def f() -> None: ...

        f()
        f.override(task_id="other", retries=0)()
    first, other = made.tasks

    assert (first.retries, first.queue, first.isolation, first.doc_md) == (3, "slow", "reuse", "# words")
    assert (other.task_id, other.retries) == ("other", 0)


def test_the_docstring_is_the_documentation() -> None:
    with DAG("d") as made:

        @task
        def f() -> None:
            """Does this.

            And that.
            """

        f()
    assert made.get_task("f").doc_md == "Does this.\n\nAnd that."


def test_an_unknown_argument_is_refused_where_the_decorator_stands() -> None:
    with pytest.raises(TypeError, match="'colour'"):

        @task(colour="red")
        def f() -> None: ...


def test_a_call_must_fit_the_function() -> None:
    with DAG("d"):

        @task
        def f(a: int, b: int = 2) -> None: ...

        with pytest.raises(TypeError, match=r"f\(\): missing a required argument: 'a'"):
            f()
        with pytest.raises(TypeError, match="unexpected keyword argument 'c'"):
            f(1, c=3)


def test_parameters_of_the_context_need_not_be_given() -> None:
    with DAG("d"):

        @task
        def f(ds, ti, a, logical_date=None, *, run_id) -> None: ...

        f(a=1)
        with pytest.raises(TypeError, match="'a'"):
            f()


def test_a_parameter_of_the_context_can_not_have_a_default() -> None:
    with DAG("d"):

        @task
        def f(ds: str = "2024-01-01") -> None: ...

        with pytest.raises(ValueError, match="Context key parameter ds can't have a default other than None"):
            f()


def test_the_keys_of_the_context_are_those_that_the_context_has() -> None:
    assert CONTEXT_KEYS == REAL_KEYS


def _untyped(): ...
def _dict() -> dict: ...
def _typed() -> dict[str, int]: ...
def _mapping() -> Mapping[str, Any]: ...
def _list() -> list[dict[str, int]]: ...
def _unknown() -> dict[str, Nowhere]: ...  # noqa: F821
def _optional() -> dict[str, int] | None: ...


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (_untyped, False), (_dict, True), (_typed, True), (_mapping, True), (_list, False), (_unknown, False),
        (_optional, False),
    ],
)  # fmt: skip
def test_a_function_that_returns_a_dict_has_many_outputs(function: Any, expected: bool) -> None:
    with DAG("d") as made:
        task(function)()
        task(multiple_outputs=not expected)(function)()
    assert [one.multiple_outputs for one in made.tasks] == [expected, not expected]


def test_every_decorator_makes_a_task_of_its_operator() -> None:
    needs = {
        "external_python": {"python": "/usr/bin/python3"},
        "branch_external_python": {"python": "/usr/bin/python3"},
    }
    with DAG("d") as made:
        for name in TASK_DECORATORS:

            def f() -> str: ...

            getattr(task, name)(task_id=name, **needs.get(name, {}))(f)()
    spec = {one.task_id: one for one in serialize_dag(made).tasks}

    assert {name: one.operator_name for name, one in spec.items()} == {
        name: "@task" if name == "python" else f"@task.{name}" for name in TASK_DECORATORS
    }
    assert spec["python"].task_type == "_PythonDecoratedOperator"
    assert spec["branch"].task_type == "_BranchPythonDecoratedOperator"
    assert spec["virtualenv"].task_type == "_PythonVirtualenvDecoratedOperator"
    assert spec["short_circuit"].task_type == "_ShortCircuitDecoratedOperator"
    assert spec["bash"].task_type == "_BashDecoratedOperator"


def test_an_unknown_decorator_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="task decorator 'nosuch' not found") as caught:
        _ = task.nosuch
    assert isinstance(caught.value, UnknownTaskDecorator)
    assert not hasattr(task, "nosuch")


def test_only_functions_are_decorated() -> None:
    with pytest.raises(TypeError, match="not classes such as Thing"):

        @task
        class Thing: ...


def test_the_function_itself_stays_within_reach() -> None:
    @task
    def add(a: int, b: int) -> int:
        return a + b

    assert add.function(1, 2) == 3
    assert add.__wrapped__(1, 2) == 3
    assert add.__name__ == "add"


def test_a_task_runs_its_function_with_arguments_and_context() -> None:
    with DAG("d") as made:

        @task
        def f(a, ds, *, b) -> str:
            return f"{a} {b} {ds}"

        f("{{ name }}", b="{{ ds }}!")
    operator = made.get_task("f").prepare_for_execution()
    context = {"ds": "2024-01-01", "name": "ada"}
    operator.render_template_fields(context)

    assert operator.execute(context) == "ada 2024-01-01! 2024-01-01"


@pytest.mark.parametrize(("modifier", "answer", "runs"), [("run_if", True, True), ("run_if", False, False),
                                                           ("skip_if", True, False), ("skip_if", False, True)])  # fmt: skip
def test_a_condition_decides_before_the_task_runs(modifier: str, answer: bool, runs: bool) -> None:
    seen: list[object] = []
    with DAG("d") as made:

        @getattr(task, modifier)(lambda context: context["answer"], "not today")
        @task(pre_execute=seen.append)
        def f() -> None: ...

        f()
    operator, context = made.get_task("f"), {"answer": answer}

    if runs:
        operator.pre_execute(context)
    else:
        with pytest.raises(AirflowSkipException, match="not today"):
            operator.pre_execute(context)
    assert seen == [context]  # what is written below a condition comes before it


def test_a_condition_stands_above_a_task_only() -> None:
    with pytest.raises(TypeError, match="run_if must be placed above @task"):

        @task.run_if(lambda context: True)
        def f() -> None: ...


# -- setups and teardowns ------------------------------------------------------------------------------------------


def test_functions_become_setups_and_teardowns() -> None:
    with DAG("d") as made:

        @setup
        def make() -> None: ...

        @teardown(on_failure_fail_dagrun=True)
        @task(retries=2)
        def drop() -> None: ...

        make() >> drop()
    spec = {one.task_id: one for one in serialize_dag(made).tasks}

    assert (spec["make"].is_setup, spec["make"].is_teardown) == (True, False)
    assert (spec["drop"].is_teardown, spec["drop"].on_failure_fail_dagrun, spec["drop"].retries) == (True, True, 2)
    assert spec["drop"].trigger_rule == "all_done_setup_success"


# -- @dag ----------------------------------------------------------------------------------------------------------


def test_a_function_becomes_a_dag_and_its_arguments_become_params() -> None:
    @dag(schedule="@daily", tags=["a"])
    def flow(n: int = 3, name=Param("x", type="string")):  # noqa: B008
        """About it."""

        @task
        def show(n, name) -> str:
            return f"{n} {name}"

        show(n, name)

    made = flow(n=5)
    operator = made.get_task("show").prepare_for_execution()
    context = {"params": {"n": 7, "name": "y"}}
    operator.render_template_fields(context)

    assert (made.dag_id, made.doc_md, made.tags) == ("flow", "About it.", {"a"})
    assert made.params.dump() == {"n": 5, "name": "x"}
    assert operator.execute(context) == "7 y"


def test_a_dag_can_be_named_in_several_ways() -> None:
    def f() -> None: ...

    assert [dag(f)().dag_id, dag()(f)().dag_id, dag("b")(f)().dag_id, dag(dag_id="c")(f)().dag_id] == [
        "f",
        "f",
        "b",
        "c",
    ]


def test_an_argument_without_a_default_must_come_with_the_run() -> None:
    @dag()
    def flow(n): ...

    @dag(schedule="@daily")
    def scheduled(n): ...

    assert serialize_dag(flow()).params[0].has_default is False
    with pytest.raises(InvalidArgument, match="'n' has none"):
        serialize_dag(scheduled())


def test_a_function_that_takes_any_arguments_needs_none() -> None:
    """Files of Airflow write `def flow(**context)` and never look at it."""

    @dag(schedule="@daily")
    def flow(**context): ...

    [param] = serialize_dag(flow()).params
    assert (param.name, param.has_default, flow().params["context"]) == ("context", True, {})


def test_decorators_refuse_what_is_no_function() -> None:
    with pytest.raises(InvalidArgumentType, match="@task decorates functions, not 3"):
        task(3)


# -- decorators of others ------------------------------------------------------------------------------------------


class Shout(BaseOperator):
    """Calls a function and makes it loud."""

    template_fields = ("op_args", "op_kwargs")

    def __init__(self, *, python_callable, op_args=(), op_kwargs=None, mark: str = "!", **kwargs) -> None:
        super().__init__(**kwargs)
        self.python_callable, self.op_args, self.op_kwargs, self.mark = python_callable, op_args, op_kwargs, mark

    def execute(self, context: object) -> str:
        return self.python_callable(*self.op_args, **self.op_kwargs).upper() + self.mark


def test_an_operator_of_ones_own_can_be_a_decorator() -> None:
    def shout(function=None, **kwargs):
        return task_decorator_factory(function, decorated_operator_class=Shout, **kwargs)

    with DAG("d", default_args={"mark": "?"}) as made:

        @shout
        def f(word: str) -> str:
            return word

        @shout(mark="!!")
        def g(word: str) -> str:
            return word

        g(f("hi"))

    assert made.get_task("f").execute({}) == "HI?"
    assert made.get_task("g").upstream_task_ids == {"f"}
    assert made.get_task("g").mark == "!!"


PLUGIN = """
    from tradewind import BaseOperator

    class Loud(BaseOperator):
        def __init__(self, *, python_callable, op_args=(), op_kwargs=None, **kwargs):
            super().__init__(**kwargs)
"""


def test_a_package_adds_decorators_by_an_entry_point(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(textwrap.dedent(PLUGIN))
    metadata = tmp_path / "loud-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[tradewind.task_decorators]\nloud = loud:Loud\n")
    code = """
        from tradewind import DAG, task
        with DAG("d") as made:
            @task.loud
            def f(): ...
            f()
        print(made.get_task("f").operator_name, made.get_task("f").task_type)
    """
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["@task.loud", "_LoudDecoratedOperator"]
