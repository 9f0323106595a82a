"""Bodies, queries and responses about tasks, their instances, logs and XComs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tradewind.api.models.base import (
    Body,
    CursorQuery,
    DurationQuery,
    EndDateQuery,
    ListQuery,
    LogicalDateQuery,
    Moment,
    Note,
    Out,
    RunAfterQuery,
    StartDateQuery,
    Total,
    UpdatedAtQuery,
)
from tradewind.api.models.dags import DagVersionResponse
from tradewind.core.states import TaskState

__all__ = [
    "BulkTaskInstanceBody", "ClearTaskInstanceCollectionResponse", "ClearTaskInstancesBody", "ExternalLogUrlResponse",
    "ExtraLinkCollectionResponse", "MappedQuery", "PatchTaskInstanceBody", "TaskCollectionResponse",
    "TaskDependencyCollectionResponse", "TaskInstanceCollectionResponse", "TaskInstanceHistoryCollectionResponse",
    "TaskInstanceHistoryResponse", "TaskInstanceQuery", "TaskInstanceResponse", "TaskInstancesBatchBody",
    "TaskInstancesLogResponse", "TaskResponse", "XComCollectionResponse", "XComCreateBody", "XComEntryQuery", "XComQuery",
    "XComResponseNative", "XComResponseString", "XComUpdateBody",
]  # fmt: skip


def _none_word(value: object) -> object:
    return None if value in {"none", "no_status", "null"} else value


StateOrNone = Annotated[TaskState | None, BeforeValidator(_none_word)]
"""A state; ``none`` or ``no_status`` for instances that have none yet."""


class MappedQuery(
    ListQuery, RunAfterQuery, LogicalDateQuery, StartDateQuery, EndDateQuery, UpdatedAtQuery, DurationQuery
):
    """Filters of the list of one task's mapped instances."""

    state: list[StateOrNone] = []
    pool: list[str] = []
    pool_name_pattern: str | None = None
    pool_name_prefix_pattern: str | None = None
    queue: list[str] = []
    queue_name_pattern: str | None = None
    queue_name_prefix_pattern: str | None = None
    executor: list[str] = []
    version_number: list[int] = []
    try_number: list[int] = []
    operator: list[str] = []
    operator_name_pattern: str | None = None
    operator_name_prefix_pattern: str | None = None
    map_index: list[int] = []
    rendered_map_index_pattern: str | None = None
    rendered_map_index_prefix_pattern: str | None = None


class TaskInstanceQuery(CursorQuery, MappedQuery):
    """Filters of the list of task instances."""

    task_id: str | None = None
    task_display_name_pattern: str | None = None
    task_display_name_prefix_pattern: str | None = None
    task_group_id: str | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None


class TaskInstancesBatchBody(Body, RunAfterQuery, LogicalDateQuery, StartDateQuery, EndDateQuery, DurationQuery):
    """Filters of the batch list of task instances."""

    dag_ids: list[str] | None = None
    dag_run_ids: list[str] | None = None
    task_ids: list[str] | None = None
    state: list[StateOrNone] | None = None
    pool: list[str] | None = None
    queue: list[str] | None = None
    executor: list[str] | None = None
    page_offset: int = Field(0, ge=0)
    page_limit: int = Field(100, ge=0)
    order_by: str | None = None


class XComQuery(ListQuery, LogicalDateQuery, RunAfterQuery):
    """Filters of the list of XComs."""

    xcom_key: str | None = None
    map_index: int | None = None
    map_index_filter: int | None = None
    xcom_key_pattern: str | None = None
    xcom_key_prefix_pattern: str | None = None
    dag_display_name_pattern: str | None = None
    dag_display_name_prefix_pattern: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix_pattern: str | None = None


class XComEntryQuery(BaseModel):
    """Which instance's value, and in which form."""

    map_index: int = Field(-1, ge=-1)
    deserialize: bool = False
    stringify: bool = False


class PatchTaskInstanceBody(Body):
    new_state: Literal["success", "failed", "skipped"] | None = None
    note: Note = None
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False


class BulkTaskInstanceBody(PatchTaskInstanceBody):
    task_id: str
    map_index: int | None = None
    dag_id: str | None = None
    dag_run_id: str | None = None


