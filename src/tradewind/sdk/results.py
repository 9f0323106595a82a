"""What a DAG returns: `@result`, `dag.add_result`, and what the function of `@dag` returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.xcom_arg import XCOM_RETURN_KEY, PlainXComArg

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from tradewind.sdk.decorators import TaskDecorator

__all__ = ["ResultT", "add_result", "is_result", "result"]

ResultT = TypeVar("ResultT")


def result(function: Callable[..., Any] | TaskDecorator) -> TaskDecorator:
    """Make a function, or a decorated task, the one whose value is what the DAG returns.

    Raises:
        InvalidArgumentType: it is neither.
    """
    from tradewind.sdk.decorators import TaskDecorator, task  # noqa: PLC0415 - they load half of the SDK

    decorated = function if isinstance(function, TaskDecorator) else task(function)
    decorated.returns_dag_result = True
    return decorated


def is_result(value: object) -> TypeIs[PlainXComArg]:
    """Whether this is what a task returns as a whole."""
    return isinstance(value, PlainXComArg) and value.key == XCOM_RETURN_KEY


def add_result(value: ResultT) -> ResultT:
    """Mark the task whose output this is.

    Raises:
        InvalidArgument: it is not the plain output of a task.
    """
    if not is_result(value):
        raise InvalidArgument(f"Only plain return value can be used as dag result, not {value!r}")
    value.operator.returns_dag_result = True
    return value
