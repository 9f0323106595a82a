"""What the client sends and gets, as typed dictionaries."""

# Written by tools/client_source.py from src/tradewind/api/openapi.json. Do not edit.

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class AssetStreamEvent(TypedDict):
    """An asset was updated."""

    type: Literal["asset_event"]
    time: str
    name: str
    uri: str
    partition_key: str | None
    source_dag_id: str | None
    source_run_id: str | None
    source_task_id: str | None
    source_map_index: int


class AuditCollectionResponse(TypedDict):
    total_entries: int
    entries: list[AuditEntryResponse]


class AuditEntryResponse(TypedDict):
    id: int
    timestamp: str
    workspace: str
    event: str
    owner: str | None
    via: str | None
    address: str | None
    resource: str | None
    name: str | None
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None
    logical_date: str | None
    before: Any
    after: Any
    extra: Any
    hash: str | None


class AuditVerdictResponse(TypedDict):
    holds: bool
    entries: int
    first_id: int
    last_id: int
    head: str
    broken_id: int | None
    reason: str | None


class BackfillEvent(TypedDict):
    """A backfill has another state."""

    type: Literal["backfill"]
    time: str
    backfill_id: int
    dag_id: str
    old_state: str | None
    new_state: Literal["running", "paused", "completed", "cancelled"]


class BackfillPlanResponse(TypedDict):
    """What a backfill would do, date by date, and what that costs."""

    total_entries: int
    runs: list[PlannedRun]
    to_create: int
    to_run_again: int
    to_skip: int
    task_instances: int
    estimated_seconds: float | None
    typical_run_seconds: float | None
    is_dag_paused: bool


class BackfillPostBody(TypedDict):
    dag_id: str
    from_date: str
    to_date: str
    run_backwards: NotRequired[bool]
    dag_run_conf: NotRequired[dict[str, Any] | None]
    reprocess_behavior: NotRequired[Literal["failed", "completed", "none"]]
    max_active_runs: NotRequired[int]
    run_on_latest_version: NotRequired[bool | None]


class BackfillProgressResponse(TypedDict):
    """How far a backfill is."""

    id: int
    state: Literal["running", "paused", "completed", "cancelled"]
    total: int
    waiting: int
    finished: int
    gone: int
    runs: dict[str, int]
    skipped: dict[str, int]


class CanIResponse(TypedDict):
    allowed: bool
    reason: str
    username: str
    workspace: str
    action: str
    resource: str
    name: str | None
    role: str | None
    permission: str | None


class CauseOut(TypedDict):
    """One reason, with the reasons behind it; the leaves are the true causes."""

    code: str
    sentence: str
    fix: str
    facts: dict[str, Any]
    because: list[CauseOut]


class ConnectionTypeCollectionResponse(TypedDict):
    total_entries: int
    connection_types: list[ConnectionTypeResponse]


class ConnectionTypeResponse(TypedDict):
    connection_type: str
    hook_name: str
    hook_class_name: str
    package_name: str
    conn_fields: dict[str, Any]
    ui_field_behaviour: dict[str, Any]


class ConsumerAsset(TypedDict):
    """One thing that a DAG waits for."""

    kind: str
    name: str
    arrived_at: str | None
    events: int
    source: str | None
    missing_partitions: list[str]


class ConsumerPartition(TypedDict):
    """A partition of the DAG (null: the DAG has none), and what of it has arrived."""

    partition_key: str | None
    assets: list[ConsumerAsset]
    words: str


class ConsumerRefusal(TypedDict):
    event_id: int
    asset: str
    partition_key: str | None
    at: str
    reason: str


class ConsumerResponse(TypedDict):
    """Where a DAG that waits for assets stands."""

    dag_id: str
    is_paused: bool
    asset_expression: dict[str, Any]
    is_partitioned: bool
    words: str
    waiting: list[ConsumerPartition]
    last_run: ConsumerRun | None
    refused: list[ConsumerRefusal]


class ConsumerRun(TypedDict):
    run_id: str
    run_after: str
    state: str
    partition_key: str | None
    reason: str | None


class DAGRunResponse(TypedDict):
    dag_run_id: str
    dag_id: str
    logical_date: str | None
    queued_at: str | None
    start_date: str | None
    end_date: str | None
    duration: float | None
    data_interval_start: str | None
    data_interval_end: str | None
    run_after: str
    last_scheduling_decision: str | None
    run_type: Literal[
        "backfill", "scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization"
    ]
    state: RunState
    triggered_by: Literal["cli", "operator", "rest_api", "ui", "test", "timetable", "asset", "backfill"] | None
    triggering_user_name: str | None
    conf: dict[str, Any] | None
    note: str | None
    dag_versions: list[DagVersionResponse]
    bundle_version: str | None
    dag_display_name: str
    partition_key: str | None
    partition_date: str | None


