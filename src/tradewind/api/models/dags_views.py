"""Models of the page of all DAGs and of the page of all runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tradewind.api.models.base import Moment, Out, Total

__all__ = ["DagsViewQuery", "DagsViewResponse", "RunsViewQuery", "RunsViewResponse"]

RunCell = tuple[str, str, Moment, Moment | None, float | None]
"""Run id, state, when it was due, when it started, how many seconds it took."""


class DagsViewQuery(BaseModel):
    """Which DAGs, in which order."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    offset: Annotated[int, Field(ge=0)] = 0
    order_by: Literal["name", "-name", "next", "-next", "last", "-last", "duration", "-duration"] = "name"
    q: Annotated[str, Field(max_length=250)] = ""
    """Part of the id or of the name."""
    tags: list[str] = []
    owners: list[str] = []
    state: Literal["queued", "running", "success", "failed"] | None = None
    """Of the last run."""
    paused: bool | None = None
    favorites: bool = False


class DagsViewRow(Out):
    """A DAG."""

    dag_id: str
    display_name: str
    tags: list[str]
    owners: list[str]
    schedule: str
    schedule_text: str
    is_paused: bool
    is_favorite: bool
    has_import_errors: bool
    next_run_after: Moment | None
    queued: int
    running: int
    failed_tasks: int
    """Of the last run."""
    runs: list[RunCell]
    """The last ones, the oldest first."""


class DagsViewResponse(Total):
    """A page of DAGs."""

    dags: list[DagsViewRow]
    tags: list[str]
    """All that are in use; with the first page only."""


class RunsViewQuery(BaseModel):
    """Which runs, in which order."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    offset: Annotated[int, Field(ge=0)] = 0
    order_by: Literal[
        "run_after", "-run_after", "start_date", "-start_date", "end_date", "-end_date", "duration", "-duration"
    ] = "-run_after"
    dag: Annotated[str, Field(max_length=250)] = ""
    """Part of the DAG's id."""
    states: list[Literal["queued", "running", "success", "failed"]] = []
    types: list[str] = []
    after: Moment | None = None
    """Due at or after this moment."""
    before: Moment | None = None


class RunsViewRow(Out):
    """A run."""

    dag_id: str
    dag_display_name: str
    run_id: str
    run_type: str
    state: str
    run_after: Moment
    queued_at: Moment | None
    start_date: Moment | None
    end_date: Moment | None
    duration: float | None
    triggering_user: str | None
    note: str | None
    partition_key: str | None
    version: int | None


class RunsViewResponse(Total):
    """A page of runs."""

    runs: list[RunsViewRow]
