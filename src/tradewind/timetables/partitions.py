"""Partitions: from a key of an asset that was updated to the keys of the runs that it is part of.

A mapper is built from JSON (`mapper_of`). `downstream` gives the keys that an upstream key belongs to. A rollup also
knows which upstream keys make up one downstream key, and when enough of them are there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from tradewind.base.errors import InvalidInput
from tradewind.timetables.kinds import parse_zone
from tradewind.timetables.partition_parts import DEFAULT_FORMATS, UNITS, OneToOne, Part, Segments, Span, StartOf, Window

__all__ = ["IDENTITY", "MAX_KEYS", "Mapper", "Part", "mapper_of"]

MAX_KEYS = 1000
"""How many downstream keys one upstream key may have, where the mapper does not say."""


class Mapper(Protocol):
    """How partitions of an asset are those of a DAG."""

    def downstream(self, key: str) -> list[str]:
        """The keys of the DAG that a key of the asset belongs to.

        Raises:
            InvalidInput: the key is none that this mapper takes; the sentence says why.
        """
        ...

    def is_met(self, key: str, arrived: Collection[str]) -> bool:
        """Whether a run for this key of the DAG can start.

        Args:
            arrived: keys of the asset that belong to it and are there.
        """
        ...

    def missing(self, key: str, arrived: Collection[str]) -> list[str]:
        """Keys of the asset that belong to this key of the DAG and are not there yet, in order."""
        ...

    def date(self, key: str) -> datetime | None:
        """The moment at which the stretch of time begins that a key of the DAG stands for; None: no time."""
        ...

    def decode(self, key: str) -> Part:
        """A key of the DAG, understood. Raises InvalidInput where that can't be."""
        ...

    def encode_upstream(self, part: Part) -> str:
        """A part as a key of the asset."""
        ...

    def encode_downstream(self, part: Part) -> str:
        """A part as a key of the DAG."""
        ...


class _Identity(OneToOne):
    def downstream(self, key: str) -> list[str]:
        return [key]


@dataclass(frozen=True)
class _Fixed(OneToOne):
    key: str

    def downstream(self, key: str) -> list[str]:
        del key
        return [self.key]


@dataclass(frozen=True)
class _Allowed(OneToOne):
    keys: tuple[str, ...]

    def downstream(self, key: str) -> list[str]:
        if key not in self.keys:
            raise InvalidInput(f"the partition {key!r} is none of {', '.join(self.keys)}", key=key)
        return [key]


@dataclass(frozen=True)
class _Capped(OneToOne):
    """Refuses a key that belongs to too many others."""

    inner: Mapper
    most: int

    def downstream(self, key: str) -> list[str]:
        found = self.inner.downstream(key)
        if len(found) > self.most:
            raise InvalidInput(
                f"the partition {key!r} would start {len(found)} runs, and its mapper allows {self.most} "
                f"(max_downstream_keys)",
                key=key,
            )
        return found

    def is_met(self, key: str, arrived: Collection[str]) -> bool:
        return self.inner.is_met(key, arrived)

    def missing(self, key: str, arrived: Collection[str]) -> list[str]:
        return self.inner.missing(key, arrived)

    def date(self, key: str) -> datetime | None:
        return self.inner.date(key)

    def decode(self, key: str) -> Part:
        return self.inner.decode(key)

    def encode_upstream(self, part: Part) -> str:
        return self.inner.encode_upstream(part)

    def encode_downstream(self, part: Part) -> str:
        return self.inner.encode_downstream(part)


@dataclass(frozen=True)
class _Chain(OneToOne):
    """One mapper after the other; the last says what the keys mean."""

    mappers: tuple[Mapper, ...]

    def downstream(self, key: str) -> list[str]:
        keys = [key]
        for mapper in self.mappers:
            keys = [after for before in keys for after in mapper.downstream(before)]
        return list(dict.fromkeys(keys))

    def date(self, key: str) -> datetime | None:
        return self.mappers[-1].date(key)

    def decode(self, key: str) -> Part:
        return self.mappers[-1].decode(key)

    def encode_upstream(self, part: Part) -> str:
        return self.mappers[0].encode_upstream(part)

    def encode_downstream(self, part: Part) -> str:
        return self.mappers[-1].encode_downstream(part)


