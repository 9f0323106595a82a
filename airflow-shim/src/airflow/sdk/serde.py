"""`serialize` and `deserialize`: values as JSON-like trees that name the class of what JSON lacks.

The names of the fields are those that Airflow writes. What Tradewind stores of XComs has its own form.
"""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from fnmatch import fnmatch
from pathlib import PurePath
from typing import Any
from uuid import UUID

from airflow.configuration import conf
from airflow.utils.module_loading import import_string, qualname

__all__ = [
    "CLASSNAME",
    "DATA",
    "SCHEMA_ID",
    "SUPPORTS_OPERATOR_DESERIALIZATION_WALKER",
    "VERSION",
    "deserialize",
    "iter_pydantic_models",
    "serialize",
]

CLASSNAME, VERSION, DATA = "__classname__", "__version__", "__data__"
SCHEMA_ID = "__id__"
SUPPORTS_OPERATOR_DESERIALIZATION_WALKER = True
"""A downstream task gets a pydantic model as such, whichever operator declared it."""
MAX_DEPTH = 50
PLAIN = frozenset(
    {
        *(f"builtins.{name}" for name in ("tuple", "set", "frozenset", "bytes")),
        *(f"datetime.{name}" for name in ("datetime", "date", "timedelta", "timezone")),
        *(f"pathlib.{name}" for name in ("PurePath", "PurePosixPath", "PosixPath", "Path")),
        "decimal.Decimal",
        "uuid.UUID",
        "zoneinfo.ZoneInfo",
    }
)
"""Classes of the standard library that are always made."""
STANDARD_LIBRARY = sys.stdlib_module_names
AS_TEXT = (Decimal, UUID, PurePath)


def serialize(value: Any, depth: int = 0) -> Any:
    """The tree of a value.

    Raises:
        RecursionError: it is nested too deeply.
        TypeError: an object in it is of a class that says nothing of how to write it.
    """
    if depth > MAX_DEPTH:
        raise RecursionError("maximum recursion depth reached for serialization")
    match value:
        case Enum():
            return _tagged(value, serialize(value.value, depth + 1))
        case None | bool() | int() | float() | str():
            return value
        case list():
            return [serialize(one, depth + 1) for one in value]
        case tuple() | set() | frozenset():
            return _tagged(value, [serialize(one, depth + 1) for one in value])
        case dict():
            return {_key(key): serialize(one, depth + 1) for key, one in value.items()}
        case _:
            return _object(value, depth)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"keys must be texts, not {key!r}")
    return key


def _object(value: Any, depth: int) -> Any:
    match value:
        case datetime() | date():
            return _tagged(value, value.isoformat())
        case timedelta():
            return _tagged(value, value.total_seconds())
        case tzinfo():
            return _tagged(value, str(value))
        case bytes():
            return _tagged(value, value.hex())
        case _ if isinstance(value, AS_TEXT):
            return _tagged(value, str(value))
    version = getattr(type(value), "__version__", 1)
    if hasattr(value, "serialize"):
        return _tagged(value, serialize(value.serialize(), depth + 1), version)
    if hasattr(value, "model_dump"):
        return _tagged(value, serialize(value.model_dump(), depth + 1))
    if dataclasses.is_dataclass(value):
        fields = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        return _tagged(value, serialize(fields, depth + 1), version)
    if hasattr(type(value), "__attrs_attrs__"):
        fields = {one.name: getattr(value, one.name) for one in type(value).__attrs_attrs__}
        return _tagged(value, serialize(fields, depth + 1), version)
    raise TypeError(f"cannot serialize object of type {type(value)}")


def _tagged(value: Any, data: Any, version: int = 1) -> dict[str, Any]:
    return {CLASSNAME: qualname(value), VERSION: version, DATA: data}


def deserialize(value: Any, full: bool = True, type_hint: Any = None) -> Any:
    """The value of a tree.

    Args:
        value: the tree.
        full: False: texts that say what is there, in place of objects.
        type_hint: the class, where the tree does not name it.

    Raises:
        ImportError: it names a class that the settings do not allow.
    """
    if isinstance(value, list):
        return [deserialize(one, full) for one in value]
    if not isinstance(value, dict):
        return value
    if CLASSNAME not in value:
        plain = {key: deserialize(one, full) for key, one in value.items()}
        return plain if type_hint is None else type_hint(**plain)
    name, data = value[CLASSNAME], value.get(DATA)
    if not full:
        return f"{name}@version={value.get(VERSION, 1)}({data})"
    if not _is_allowed(name):
        raise ImportError(f"{name} is not in `core.allowed_deserialization_classes`, so it isn't made from stored data")
    return _made(import_string(name), deserialize(data, full), value.get(VERSION, 1))


def _is_allowed(name: str) -> bool:
    """Whether a class may be made from data that somebody has stored."""
    if name.partition(".")[0] in STANDARD_LIBRARY:
        return name in PLAIN
    patterns = str(conf.get("core", "allowed_deserialization_classes", fallback="airflow.*")).split()
    return any(fnmatch(name, pattern) for pattern in patterns)


def _made(kind: Any, data: Any, version: int) -> Any:
    takes_fields = hasattr(kind, "__dataclass_fields__") or hasattr(kind, "__attrs_attrs__")
    if hasattr(kind, "deserialize"):
        return kind.deserialize(data, version)
    if issubclass(kind, datetime | date):
        return kind.fromisoformat(data)
    if issubclass(kind, timedelta):
        return kind(seconds=data)
    if issubclass(kind, bytes):
        return bytes.fromhex(data)
    if hasattr(kind, "model_validate"):
        return kind.model_validate(data)
    return kind(**data) if takes_fields else kind(data)


def iter_pydantic_models(hint: Any) -> Iterator[type[Any]]:
    """The pydantic models that a type names: itself, or members of a union, a list, a mapping."""
    if isinstance(hint, type) and hasattr(hint, "model_validate"):
        yield hint
    elif typing.get_origin(hint) in {typing.Union, types.UnionType, list, tuple, set, dict, Mapping, typing.Annotated}:
        for inner in typing.get_args(hint):
            yield from iter_pydantic_models(inner)
