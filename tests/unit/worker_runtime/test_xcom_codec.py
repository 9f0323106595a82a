"""What tasks return comes back as it was, and is never pickled unless asked."""

from __future__ import annotations

import json
from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pandas as pd
import pendulum
import polars as pl
import pyarrow as pa
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.sdk.exceptions import DeserializationError, SerializationError
from tradewind.sdk.task_api import EncodedXCom
from tradewind.sdk.xcom_codec import MemoryArtifacts, Pickled, XComCodec, plain


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


Pair = namedtuple("Pair", "a b")  # noqa: PYI024 - the other kind of tuple with names


@dataclass
class Part:
    name: str
    when: datetime
    sizes: list[int] = field(default_factory=list)


@attrs.define
class Plot:
    name: str
    _area: float
    corners: list[int] = attrs.field(factory=list)
    seen: int = attrs.field(default=0, init=False)


class Model(pydantic.BaseModel):
    name: str
    parts: list[int]
    amount: Decimal


def there_and_back(value, store=None):
    codec = XComCodec(store or MemoryArtifacts())
    return codec.decode(codec.encode(value))


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -1.5, "text", "ünïcode \N{SNOWMAN}", [1, [2, {"a": None}]], {"a": {"b": [1]}}, {1: "x", None: 2},
        {"__tw__": "mine"}, (1, (2, 3)), {1, 2}, frozenset({"a"}), b"bytes\x00", Decimal("1.10"), complex(1, 2), range(3),
        UUID("12345678-1234-5678-1234-567812345678"), Path("/tmp/x"), date(2026, 1, 5), time(3, 4, 5, 6),
        timedelta(days=-1, microseconds=3), datetime(2026, 1, 5, 3), datetime(2026, 1, 5, 3, tzinfo=UTC),
        datetime(2026, 7, 5, 3, tzinfo=ZoneInfo("Europe/Rome")), datetime(2026, 1, 5, tzinfo=timezone(timedelta(hours=2))),
        Colour.RED, Level.HIGH, Pair(1, "b"), Part("p", datetime(2026, 1, 1, tzinfo=UTC), [1]),
        Plot("p", 2.5, [1]), Model(name="m", parts=[1], amount=Decimal("2.5")), np.float64(1.5), np.int32(7), np.bool_(True),
        np.datetime64("2026-01-05"), pendulum.datetime(2026, 1, 5, tz="Asia/Tokyo"),
    ],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_a_value_comes_back_with_its_type(value):
    back = there_and_back(value)
    assert back == value
    assert type(back) is type(value)


def test_a_zone_survives():
    back = there_and_back(datetime(2026, 7, 5, 3, tzinfo=ZoneInfo("Europe/Rome")))
    assert back.tzinfo == ZoneInfo("Europe/Rome")


def test_infinities_come_back():
    assert there_and_back([float("inf"), -float("inf")]) == [float("inf"), -float("inf")]


def test_subclasses_of_dict_and_list_become_plain():
    assert there_and_back(OrderedDict(a=1)) == {"a": 1}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(max_size=20)
        | st.datetimes() | st.dates() | st.decimals(allow_nan=False) | st.uuids(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4) | st.tuples(inner, inner),
        max_leaves=20,
    )
)  # fmt: skip
def test_any_nest_of_plain_values_comes_back(value):
    assert there_and_back(value) == value


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2026-01-01", "2026-01-02"])}),
        pd.DataFrame({"a": [1.5]}, index=pd.Index(["row"], name="i")),
        pd.DataFrame({"g": pd.Categorical(["a", "b", "a"])}),
        pd.DataFrame(),
    ],
)
def test_a_pandas_frame_travels_as_parquet(frame):
    codec = XComCodec(MemoryArtifacts())
    stored = codec.encode(frame)
    assert stored.kind == "parquet"
    pd.testing.assert_frame_equal(codec.decode(stored), frame)


def test_a_preview_of_a_frame_is_stored_beside_its_name():
    frame = pd.DataFrame({"a": range(100), "b": "text"})
    about = json.loads(XComCodec(MemoryArtifacts()).encode(frame).value)
    assert about["shape"] == [100, 2]
    assert about["columns"] == ["a", "b"]
    assert about["head"][0] == {"a": 0, "b": "text"}
    assert len(about["head"]) == 20


def test_of_a_wide_frame_as_many_rows_are_shown_as_there_is_room_for():
    frame = pd.DataFrame({f"column {number}": ["x" * 100] * 30 for number in range(12)})
    stored = XComCodec(MemoryArtifacts()).encode(frame)
    assert 1 <= len(json.loads(stored.value)["head"]) < 20
    assert len(stored.value) < 10_000


@pytest.mark.parametrize("series", [pd.Series([1, 2], name="n"), pd.Series([1.0, None])])
def test_a_pandas_series_comes_back_with_its_name(series):
    pd.testing.assert_series_equal(there_and_back(series), series)


def test_polars_comes_back_as_polars():
    frame = pl.DataFrame({"a": [1, 2], "b": [None, "x"]})
    assert there_and_back(frame).equals(frame)
    assert there_and_back(frame["a"]).equals(frame["a"])