@dataclass(frozen=True)
class _Product(OneToOne):
    """A key of several dimensions, each with a mapper of its own."""

    mappers: tuple[Mapper, ...]
    delimiter: str

    def downstream(self, key: str) -> list[str]:
        parts = key.split(self.delimiter)
        if len(parts) != len(self.mappers):
            raise InvalidInput(
                f"the partition {key!r} has {len(parts)} parts between {self.delimiter!r}, not {len(self.mappers)}",
                key=key,
            )
        found = [""]
        for n, (mapper, part) in enumerate(zip(self.mappers, parts, strict=True)):
            glue = self.delimiter if n else ""
            found = [before + glue + after for before in found for after in mapper.downstream(part)]
        return found

    def date(self, key: str) -> datetime | None:
        parts = key.split(self.delimiter)
        dates = [mapper.date(part) for mapper, part in zip(self.mappers, parts, strict=False)]
        return next((date for date in dates if date is not None), None)


# -- many to one, and one to many ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rollup(OneToOne):
    """Many keys to one: a run starts when enough of the keys that make up its own are there."""

    upstream: Mapper
    window: Window
    minimum: int | None
    """None: all. Less than 0: so many may be missing."""

    def downstream(self, key: str) -> list[str]:
        return self.upstream.downstream(key)

    def expected(self, key: str) -> list[str]:
        """The keys of the asset that make up a key of the DAG, in order."""
        members = self.window.members(self.upstream.decode(key))
        return list(dict.fromkeys(self.upstream.encode_upstream(member) for member in members))

    def is_met(self, key: str, arrived: Collection[str]) -> bool:
        expected = self.expected(key)
        there = len(set(expected).intersection(arrived))
        if self.minimum is None:
            return there == len(expected)
        return there >= (self.minimum if self.minimum > 0 else max(0, len(expected) + self.minimum))

    def missing(self, key: str, arrived: Collection[str]) -> list[str]:
        return [name for name in self.expected(key) if name not in arrived]

    def date(self, key: str) -> datetime | None:
        return self.upstream.date(key)

    def decode(self, key: str) -> Part:
        return self.upstream.decode(key)


@dataclass(frozen=True)
class _FanOut(OneToOne):
    """One key to many: a run for each of the parts it is made of."""

    upstream: Mapper
    window: Window
    fine: Mapper

    def downstream(self, key: str) -> list[str]:
        found: list[str] = []
        for coarse in self.upstream.downstream(key):
            found += [
                self.fine.encode_downstream(member) for member in self.window.members(self.upstream.decode(coarse))
            ]
        return list(dict.fromkeys(found))

    def date(self, key: str) -> datetime | None:
        return self.fine.date(key)

    def decode(self, key: str) -> Part:
        return self.fine.decode(key)

    def encode_downstream(self, part: Part) -> str:
        return self.fine.encode_downstream(part)


IDENTITY: Mapper = _Identity()
"""Each key stands for itself."""


# -- from JSON -------------------------------------------------------------------------------------------------------


def mapper_of(raw: object) -> Mapper:
    """A mapper from its JSON: ``{"kind": "start_of", "unit": "day", ...}``.

    Raises:
        InvalidInput: no such mapper, or one whose parts do not go together.
    """
    value = _object(raw)
    kind = value.get("kind")
    build = _BUILDERS.get(str(kind))
    if build is None:
        raise InvalidInput(f"no partition mapper of kind {kind!r}; there are {', '.join(_BUILDERS)}", kind=kind)
    mapper = build(value)
    most = value.get("max_keys")
    if most is None and kind == "fan_out":
        most = MAX_KEYS
    if most is None:
        return mapper
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise InvalidInput(f"max_downstream_keys must be a whole number above 0, not {most!r}")
    return _Capped(mapper, most)


def _start_of(value: Mapping[str, object]) -> Mapper:
    unit = _text(value, "unit")
    if unit not in DEFAULT_FORMATS:
        raise InvalidInput(f"no partitions by {unit!r}; there are {', '.join(DEFAULT_FORMATS)}")
    zone = parse_zone(str(value.get("timezone", "UTC")))
    form = str(value.get("input", "%Y-%m-%dT%H:%M:%S"))
    return StartOf(unit, zone, form, str(value.get("output") or DEFAULT_FORMATS[unit]))


