"""How provider packages make `@task.<name>` decorators, and what a callable is given of the context."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tradewind.sdk.decorated import DecoratedOperator
from tradewind.sdk.decorators import TaskDecorator, task_decorator_factory, unique_task_id
from tradewind.sdk.keywords import keyword_arguments
from tradewind.sdk.mapped import DecoratedMappedOperator
from tradewind.sdk.operator_meta import find_place

__all__ = [
    "DecoratedMappedOperator",
    "DecoratedOperator",
    "KeywordParameters",
    "TaskDecorator",
    "apply_defaults",
    "determine_kwargs",
    "get_unique_task_id",
    "is_async_callable",
    "make_kwargs_callable",
    "task_decorator_factory",
]


def determine_kwargs(func: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """What of a context a function asks for."""
    return keyword_arguments(func, args, {}, kwargs)


class KeywordParameters:
    """What of a context a function asks for, as an object."""

    def __init__(self, kwargs: dict[str, Any]) -> None:
        self._kwargs = kwargs

    @classmethod
    def determine(cls, func: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any]) -> KeywordParameters:
        """Look at the function."""
        return cls(determine_kwargs(func, args, kwargs))

    def unpacking(self) -> dict[str, Any]:
        """The keyword arguments of the call."""
        return self._kwargs

    def serializing(self) -> dict[str, Any]:
        """The keyword arguments of a call elsewhere."""
        return self._kwargs


def make_kwargs_callable(func: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which can then be called with a whole context."""

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **determine_kwargs(func, args, kwargs))

    return call


def get_unique_task_id(task_id: str, dag: Any = None, task_group: Any = None) -> str:
    """A free id: this one, or with ``__1``, ``__2`` ... behind it."""
    place = find_place(dag, task_group)
    return unique_task_id(task_id, place.dag, place.group)


def is_async_callable(func: Any) -> bool:
    """Whether calling it gives something to await."""
    while isinstance(func, functools.partial):
        func = func.func
    return inspect.iscoroutinefunction(func) or inspect.iscoroutinefunction(getattr(func, "__call__", None))  # noqa: B004


def apply_defaults(func: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it is: every operator takes its defaults by itself."""
    return func
