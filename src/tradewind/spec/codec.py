"""A spec as canonical JSON: a spec gives the same bytes in any process; defaults are left out, so that a field added
later changes no hash."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import TypeVar

from tradewind.base.errors import InvalidInput
from tradewind.spec.model import (
    ConcatInput,
    DagSpec,
    DeadlineSpec,
    EdgeLabel,
    GroupSpec,
    LiteralInput,
    LoopSpec,
    MapInput,
    MapSource,
    MapSpec,
    ParamSpec,
    ScheduleSpec,
    StartTriggerSpec,
    TaskSpec,
    XComInput,
    ZipInput,
)
from tradewind.spec.upgrade import FORMAT, upgrade

__all__ = ["decode", "encode", "spec_hash"]

T = TypeVar("T")
Encoder = Callable[[object], object] | None
Decoder = Callable[[object], object]
_Fields = tuple[tuple[str, object, Encoder, Decoder], ...]

REQUIRED = object()
"""Stands for the default of a field that has none."""


def encode(spec: DagSpec) -> bytes:
    """The spec as UTF-8 JSON: keys sorted, no spaces, moments in ISO format and UTC.

    Raises:
        InvalidInput: it holds something that is not JSON (NaN, an object), or a moment without a zone.
    """
    return b'{"dag":%b,"format":%d}' % (_body(spec), FORMAT)


def decode(data: bytes) -> DagSpec:
    """The spec that was encoded, by this release or an older one.

    Raises:
        InvalidInput: it is no spec, or one of a newer release.
    """
    try:
        document: object = json.loads(data)
    except ValueError as error:
        raise InvalidInput(f"this is no spec: {error}") from error
    return _read(DagSpec, upgrade(_object(document))["dag"])


def spec_hash(spec: DagSpec) -> str:
    """SHA-256 of the spec's content as 64 hexadecimal digits; the format version takes no part in it."""
    return sha256(_body(spec)).hexdigest()


def _body(spec: DagSpec) -> bytes:
    try:
        return json.dumps(
            _write(spec), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"DAG {spec.dag_id!r} holds a value that is not JSON: {error}", dag_id=spec.dag_id
        ) from error


# -- one value of a frozen dataclass <-> one JSON object --------------------------------------------------------------


def _write(value: object) -> dict[str, object]:
    out: dict[str, object] = {}
    for name, default, encoder, _ in _fields(type(value)):
        item: object = getattr(value, name)
        if item != default:
            out[name] = item if encoder is None else encoder(item)
    return out


def _read(kind: type[T], raw: object) -> T:
    known = _decoders(kind)
    values: dict[str, object] = {}
    for name, item in _object(raw).items():
        if name not in known:
            raise InvalidInput(f"{kind.__name__} has no field {name!r}: was it written by a newer release?", field=name)
        values[name] = known[name](item)
    try:
        return kind(**values)
    except TypeError as error:
        raise InvalidInput(f"this is no {kind.__name__}: {error}") from error


@cache
def _fields(kind: type) -> _Fields:
    """Name, default, encoder and decoder of each field. The annotation, a text, picks the pair from `BY_ANNOTATION`."""
    found: list[tuple[str, object, Encoder, Decoder]] = []
    for field in fields(kind):
        default: object = field.default
        if field.default_factory is not MISSING:
            default = field.default_factory()
        elif default is MISSING:
            default = REQUIRED
        found.append((field.name, default, *BY_ANNOTATION[str(field.type)]))
    return tuple(found)


@cache
def _decoders(kind: type) -> dict[str, Decoder]:
    return {name: decoder for name, _, _, decoder in _fields(kind)}


# -- what a mapped task is mapped over ---------------------------------------------------------------------------------

SOURCES: dict[str, type[MapSource]] = {
    "literal": LiteralInput,
    "xcom": XComInput,
    "map": MapInput,
    "zip": ZipInput,
    "concat": ConcatInput,
}
SOURCE_NAMES = {kind: name for name, kind in SOURCES.items()}


def _write_source(source: object) -> dict[str, object]:
    for kind, name in SOURCE_NAMES.items():
        if isinstance(source, kind):
            return {"kind": name, **_write(source)}
    raise InvalidInput(f"a task can't be mapped over {type(source).__name__}")


def _read_source(raw: object) -> MapSource:
    values = _object(raw)
    name = values.get("kind")
    if not isinstance(name, str) or name not in SOURCES:
        raise InvalidInput(f"a task can't be mapped over {name!r}")
    return _read(SOURCES[name], {key: value for key, value in values.items() if key != "kind"})


def _write_map_inputs(inputs: object) -> list[list[object]]:
    assert isinstance(inputs, tuple)
    pairs: tuple[tuple[str, MapSource], ...] = inputs  # pyright: ignore[reportUnknownVariableType] - field of MapSpec
    return [[name, _write_source(source)] for name, source in pairs]


