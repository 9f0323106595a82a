"""Column types that mean the same on SQLite and PostgreSQL: moments, JSON documents, big serial keys."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["BIG_KEY", "JsonText", "Moment", "moment_from_text", "moment_to_text"]

BIG_KEY = BigInteger().with_variant(Integer, "sqlite")
"""A serial primary key (SQLite numbers rows by itself only in a column of type INTEGER)."""


@lru_cache(
    maxsize=8192
)  # instances are saved several times with the same moments, and formatting one costs microseconds
def moment_to_text(value: datetime) -> str:
    """The form moments have in SQLite: `2013-01-01T05:00:00.000000Z`; its order as text is the order in time.

    Raises:
        ValueError: the moment has no time zone.
    """
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; moments are stored in UTC")
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds")[:26] + "Z"


def moment_from_text(text: str) -> datetime:
    """The moment that `moment_to_text` wrote."""
    return datetime.fromisoformat(text)


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _document_or_none(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC: `timestamptz` on PostgreSQL, sortable text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return moment_to_text(value)
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; moments are stored in UTC")
        return value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """Makes what was read a moment; None: PostgreSQL's driver gives moments. A page of a list holds hundreds."""
        return _moment_or_none if dialect.name == "sqlite" else None


class JsonText(TypeDecorator[Any]):
    """A JSON document, kept as the text it was encoded to."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else msgspec.json.encode(value).decode()

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """Makes what was read a value."""
        return _document_or_none
