"""Pages of long lists without counting rows off: by key, from the end that is nearer, nulls apart.

A page by number far behind is walked to from the other end. A page by cursor starts behind (or before) the row that the
cursor names, so that the ten thousandth costs what the first one does. Rows whose first sort key is null come last, in
a segment of their own: so each segment stands in the order of an index as both databases have it.

The functions find keys only; whoever lists joins what is shown to the few rows of a page.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, tuple_
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, UnaryExpression

from tradewind.base.errors import InvalidInput
from tradewind.db.columns import Moment, moment_from_text, moment_to_text
from tradewind.db.engine import Tx
from tradewind.db.listing import AnySelect, Page, by_keys, rows, sort_keys

__all__ = ["FAR", "FEW", "FEW_OF_DAGS", "Found", "Keys", "find", "paged_by_key", "steering", "unindexed", "unsteered"]

FAR = 1000
"""From this offset on it is worth to know the total first, and to come from the nearer end."""
FEW = 10_000
"""So many rows are sorted sooner than they are met on the way through the order of all."""
FEW_OF_DAGS = 50_000
"""So many that an index of DAGs finds: these lie close together, and the order of all leads past many others."""
COUNTED = 10_000
"""In pages by cursor, totals are counted up to here only."""
_NO_INDEX = operators.custom_op[Any]("+")
"""SQLite takes no index for the order of ``+column``."""
_COMPARE = frozenset({operators.eq, operators.lt, operators.le, operators.gt, operators.ge})
Row = Sequence[Any]
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Sort:
    column: ColumnElement[Any]
    descending: bool
    nullable: bool

    def term(self) -> ColumnElement[Any]:
        term = self.column.desc() if self.descending else self.column.asc()
        return term.nulls_last() if self.nullable else term

    def turned_term(self) -> ColumnElement[Any]:
        """The other way round: nulls first."""
        term = self.column.asc() if self.descending else self.column.desc()
        return term.nulls_first() if self.nullable else term

    def behind(self, value: Any) -> ColumnElement[bool]:
        """The rows that come after a value, nulls last."""
        if value is None:
            return false()
        condition = self.column < value if self.descending else self.column > value
        return or_(condition, self.column.is_(None)) if self.nullable else condition

    def before(self, value: Any) -> ColumnElement[bool]:
        """The rows that come before a value."""
        if value is None:
            return self.column.is_not(None)
        return self.column > value if self.descending else self.column < value

    def same(self, value: Any) -> ColumnElement[bool]:
        return self.column.is_(None) if value is None else self.column == value


@dataclass(frozen=True, slots=True)
class _Segment:
    """Part of the rows: those with a first sort key, or those without."""

    sorts: tuple[_Sort, ...]
    condition: tuple[ColumnElement[bool], ...] = ()
    of_nulls: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the keys of a list come from."""

    source: Any
    """The tables that conditions and order speak of, and no more."""
    conditions: Sequence[ColumnElement[bool]]
    columns: Mapping[str, ColumnElement[Any]]
    """What the list can be sorted by."""
    unique: Sequence[ColumnElement[Any]]
    total: Callable[[], int]
    """How many rows there are in all."""
    are_few: bool = False
    """What the conditions leave is little: better found by them, and then sorted, than met on the way through an order."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of keys, in its order."""

    keys: list[tuple[Any, ...]]
    total: int
    next_cursor: str | None = None
    previous_cursor: str | None = None
    counted_to: int | None = None
    """Where it is set, `total` was not counted beyond it."""


def find(tx: Tx, of: Keys, page: Page) -> Found:
    """The keys of a page, by its cursor where it has one, else by its offset.

    Raises:
        InvalidInput: an unknown name to sort by, or a cursor that no answer gave.
    """
    walk = _Walk(tx, of, page)
    return walk.by_offset(page) if page.cursor is None else walk.by_cursor(page, page.cursor)


def paged_by_key(tx: Tx, shown: AnySelect, of: Keys, page: Page, read: Callable[[Row], R]) -> tuple[list[R], int]:
    """The records of one page, and how many there are in all; as `listing.paged`, for lists that are long.

    Args:
        shown: a row of it begins with the unique columns.
    """
    found = find(tx, of, replace(page, cursor=None))
    return [read(row) for row in by_keys(tx, shown, of.unique, found.keys)], found.total


