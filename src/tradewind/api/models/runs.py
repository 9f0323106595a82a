"""Bodies, queries and responses about DAG runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import Field, model_validator

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
    "BulkDAGRunBody", "BulkDAGRunClearBody", "ClearPartitionsBody", "ClearPartitionsResponse", "DAGRunClearBody",
    "DAGRunCollectionResponse", "DAGRunPatchBody", "DAGRunResponse", "DAGRunsBatchBody", "DagRunQuery",
    "PartitionBody", "TriggerDAGRunPostBody",
]  # fmt: skip

MutableRunState = Literal["queued", "success", "failed"]


class DagRunQuery(
    CursorQuery, RunAfterQuery, LogicalDateQuery, StartDateQuery, EndDateQuery, UpdatedAtQuery, DurationQuery
):
    """Filters of the list of runs."""

    partition_date_gte: date | None = None
    """A day on the clock of the DAG's schedule; so is the other, which counts in as a whole."""
    partition_date_lte: date | None = None
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


class PartitionBody(Body):
    """Which runs are meant, by the part of the data that they are about."""

    partition_key: str | None = None
    partition_date_start: datetime | None = None
    """Read off the clock of the DAG's schedule, whatever zone is given; so is the end. Both bounds count in."""
    partition_date_end: datetime | None = None

    def check_selection(self, other: str, is_given: bool) -> None:
        """Exactly one way to pick runs.

        Raises:
            ValueError: there is none, or more than one, or the dates are the wrong way round.
        """
        start, end = self.partition_date_start, self.partition_date_end
        if [is_given, self.partition_key is not None, start is not None or end is not None].count(True) != 1:
            raise ValueError(
                f"Give exactly one of {other}, partition_key, or dates (partition_date_start, partition_date_end)"
            )
        if start is not None and end is not None and start.replace(tzinfo=None) > end.replace(tzinfo=None):
            raise ValueError("partition_date_start must not be after partition_date_end")


class BulkDAGRunClearBody(DAGRunClearBody, PartitionBody):
    dag_runs: list[BulkDAGRunBody] | None = None

    @model_validator(mode="after")
    def _has_one_selection(self) -> Self:
        self.check_selection("dag_runs (with at least one run)", bool(self.dag_runs))
        return self


class ClearPartitionsBody(PartitionBody):
    run_id: str | None = None
    clear_task_instances: bool = False
    dry_run: bool = True

    @model_validator(mode="after")
    def _has_one_selection(self) -> Self:
        self.check_selection("run_id", self.run_id is not None)
        return self


class ClearPartitionsResponse(Out):
    dag_runs_cleared: int
    task_instances_cleared: int
    dry_run: bool


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
