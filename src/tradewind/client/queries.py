"""What lists and streams can be asked with, as keyword arguments."""

# Written by tools/client_source.py from src/tradewind/api/openapi.json. Do not edit.

from __future__ import annotations

from typing import Literal, Required, TypedDict

from tradewind.client.shapes import RunState


class GetAuditEntriesQuery(TypedDict, total=False):
    """What `get_audit_entries` can be asked with."""

    owner: str | None
    event: str | None
    resource: str | None
    name: str | None
    address: str | None
    dag_id: str | None
    run_id: str | None
    before: str | None
    after: str | None
    limit: int | None
    offset: int
    order_by: list[str]


class ExportAuditQuery(TypedDict, total=False):
    """What `export_audit` can be asked with."""

    owner: str | None
    event: str | None
    resource: str | None
    name: str | None
    address: str | None
    dag_id: str | None
    run_id: str | None
    before: str | None
    after: str | None
    format: Literal["jsonl", "csv"]


class VerifyAuditQuery(TypedDict, total=False):
    """What `verify_audit` can be asked with."""

    head: str | None


class GetUsersQuery(TypedDict, total=False):
    """What `get_users` can be asked with."""

    limit: int | None
    offset: int
    order_by: list[str]
    username_pattern: str | None


class PatchUserQuery(TypedDict, total=False):
    """What `patch_user` can be asked with."""

    update_mask: list[str] | None


class GetServiceAccountsQuery(TypedDict, total=False):
    """What `get_service_accounts` can be asked with."""

    limit: int | None
    offset: int
    order_by: list[str]
    username_pattern: str | None


class PatchServiceAccountQuery(TypedDict, total=False):
    """What `patch_service_account` can be asked with."""

    update_mask: list[str] | None


class GetTokensQuery(TypedDict, total=False):
    """What `get_tokens` can be asked with."""

    limit: int | None
    offset: int
    order_by: list[str]
    username: str | None
    is_live: bool | None


class GetRolesQuery(TypedDict, total=False):
    """What `get_roles` can be asked with."""

    limit: int | None
    offset: int
    order_by: list[str]


class CanIQuery(TypedDict, total=False):
    """What `can_i` can be asked with."""

    action: Required[str]
    resource: Required[str]
    name: str | None
    username: str | None


class WhyTaskInstanceQuery(TypedDict, total=False):
    """What `why_task_instance` can be asked with."""

    map_index: int


class GetDagDeadlinesQuery(TypedDict, total=False):
    """What `get_dag_deadlines` can be asked with."""

    limit: int | None
    offset: int
    order_by: list[str]
    missed: bool | None


class GetDagRunDeadlinesQuery(TypedDict, total=False):
    """What `get_dag_run_deadlines` can be asked with."""

    limit: int | None
    offset: int
    order_by: list[str]
    missed: bool | None


class ExecuteDagQuery(TypedDict, total=False):
    """What `execute_dag` can be asked with."""

    timeout_s: float


class GetXcomContentQuery(TypedDict, total=False):
    """What `get_xcom_content` can be asked with."""

    map_index: int
    name: str | None


class UiAssetsQuery(TypedDict, total=False):
    """What `ui_assets` can be asked with."""

    limit: int
    offset: int
    order_by: Literal["name", "-name", "created_at", "-created_at"]
    q: str


class UiAssetsGraphQuery(TypedDict, total=False):
    """What `ui_assets_graph` can be asked with."""

    asset_id: int | None


class UiDagsQuery(TypedDict, total=False):
    """What `ui_dags` can be asked with."""

    limit: int
    offset: int
    order_by: Literal["name", "-name", "next", "-next", "last", "-last", "duration", "-duration"]
    q: str
    tags: list[str]
    owners: list[str]
    state: Literal["queued", "running", "success", "failed"] | None
    paused: bool | None
    favorites: bool


class UiRunsQuery(TypedDict, total=False):
    """What `ui_runs` can be asked with."""

    limit: int
    offset: int
    order_by: Literal[
        "run_after", "-run_after", "start_date", "-start_date", "end_date", "-end_date", "duration", "-duration"
    ]
    dag: str
    states: list[Literal["queued", "running", "success", "failed"]]
    types: list[str]
    after: str | None
    before: str | None


class UiSearchQuery(TypedDict, total=False):
    """What `ui_search` can be asked with."""

    q: Required[str]
    limit: int


class CallAssetWebhookQuery(TypedDict, total=False):
    """What `call_asset_webhook` can be asked with."""

    partition_key: str | None


class GetNextRunsQuery(TypedDict, total=False):
    """What `get_next_runs` can be asked with."""

    limit: int
    start: str | None


class GetDagGridQuery(TypedDict, total=False):
    """What `get_dag_grid` can be asked with."""

    limit: int
    before: str | None
    before_run: str | None
    state: list[RunState]
    run_type: list[
        Literal["backfill", "scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization"]
    ]


class GetDagStructureQuery(TypedDict, total=False):
    """What `get_dag_structure` can be asked with."""

    version: int | None
    run_id: str | None


class GetDagCalendarQuery(TypedDict, total=False):
    """What `get_dag_calendar` can be asked with."""

    start: Required[str]
    end: Required[str]


class GetDagDurationsQuery(TypedDict, total=False):
    """What `get_dag_durations` can be asked with."""

    limit: int
    before: str | None
    before_run: str | None
    state: list[RunState]
    run_type: list[
        Literal["backfill", "scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization"]
    ]


class GetConnectionTypesQuery(TypedDict, total=False):
    """What `get_connection_types` can be asked with."""

    limit: int
    offset: int


class StreamEventsQuery(TypedDict, total=False):
    """What `stream_events` can be asked with."""

    types: list[str]
    dag_id: list[str]
    dag_run_id: list[str]
    asset: list[str]
    cursor: str | None
    follow: bool


class GetTaskViewQuery(TypedDict, total=False):
    """What `get_task_view` can be asked with."""

    map_index: int


class GetLogPieceQuery(TypedDict, total=False):
    """What `get_log_piece` can be asked with."""

    map_index: int
    at: int | None
    before: int | None
    search: str | None
    level: list[str]