def unsteered(tx: Tx, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that nearly all rows meet. SQLite, which keeps no statistics, is kept from finding rows by it: it would
    sort all of them instead of reading some in the order of their keys."""
    return func.likely(condition) if tx.dialect == "sqlite" else condition


def steering(tx: Tx, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that few rows meet. SQLite finds rows by it, and sorts what is alike in the order of its index, instead
    of walking through all rows because another index has the whole order."""
    return func.unlikely(condition) if tx.dialect == "sqlite" else condition


def unindexed(tx: Tx, column: ColumnElement[R]) -> ColumnElement[R]:
    """A column for conditions that so many rows meet that SQLite should not find them by it; PostgreSQL sees for itself."""
    return UnaryExpression(column, operator=_NO_INDEX, type_=column.type) if tx.dialect == "sqlite" else column


class _Walk:
    """One way through the segments of a list."""

    def __init__(self, tx: Tx, of: Keys, page: Page) -> None:
        self._tx = tx
        self._of = of
        sorts = [_Sort(column, down, _may_be_null(column)) for column, down in sort_keys(page, of.columns)]
        down = bool(sorts) and sorts[0].descending
        named = {str(sort.column) for sort in sorts}
        sorts += [_Sort(column, down, nullable=False) for column in of.unique if str(column) not in named]
        self._sorts = tuple(sorts)
        self._segments = _segments(self._sorts)
        if len(self._segments) == 2 and any(_rules_out_nulls(one, self._sorts[0].column) for one in of.conditions):
            self._segments = self._segments[:1]
        self._width = len(of.unique)

    # -- by number ---------------------------------------------------------------------------------------------------

    def by_offset(self, page: Page) -> Found:
        if not page.limit:
            return Found([], self._of.total())
        if page.offset < FAR:
            found = self._walked(self._segments, page.offset, page.limit, turned=False)
            total = page.offset + len(found) if 0 < len(found) < page.limit else self._of.total()
            return Found(self._keys(found), total)
        total = self._of.total()
        behind = total - page.offset - page.limit
        if behind >= page.offset:
            found = self._walked(self._segments, page.offset, page.limit, turned=False)
        else:
            count = min(page.limit, total - page.offset)
            found = self._walked(self._segments[::-1], max(behind, 0), count, turned=True)[::-1] if count > 0 else []
        return Found(self._keys(found), total)

    def _walked(self, segments: Sequence[_Segment], skip: int, take: int, *, turned: bool) -> list[Row]:
        found: list[Row] = []
        for segment in segments:
            if self._is_doubtful(segment) and not self._size(segment):
                continue
            some = rows(self._tx, self._query(segment, turned=turned).limit(take).offset(skip))
            found += some
            take -= len(some)
            if not take:
                break
            size = skip + len(some) if some or not skip else self._size(segment)
            skip = max(skip - size, 0)
        return found

    def _query(self, segment: _Segment, *, turned: bool) -> AnySelect:
        query = select(*self._of.unique, *(sort.column for sort in self._sorts)).select_from(self._of.source)
        sorts = segment.sorts
        if self._of.are_few or (self._is_doubtful(segment) and self._size(segment) <= FEW):
            sorts = tuple(replace(sort, column=_unordered(self._tx, sort.column)) for sort in sorts)
        order = [sort.turned_term() if turned else sort.term() for sort in sorts]
        return query.where(*self._of.conditions, *segment.condition).order_by(*order)

    def _is_doubtful(self, segment: _Segment) -> bool:
        """PostgreSQL takes rows without a value for a random sample, and looks for none or a handful from end to end."""
        return segment.of_nulls and self._tx.dialect == "postgresql"

    def _size(self, segment: _Segment) -> int:
        """Of the last segment on the way nobody asks."""
        query = select(func.count()).select_from(self._of.source)
        if segment.of_nulls or len(self._segments) == 1:
            return int(self._tx.scalar(query.where(*self._of.conditions, *segment.condition)))
        return self._of.total() - self._size(self._segments[-1])

    def _keys(self, found: Sequence[Row]) -> list[tuple[Any, ...]]:
        return [tuple(row[: self._width]) for row in found]

    # -- by cursor ---------------------------------------------------------------------------------------------------

    def by_cursor(self, page: Page, cursor: str) -> Found:
        turned, values = _read(cursor, self._sorts) if cursor else (False, None)
        found: list[Row] = []
        for segment in self._segments[::-1] if turned else self._segments:
            query = self._query(segment, turned=turned)
            if values is not None:
                beyond = self._beyond(segment, values, turned=turned)
                if beyond is None:
                    continue
                query = query.where(*beyond)
            found += rows(self._tx, query.limit(page.limit + 1 - len(found)))
            if len(found) > page.limit:
                break
        goes_on = len(found) > page.limit
        found = found[: page.limit]
        if turned:
            found.reverse()
        has_next, has_previous = (bool(found), goes_on) if turned else (goes_on, values is not None and bool(found))
        capped = select(literal(1)).select_from(self._of.source).where(*self._of.conditions).limit(COUNTED).subquery()
        return Found(
            self._keys(found),
            int(self._tx.scalar(select(func.count()).select_from(capped))),
            self._cursor("next", found[-1]) if has_next else None,
            self._cursor("previous", found[0]) if has_previous else None,
            COUNTED,
        )

    def _beyond(self, segment: _Segment, values: list[Any], *, turned: bool) -> list[ColumnElement[bool]] | None:
        """The conditions of the rows beyond these values on the way; None: the segment has none of them."""
        if len(self._segments) == 2:
            starts_in_nulls = values[0] is None
            if segment.of_nulls != starts_in_nulls:  # wholly behind, or wholly before
                return [] if segment.of_nulls != turned else None
        if segment.of_nulls:
            values = values[1:]
        sorts = segment.sorts
        if len({sort.descending for sort in sorts}) == 1 and not any(sort.nullable for sort in sorts):
            ours, theirs = tuple_(*(sort.column for sort in sorts)), tuple_(*_bound(sorts, values))
            return [ours < theirs if sorts[0].descending != turned else ours > theirs]
        steps = [
            and_(
                *(sort.same(value) for sort, value in zip(sorts[:place], values, strict=False)),
                sorts[place].before(values[place]) if turned else sorts[place].behind(values[place]),
            )
            for place in range(len(sorts))
        ]
        return [or_(*steps)]

    def _cursor(self, way: str, row: Row) -> str:
        values = [
            moment_to_text(value) if isinstance(sort.column.type, Moment) and value is not None else value
            for sort, value in zip(self._sorts, row[self._width :], strict=True)
        ]
        return base64.urlsafe_b64encode(msgspec.json.encode([way, _order(self._sorts), *values])).decode().rstrip("=")


def _may_be_null(column: ColumnElement[Any]) -> bool:
    return bool(getattr(column, "nullable", True))


def _unordered(tx: Tx, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, for which no index has an order."""
    return unindexed(tx, column) if tx.dialect == "sqlite" else func.coalesce(column, column)


def _rules_out_nulls(condition: ColumnElement[bool], column: ColumnElement[Any]) -> bool:
    return isinstance(condition, BinaryExpression) and condition.left is column and condition.operator in _COMPARE


def _segments(sorts: tuple[_Sort, ...]) -> tuple[_Segment, ...]:
    first = sorts[0]
    if not first.nullable:
        return (_Segment(sorts),)
    filled = (replace(first, nullable=False), *sorts[1:])
    return (
        _Segment(filled, (first.column.is_not(None),)),
        _Segment(sorts[1:], (first.column.is_(None),), of_nulls=True),
    )


def _bound(sorts: Sequence[_Sort], values: Sequence[Any]) -> list[ColumnElement[Any]]:
    return [literal(value, sort.column.type) for sort, value in zip(sorts, values, strict=True)]


def _order(sorts: Sequence[_Sort]) -> str:
    """What stands for an order in its cursors: the values of one order say nothing in another."""
    named = ",".join(f"{'-' if sort.descending else ''}{sort.column}" for sort in sorts)
    return f"{zlib.crc32(named.encode()):08x}"


def _read(cursor: str, sorts: Sequence[_Sort]) -> tuple[bool, list[Any]]:
    """Whether the way leads back, and the values of the row it starts at."""
    wrong = InvalidInput("the cursor is not one that an answer gave as next_cursor or previous_cursor of this list")
    try:
        way, order, *values = msgspec.json.decode(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[Any]
        )
        if way not in {"next", "previous"} or not isinstance(order, str):
            raise wrong
        if order != _order(sorts):
            raise InvalidInput(
                "the cursor was given for another order_by, or by another list; ask with the same order_by, or start "
                "again with an empty cursor"
            )
        if len(values) != len(sorts):
            raise wrong
        found = [_value(sort, value) for sort, value in zip(sorts, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, OverflowError) as error:
        raise wrong from error
    return way == "previous", found


def _value(sort: _Sort, value: Any) -> Any:
    """The value as the column has it.

    Raises:
        ValueError: it is of another type.
        OverflowError: it is a moment that UTC does not reach.
    """
    if value is None:
        if sort.nullable:
            return None
        raise ValueError("a key is never null")
    if isinstance(sort.column.type, Moment):
        moment = moment_from_text(value)
        if moment.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return moment.astimezone(UTC)
    wanted = sort.column.type.python_type
    if isinstance(value, bool) != (wanted is bool) or not isinstance(
        value, (int, float) if wanted is float else wanted
    ):
        raise ValueError(f"{value!r} is not of the column's type")
    return value