def _read_map_inputs(raw: object) -> tuple[tuple[str, MapSource], ...]:
    pairs = [_list(pair) for pair in _list(raw)]
    return tuple((_text(name), _read_source(source)) for name, source in pairs)


# -- single values -----------------------------------------------------------------------------------------------------


def _object(raw: object) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise InvalidInput(f"a spec holds {raw!r} where an object belongs")
    return raw  # pyright: ignore[reportUnknownVariableType] - from json.loads, whose keys are texts


def _list(raw: object) -> list[object]:
    if not isinstance(raw, list):
        raise InvalidInput(f"a spec holds {raw!r} where a list belongs")
    return raw  # pyright: ignore[reportUnknownVariableType] - from json.loads


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise InvalidInput(f"a spec holds {raw!r} where a text belongs")
    return raw


def _whole(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise InvalidInput(f"a spec holds {raw!r} where a whole number belongs")
    return raw


def _number(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise InvalidInput(f"a spec holds {raw!r} where a number belongs")
    return float(raw)


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise InvalidInput(f"a spec holds {raw!r} where true or false belongs")
    return raw


def _write_moment(moment: object) -> str:
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise InvalidInput(f"a spec holds moments with a time zone, not {moment!r}")
    return moment.astimezone(UTC).isoformat()


def _read_moment(raw: object) -> datetime:
    try:
        return datetime.fromisoformat(_text(raw))
    except ValueError as error:
        raise InvalidInput(f"a spec holds {raw!r} where a moment belongs") from error


def _as_is(raw: object) -> object:
    return raw


def _plain_mapping(value: object) -> dict[object, object]:
    assert isinstance(value, Mapping)
    return dict(value)  # pyright: ignore[reportUnknownArgumentType] - a field whose annotation says Mapping


def _optional(decoder: Decoder) -> Decoder:
    return lambda raw: None if raw is None else decoder(raw)


def _optional_encoder(encoder: Callable[[object], object]) -> Encoder:
    return lambda value: None if value is None else encoder(value)


def _texts(raw: object) -> tuple[str, ...]:
    return tuple(map(_text, _list(raw)))


def _many(kind: type[object]) -> tuple[Encoder, Decoder]:
    def write(values: object) -> list[object]:
        assert isinstance(values, tuple)
        items: tuple[object, ...] = values  # pyright: ignore[reportUnknownVariableType] - checked by the dataclass
        return [_write(value) for value in items]

    return write, lambda raw: tuple(_read(kind, item) for item in _list(raw))


def _write_sources(sources: object) -> list[object]:
    assert isinstance(sources, tuple)
    items: tuple[object, ...] = sources  # pyright: ignore[reportUnknownVariableType] - field of ZipInput, ConcatInput
    return [_write_source(source) for source in items]


BY_ANNOTATION: dict[str, tuple[Encoder, Decoder]] = {
    "str": (None, _text),
    "int": (None, _whole),
    "float": (_number, _number),
    "bool": (None, _flag),
    "str | None": (None, _optional(_text)),
    "int | None": (None, _optional(_whole)),
    "float | None": (_optional_encoder(_number), _optional(_number)),
    "bool | None": (None, _optional(_flag)),
    "datetime | None": (_optional_encoder(_write_moment), _optional(_read_moment)),
    "tuple[str, ...]": (None, _texts),
    "tuple[int, ...]": (None, lambda raw: tuple(_whole(item) for item in _list(raw))),
    "tuple[str, ...] | None": (None, _optional(_texts)),
    "Json": (None, _as_is),
    "tuple[Json, ...]": (None, lambda raw: tuple(_list(raw))),
    "Mapping[str, Json]": (_plain_mapping, _object),
    "Mapping[str, str]": (_plain_mapping, lambda raw: {name: _text(value) for name, value in _object(raw).items()}),
    "ScheduleSpec": (_write, lambda raw: _read(ScheduleSpec, raw)),
    "MapSpec | None": (_optional_encoder(_write), _optional(lambda raw: _read(MapSpec, raw))),
    "StartTriggerSpec | None": (_optional_encoder(_write), _optional(lambda raw: _read(StartTriggerSpec, raw))),
    "LoopSpec | None": (_optional_encoder(_write), _optional(lambda raw: _read(LoopSpec, raw))),
    "MapSource": (_write_source, _read_source),
    "tuple[MapSource, ...]": (_write_sources, lambda raw: tuple(_read_source(item) for item in _list(raw))),
    "tuple[tuple[str, MapSource], ...]": (_write_map_inputs, _read_map_inputs),
    "tuple[TaskSpec, ...]": _many(TaskSpec),
    "tuple[GroupSpec, ...]": _many(GroupSpec),
    "tuple[EdgeLabel, ...]": _many(EdgeLabel),
    "tuple[ParamSpec, ...]": _many(ParamSpec),
    "tuple[DeadlineSpec, ...]": _many(DeadlineSpec),
}
