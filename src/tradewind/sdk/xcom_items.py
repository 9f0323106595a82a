"""Single items of stored lists and dicts: an instance of a mapped task reads its own item, not the whole list.

A list or dict that is kept in a file has an index beside it: where each item's text starts in the file, as unsigned
64-bit numbers in little-endian order, and one more for the end. One item is two short reads, however long the list.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from tradewind.sdk.artifacts import ArtifactStore
    from tradewind.sdk.task_api import TaskApi, XComAddress
    from tradewind.sdk.xcom_codec import XComCodec

__all__ = ["Form", "PushedItems", "StoredItems", "index_of", "index_name", "part_in_file", "parts_of"]

Form = Literal["item", "entry", "pair"]
"""What the text of one part is: an item of a list, ``"key":value`` of an object, or ``[key,value]`` of a dict whose
keys are no texts."""
_WIDTH = 8


class StoredItems(Sequence[Any]):
    """The items of a list, or the pairs of a dict, each made when it is taken.

    Args:
        length: how many there are.
        take: makes the one at a place from 0 to `length` - 1.
    """

    def __init__(self, length: int, take: Callable[[int], Any]) -> None:
        self._length, self._take = length, take

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self._take(i) for i in range(*index.indices(self._length))]
        place = index + self._length if index < 0 else index
        if not 0 <= place < self._length:
            raise IndexError(index)
        return self._take(place)


class PushedItems(Sequence[Any]):
    """What all instances of a mapped task pushed, asked for one by one."""

    def __init__(self, api: TaskApi, codec: XComCodec, where: XComAddress) -> None:
        self._api, self._codec, self._where = api, codec, where
        self._length: int | None = None

    def __len__(self) -> int:
        if self._length is None:
            _, self._length = self._api.xcom_at(self._where, 0)
        return self._length

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        stored, self._length = self._api.xcom_at(self._where, max(0, place))
        if stored is None or place < 0:
            raise IndexError(index)
        return self._codec.decode(stored)


# -- parts of the JSON text ------------------------------------------------------------------------------------------


def parts_of(shaped: Any, tag: str) -> tuple[Form, Sequence[Any]] | None:
    """The parts of a value in its JSON shape; None: it is nothing that has items.

    Args:
        tag: the key that marks tagged values.
    """
    if isinstance(shaped, list):
        return "item", shaped
    if not isinstance(shaped, dict):
        return None
    match shaped.get(tag):
        case None:
            return "entry", list(shaped.items())
        case "tuple":
            return "item", shaped["v"]
        case "dict":
            return "pair", shaped["v"]
        case _:
            return None


def index_name(name: str) -> str:
    """What the index of a file is called."""
    return f"{name}.index"


def index_of(shaped: Any, form: Form, parts: Iterable[Any], *, is_ascii: bool) -> bytes:
    """Where each part starts in the JSON text of a value, and where the one behind the last would.

    Args:
        is_ascii: the text has no other characters; those are escaped then.
    """
    encode = json.JSONEncoder(ensure_ascii=is_ascii, separators=(",", ":"), allow_nan=False).encode
    at = len(encode({**shaped, "v": []})) - 2 if form == "pair" or (isinstance(shaped, dict) and form == "item") else 1
    starts = array("Q", [at])
    for part in parts:
        if form == "entry":
            key, value = part
            at += len(encode(key).encode()) + 1 + len(encode(value).encode()) + 1
        else:
            at += len(encode(part).encode()) + 1
        starts.append(at)
    if sys.byteorder == "big":
        starts.byteswap()
    return starts.tobytes()


def part_in_file(store: ArtifactStore, name: str, form: Form, place: int) -> Any:
    """One part of the value in a file, in its JSON shape; of an object the key and the value.

    Raises:
        FileNotFoundError: the file or its index is gone.
    """
    bounds = store.get_part(index_name(name), place * _WIDTH, (place + 2) * _WIDTH)
    start, stop = (int.from_bytes(bounds[i : i + _WIDTH], "little") for i in (0, _WIDTH))
    text = store.get_part(name, start, stop - 1)
    if form == "entry":
        return next(iter(json.loads(b"{" + text + b"}").items()))
    return json.loads(text)
