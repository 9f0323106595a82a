"""Which small values become tagged JSON, how each is written and read, and how a class is found again."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tradewind.sdk.exceptions import DeserializationError, SerializationError

__all__ = ["BASES", "COLLECTIONS", "DECODERS", "ENCODERS", "class_name", "class_of", "instance_of"]


def _datetime_text(value: datetime) -> str:
    """ISO 8601, with the zone's name behind it in brackets where it has one, as in RFC 9557."""
    zone = value.tzinfo
    name = getattr(zone, "key", None) or getattr(zone, "name", None)
    return f"{value.isoformat()}[{name}]" if isinstance(name, str) and "/" in name else value.isoformat()


def _datetime_of(text: str) -> datetime:
    moment, _, zone = text.partition("[")
    value = datetime.fromisoformat(moment)
    return value.astimezone(ZoneInfo(zone.rstrip("]"))) if zone else value


def _pendulum_of(text: str) -> Any:
    import pendulum  # noqa: PLC0415 - only where a value is one

    return pendulum.instance(_datetime_of(text))


ENCODERS: dict[type, tuple[str, Callable[[Any], Any]]] = {
    datetime: ("datetime", _datetime_text),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("timedelta", lambda v: [v.days, v.seconds, v.microseconds]),
    Decimal: ("decimal", str),
    UUID: ("uuid", str),
    complex: ("complex", lambda v: [v.real, v.imag]),
    range: ("range", lambda v: [v.start, v.stop, v.step]),
    slice: ("slice", lambda v: [v.start, v.stop, v.step]),
}
BASES: tuple[tuple[type, str], ...] = (
    (datetime, "pendulum"),
    (date, "date"),
    (time, "time"),
    (timedelta, "timedelta"),
    (Decimal, "decimal"),
    (UUID, "uuid"),
)
"""Subclasses are stored as their base; those of datetime are pendulum's."""
DECODERS: dict[str, Callable[[Any], Any]] = {
    "datetime": _datetime_of,
    "pendulum": _pendulum_of,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda v: timedelta(*v),
    "decimal": Decimal,
    "uuid": UUID,
    "complex": lambda v: complex(*v),
    "float": float,
    "range": lambda v: range(*v),
    "slice": lambda v: slice(*v),
    "bytes": base64.b64decode,
    "path": Path,
    "zone": ZoneInfo,
}
COLLECTIONS: dict[str, Callable[[Any], Any]] = {"tuple": tuple, "set": set, "frozenset": frozenset}


def class_name(kind: type, path: str) -> str:
    if "<locals>" in kind.__qualname__:
        raise SerializationError(
            f"{kind.__qualname__}{f' at {path}' if path else ''} is defined inside a function, so that another process "
            "can't find it; define the class at the top of the file"
        )
    return f"{kind.__module__}:{kind.__qualname__}"


def class_of(name: str) -> Any:
    module, qualname = name.split(":")
    try:
        found: Any = import_module(module)
        for part in qualname.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise DeserializationError(
            f"the class {qualname} of this XCom can't be found: {error}. Define it in a module that both tasks import."
        ) from error
    return found


def instance_of(tag: str, kind: Any, content: Any) -> Any:
    if tag == "enum" and issubclass(kind, Enum):
        return kind(content)
    if tag == "dataclass" and isinstance(kind, type) and is_dataclass(kind):
        return kind(**content)
    if tag == "attrs" and hasattr(kind, "__attrs_attrs__"):
        return kind(**content)
    if tag == "pydantic" and hasattr(kind, "model_validate"):
        return kind.model_validate(content)
    if tag == "namedtuple" and hasattr(kind, "_fields"):
        return kind(*content)
    if tag == "object" and hasattr(kind, "deserialize"):
        return kind.deserialize(content[1], content[0])
    raise DeserializationError(f"this XCom says {kind!r} is a {tag}, and it is not")