def _rollup(value: Mapping[str, object]) -> Mapper:
    upstream, window = mapper_of(value.get("upstream")), _window(value.get("window"))
    if window.is_temporal and not _is_temporal(upstream):
        raise InvalidInput("a window of time is rolled up by a mapper of time, such as StartOfDayMapper")
    if not window.is_temporal and _is_temporal(upstream):
        raise InvalidInput("a window of segments is rolled up by a mapper of texts, such as FixedKeyMapper")
    wait = _object(value.get("wait", {"kind": "all"}))
    minimum = wait.get("n")
    if wait.get("kind") == "all":
        minimum = None
    elif isinstance(minimum, bool) or not isinstance(minimum, int) or minimum == 0:
        raise InvalidInput(f"MinimumCount takes a whole number other than 0, not {minimum!r}")
    return _Rollup(upstream, window, minimum)


def _fan_out(value: Mapping[str, object]) -> Mapper:
    upstream, window = mapper_of(value.get("upstream")), _window(value.get("window"))
    if window.is_temporal and not _is_temporal(upstream):
        raise InvalidInput("a window of time is fanned out from a mapper of time, such as StartOfWeekMapper")
    given = value.get("downstream")
    if given is not None:
        return _FanOut(upstream, window, mapper_of(given))
    unit = _FINE.get(window.unit) if isinstance(window, Span) else None
    if unit is None:
        raise InvalidInput("a FanOutMapper over this window needs a downstream_mapper")
    return _FanOut(upstream, window, mapper_of({"kind": "start_of", "unit": unit}))


_FINE = {"day": "hour", "week": "day", "month": "day", "quarter": "month", "year": "month"}
"""How fine the keys are that a window is fanned out to."""


def _window(raw: object) -> Window:
    value = _object(raw)
    unit = value.get("kind")
    if unit == "segment":
        segments = _texts(value.get("segments"))
        if not segments:
            raise InvalidInput("a SegmentWindow needs at least one segment")
        return Segments(tuple(segments))
    if unit not in UNITS:
        raise InvalidInput(f"no window {unit!r}")
    return Span(str(unit), backward=value.get("direction") == "backward")


def _is_temporal(mapper: Mapper) -> bool:
    match mapper:
        case StartOf():
            return True
        case _Capped(inner=inner) | _Chain(mappers=(*_, inner)):
            return _is_temporal(inner)
        case _:
            return False


def _several(value: Mapping[str, object]) -> tuple[Mapper, ...]:
    found = tuple(mapper_of(one) for one in _list(value.get("mappers")))
    if len(found) < 2:
        raise InvalidInput("two partition mappers or more are needed")
    return found


_BUILDERS: Mapping[str, Callable[[Mapping[str, object]], Mapper]] = {
    "identity": lambda _: IDENTITY,
    "fixed": lambda value: _Fixed(_text(value, "key")),
    "allowed": lambda value: _Allowed(tuple(_texts(value.get("keys")))),
    "chain": lambda value: _Chain(_several(value)),
    "product": lambda value: _Product(_several(value), str(value.get("delimiter", "|"))),
    "start_of": _start_of,
    "rollup": _rollup,
    "fan_out": _fan_out,
}


def _object(raw: object) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise InvalidInput(f"a partition mapper holds {raw!r} where an object belongs")
    return cast("dict[str, object]", raw)


def _list(raw: object) -> Sequence[object]:
    if not isinstance(raw, list | tuple):
        raise InvalidInput(f"a partition mapper holds {raw!r} where a list belongs")
    return cast("Sequence[object]", raw)


def _text(value: Mapping[str, object], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str) or not found:
        raise InvalidInput(f"a partition mapper needs {name!r}, a text, not {found!r}")
    return found


def _texts(raw: object) -> list[str]:
    found = _list(raw)
    if not all(isinstance(one, str) and one for one in found):
        raise InvalidInput("keys of partitions are texts that are not empty")
    return [str(one) for one in found]
