"""How values become XComs and come back: JSON with tags for small things, files for frames, arrays and large things.

A tagged value is an object with the key ``__tw__`` that names its type. Frames, tables and arrays are always written
to the artifact store (Parquet, npy), as are figures and images, named by their content; JSON text and bytes go there when they are large. What
stays in the database then says where the file is and what it looks like (shape, columns, first rows). Nothing is
pickled unless the task wraps it in `Pickled`. A library is touched only if the value comes from it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import tzinfo
from enum import Enum
from math import isfinite
from pathlib import PurePath
from typing import Any

from tradewind.sdk import xcom_frames
from tradewind.sdk.artifacts import ArtifactStore, MemoryArtifacts
from tradewind.sdk.exceptions import DeserializationError, SerializationError
from tradewind.sdk.task_api import EncodedXCom
from tradewind.sdk.xcom_figures import MEDIA_TYPES, figure_from_file, figure_to_file
from tradewind.sdk.xcom_items import Form, StoredItems, index_name, index_of, part_in_file, parts_of
from tradewind.sdk.xcom_types import BASES, COLLECTIONS, DECODERS, ENCODERS, class_name, class_of, instance_of

__all__ = ["ArtifactStore", "MemoryArtifacts", "Pickled", "XComCodec", "plain", "unsafe_tag"]

TAG = "__tw__"
_PICTURES = {b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
"""How bytes begin that are a picture, which pages draw."""


@dataclass(frozen=True, slots=True)
class Pickled:
    """A value to be pickled (by cloudpickle): return `Pickled(model)` where nothing else can store it. Reading it back
    runs code of whoever wrote it; the reader gets the value itself."""

    value: Any


class XComCodec:
    """Encodes and decodes with one artifact store.

    Args:
        store: where files go.
        inline_bytes: JSON text up to this size stays in the database.
    """

    def __init__(self, store: ArtifactStore, inline_bytes: int = 16 * 1024) -> None:
        self._store = store
        self._inline_bytes = inline_bytes

    def encode(self, value: Any, where: str = "") -> EncodedXCom:
        """The stored form of a value.

        Args:
            value: what the task pushed.
            where: which key of which task, for the error.

        Raises:
            SerializationError: there is no way to store it; the sentence says what and what to do.
        """
        if value is None:
            return EncodedXCom("null", is_none=True)
        try:
            shaped = self._shape(value, "")
            if isinstance(shaped, dict) and shaped.get(TAG) == "file":
                return EncodedXCom(json.dumps(shaped), kind=shaped["format"])
            text = _json_text(shaped)
        except SerializationError as error:
            raise SerializationError(f"{where + ': ' if where else ''}{error}") from error
        except RecursionError as error:
            raise SerializationError(f"{where}: the value contains itself, or is nested too deeply") from error
        length = len(value) if isinstance(value, list | tuple | dict | set | frozenset) else None
        data = text.encode("utf-8")
        if len(data) <= self._inline_bytes:
            return EncodedXCom(text, length=length)
        about = self._file(data, "json", {"type": type(value).__qualname__, "preview": text[:300]})
        found = parts_of(shaped, TAG)
        if found is not None:  # single items can be read
            about["parts"] = found[0]
            self._store.put(index_name(about["name"]), index_of(shaped, *found, is_ascii=text.isascii()))
        return EncodedXCom(json.dumps(about), kind="json_file", length=length)

    def decode(self, stored: EncodedXCom) -> Any:
        """The value again.

        Raises:
            DeserializationError: its file or its class is gone.
        """
        if stored.is_none:
            return None
        shaped = json.loads(stored.value)
        if stored.kind == "json_file":
            shaped = json.loads(self._read(shaped))
        return self._build(shaped)

    def items(self, stored: EncodedXCom) -> Any:
        """A stored list as a sequence that decodes each item when it is taken, a dict as one of its pairs; anything
        else as `decode` gives it.

        Raises:
            DeserializationError: its file or its class is gone.
        """
        if stored.is_none:
            return None
        shaped = json.loads(stored.value)
        if stored.kind == "json_file":
            form: Form | None = shaped.get("parts")
            if form is None or stored.length is None:
                return self.decode(stored)
            return StoredItems(stored.length, lambda place: self._part(form, self._read_part(shaped, form, place)))
        found = parts_of(shaped, TAG) if stored.kind == "json" else None
        if found is None:
            return self.decode(stored)
        kind, parts = found
        return StoredItems(len(parts), lambda place: self._part(kind, parts[place]))

    def _part(self, form: Form, part: Any) -> Any:
        return self._build(part) if form == "item" else tuple(self._build(one) for one in part)

    # -- to JSON ------------------------------------------------------------------------------------------------

    def _shape(self, value: Any, path: str) -> Any:
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if isfinite(value) else {TAG: "float", "v": str(value)}
        if kind is list:
            return [self._shape(item, f"{path}[{i}]") for i, item in enumerate(value)]
        if kind is dict:
            return self._shape_dict(value, path)
        encoder = ENCODERS.get(kind)
        if encoder is not None:
            tag, encode = encoder
            return {TAG: tag, "v": encode(value)}
        if kind in (tuple, set, frozenset):
            items = value if kind is tuple else sorted(value, key=repr)
            return {TAG: kind.__name__, "v": [self._shape(item, f"{path}[{i}]") for i, item in enumerate(items)]}
        if kind in (bytes, bytearray):
            return self._shape_bytes(bytes(value))
        return self._shape_object(value, path)

    def _shape_dict(self, value: dict[Any, Any], path: str) -> Any:
        if all(type(key) is str for key in value) and TAG not in value:
            return {key: self._shape(item, f"{path}[{key!r}]") for key, item in value.items()}
        pairs = [[self._shape(k, path), self._shape(v, f"{path}[{k!r}]")] for k, v in value.items()]
        return {TAG: "dict", "v": pairs}

    def _shape_bytes(self, value: bytes) -> Any:
        if len(value) <= self._inline_bytes // 2:
            return {TAG: "bytes", "v": base64.b64encode(value).decode("ascii")}
        about = {"type": "bytes", "size": len(value)}
        drawn_as = next((kind for start, kind in _PICTURES.items() if value.startswith(start)), None)
        return self._file(value, "bytes", {**about, "media_type": drawn_as} if drawn_as else about)

    def _shape_object(self, value: Any, path: str) -> Any:
        kind = type(value)
        if isinstance(value, Enum):
            return {TAG: "enum", "c": class_name(kind, path), "v": self._shape(value.value, path)}
        if isinstance(value, Pickled):
            return self._pickle(value.value)
        binary = xcom_frames.to_file(value, path) or figure_to_file(value, path)
        if binary is not None:
            return self._file(binary.data, binary.format, binary.about)
        scalar = xcom_frames.numpy_scalar(value)
        if scalar is not None:
            return {TAG: "numpy", "t": scalar[0], "v": self._shape(scalar[1], path)}
        if is_dataclass(value):
            content = {f.name: self._shape(getattr(value, f.name), f"{path}.{f.name}") for f in fields(value) if f.init}
            return {TAG: "dataclass", "c": class_name(kind, path), "v": content}
        if hasattr(kind, "__attrs_attrs__"):
            kept = {f.alias: getattr(value, f.name) for f in kind.__attrs_attrs__ if f.init}
            content = {name: self._shape(one, f"{path}.{name}") for name, one in kept.items()}
            return {TAG: "attrs", "c": class_name(kind, path), "v": content}
        if hasattr(kind, "model_validate") and hasattr(value, "model_dump"):
            content = {name: self._shape(getattr(value, name), f"{path}.{name}") for name in kind.model_fields}
            return {TAG: "pydantic", "c": class_name(kind, path), "v": content}
        if hasattr(kind, "deserialize") and hasattr(value, "serialize"):
            content = [getattr(kind, "__version__", 1), self._shape(value.serialize(), path)]
            return {TAG: "object", "c": class_name(kind, path), "v": content}
        return self._shape_subclass(value, path)

    def _shape_subclass(self, value: Any, path: str) -> Any:
        for base, tag in BASES:
            if isinstance(value, base):
                return {TAG: tag, "v": ENCODERS[base][1](value)}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            content = [self._shape(item, path) for item in value]
            return {TAG: "namedtuple", "c": class_name(type(value), path), "v": content}
        if isinstance(value, PurePath):
            return {TAG: "path", "v": str(value)}
        if isinstance(value, tzinfo) and hasattr(value, "key"):
            return {TAG: "zone", "v": value.key}  # pyright: ignore[reportAttributeAccessIssue] - asked just before
        for base in (str, int, float):
            if isinstance(value, base):
                return base(value)
        if isinstance(value, dict):
            return self._shape_dict(dict(value), path)
        if isinstance(value, list):
            return self._shape(list(value), path)
        if hasattr(value, "__next__"):
            raise SerializationError(_sentence(value, path, "return a list: `list(...)`"))
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
            return self._shape(list(value), path)
        raise SerializationError(
            _sentence(
                value,
                path,
                "return plain data, a DataFrame, an array, a dataclass, an attrs class or a pydantic model; write it to a "
                "file and return the path; or wrap it as `Pickled(value)`",
            )
        )

    def _pickle(self, value: Any) -> Any:
        import cloudpickle  # noqa: PLC0415 - only where a task asks for it

        about = {"type": f"{type(value).__module__}.{type(value).__qualname__}"}
        return self._file(cloudpickle.dumps(value), "pickle", about)

    def _file(self, data: bytes, form: str, about: dict[str, Any]) -> dict[str, Any]:
        name = f"{hashlib.sha256(data).hexdigest()[:40]}.{form}"
        self._store.put(name, data)
        return {TAG: "file", "name": name, "format": form, "bytes": len(data), **about}

    def _read(self, about: dict[str, Any]) -> bytes:
        try:
            return self._store.get(about["name"])
        except OSError as error:
            raise DeserializationError(
                f"the file {about['name']} that holds this XCom can't be read from the artifact store: {error}"
            ) from error

    def _read_part(self, about: dict[str, Any], form: Form, place: int) -> Any:
        try:
            return part_in_file(self._store, about["name"], form, place)
        except OSError as error:
            raise DeserializationError(
                f"item {place} of the file {about['name']} that holds this XCom can't be read: {error}"
            ) from error

    # -- from JSON ----------------------------------------------------------------------------------------------

    def _build(self, shaped: Any) -> Any:
        if isinstance(shaped, list):
            return [self._build(item) for item in shaped]
        if not isinstance(shaped, dict):
            return shaped
        tag = shaped.get(TAG)
        if tag is None:
            return {key: self._build(item) for key, item in shaped.items()}
        if tag == "file":
            return self._build_file(shaped)
        if tag in DECODERS:
            return DECODERS[tag](shaped["v"])
        if tag == "dict":
            return {self._build(key): self._build(item) for key, item in shaped["v"]}
        if tag == "numpy":
            return xcom_frames.from_numpy_scalar(shaped["t"], self._build(shaped["v"]))
        content = self._build(shaped["v"])
        if tag in COLLECTIONS:
            return COLLECTIONS[tag](content)
        return instance_of(tag, class_of(shaped["c"]), content)

    def _build_file(self, about: dict[str, Any]) -> Any:
        data = self._read(about)
        if about["format"] == "bytes":
            return data
        if about["format"] == "pickle":
            import cloudpickle  # noqa: PLC0415 - only where a task asked for it

            return cloudpickle.loads(data)
        read = figure_from_file if about["format"] in MEDIA_TYPES else xcom_frames.from_file
        return read(data, about)


def plain(stored: EncodedXCom) -> Any:
    """The value as plain JSON for display: tags give way to what they hold, files to what is known about them."""

    def strip(shaped: Any) -> Any:
        if isinstance(shaped, list):
            return [strip(item) for item in shaped]
        if not isinstance(shaped, dict):
            return shaped
        tag = shaped.get(TAG)
        if tag is None or tag == "file":
            return {key: strip(item) for key, item in shaped.items() if key != TAG}
        if tag == "dict":
            return {str(strip(key)): strip(item) for key, item in shaped["v"]}
        return strip(shaped["v"])

    return strip(json.loads(stored.value))


def unsafe_tag(shaped: Any) -> str | None:
    """What in a value of unknown origin would make the reader open a file or load a class; None: nothing."""
    if isinstance(shaped, list):
        return next(filter(None, map(unsafe_tag, shaped)), None)
    if not isinstance(shaped, dict):
        return None
    tag = shaped.get(TAG)
    if tag is not None and not (isinstance(tag, str) and (tag == "dict" or tag in DECODERS or tag in COLLECTIONS)):
        return str(tag)
    return next(filter(None, map(unsafe_tag, shaped.values())), None)


def _json_text(shaped: Any) -> str:
    text = json.dumps(shaped, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, as in file names that are no UTF-8
        return json.dumps(shaped, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text


def _sentence(value: Any, path: str, advice: str) -> str:
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    place = f" at {path}" if path else ""
    return f"a value of type {name}{place} can't be stored as an XCom; {advice}"
