"""What packages for Airflow rely on in operators, beyond their names: how they are made, copied, guarded and prepared."""

from __future__ import annotations

import copy
import logging
from abc import ABCMeta
from datetime import UTC, datetime

import pytest

from support.attempts import Bench
from tradewind import DAG, BaseOperator, task


class Parent(BaseOperator):
    template_fields = ("words", "more")

    def __init__(self, *, words: object, more: object = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.words, self.more = words, more

    def execute(self, context):
        return f"{self.words}"


class Child(Parent):
    def __init__(self, *, extra: int = 1, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.extra = extra

    def execute(self, context):
        return super().execute(context)


class Nobody(Child):
    """One that has no `__init__` and no `execute` of its own."""


def test_a_class_may_name_abcmeta_as_its_metaclass():
    class Abstract(Parent, metaclass=ABCMeta):
        pass

    assert Abstract(task_id="a", words=1).words == 1


def test_all_arguments_of_all_constructors_are_recorded():
    made = Nobody(task_id="a", words="x", extra=2, retries=3)
    given = made._BaseOperator__init_kwargs
    assert {name: given[name] for name in ("task_id", "words", "extra", "retries")} == {
        "task_id": "a", "words": "x", "extra": 2, "retries": 3,
    }  # fmt: skip
    assert (made._BaseOperator__instantiated, made._BaseOperator__from_mapped) == (True, False)


def test_what_is_not_instantiated_yet_says_so():
    seen = []

    class Looks(Parent):
        def __init__(self, **kwargs: object) -> None:
            super().__init__(**kwargs)
            seen.append(self._BaseOperator__instantiated)

    assert (Looks(task_id="a", words=1)._BaseOperator__instantiated, seen) == (True, [False])


def test_an_instance_of_a_mapped_task_says_so():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        Parent.partial(task_id="a").expand(words=[1, 2])
    assert dag.task_dict["a"].unmap({"words": 1})._BaseOperator__from_mapped is True


def test_a_class_may_change_its_arguments_before_they_are_used():
    class Changes(Parent):
        def _hook_apply_defaults(self, *args, **kwargs):
            if "words" in kwargs:
                kwargs["words"] = f"changed {kwargs['words']}"
            return args, kwargs

    assert Changes(task_id="a", words="x").words == "changed x"


def test_edges_come_once_the_outermost_constructor_has_run_and_with_later_assignments():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)):

        @task
        def first():
            return 1

        @task
        def second():
            return 2

        one, two = first(), second()
        made = Child(task_id="a", words=[{"k": one}])
        assert made.upstream_task_ids == {"first"}
        made.more = two
        assert made.upstream_task_ids == {"first", "second"}


def test_an_operator_is_executed_by_the_runner_only_or_says_it_is_not(caplog):
    with caplog.at_level(logging.WARNING):
        assert Child(task_id="a", words="x").execute({}) == "x"
    assert caplog.text.count("Child.execute cannot be called outside of the Task Runner!") == 1
    with pytest.raises(RuntimeError, match="cannot be called outside of the Task Runner"):
        Child(task_id="a", words="x", allow_nested_operators=False).execute({})


def test_the_runner_executes_without_a_word(caplog):
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        Nobody(task_id="a", words="x", allow_nested_operators=False)
    with caplog.at_level(logging.WARNING):
        assert Bench(dag).run("a").outcome == "success"
    assert "Task Runner" not in caplog.text


def test_a_task_that_executes_another_operator_is_told_or_stopped(caplog):
    class Outer(BaseOperator):
        def __init__(self, *, inner: BaseOperator, **kwargs: object) -> None:
            super().__init__(**kwargs)
            self.inner = inner

        def execute(self, context):
            return self.inner.execute(context)

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        Outer(task_id="told", inner=Parent(task_id="b", words="x"))
        Outer(task_id="stopped", inner=Parent(task_id="c", words="x", allow_nested_operators=False))
    assert Bench(dag).run("told").outcome == "success"
    ended = Bench(dag).run("stopped")
    assert ended.outcome == "failed"
    assert "Parent.execute cannot be called outside of the Task Runner!" in ended.reason
    assert "Parent.execute cannot be called" in caplog.text


def test_template_files_are_read_before_the_operator_prepares_itself_and_is_rendered(tmp_path):
    class Prepares(Parent):
        template_ext = (".sql",)

        def prepare_template(self) -> None:
            assert "{{ ds }}" in self.words[0]
            self.words = [*self.words, "{{ 1 + 1 }}"]

    (tmp_path / "a.sql").write_text("select '{{ ds }}'")
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC), template_searchpath=str(tmp_path)) as dag:
        Prepares(task_id="a", words=["a.sql", "as it is"])
    ended = Bench(dag).run("a")
    assert ended.rendered["words"][1:] == ["as it is", "2"]
    assert ended.rendered["words"][0].startswith("select '2")


def test_fields_shown_after_the_execution_are_those_that_it_left_where_that_is_wanted():
    class Changes(Parent):
        def execute(self, context):
            self.words = "after"

    class Overwrites(Changes):
        overwrite_rtif_after_execution = True

    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        Changes(task_id="a", words="before")
        Overwrites(task_id="b", words="before")
    assert Bench(dag).run("a").rendered["words"] == "before"
    assert Bench(dag).run("b").rendered["words"] == "after"


def test_a_deep_copy_takes_over_what_a_class_names_and_copies_the_rest():
    class Names(Parent):
        shallow_copy_attrs = ("more",)

    shared = object()
    made = Names(task_id="a", words=[[1]], more=[shared])
    copied = copy.deepcopy(made)
    assert copied.words == [[1]]
    assert copied.words[0] is not made.words[0]
    assert copied.more is not made.more
    assert copied.more[0] is shared
