"""Frames, tables and arrays as files: Parquet and npy, with what a reader wants to know before opening them.

A library that the process has not imported can't have made the value, so that `sys.modules` is asked first.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tradewind.sdk.exceptions import DeserializationError, SerializationError

__all__ = ["Binary", "from_file", "from_numpy_scalar", "numpy_scalar", "to_file"]

HEAD_ROWS = 20
HEAD_CHARACTERS = 6000
"""What the first rows may take in the database: of a wide frame there are fewer."""


@dataclass(frozen=True, slots=True)
class Binary:
    """A file in the making."""

    data: bytes
    format: str
    about: dict[str, Any]


def to_file(value: Any, path: str) -> Binary | None:
    """The file of a frame, series, table or array; None where the value is none of these.

    Raises:
        SerializationError: it is one, and can't be written.
    """
    for library, names, write in _WRITERS:
        module = sys.modules.get(library)
        kinds = tuple(getattr(module, name) for name in names) if module is not None else ()
        if kinds and isinstance(value, kinds):
            try:
                return write(value)
            except Exception as error:
                place = f" at {path}" if path else ""
                raise SerializationError(
                    f"a {library} {type(value).__name__}{place} can't be written to a file: {error}"
                ) from error
    return None


def from_file(data: bytes, about: dict[str, Any]) -> Any:
    """The frame, series, table or array of a file.

    Raises:
        DeserializationError: the library it needs is not installed here.
    """
    try:
        return _READERS[about["library"]](data, about)
    except ImportError as error:
        raise DeserializationError(
            f"this XCom is a {about['library']} {about['type']}, and {error.name} is not installed here"
        ) from error


def numpy_scalar(value: Any) -> tuple[str, Any] | None:
    """Type name and Python value of a NumPy scalar; None where the value is none."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.generic):
        return None
    if value.dtype.kind in "Mm":
        return str(value.dtype), int(value.astype("int64"))
    return str(value.dtype), value.item()


def from_numpy_scalar(kind: str, value: Any) -> Any:
    """The NumPy scalar again."""
    numpy = import_module("numpy")
    return numpy.array(value).astype(kind)[()]


# -- writing ---------------------------------------------------------------------------------------------------------


def _write_array(value: Any) -> Binary:
    numpy = sys.modules["numpy"]
    buffer = io.BytesIO()
    if value.dtype.hasobject:
        raise TypeError("its items are Python objects; convert it with .tolist()")
    numpy.save(buffer, value, allow_pickle=False)
    about = {
        "type": "ndarray",
        "library": "numpy",
        "shape": list(value.shape),
        "dtype": str(value.dtype),
        "head": _texts(value.reshape(-1)[:HEAD_ROWS].tolist()),
    }
    return Binary(buffer.getvalue(), "npy", about)


def _write_pandas(value: Any) -> Binary:
    parquet, arrow = _arrow()
    is_series = value.ndim == 1
    frame = value.to_frame(name="value" if value.name is None else value.name) if is_series else value
    table = arrow.Table.from_pandas(frame)
    about = _frame_facts(frame, "pandas", [str(column) for column in frame.columns])
    about["head"] = _head(frame.head(HEAD_ROWS).to_dict("records"))
    if is_series:
        about.update(type="Series", has_name=value.name is not None)
    return Binary(_parquet(parquet, table), "parquet", about)


def _write_polars(value: Any) -> Binary:
    frame = value.to_frame() if type(value).__name__ == "Series" else value
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    about = _frame_facts(frame, "polars", list(frame.columns))
    about["head"] = _head(frame.head(HEAD_ROWS).to_dicts())
    if frame is not value:
        about["type"] = "Series"
    return Binary(buffer.getvalue(), "parquet", about)


def _write_arrow(value: Any) -> Binary:
    parquet, arrow = _arrow()
    table = arrow.Table.from_batches([value]) if isinstance(value, arrow.RecordBatch) else value
    about = _frame_facts(table, "pyarrow", list(table.column_names))
    about.update(type=type(value).__name__, head=_head(table.slice(0, HEAD_ROWS).to_pylist()))
    return Binary(_parquet(parquet, table), "parquet", about)


_WRITERS = (
    ("pandas", ("DataFrame", "Series"), _write_pandas),
    ("polars", ("DataFrame", "Series"), _write_polars),
    ("pyarrow", ("Table", "RecordBatch"), _write_arrow),
    ("numpy", ("ndarray",), _write_array),
)


def _arrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow.parquet"), import_module("pyarrow")
    except ImportError as error:
        raise SerializationError("pyarrow is needed to store frames: install `tradewind[dataframe]`") from error


def _parquet(parquet: Any, table: Any) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    return buffer.getvalue()


def _frame_facts(frame: Any, library: str, columns: list[str]) -> dict[str, Any]:
    return {"type": "DataFrame", "library": library, "shape": list(frame.shape), "columns": columns}


def _head(rows: list[dict[Any, Any]]) -> list[Any]:
    """As many of the first rows as there is room for, and one at least."""
    kept: list[Any] = []
    left = HEAD_CHARACTERS
    for row in _texts(rows):
        left -= len(str(row))
        if kept and left < 0:
            break
        kept.append(row)
    return kept


def _texts(value: Any) -> Any:
    """Rows for display: plain JSON values as they are, the rest as text."""
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _texts(item) for key, item in value.items()}
    if value is None or (isinstance(value, bool | int | float) and value == value):  # noqa: PLR0124 - NaN is not
        return value
    return str(value)[:200]


# -- reading ---------------------------------------------------------------------------------------------------------


def _read_array(data: bytes, about: dict[str, Any]) -> Any:  # noqa: ARG001 - the shape of a reader
    return import_module("numpy").load(io.BytesIO(data), allow_pickle=False)


def _read_pandas(data: bytes, about: dict[str, Any]) -> Any:
    import_module("pandas")
    frame = import_module("pyarrow.parquet").read_table(io.BytesIO(data)).to_pandas()
    if about["type"] != "Series":
        return frame
    series = frame.iloc[:, 0]
    return series if about["has_name"] else series.rename(None)


def _read_polars(data: bytes, about: dict[str, Any]) -> Any:
    frame = import_module("polars").read_parquet(io.BytesIO(data))
    return frame.to_series(0) if about["type"] == "Series" else frame


def _read_arrow(data: bytes, about: dict[str, Any]) -> Any:
    table = import_module("pyarrow.parquet").read_table(io.BytesIO(data))
    return table.to_batches()[0] if about["type"] == "RecordBatch" else table


_READERS = {"pandas": _read_pandas, "polars": _read_polars, "pyarrow": _read_arrow, "numpy": _read_array}
