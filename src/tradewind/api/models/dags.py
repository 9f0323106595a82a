"""Bodies, queries and responses about DAGs, their versions, sources, tags and warnings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from tradewind.api.models.base import Body, ListQuery, Moment, Out, Total
from tradewind.core.states import RunState

__all__ = [
    "DAGCollectionResponse", "DAGDetailsResponse", "DAGPatchBody", "DAGResponse", "DAGSourceResponse",
    "DAGTagCollectionResponse", "DAGVersionCollectionResponse", "DAGWarningCollectionResponse", "DAGWarningResponse",
    "DagChoiceQuery", "DagQuery", "DagRunType", "DagStatsCollectionResponse", "DagStatsResponse", "DagTagResponse", "DagVersionResponse",
    "ImportErrorCollectionResponse", "ImportErrorResponse", "ImportErrorQuery", "PatchDagsQuery", "TagQuery",
    "VersionQuery", "WarningQuery",
]  # fmt: skip

DagRunType = Literal[
    "backfill", "scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization"
]


class DagChoiceQuery(ListQuery):
    """Which DAGs a list or a bulk change is about."""

    tags: list[str] = []
    tags_match_mode: Literal["any", "all"] | None = None
    owners: list[str] = []
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    exclude_stale: bool = True
    paused: bool | None = None


class PatchDagsQuery(DagChoiceQuery):
    """Which DAGs a bulk change is about, and what it may change."""

    update_mask: list[str] = []


class DagQuery(DagChoiceQuery):
    """Filters of the list of DAGs."""

    dag_display_name_pattern: str | None = None
    dag_display_name_prefix_pattern: str | None = None
    has_import_errors: bool | None = None
    last_dag_run_state: RunState | None = None
    bundle_name: str | None = None
    bundle_version: str | None = None
    has_asset_schedule: bool | None = None
    asset_dependency: str | None = None
    dag_run_start_date_gte: Moment | None = None
    dag_run_start_date_gt: Moment | None = None
    dag_run_start_date_lte: Moment | None = None
    dag_run_start_date_lt: Moment | None = None
    dag_run_end_date_gte: Moment | None = None
    dag_run_end_date_gt: Moment | None = None
    dag_run_end_date_lte: Moment | None = None
    dag_run_end_date_lt: Moment | None = None
    dag_run_state: list[RunState] = []
    is_favorite: bool | None = None
    timetable_type: list[str] = []


class TagQuery(ListQuery):
    tag_name_pattern: str | None = None
    tag_name_prefix_pattern: str | None = None


class VersionQuery(ListQuery):
    version_number: int | None = None
    bundle_name: str | None = None
    bundle_version: str | None = None


class WarningQuery(ListQuery):
    dag_id: str | None = None
    warning_type: Literal["asset conflict", "non-existent pool", "runtime varying value"] | None = None


class ImportErrorQuery(ListQuery):
    filename_pattern: str | None = None
    filename_prefix_pattern: str | None = None
    filename: str | None = None
    bundle_name: str | None = None


class DAGPatchBody(Body):
    is_paused: bool


class DagTagResponse(Out):
    name: str
    dag_id: str
    dag_display_name: str


class DagVersionResponse(Out):
    id: str
    version_number: int
    dag_id: str
    dag_display_name: str
    bundle_name: str | None
    bundle_version: str | None
    bundle_url: str | None
    created_at: datetime


class DAGResponse(Out):
    dag_id: str
    dag_display_name: str
    is_paused: bool
    is_stale: bool
    last_parsed_time: datetime | None
    last_parse_duration: float | None
    last_expired: datetime | None
    bundle_name: str | None
    bundle_version: str | None
    relative_fileloc: str | None
    fileloc: str
    description: str | None
    timetable_summary: str | None
    timetable_description: str | None
    timetable_partitioned: bool
    timetable_periodic: bool
    tags: list[DagTagResponse]
    max_active_tasks: int
    max_active_runs: int | None
    max_consecutive_failed_dag_runs: int
    has_task_concurrency_limits: bool
    has_import_errors: bool
    next_dagrun_logical_date: datetime | None
    next_dagrun_data_interval_start: datetime | None
    next_dagrun_data_interval_end: datetime | None
    next_dagrun_run_after: datetime | None
    allowed_run_types: list[DagRunType] | None
    owners: list[str]
    is_backfillable: bool
    file_token: str


class DAGDetailsResponse(DAGResponse):
    catchup: bool
    dag_run_timeout: str | None
    asset_expression: dict[str, Any] | None
    doc_md: str | None
    start_date: datetime | None
    end_date: datetime | None
    is_paused_upon_creation: bool | None
    params: dict[str, Any] | None
    render_template_as_native_obj: bool
    rerun_with_latest_version: bool | None
    template_search_path: list[str] | None
    timezone: str | None
    last_parsed: datetime | None
    default_args: dict[str, Any] | None
    owner_links: dict[str, str] | None
    is_favorite: bool
    active_runs_count: int
    concurrency: int
    latest_dag_version: DagVersionResponse | None


class DAGCollectionResponse(Total):
    dags: list[DAGResponse]


class DAGTagCollectionResponse(Total):
    tags: list[str]


class DAGSourceResponse(Out):
    content: str | None
    dag_id: str
    version_number: int | None
    dag_display_name: str


class DAGVersionCollectionResponse(Total):
    dag_versions: list[DagVersionResponse]


class DagStatsStateResponse(Out):
    state: RunState
    count: int


class DagStatsResponse(Out):
    dag_id: str
    dag_display_name: str
    stats: list[DagStatsStateResponse]


class DagStatsCollectionResponse(Total):
    dags: list[DagStatsResponse]


class DAGWarningResponse(Out):
    dag_id: str
    dag_display_name: str
    warning_type: Literal["asset conflict", "non-existent pool", "runtime varying value"]
    message: str
    timestamp: datetime


class DAGWarningCollectionResponse(Total):
    dag_warnings: list[DAGWarningResponse]


class ImportErrorResponse(Out):
    import_error_id: int
    timestamp: datetime
    filename: str
    bundle_name: str | None
    stack_trace: str


class ImportErrorCollectionResponse(Total):
    import_errors: list[ImportErrorResponse]
