"""Which parts of a context a callable is given: the keys that its parameters name, or all with ``**kwargs``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from types import FunctionType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from tradewind.sdk.authoring_errors import InvalidArgument

__all__ = ["keyword_arguments"]


class _Shape(NamedTuple):
    names: tuple[str, ...]
    """Parameters that may be given by name, in order."""
    positional: tuple[str, ...]
    takes_all: bool


_shapes: WeakKeyDictionary[Callable[..., Any], _Shape] = WeakKeyDictionary()


def _shape(function: Callable[..., Any]) -> _Shape:
    if not isinstance(function, FunctionType):  # others may have no hash, or change
        return _inspected(function)
    shape = _shapes.get(function)
    if shape is None:
        shape = _shapes[function] = _inspected(function)
    return shape


def _inspected(function: Callable[..., Any]) -> _Shape:
    names, positional, takes_all = [], [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_all = True
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            if parameter.kind is not parameter.POSITIONAL_ONLY:
                names.append(parameter.name)
            if parameter.kind is not parameter.KEYWORD_ONLY:
                positional.append(parameter.name)
    return _Shape(tuple(names), tuple(positional), takes_all)


def keyword_arguments(
    function: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any], context: Mapping[str, Any]
) -> dict[str, Any]:
    """The keyword arguments for a call `function(*args, **result)`.

    Args:
        function: what will be called.
        args: positional arguments; the parameters they fill are left out.
        kwargs: keyword arguments that were given; they win over the context.
        context: where the rest is taken from, by name.

    Raises:
        InvalidArgument: a positional argument fills a parameter that is named like a key of the context.
    """
    shape = _shape(function)
    filled = shape.positional[: len(args)]
    for name in filled:
        if name in context and name not in kwargs:
            raise InvalidArgument(f"The key {name!r} in args is a part of kwargs and therefore reserved.")
    if shape.takes_all:
        found = {name: context[name] for name in context if name not in filled and name not in kwargs}
    else:
        found = {name: context[name] for name in shape.names if name in context and name not in filled}
    found.update(kwargs)
    return found
