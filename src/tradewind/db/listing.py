"""What every list has in common: pages, sorting that ends in a unique key, and the filters of Airflow's query language.

A list function takes a frozen filter and a `Page`; it adds conditions made here to its select and hands it to `paged`.
Patterns: `%` and `_` are wildcards, `|` means or, `~` means all. Prefixes are case-sensitive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, cast, func, or_, select, tuple_

from tradewind.base.errors import InvalidInput
from tradewind.db.engine import Tx
from tradewind.db.patterns import begins, resembles

__all__ = [
    "EVERYTHING",
    "AnySelect",
    "DateRange",
    "NumberRange",
    "Page",
    "Range",
    "among",
    "between",
    "by_keys",
    "columns",
    "like",
    "ordered",
    "paged",
    "prefixed",
    "rows",
    "sort_keys",
    "total",
]

R = TypeVar("R")
T = TypeVar("T")
AnySelect = Select[*tuple[Any, ...]]

MAX_SORT_KEYS = 10


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of a list, in which order."""

    limit: int = 50
    offset: int = 0
    order_by: tuple[str, ...] = ()
    """Names that the list allows, each with a leading ``-`` for descending; empty: the list's own order."""
    cursor: str | None = None
    """Where the page starts, in place of the offset; empty: with the first row. For the lists that know cursors."""


EVERYTHING = Page(limit=2**31 - 1)
"""All rows, for lists that are known to be short."""


@dataclass(frozen=True, slots=True)
class Range(Generic[T]):
    """Bounds of a value; None: open."""

    gte: T | None = None
    gt: T | None = None
    lte: T | None = None
    lt: T | None = None


DateRange = Range[datetime]
NumberRange = Range[float]


def between(column: ColumnElement[Any], bounds: Range[Any] | None) -> list[ColumnElement[bool]]:
    """Conditions that hold where the column is within the bounds."""
    if bounds is None:
        return []
    found: list[ColumnElement[bool]] = []
    if bounds.gte is not None:
        found.append(column >= bounds.gte)
    if bounds.gt is not None:
        found.append(column > bounds.gt)
    if bounds.lte is not None:
        found.append(column <= bounds.lte)
    if bounds.lt is not None:
        found.append(column < bounds.lt)
    return found


def among(column: ColumnElement[Any], values: Sequence[Any]) -> list[ColumnElement[bool]]:
    """The column is one of the values; no values: no condition. None means null."""
    if not values:
        return []
    named = [value for value in values if value is not None]
    if len(values) == len(named) == 1:
        return [column == named[0]]  # SQLite walks an index in order below one value, not below `IN`
    if len(named) == len(values):
        return [column.in_(named)]
    return [or_(column.is_(None), column.in_(named)) if named else column.is_(None)]


def like(column: ColumnElement[Any], pattern: str | None) -> list[ColumnElement[bool]]:
    """The column holds one of the patterns between `|`, wherever it stands and in any case."""
    if pattern is None or pattern in {"~", "%", ""}:
        return []
    return [or_(*(resembles(column, f"%{part.strip()}%") for part in pattern.split("|")))]


def prefixed(column: ColumnElement[Any], prefix: str | None) -> list[ColumnElement[bool]]:
    """The column begins with one of the prefixes between `|`."""
    if prefix is None or prefix in {"~", ""}:
        return []
    return [or_(*(begins(column, part) for part in prefix.split("|")))]


def ordered(
    statement: AnySelect,
    page: Page,
    columns: Mapping[str, ColumnElement[Any]],
    unique: Sequence[ColumnElement[Any]],
) -> AnySelect:
    """Sort by the page's names, nulls last, then by the unique columns in the direction of the first name.

    Raises:
        InvalidInput: a name that the list does not allow, or more than ten of them.
    """
    keys: list[ColumnElement[Any]] = []
    for column, descending in sort_keys(page, columns):
        key = column.desc() if descending else column.asc()
        # PostgreSQL walks an index backwards only where nothing is said of nulls, and where there are none nothing need be
        keys.append(key.nulls_last() if getattr(column, "nullable", True) else key)
    descending = bool(page.order_by) and page.order_by[0].startswith("-")
    return statement.order_by(None).order_by(*keys, *(key.desc() if descending else key.asc() for key in unique))