class DagEvent(TypedDict):
    """Something about a DAG has changed; ``scheduled``: when it runs next."""

    type: Literal["dag"]
    time: str
    dag_id: str
    change: Literal["added", "updated", "stale", "paused", "unpaused", "scheduled", "deleted"]


class DagRunEvent(TypedDict):
    """A run has another state; `new_state` null: it was deleted."""

    type: Literal["dag_run"]
    time: str
    dag_id: str
    dag_run_id: str
    old_state: str | None
    new_state: str | None


class DagRunResultResponse(TypedDict):
    dag_id: str
    dag_run_id: str
    state: RunState
    result_task_ids: list[str]
    result: Any


class DagVersionResponse(TypedDict):
    id: str
    version_number: int
    dag_id: str
    dag_display_name: str
    bundle_name: str | None
    bundle_version: str | None
    bundle_url: str | None
    created_at: str


class DeadlineCollectionResponse(TypedDict):
    total_entries: int
    deadlines: list[DeadlineResponse]


class DeadlineResponse(TypedDict):
    id: str
    deadline_time: str
    missed: bool
    state: str
    created_at: str
    last_updated_at: str
    ended_at: str | None
    dag_id: str
    dag_run_id: str | None
    task_id: str | None
    alert_name: str | None
    reference_type: str
    run_after: str | None
    reason: str
    predicted_at: str | None


class EndEvent(TypedDict):
    """The last one: the caller may not listen any more."""

    type: Literal["end"]
    reason: str


class ExecuteResponse(TypedDict):
    dag_run: DAGRunResponse
    is_finished: bool
    result: Any


class ExpansionEvent(TypedDict):
    """Instances of a mapped task have come to be, or have gone."""

    type: Literal["expansion"]
    time: str
    dag_id: str
    dag_run_id: str
    task_id: str
    change: Literal["created", "removed"]
    first_map_index: int
    last_map_index: int | None


class GrantOut(TypedDict):
    grant: str
    role: str


class HeldRole(TypedDict):
    """A role, and where it is held."""

    role: str
    workspace: NotRequired[str]


class HeldRoleOut(TypedDict):
    role: str
    workspace: str
    origin: str


class HolderOut(TypedDict):
    username: str
    workspace: str


class ImportErrorEvent(TypedDict):
    """A file can't be imported, or can be again."""

    type: Literal["import_error"]
    time: str
    filename: str
    bundle_name: str
    change: Literal["added", "removed"]


class LoginResponse(TypedDict):
    access_token: str


class MeResponse(TypedDict):
    username: str
    kind: Literal["person", "service"]
    via: Literal["token", "session", "proxy", "process"]
    workspace: str
    grants: list[GrantOut]
    scopes: list[str] | None
    expires_at: str | None
    csrf_token: str | None
    user: UserResponse | None


class NewTokenResponse(TypedDict):
    id: str
    name: str
    username: str
    workspace: str
    scopes: list[str] | None
    created_at: str
    created_by: str
    expires_at: str
    last_used_at: str | None
    revoked_at: str | None
    token: str


class NextRunResponse(TypedDict):
    """A run to come."""

    run_after: str
    logical_date: str | None
    data_interval_start: str | None
    data_interval_end: str | None
    partition_key: str | None
    partition_date: str | None
    text: str
    notes: list[str]


class NextRunsResponse(TypedDict):
    """The runs that a schedule has in store."""

    dag_id: str
    timezone: str
    timetable_summary: str
    timetable_description: str
    next_runs: list[NextRunResponse]
    notes: list[str]
    total_entries: int


class PasswordBody(TypedDict):
    current_password: str
    new_password: str


class PermissionsResponse(TypedDict):
    actions: list[str]
    resources: list[ResourceOut]
    scopes: dict[str, list[str]]


class PlannedRun(TypedDict):
    logical_date: str | None
    data_interval_start: str | None
    data_interval_end: str | None
    run_after: str
    partition_key: str | None
    action: Literal["create", "run_again", "skip"]
    reason: str | None
    dag_run_id: str | None


class ResetEvent(TypedDict):
    """Something was missed that is not there any more: read again what you show. The stream goes on after it."""

    type: Literal["reset"]
    reason: str


class ResourceOut(TypedDict):
    name: str
    named_by: str | None


class RoleBody(TypedDict):
    name: str
    permissions: list[str]
    description: NotRequired[str | None]


class RoleCollectionResponse(TypedDict):
    total_entries: int
    roles: list[RoleResponse]


class RoleDetailsResponse(TypedDict):
    name: str
    description: str | None
    permissions: list[str]
    is_built_in: bool
    created_at: str | None
    updated_at: str | None
    holders: list[HolderOut]