class ClearTaskInstancesBody(Body):
    dry_run: bool = True
    start_date: Moment | None = None
    end_date: Moment | None = None
    only_failed: bool = True
    only_running: bool = False
    reset_dag_runs: bool = True
    task_ids: list[str | tuple[str, int]] | None = None
    dag_run_id: str | None = None
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False
    run_on_latest_version: bool | None = None
    prevent_running_task: bool = False
    note: Note = None


class XComCreateBody(Body):
    key: str
    value: Any
    map_index: int = -1


class XComUpdateBody(Body):
    value: Any
    map_index: int = -1


class TimeDelta(Out):
    """A duration in Airflow's form."""

    kind: Literal["TimeDelta"] = Field(alias="__type")
    days: int
    seconds: int
    microseconds: int


class TaskResponse(Out):
    task_id: str
    task_display_name: str
    owner: str | None
    start_date: datetime | None
    end_date: datetime | None
    trigger_rule: str
    depends_on_past: bool
    wait_for_downstream: bool
    retries: float
    queue: str
    pool: str
    pool_slots: float
    execution_timeout: TimeDelta | None
    retry_delay: TimeDelta | None
    retry_exponential_backoff: float
    priority_weight: float
    weight_rule: str
    ui_color: str
    ui_fgcolor: str
    template_fields: list[str]
    downstream_task_ids: list[str]
    doc_md: str | None
    operator_name: str
    params: dict[str, Any] | None
    class_ref: dict[str, Any] | None
    is_mapped: bool
    extra_links: list[str]


class TaskCollectionResponse(Total):
    tasks: list[TaskResponse]


class TaskInstanceHistoryResponse(Out):
    task_id: str
    dag_id: str
    dag_run_id: str
    map_index: int
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    state: TaskState | None
    try_number: int
    max_tries: int
    task_display_name: str
    dag_display_name: str
    hostname: str | None
    unixname: str | None
    pool: str
    pool_slots: int
    queue: str | None
    priority_weight: int | None
    operator: str | None
    operator_name: str | None
    queued_when: datetime | None
    scheduled_when: datetime | None
    pid: int | None
    executor: str | None
    executor_config: str
    dag_version: DagVersionResponse | None


class TriggerResponse(Out):
    """What a deferred instance waits for; its arguments may hold secrets, and are not shown."""

    id: int
    classpath: str
    kwargs: str
    created_date: datetime
    queue: str | None
    triggerer_id: int | None


class TaskInstanceResponse(TaskInstanceHistoryResponse):
    id: str
    logical_date: datetime | None
    run_after: datetime
    note: str | None
    rendered_map_index: str | None
    rendered_fields: dict[str, Any]
    trigger: TriggerResponse | None
    triggerer_job: dict[str, Any] | None


class TaskInstanceCollectionResponse(Out):
    task_instances: list[TaskInstanceResponse]
    total_entries: int | None
    next_cursor: str | None = None
    previous_cursor: str | None = None
    total_entries_limit: int | None = None


class NewTaskResponse(Out):
    """A task of the newest version that the run does not have yet."""

    task_id: str
    task_display_name: str


class ClearTaskInstanceCollectionResponse(Total):
    task_instances: list[TaskInstanceResponse | NewTaskResponse]


class TaskInstanceHistoryCollectionResponse(Total):
    task_instances: list[TaskInstanceHistoryResponse]


class TaskDependencyResponse(Out):
    name: str
    reason: str


class TaskDependencyCollectionResponse(Out):
    dependencies: list[TaskDependencyResponse]


class StructuredLogMessage(Out):
    """A line of a log; more fields than these may come with it."""

    model_config = ConfigDict(defer_build=True, extra="allow")

    timestamp: datetime | None = None
    event: str


class TaskInstancesLogResponse(Out):
    content: list[StructuredLogMessage] | list[str]
    continuation_token: str | None


class ExternalLogUrlResponse(Out):
    url: str


class ExtraLinkCollectionResponse(Total):
    extra_links: dict[str, str | None]


class XComResponse(Out):
    key: str
    timestamp: datetime
    logical_date: datetime | None
    map_index: int
    task_id: str
    dag_id: str
    run_id: str
    dag_display_name: str
    task_display_name: str
    run_after: datetime


class XComResponseNative(XComResponse):
    value: Any


class XComResponseString(XComResponse):
    value: str | None


class XComCollectionResponse(Total):
    xcom_entries: list[XComResponse]