def sort_keys(page: Page, columns: Mapping[str, ColumnElement[Any]]) -> list[tuple[ColumnElement[Any], bool]]:
    """The columns that a page is sorted by, and whether each is descending.

    Raises:
        InvalidInput: a name that the list does not allow, or more than ten of them.
    """
    if len(page.order_by) > MAX_SORT_KEYS:
        raise InvalidInput(f"order_by takes at most {MAX_SORT_KEYS} names, not {len(page.order_by)}", name="order_by")
    found: list[tuple[ColumnElement[Any], bool]] = []
    for name in page.order_by:
        column = columns.get(name.removeprefix("-"))
        if column is None:
            allowed = ", ".join(sorted(columns))
            raise InvalidInput(
                f"Ordering with {name.removeprefix('-')!r} is disallowed; there are {allowed}", name=name
            )
        found.append((column, name.startswith("-")))
    return found


def paged(
    tx: Tx, statement: AnySelect, counted: Select[int], page: Page, read: Callable[[Sequence[Any]], R]
) -> tuple[list[R], int]:
    """The records of one page, and how many there are in all.

    A page that is not full tells the total by itself; only a full one costs `counted`, which needs no joins that no
    condition uses.
    """
    found = rows(tx, statement.limit(page.limit).offset(page.offset)) if page.limit else ()
    return [read(row) for row in found], total(tx, len(found), counted, page)


def total(tx: Tx, on_page: int, counted: Select[int], page: Page) -> int:
    """How many rows there are in all, where so many are on the page: only a full page, or an empty one, has to count."""
    return page.offset + on_page if 0 < on_page < page.limit else int(tx.scalar(counted))


KEYS_AT_ONCE = 100


def by_keys(
    tx: Tx, statement: AnySelect, key: Sequence[ColumnElement[Any]], wanted: Sequence[tuple[Any, ...]]
) -> list[Sequence[Any]]:
    """The rows of a select whose key is among these, in their order; those that are gone are left out.

    The columns of the key are what each row begins with.
    """
    found: dict[tuple[Any, ...], Sequence[Any]] = {}
    picked = statement.where(_is_wanted(tx, key))
    for first in range(0, len(wanted), KEYS_AT_ONCE):
        some = wanted[first : first + KEYS_AT_ONCE]
        for row in tx.execute(picked, {_WANTED: _as_parameter(tx, some)}).all():
            found[tuple(row[: len(key)])] = row
    return [found[one] for one in wanted if one in found]


_WANTED = "wanted_keys"


def _is_wanted(tx: Tx, key: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    """That the key is among those of one parameter: however many there are, it is the same statement, compiled once.

    SQLite goes through the parameter, and looks up each row by its key; it would read the whole table for a list of pairs.
    """
    if tx.dialect == "sqlite":
        value = func.json_each(bindparam(_WANTED, type_=Text)).table_valued("value").c.value
        return and_(*(column == func.json_extract(value, f"$[{place}]") for place, column in enumerate(key)))
    return (key[0] if len(key) == 1 else tuple_(*key)).in_(bindparam(_WANTED, expanding=True))


def _as_parameter(tx: Tx, keys: Sequence[tuple[Any, ...]]) -> Any:
    if tx.dialect == "sqlite":
        return msgspec.json.encode(keys).decode()
    return [key[0] for key in keys] if len(keys[0]) == 1 else list(keys)


def rows(tx: Tx, statement: AnySelect) -> Sequence[Sequence[Any]]:
    """All rows of a select."""
    return tx.execute(statement).all()


def columns(tx: Tx, statement: AnySelect) -> list[list[Any]]:
    """All rows of a select of texts and numbers, as one list for each of its columns.

    The database hands them over in one piece: of ten thousand rows that takes a fraction of the work, and does not make
    other threads wait at each row.
    """
    inner = statement.subquery()
    made = func.json_group_array if tx.dialect == "sqlite" else func.json_agg
    (row,) = tx.execute(select(*(cast(made(column), Text) for column in inner.c))).all()
    return [msgspec.json.decode(text or "[]") for text in row]
