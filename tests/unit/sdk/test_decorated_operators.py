"""`DecoratedOperator`, as packages derive the operators behind their own decorators from it."""

from __future__ import annotations

from typing import Any

import pytest

from tradewind import DAG, BaseOperator
from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.decorated import DecoratedOperator
from tradewind.sdk.decorators import task_decorator_factory


class Shout(BaseOperator):
    """Knows nothing of functions."""

    template_fields = ("word",)

    def __init__(self, *, word: str, mark: str = "!", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.word, self.mark = word, mark

    def execute(self, context: Any) -> str:
        return self.word + self.mark


class DecoratedShout(DecoratedOperator, Shout):
    """The word comes from the function."""

    template_fields = (*DecoratedOperator.template_fields, *Shout.template_fields)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kwargs_to_upstream={"word": ""}, **kwargs)

    def execute(self, context: Any) -> str:
        self.word = self.python_callable(*self.op_args, **self.op_kwargs)
        self.render_template_fields(context)
        return super().execute(context)


def test_a_packages_decorator_gives_the_operator_behind_it_only_what_is_meant_for_it() -> None:
    with DAG("d", schedule=None) as dag:

        def word(start: str, end: str = "") -> str:
            return "{{ dag.dag_id }}" + start + end

        shout = task_decorator_factory(decorated_operator_class=DecoratedShout, mark="?")(word)
        shout("a", end="b")
        shout.partial(end="z").expand(start=["x", "y"])
    result = dag.test()
    assert result.is_success
    assert result.xcom("word") == "dab?"
    assert [result.xcom("word__1", map_index=n) for n in (0, 1)] == ["dxz?", "dyz?"]


class DecoratedWithSession(DecoratedShout):
    """Gives the function a session that the call doesn't."""

    def __init__(self, *, op_kwargs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(op_kwargs={**(op_kwargs or {}), "session": "S"}, **kwargs)


def test_an_operator_of_a_package_may_add_arguments_to_the_call() -> None:
    with DAG("d", schedule=None) as dag:

        def word(start: str, session: str) -> str:
            return start + session

        shout = task_decorator_factory(decorated_operator_class=DecoratedWithSession)(word)
        shout("a")
        shout.expand(start=["x"])
    result = dag.test()
    assert (result.xcom("word"), result.xcom("word__1", map_index=0)) == ("aS!", "xS!")


def test_a_call_must_fit_the_function_after_an_operator_of_a_package_has_added_its_arguments() -> None:
    shout = task_decorator_factory(decorated_operator_class=DecoratedWithSession)(
        lambda start, session: start + session
    )
    with DAG("d", schedule=None), pytest.raises(InvalidArgumentType, match="missing a required argument: 'start'"):
        shout()


def test_a_decorated_operator_is_an_operator_with_the_fields_of_its_call() -> None:
    assert issubclass(DecoratedOperator, BaseOperator)
    assert set(DecoratedOperator.template_fields) == {"op_args", "op_kwargs"}
