"""Values of a DAG file as JSON to look at: never with addresses of objects, so that a spec is the same in every process."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from tradewind.sdk.collect import FILE_MODULE_PREFIX
from tradewind.sdk.resolve import LiteralValue, Resolvable
from tradewind.sdk.xcom_arg import XComArg

if TYPE_CHECKING:
    from tradewind.sdk.mapped import MappedOperator
    from tradewind.spec import Json

__all__ = ["LONGEST_TEXT", "display_value", "map_arguments", "qualified_name"]

LONGEST_TEXT = 4096
"""Characters of a text that are kept."""
MOST_ITEMS = 100
"""Items of a list or dict that are kept."""
_FILE_MODULE = re.compile(rf"^{FILE_MODULE_PREFIX}[0-9a-f]+_")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def display_value(value: Any, longest: int | None = LONGEST_TEXT) -> Json:
    """The value as JSON; what JSON does not know as text.

    Args:
        value: anything.
        longest: length at which texts and lists are cut; None: never.
    """
    if value is None or isinstance(value, bool) or type(value) is int:
        return value
    if isinstance(value, Enum):
        return display_value(value.value, longest)
    if isinstance(value, str):
        if longest is not None and len(value) > longest:
            return f"{value[:longest]}... ({len(value)} characters in all)"
        return str(value)
    if isinstance(value, float):
        return float(value) if abs(value) < float("inf") else repr(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Mapping):
        return _mapping(value, longest)
    if isinstance(value, list | tuple | set | frozenset):
        return _items(value, longest)
    return display_value(_words(value), longest)


def _mapping(value: Mapping[Any, Any], longest: int | None) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for number, (key, one) in enumerate(value.items()):
        if longest is not None and number == MOST_ITEMS:
            found["..."] = f"{len(value)} items in all"
            break
        found[key if isinstance(key, str) else str(display_value(key))] = display_value(one, longest)
    return found


def _items(value: list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any], longest: int | None) -> list[Json]:
    if isinstance(value, set | frozenset):
        ordered = [display_value(one, longest) for one in value]
        return sorted(ordered, key=repr)[: None if longest is None else MOST_ITEMS]
    kept = value if longest is None else value[:MOST_ITEMS]
    found = [display_value(one, longest) for one in kept]
    if len(kept) < len(value):
        found.append(f"... ({len(value)} items in all)")
    return found


def _words(value: Any) -> str:
    """An object as text."""
    if isinstance(value, LiteralValue):
        return str(display_value(value.value))
    if isinstance(value, XComArg):
        return str(value)
    if isinstance(value, Resolvable):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta | PurePath):
        return str(value)
    if isinstance(getattr(value, "__qualname__", None), str):  # a function or class
        return f"<{'class' if isinstance(value, type) else 'function'} {qualified_name(value)}>"
    if type(value).__repr__ is object.__repr__:
        return f"<{qualified_name(type(value))}>"
    return _ADDRESS.sub("", repr(value))


def qualified_name(value: Any) -> str:
    """The dotted name of a class or function: of one in a DAG file the same whatever name the file is imported under."""
    module = str(getattr(value, "__module__", None) or "")
    if module == "__main__":
        module = PurePath(getattr(sys.modules["__main__"], "__file__", None) or module).stem
    return f"{_FILE_MODULE.sub('', module)}.{value.__qualname__}"


def map_arguments(task: MappedOperator, name: str) -> Any:
    """The unrendered value of a field of a mapped task: what is constant, and what it is mapped over."""
    sources = task.expand_input.sources
    constant = task.partial_kwargs.get(name)
    if name == "op_kwargs" and task.op_kwargs_input:
        return {**(constant or {}), **{key or "expand_kwargs": _source(one) for key, one in sources.items()}}
    if name in sources:
        return _source(sources[name])
    return constant


def _source(source: Any) -> Any:
    return repr(source) if isinstance(source, XComArg) else source
