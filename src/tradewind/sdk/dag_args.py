"""The arguments of a DAG: checked, and made what the rest of the code relies on. All raise kinds of `AuthoringError`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType

__all__ = ["RUN_TYPES", "count", "duration", "params_of", "parse_dates", "run_types", "tags_of", "texts"]

RUN_TYPES = ("backfill", "scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization")
TAG_LENGTH = 100


def texts(values: str | PurePath | Iterable[str | PurePath] | None) -> list[str] | None:
    """One text or path, or several, as a list."""
    if values is None:
        return None
    return [str(values)] if isinstance(values, str | PurePath) else [str(one) for one in values]


def params_of(params: MutableMapping[str, Any] | None) -> Iterable[tuple[str, Any]]:
    """Params by name, of a dict or `ParamsDict`."""
    if params is None:
        return ()
    if not isinstance(params, Mapping):
        raise InvalidArgumentType(f"params must be a dict, not {params!r}")
    return params.items()


def count(value: int, name: str) -> int:
    """A limit, checked."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidArgumentType(f"{name} must be a whole number, not {value!r}")
    if value < 0:
        raise InvalidArgument(f"Invalid {name}: {value}; it must be at least 0")
    return value


def duration(value: timedelta | None, name: str) -> timedelta | None:
    """A length of time, checked."""
    if value is not None and not isinstance(value, timedelta):
        raise InvalidArgumentType(f"{name} must be a timedelta, not {value!r}")
    return value


def tags_of(tags: Collection[str] | None) -> set[str]:
    """Tags, checked."""
    if isinstance(tags, str):
        raise InvalidArgumentType(f"tags must be a list of strings, not the string {tags!r}")
    for tag in tags or ():
        if len(tag) > TAG_LENGTH:
            raise InvalidArgument(f"tag cannot be longer than {TAG_LENGTH} characters: {tag!r}")
    return set(tags or ())


def run_types(types: str | Collection[str] | None) -> tuple[str, ...] | None:
    """The run types that may start the DAG, checked and in order; None: all."""
    if types is None:
        return None
    found = [str(getattr(one, "value", one)) for one in ([types] if isinstance(types, str) else types)]
    unknown = [one for one in found if one not in RUN_TYPES]
    if unknown:
        raise InvalidArgument(f"no run type {unknown[0]!r}; there are {', '.join(RUN_TYPES)}")
    return tuple(sorted(set(found)))


def parse_dates(default_args: dict[str, Any]) -> None:
    """Make moments of the dates that `default_args` gives as text, as old DAG files do."""
    for name in ("start_date", "end_date"):
        if isinstance(default_args.get(name), str):
            import pendulum  # noqa: PLC0415 - few DAG files do

            default_args[name] = pendulum.parse(default_args[name], strict=False)