class RolePatchBody(TypedDict):
    """What changes: all permissions, or some more, or some fewer."""

    permissions: NotRequired[list[str] | None]
    add_permissions: NotRequired[list[str]]
    remove_permissions: NotRequired[list[str]]
    description: NotRequired[str | None]


class RoleResponse(TypedDict):
    name: str
    description: str | None
    permissions: list[str]
    is_built_in: bool
    created_at: str | None
    updated_at: str | None


RunState: TypeAlias = "Literal['queued', 'running', 'success', 'failed']"


class ServiceAccountBody(TypedDict):
    roles: NotRequired[list[HeldRole] | None]
    description: NotRequired[str | None]
    is_active: NotRequired[bool | None]
    username: str


class ServiceAccountCollectionResponse(TypedDict):
    total_entries: int
    service_accounts: list[ServiceAccountResponse]


class ServiceAccountPatchBody(TypedDict):
    roles: NotRequired[list[HeldRole] | None]
    description: NotRequired[str | None]
    is_active: NotRequired[bool | None]


class ServiceAccountResponse(TypedDict):
    username: str
    kind: Literal["service"]
    roles: list[HeldRoleOut]
    description: str | None
    is_active: bool
    created_at: str


class SessionCollectionResponse(TypedDict):
    total_entries: int
    sessions: list[SessionResponse]


class SessionResponse(TypedDict):
    id: str
    created_at: str
    expires_at: str
    seen_at: str
    address: str | None
    user_agent: str | None
    is_current: bool


class StartEvent(TypedDict):
    """The first one: from its id on nothing is missed."""

    type: Literal["start"]


StreamEvent: TypeAlias = "DagRunEvent | TaskInstanceEvent | ExpansionEvent | DagEvent | AssetStreamEvent | ImportErrorEvent | BackfillEvent | StartEvent | ResetEvent | EndEvent"


class TaskInstanceEvent(TypedDict):
    """A task instance has another state; null: it has none, as it waits for what comes before it."""

    type: Literal["task_instance"]
    time: str
    dag_id: str
    dag_run_id: str
    task_id: str
    map_index: int
    try_number: int
    old_state: str | None
    new_state: str | None


class TokenBody(TypedDict):
    name: str
    scopes: NotRequired[list[str] | None]
    workspace: NotRequired[str]
    expires_in: NotRequired[int]
    username: NotRequired[str | None]


class TokenCollectionResponse(TypedDict):
    total_entries: int
    tokens: list[TokenResponse]


class TokenResponse(TypedDict):
    id: str
    name: str
    username: str
    workspace: str
    scopes: list[str] | None
    created_at: str
    created_by: str
    expires_at: str
    last_used_at: str | None
    revoked_at: str | None


class TriggerDAGRunPostBody(TypedDict):
    """A request for a run."""

    dag_run_id: NotRequired[str | None]
    data_interval_start: NotRequired[str | None]
    data_interval_end: NotRequired[str | None]
    logical_date: NotRequired[str | None]
    run_after: NotRequired[str | None]
    conf: NotRequired[dict[str, Any] | None]
    note: NotRequired[str | None]
    partition_key: NotRequired[str | None]


class UserBody(TypedDict):
    password: NotRequired[str | None]
    roles: NotRequired[list[HeldRole] | None]
    email: NotRequired[str | None]
    first_name: NotRequired[str | None]
    last_name: NotRequired[str | None]
    description: NotRequired[str | None]
    is_active: NotRequired[bool | None]
    username: str


class UserCollectionResponse(TypedDict):
    total_entries: int
    users: list[UserResponse]


class UserPatchBody(TypedDict):
    password: NotRequired[str | None]
    roles: NotRequired[list[HeldRole] | None]
    email: NotRequired[str | None]
    first_name: NotRequired[str | None]
    last_name: NotRequired[str | None]
    description: NotRequired[str | None]
    is_active: NotRequired[bool | None]


class UserResponse(TypedDict):
    username: str
    kind: Literal["person", "service"]
    roles: list[HeldRoleOut]
    email: str | None
    first_name: str | None
    last_name: str | None
    description: str | None
    issuer: str | None
    has_password: bool
    is_active: bool
    created_at: str
    last_login_at: str | None


class WebhookResponse(TypedDict):
    """The assets that a call of a webhook updated."""

    path: str
    assets: list[str]
    event_uids: list[str]


class WhyResponse(TypedDict):
    """What was asked about, its state, and the causes of that, the most decisive first."""

    dag_id: str
    run_id: str | None
    task_id: str | None
    map_index: int | None
    state: str | None
    causes: list[CauseOut]
