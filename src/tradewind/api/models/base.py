"""What request and response models share: strict bodies, dates in UTC, the query parameters of every list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tradewind.base.settings import ApiSettings
from tradewind.db.keyset import Found
from tradewind.db.listing import DateRange, NumberRange, Page, Range

__all__ = [
    "Body", "CursorQuery", "DurationQuery", "EndDateQuery", "ListQuery", "LogicalDateQuery", "Moment", "Note", "Out", "RunAfterQuery",
    "StartDateQuery", "UpdatedAtQuery", "Total", "around",
]  # fmt: skip


def _plus(value: object) -> object:
    """An offset whose plus sign a URL turned into a space gets it back."""
    return re.sub(r" (\d\d:?\d\d)$", r"+\1", value) if isinstance(value, str) else value


def _given(value: object) -> object:
    """None for a parameter without a value, which is how some clients send what they leave out."""
    return None if value == "" else value


def _utc(value: datetime) -> datetime:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("in UTC this is out of the years 1 to 9999") from error


Moment = Annotated[datetime, BeforeValidator(_plus), AfterValidator(_utc)]
"""A date and time; without an offset it is in UTC."""

Note = Annotated[str | None, Field(max_length=1000)]


class Body(BaseModel):
    """A request body; a field that nobody knows is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """A response; used for the schema and by tests, never on the way out."""

    model_config = ConfigDict(defer_build=True, extra="forbid")


class Total(Out):
    """How many items a list has in all, beyond the page shown."""

    total_entries: int


class ListQuery(BaseModel):
    """Which page, in which order."""

    model_config = ConfigDict()

    limit: Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_given)] = None
    offset: int = Field(0, ge=0)
    order_by: list[str] = []
    """Names, each with a leading ``-`` for descending."""

    def page(self, settings: ApiSettings, default: str = "") -> Page:
        """The page, within the limits of the settings."""
        return page_of(settings, self.limit, self.offset, self.order_by or [default])


def page_of(settings: ApiSettings, limit: int | None, offset: int, order_by: Sequence[str]) -> Page:
    """A page within the limits of the settings; names may come one by one or with commas between them."""
    names = tuple(name.strip() for given in order_by for name in given.split(",") if name.strip())
    return Page(min(settings.page_limit if limit is None else limit, settings.max_page_limit), offset, names)


class CursorQuery(ListQuery):
    """A page, found by number or by the cursor that the page before gave."""

    cursor: str | None = None
    """Empty for the first page; then `next_cursor` or `previous_cursor` of an answer. It takes the place of `offset`."""

    def page(self, settings: ApiSettings, default: str = "") -> Page:
        """The page that the cursor or the offset names."""
        page = super().page(settings, default)
        if self.cursor is None:
            return page
        return replace(page, offset=0, cursor=self.cursor)


def around(found: Found) -> dict[str, object]:
    """How many rows a list has in all, and what leads to the pages around this one, where cursors were asked for."""
    if found.counted_to is None:
        return {"total_entries": found.total}
    return {
        "total_entries": found.total,
        "total_entries_limit": found.counted_to,
        "next_cursor": found.next_cursor,
        "previous_cursor": found.previous_cursor,
    }


class RunAfterQuery(BaseModel):
    run_after_gte: Moment | None = None
    run_after_gt: Moment | None = None
    run_after_lte: Moment | None = None
    run_after_lt: Moment | None = None

    def run_after(self) -> DateRange:
        return Range(self.run_after_gte, self.run_after_gt, self.run_after_lte, self.run_after_lt)


class LogicalDateQuery(BaseModel):
    logical_date_gte: Moment | None = None
    logical_date_gt: Moment | None = None
    logical_date_lte: Moment | None = None
    logical_date_lt: Moment | None = None

    def logical_date(self) -> DateRange:
        return Range(self.logical_date_gte, self.logical_date_gt, self.logical_date_lte, self.logical_date_lt)


class StartDateQuery(BaseModel):
    start_date_gte: Moment | None = None
    start_date_gt: Moment | None = None
    start_date_lte: Moment | None = None
    start_date_lt: Moment | None = None

    def start_date(self) -> DateRange:
        return Range(self.start_date_gte, self.start_date_gt, self.start_date_lte, self.start_date_lt)


class EndDateQuery(BaseModel):
    end_date_gte: Moment | None = None
    end_date_gt: Moment | None = None
    end_date_lte: Moment | None = None
    end_date_lt: Moment | None = None

    def end_date(self) -> DateRange:
        return Range(self.end_date_gte, self.end_date_gt, self.end_date_lte, self.end_date_lt)


class UpdatedAtQuery(BaseModel):
    updated_at_gte: Moment | None = None
    updated_at_gt: Moment | None = None
    updated_at_lte: Moment | None = None
    updated_at_lt: Moment | None = None

    def updated_at(self) -> DateRange:
        return Range(self.updated_at_gte, self.updated_at_gt, self.updated_at_lte, self.updated_at_lt)


class DurationQuery(BaseModel):
    duration_gte: float | None = None
    duration_gt: float | None = None
    duration_lte: float | None = None
    duration_lt: float | None = None

    def duration(self) -> NumberRange:
        return Range(self.duration_gte, self.duration_gt, self.duration_lte, self.duration_lt)
