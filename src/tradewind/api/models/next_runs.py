"""Models of the preview of a schedule."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from tradewind.api.models.base import Moment, Out

__all__ = ["NextRunQuery", "NextRunResponse", "NextRunsResponse"]


class NextRunQuery(BaseModel):
    """How many runs, and from when on."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 5
    start: Moment | None = None


class NextRunResponse(Out):
    """A run to come."""

    run_after: Moment
    logical_date: Moment | None
    data_interval_start: Moment | None
    data_interval_end: Moment | None
    partition_key: str | None
    partition_date: Moment | None
    text: str
    notes: list[str]


class NextRunsResponse(Out):
    """The runs that a schedule has in store."""

    dag_id: str
    timezone: str
    timetable_summary: str
    timetable_description: str
    next_runs: list[NextRunResponse]
    notes: list[str]
    total_entries: int
