"""Bodies, queries and responses about DAG runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from tradewind.api.models.base import (
    Body,
    CursorQuery,
    DurationQuery,
    EndDateQuery,
    LogicalDateQuery,
    Moment,
    Note,
    Out,
    RunAfterQuery,
    StartDateQuery,
    UpdatedAtQuery,
)
from tradewind.api.models.dags import DagRunType, DagVersionResponse
from tradewind.core.states import RunState

__all__ = [
    "BulkDAGRunBody", "BulkDAGRunClearBody", "DAGRunClearBody",
    "DAGRunCollectionResponse", "DAGRunPatchBody", "DAGRunResponse", "DAGRunsBatchBody", "DagRunQuery",
    "TriggerDAGRunPostBody",
]  # fmt: skip

MutableRunState = Literal["queued", "success", "failed"]


class DagRunQuery(
    CursorQuery, RunAfterQuery, LogicalDateQuery, StartDateQuery, EndDateQuery, UpdatedAtQuery, DurationQuery
):
    """Filters of the list of runs."""

    partition_date_gte: Moment | None = None
    partition_date_lte: Moment | None = None
    conf_contains: str | None = None
    run_type: list[DagRunType] = []
    state: list[RunState] = []
    dag_version: list[int] = []
    bundle_version: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    triggering_user_name_pattern: str | None = None
    triggering_user_name_prefix_pattern: str | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    partition_key_pattern: str | None = None
    partition_key_prefix_pattern: str | None = None
    consuming_asset_pattern: str | None = None


class DAGRunsBatchBody(Body, RunAfterQuery, LogicalDateQuery, StartDateQuery, EndDateQuery, DurationQuery):
    """Filters of the batch list of runs."""

    order_by: str | None = None
    page_offset: int = Field(0, ge=0)
    page_limit: int = Field(100, ge=0)
    dag_ids: list[str] | None = None
    states: list[RunState | None] | None = None
    conf_contains: str | None = None


class TriggerDAGRunPostBody(Body):
    """A request for a run."""

    model_config = ConfigDict(extra="ignore")

    dag_run_id: str | None = None
    data_interval_start: Moment | None = None
    data_interval_end: Moment | None = None
    logical_date: Moment | None = None
    run_after: Moment | None = None
    conf: dict[str, Any] | None = None
    note: Note = None
    partition_key: str | None = None


class DAGRunPatchBody(Body):
    state: MutableRunState | None = None
    note: Note = None


class BulkDAGRunBody(Body):
    dag_run_id: str
    dag_id: str | None = None
    state: MutableRunState | None = None
    note: Note = None


class DAGRunClearBody(Body):
    dry_run: bool = True
    only_failed: bool = False
    only_new: bool = False
    run_on_latest_version: bool | None = None
    note: Note = None


class BulkDAGRunClearBody(DAGRunClearBody):
    dag_runs: list[BulkDAGRunBody] | None = None
    partition_key: str | None = None
    partition_date_start: Moment | None = None
    partition_date_end: Moment | None = None


class DAGRunResponse(Out):
    dag_run_id: str
    dag_id: str
    logical_date: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    run_after: datetime
    last_scheduling_decision: datetime | None
    run_type: DagRunType
    state: RunState
    triggered_by: Literal["cli", "operator", "rest_api", "ui", "test", "timetable", "asset", "backfill"] | None
    triggering_user_name: str | None
    conf: dict[str, Any] | None
    note: str | None
    dag_versions: list[DagVersionResponse]
    bundle_version: str | None
    dag_display_name: str
    partition_key: str | None
    partition_date: datetime | None


class DAGRunCollectionResponse(Out):
    dag_runs: list[DAGRunResponse]
    total_entries: int | None
    next_cursor: str | None = None
    previous_cursor: str | None = None
    total_entries_limit: int | None = None
