"""Responses for the pages of one DAG: compact, each all that one view needs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from tradewind.api.models.base import Moment, Out
from tradewind.api.models.dags import DagRunType
from tradewind.core.states import RunState

__all__ = [
    "CalendarQuery", "DagCalendarResponse", "DagDurationsResponse", "DagGridResponse", "DagPageResponse",
    "DagStructureResponse", "GridQuery", "RunStatesResponse",
]  # fmt: skip


class GridQuery(BaseModel):
    """Which runs a grid shows."""

    limit: int = Field(50, ge=1, le=200)
    before: Moment | None = None
    """Only runs that were due earlier."""
    before_run: str | None = None
    """The run that was due at `before`: those that were due at the same moment and come before it are shown too."""
    state: list[RunState] = []
    run_type: list[DagRunType] = []


class CalendarQuery(BaseModel):
    """Which time a calendar shows."""

    start: Moment
    end: Moment


class UiRunBar(Out):
    """A run as a bar or a column."""

    run_id: str
    state: RunState
    run_type: DagRunType
    run_after: datetime
    logical_date: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    version_number: int | None
    has_note: bool


class DagPageResponse(Out):
    """The head of a DAG's page, and what its trigger form is made of."""

    dag_id: str
    display_name: str
    description: str | None
    doc_md: str | None
    is_paused: bool
    is_stale: bool
    is_favorite: bool
    has_import_errors: bool
    schedule: str
    schedule_description: str
    timetable_kind: str
    timezone: str
    next_run_after: datetime | None
    next_logical_date: datetime | None
    next_interval_start: datetime | None
    next_interval_end: datetime | None
    tags: list[str]
    owners: list[str]
    owner_links: dict[str, str]
    version_number: int | None
    version_created_at: datetime | None
    bundle_name: str
    bundle_version: str | None
    fileloc: str
    file_token: str
    is_backfillable: bool
    allowed_run_types: list[DagRunType] | None
    catchup: bool
    start_date: datetime | None
    end_date: datetime | None
    run_timeout_s: float | None
    max_active_runs: int
    max_active_tasks: int
    max_consecutive_failed_runs: int
    last_parsed_at: datetime | None
    last_parse_duration_s: float | None
    default_args: dict[str, Any]
    task_count: int
    params: dict[str, Any]
    unfinished_runs: int
    runs: list[UiRunBar]
    may: list[Literal["trigger", "edit", "backfill", "delete"]]
    """What the caller may do with it."""


class UiTaskRow(Out):
    id: str
    label: str
    group: str | None
    operator: str
    is_mapped: bool
    is_gone: bool
    """The newest version has it no more."""


class UiGroupRow(Out):
    id: str
    label: str
    parent: str | None
    is_mapped: bool


class DagGridResponse(Out):
    """Runs across, tasks down."""

    runs: list[UiRunBar]
    tasks: list[UiTaskRow]
    groups: list[UiGroupRow]
    states: list[str]
    """What the letters of `cells` mean: a is the first."""
    cells: list[str]
    """For each run a letter for each task; `.`: it has no such task, `*`: several instances, see `mapped`."""
    mapped: list[dict[str, dict[str, int]]]
    """For each run: index of a task -> state -> how many instances."""
    tries: list[dict[str, int]]
    """For each run: index of a task -> how often it was tried, where that is more than once."""
    has_older: bool


class UiGraphTask(Out):
    id: str
    label: str
    group: str | None
    operator: str
    kind: Literal["task", "setup", "teardown"]
    trigger_rule: str
    is_mapped: bool


class UiGraphAsset(Out):
    name: str
    uri: str
    direction: Literal["schedule", "inlet", "outlet"]
    task_id: str | None


class UiVersion(Out):
    version_number: int
    created_at: datetime


class DagStructureResponse(Out):
    """Tasks and what leads from one to another, of one version."""

    version_number: int
    versions: list[UiVersion]
    """The newest ones, newest first."""
    tasks: list[UiGraphTask]
    groups: list[UiGroupRow]
    edges: list[Annotated[list[str], Field(min_length=2, max_length=3)]]
    """From, to, and the label where there is one."""
    assets: list[UiGraphAsset]


class RunStatesResponse(Out):
    """The states of all tasks of one run."""

    run: UiRunBar
    states: dict[str, dict[str, int]]
    """Task -> state -> how many instances."""


class DagCalendarResponse(Out):
    hours: list[Annotated[list[str | int], Field(min_length=3, max_length=3)]]
    """Hour in UTC as `2026-11-22T14`, state, how many runs."""
    is_cut: bool
    """There are more runs than are counted; older ones are left out."""


class DagDurationsResponse(Out):
    """How long runs and their tasks took."""

    runs: list[UiRunBar]
    tasks: dict[str, list[float | None]]
    """Task -> seconds in each run, from the first start to the last end of its instances."""
    task_count: int
    """How many tasks ran; the slowest are in `tasks`."""
