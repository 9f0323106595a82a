"""Bounds how long a value is held against a JSON schema: whoever writes a schema, or sends a value, may mean ill.

Searching by a pattern can take longer than the world lasts, and so can references that lead to each other twice at every
step, or a long list of which each item is compared with a long one. All run in processes that serve everybody. A check gets `LIMIT_S` in all; patterns are searched for by `regex`,
which, unlike `re`, can be stopped and lets other threads run meanwhile.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import ValidationError

__all__ = ["LIMIT_S", "TooSlow", "bounded"]

LIMIT_S = 1.0
_FEW = 200
"""Items that are compared each with each."""
_MOST = 5000
"""Parts of a value of which it can be told what nothing else has looked at: each is looked for among all others."""
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_OF_EACH = (
    "items", "prefixItems", "additionalItems", "contains", "unevaluatedItems", "propertyNames", "additionalProperties",
    "unevaluatedProperties",
)  # fmt: skip
"""What is asked as often as the value has parts."""
_NEED_BOUNDS = ("pattern", "patternProperties", "uniqueItems", *_REFERENCES, *_OF_EACH)
Keyword = Callable[[Any, Any, Any, Any], Iterator["ValidationError"]]


class TooSlow(Exception):
    """The check was stopped; the sentence says at what."""


def bounded(kind: Any, schema: Mapping[str, object], limit_s: float = LIMIT_S) -> Any:
    """The validator class `kind`, whose objects raise `TooSlow` when a check takes longer; for one check.

    Raises:
        TooSlow: the schema has parts that can't be bounded.
    """
    names = set(_names(schema))
    if names.isdisjoint(_NEED_BOUNDS):
        return kind
    if "patternProperties" in names and "unevaluatedProperties" in names:
        raise TooSlow("unevaluatedProperties and patternProperties in one schema are not checked here; use one of them")
    if any("$schema" in _names(part) for part in schema.values()):
        raise TooSlow("a part of it names a $schema of its own, which only the whole may do")
    from jsonschema.validators import extend  # noqa: PLC0415 - takes 60 ms; few need it

    bounds = _Bounds(kind.VALIDATORS, time.monotonic() + limit_s, limit_s)
    return extend(kind, bounds.keywords())


class _Bounds:
    def __init__(self, own: Mapping[str, Any], until: float, limit_s: float) -> None:
        self._own = own
        self._until = until
        self._limit_s = limit_s

    def keywords(self) -> dict[str, Keyword]:
        """What takes the place of keywords of the validator."""
        own: dict[str, Keyword] = {
            "pattern": self._pattern,
            "patternProperties": self._pattern_properties,
            "additionalProperties": self._additional,
            "uniqueItems": self._unique,
        }
        return {name: own.get(name) or self._in_time(name) for name in self._own}

    def _left_s(self, what: str) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TooSlow(f"{what} takes longer than {self._limit_s:g} s")
        return left

    def _in_time(self, name: str) -> Keyword:
        def keyword(validator: Any, argument: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            if name in {"unevaluatedItems", "unevaluatedProperties"} and _size(instance) > _MOST:
                raise TooSlow(
                    f"{name} of more than {_MOST} parts is not checked here; it takes longer than all the rest"
                )
            self._left_s("following its references" if name in _REFERENCES else f"looking at {name!r}")
            yield from self._own[name](validator, argument, instance, schema) or ()

        return keyword

    def _found(self, pattern: str, text: str) -> bool:
        import regex  # noqa: PLC0415 - few schemas have patterns

        re.compile(pattern)  # what is no pattern there is none here
        what = f"looking for the pattern {pattern[:100]!r}"
        try:
            return regex.search(pattern, text, timeout=self._left_s(what), concurrent=True) is not None
        except TimeoutError as error:
            raise TooSlow(f"{what} takes longer than {self._limit_s:g} s") from error
        except regex.error as error:
            raise re.error(str(error)) from error

    def _pattern(self, validator: Any, pattern: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
        from jsonschema import ValidationError  # noqa: PLC0415 - as above

        if validator.is_type(instance, "string") and not self._found(pattern, instance):
            yield ValidationError(f"{instance!r} does not match {pattern!r}")

    def _pattern_properties(self, validator: Any, parts: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
        if not validator.is_type(instance, "object"):
            return
        for pattern, part in parts.items():
            for name, value in instance.items():
                if self._found(pattern, name):
                    yield from validator.descend(value, part, path=name, schema_path=pattern)

    def _additional(self, validator: Any, argument: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        own = self._own["additionalProperties"]
        patterns = schema.get("patternProperties", ())
        if patterns and validator.is_type(instance, "object"):
            instance = {
                name: value
                for name, value in instance.items()
                if not any(self._found(pattern, name) for pattern in patterns)
            }
            schema = {name: value for name, value in schema.items() if name != "patternProperties"}
        yield from own(validator, argument, instance, schema) or ()

    def _unique(self, validator: Any, argument: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        from jsonschema import ValidationError  # noqa: PLC0415 - as above

        if not validator.is_type(instance, "array") or len(instance) <= _FEW:
            yield from self._own["uniqueItems"](validator, argument, instance, schema) or ()
        elif argument and len({_as_text(item) for item in instance}) < len(instance):
            yield ValidationError(f"{instance!r} has non-unique elements")


def _size(value: Any) -> int:
    return len(value) if isinstance(value, Mapping | list | tuple) else 0  # pyright: ignore[reportUnknownArgumentType] - JSON


def _as_text(value: object) -> str:
    """The same for what JSON schema calls equal: 1 and 1.0 are, 1 and true are not."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]  # pyright: ignore[reportUnknownVariableType] - JSON
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _names(schema: object) -> Iterator[str]:
    """All names in a schema, however deep."""
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            yield from map(str, part)  # pyright: ignore[reportUnknownArgumentType] - JSON
            waiting.extend(part.values())  # pyright: ignore[reportUnknownArgumentType] - JSON
        elif isinstance(part, list | tuple):
            waiting.extend(part)  # pyright: ignore[reportUnknownArgumentType] - JSON