def test_an_arrow_table_comes_back():
    table = pa.table({"a": [1, 2]})
    assert there_and_back(table).equals(table)


def test_an_array_travels_as_npy():
    array = np.arange(6, dtype="float32").reshape(2, 3)
    codec = XComCodec(MemoryArtifacts())
    stored = codec.encode(array)
    assert stored.kind == "npy"
    back = codec.decode(stored)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


def test_frames_and_arrays_inside_of_a_dict_become_files_each():
    store = MemoryArtifacts()
    back = there_and_back({"x": np.zeros(3), "f": [pd.DataFrame({"a": [1]})]}, store)
    np.testing.assert_array_equal(back["x"], np.zeros(3))
    assert back["f"][0]["a"].tolist() == [1]
    assert len(store._data) == 2


def test_the_same_content_is_kept_once():
    store = MemoryArtifacts()
    codec = XComCodec(store)
    assert codec.encode(np.ones(3)).value == codec.encode(np.ones(3)).value
    assert len(store._data) == 1


def test_large_text_is_spilled_and_keeps_its_length():
    store = MemoryArtifacts()
    codec = XComCodec(store, inline_bytes=100)
    value = ["x" * 50] * 10
    stored = codec.encode(value)
    assert (stored.kind, stored.length) == ("json_file", 10)
    assert len(stored.value) < 800
    assert codec.decode(stored) == value


def test_large_bytes_are_spilled():
    codec = XComCodec(MemoryArtifacts(), inline_bytes=100)
    stored = codec.encode(b"x" * 1000)
    assert stored.kind == "bytes"
    assert codec.decode(stored) == b"x" * 1000


@pytest.mark.parametrize(("value", "length"), [([1, 2], 2), ({"a": 1}, 1), ((), 0), ("text", None), (5, None)])
def test_the_length_of_collections_is_known_without_reading_them(value, length):
    assert XComCodec(MemoryArtifacts()).encode(value).length == length


class Strange:
    pass


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Strange(), "Strange can't be stored as an XCom"),
        ([{"k": Strange()}], r"at \[0\]\['k'\]"),
        ((i for i in [1]), "return a list"),
        (np.array([Strange()]), "Python objects"),
        (pd.DataFrame({"a": [Strange()]}), "can't be written to a file"),
    ],
)
def test_what_cannot_be_stored_is_named_with_its_place_and_what_to_do(value, words):
    with pytest.raises(SerializationError, match=words):
        XComCodec(MemoryArtifacts()).encode(value, "XCom 'return_value' of task 't'")


def test_a_value_that_contains_itself_is_an_error():
    loop: list = []
    loop.append(loop)
    with pytest.raises(SerializationError, match="contains itself"):
        XComCodec(MemoryArtifacts()).encode(loop)


def test_a_class_inside_of_a_function_is_an_error_at_the_writer():
    @dataclass
    class Local:
        a: int

    with pytest.raises(SerializationError, match="defined inside a function"):
        XComCodec(MemoryArtifacts()).encode(Local(1))


def test_pickling_is_by_request_only_and_gives_the_value_itself():
    codec = XComCodec(MemoryArtifacts())
    stored = codec.encode(Pickled({"f": Strange}))
    assert stored.kind == "pickle"
    assert codec.decode(stored) == {"f": Strange}


def test_a_lost_file_is_said_so():
    stored = XComCodec(MemoryArtifacts()).encode(np.ones(2))
    with pytest.raises(DeserializationError, match="can't be read from the artifact store"):
        XComCodec(MemoryArtifacts()).decode(stored)


def test_a_lost_class_is_said_so():
    stored = EncodedXCom('{"__tw__":"dataclass","c":"no_such_module:X","v":{}}')
    with pytest.raises(DeserializationError, match="no_such_module"):
        XComCodec(MemoryArtifacts()).decode(stored)


def test_a_class_that_is_not_what_the_tag_says_is_not_called():
    stored = EncodedXCom('{"__tw__":"dataclass","c":"os:system","v":{"command":"true"}}')
    with pytest.raises(DeserializationError, match="is not"):
        XComCodec(MemoryArtifacts()).decode(stored)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ((1, {2}), [1, [2]]),
        ({1: date(2026, 1, 5)}, {"1": "2026-01-05"}),
        (Part("p", datetime(2026, 1, 1), []), {"name": "p", "when": "2026-01-01T00:00:00", "sizes": []}),
    ],
)
def test_what_is_shown_is_plain_json(value, shown):
    assert plain(XComCodec(MemoryArtifacts()).encode(value)) == shown


def test_what_is_stored_is_strict_json_in_utf8():
    codec = XComCodec(MemoryArtifacts())
    value = [float("inf"), float("nan"), "half \udcff a pair", np.float64("nan")]
    stored = codec.encode(value)
    json.loads(stored.value.encode().decode(), parse_constant=lambda name: pytest.fail(name))
    back = codec.decode(stored)
    assert back[0] == float("inf")
    assert back[1] != back[1]
    assert back[2] == "half \udcff a pair"
