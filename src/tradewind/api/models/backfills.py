"""Bodies, queries and responses about backfills."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from tradewind.api.models.base import Body, ListQuery, Moment, Out, Total

__all__ = [
    "BackfillCollectionResponse", "BackfillPlanResponse", "BackfillPostBody", "BackfillProgressResponse",
    "BackfillQuery", "BackfillResponse", "DryRunBackfillCollectionResponse",
]  # fmt: skip

Reprocess = Literal["failed", "completed", "none"]


class BackfillQuery(ListQuery):
    dag_id: str
    """`~`: of all DAGs."""


class BackfillPostBody(Body):
    dag_id: str
    from_date: Moment
    to_date: Moment
    run_backwards: bool = False
    dag_run_conf: dict[str, Any] | None = None
    reprocess_behavior: Reprocess = "none"
    max_active_runs: int = Field(10, ge=1)
    run_on_latest_version: bool | None = None


class BackfillResponse(Out):
    id: int
    dag_id: str
    from_date: datetime
    to_date: datetime
    dag_run_conf: dict[str, Any] | None
    is_paused: bool
    reprocess_behavior: Reprocess
    max_active_runs: int
    created_at: datetime
    completed_at: datetime | None
    updated_at: datetime
    dag_display_name: str


class BackfillCollectionResponse(Total):
    backfills: list[BackfillResponse]


class DryRunBackfillResponse(Out):
    logical_date: datetime | None
    partition_key: str | None
    partition_date: datetime | None


class DryRunBackfillCollectionResponse(Total):
    backfills: list[DryRunBackfillResponse]


class PlannedRun(Out):
    logical_date: datetime | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    run_after: datetime
    partition_key: str | None
    action: Literal["create", "run_again", "skip"]
    reason: str | None
    dag_run_id: str | None


class BackfillPlanResponse(Total):
    """What a backfill would do, date by date, and what that costs."""

    runs: list[PlannedRun]
    to_create: int
    to_run_again: int
    to_skip: int
    task_instances: int
    estimated_seconds: float | None
    typical_run_seconds: float | None
    is_dag_paused: bool


class BackfillProgressResponse(Out):
    """How far a backfill is."""

    id: int
    state: Literal["running", "paused", "completed", "cancelled"]
    total: int
    waiting: int
    finished: int
    gone: int
    runs: dict[str, int]
    skipped: dict[str, int]
