"""Statements that write many rows at once: `executemany` on SQLite, arrays through `unnest` on PostgreSQL.

Rows are plain tuples and go to the driver as they are, since SQLAlchemy's way costs more than the write itself.
Moments in them must have passed `moments(tx)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Integer, Table

from tradewind.db.columns import Moment, moment_to_text
from tradewind.db.engine import Tx

__all__ = ["Bulk", "Row", "insert", "moments", "printable", "update"]

Row = tuple[Any, ...]
_ARRAYS = ((Boolean, "boolean[]"), (BigInteger, "bigint[]"), (Integer, "int[]"), (Float, "float8[]"))


@dataclass(frozen=True, slots=True)
class Bulk:
    """One statement in both dialects; rows hold its columns in order."""

    sqlite: str
    postgresql: str

    def run(self, tx: Tx, rows: Sequence[Row]) -> None:
        """Write the rows; none: nothing happens."""
        if not rows:
            return
        raw = tx.whole.raw  # it writes rows that it is given, and shows none
        if tx.dialect == "sqlite":
            raw.executemany(self.sqlite, rows)
        else:
            raw.execute(self.postgresql, [_array(column) for column in zip(*rows, strict=True)])


def insert(table: Table, columns: Sequence[str], conflict: str = "DO NOTHING") -> Bulk:
    """Insert rows.

    Args:
        columns: what each row holds.
        conflict: what follows ``ON CONFLICT``.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    return Bulk(
        f"INSERT INTO {table.name} ({names}) VALUES ({_marks(columns)}) ON CONFLICT {conflict}",
        f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays(table, columns)}) ON CONFLICT {conflict}",
    )


def update(table: Table, columns: Sequence[str], keys: Sequence[str], only_null: str = "") -> Bulk:
    """Update rows by key; keys that are not there are passed over.

    Args:
        columns: what each row holds first: the new values.
        keys: what each row holds last: the key.
        only_null: a column that must still be null for the row to change.
    """
    condition = f" AND {{table}}.{only_null} IS NULL" if only_null else ""
    sets = ", ".join(f"{name} = ?" for name in columns)
    found = " AND ".join(f"{name} = ?" for name in keys)
    new_sets = ", ".join(f"{name} = new.{name}" for name in columns)
    same = " AND ".join(f"old.{name} = new.{name}" for name in keys)
    names = ", ".join((*columns, *keys))
    return Bulk(
        f"UPDATE {table.name} SET {sets} WHERE {found}{condition.format(table=table.name)}",
        f"UPDATE {table.name} AS old SET {new_sets} FROM unnest({arrays(table, (*columns, *keys))}) AS new({names})"
        f" WHERE {same}{condition.format(table='old')}",
    )


def arrays(table: Table, columns: Sequence[str]) -> str:
    """Placeholders of PostgreSQL arrays, one for each column, with their types."""
    return ", ".join(f"%s::{_array_type(table, name)}" for name in columns)


def _array_type(table: Table, column: str) -> str:
    kind = table.c[column].type
    if isinstance(kind, Moment):
        return "timestamptz[]"
    return next((array for python, array in _ARRAYS if isinstance(kind, python)), "text[]")


def _marks(columns: Sequence[str]) -> str:
    return ", ".join("?" * len(columns))


def _array(values: Sequence[Any]) -> str:
    """A column as the text of a PostgreSQL array; ten times quicker than the driver's own way."""
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: object) -> str:
    write = _ELEMENTS.get(type(value))
    return _quoted(value) if write is None else write(value)


def _quoted(value: object) -> str:
    text = str(value)
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if '"' in text:
        text = text.replace('"', '\\"')
    return f'"{text}"'


_ELEMENTS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    str: _quoted,
    int: str,
    float: repr,
    bool: str,
    datetime: lambda moment: f'"{moment.isoformat()}"',
}


def moments(tx: Tx) -> Callable[[datetime | None], datetime | str | None]:
    """How a raw statement of this dialect wants a moment."""
    return _text_or_none if tx.dialect == "sqlite" else _as_is


def _text_or_none(value: datetime | None) -> str | None:
    return None if value is None else moment_to_text(value)


def _as_is(value: datetime | None) -> datetime | None:
    return value


def printable(text: str | None) -> str | None:
    """Text from a worker in a form that every database takes: no NUL, no lone surrogates."""
    if text is None or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
