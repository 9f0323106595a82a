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


class AssetUse(TypedDict):
    """A DAG that has to do with an asset."""

    dag_id: str
    task_id: str


class AssetViewEvent(TypedDict):
    """An event."""

    id: int
    timestamp: str
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int
    told_by: str | None
    partition_key: str | None
    extra: str
    started: list[list[Any]]


class AssetViewQueued(TypedDict):
    """Events that wait."""

    dag_id: str
    count: int
    since: str


class AssetViewResponse(TypedDict):
    """An asset with its last events."""

    id: int
    name: str
    uri: str
    group: str
    extra: str
    created_at: str
    made_by: list[AssetUse]
    read_by: list[AssetUse]
    starts: list[str]
    queued: list[AssetViewQueued]
    events: list[AssetViewEvent]
    total_events: int
    graph: AssetsGraphResponse


class AssetsGraphNode(TypedDict):
    """A DAG or an asset."""

    id: str
    kind: Literal["dag", "asset"]
    name: str
    asset_id: int | None
    group: str
    state: str | None
    at: str | None


class AssetsGraphResponse(TypedDict):
    """What makes and what waits for which asset."""

    nodes: list[AssetsGraphNode]
    edges: list[list[Any]]
    is_whole: bool


class AssetsViewResponse(TypedDict):
    """A page of assets."""

    total_entries: int
    assets: list[AssetsViewRow]


class AssetsViewRow(TypedDict):
    """An asset."""

    id: int
    name: str
    uri: str
    group: str
    last_event_at: str | None
    made_by: list[AssetUse]
    starts: list[str]
    queued: int


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


class DagCalendarResponse(TypedDict):
    hours: list[list[str | int]]
    is_cut: bool


class DagDurationsResponse(TypedDict):
    """How long runs and their tasks took."""

    runs: list[UiRunBar]
    tasks: dict[str, list[float | None]]
    task_count: int


class DagEvent(TypedDict):
    """Something about a DAG has changed; ``scheduled``: when it runs next."""

    type: Literal["dag"]
    time: str
    dag_id: str
    change: Literal["added", "updated", "stale", "paused", "unpaused", "scheduled", "deleted"]


class DagGridResponse(TypedDict):
    """Runs across, tasks down."""

    runs: list[UiRunBar]
    tasks: list[UiTaskRow]
    groups: list[UiGroupRow]
    states: list[str]
    cells: list[str]
    mapped: list[dict[str, dict[str, int]]]
    tries: list[dict[str, int]]
    has_older: bool


class DagPageResponse(TypedDict):
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
    next_run_after: str | None
    next_logical_date: str | None
    next_interval_start: str | None
    next_interval_end: str | None
    tags: list[str]
    owners: list[str]
    owner_links: dict[str, str]
    version_number: int | None
    version_created_at: str | None
    bundle_name: str
    bundle_version: str | None
    fileloc: str
    file_token: str
    is_backfillable: bool
    allowed_run_types: (
        list[
            Literal["backfill", "scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization"]
        ]
        | None
    )
    catchup: bool
    start_date: str | None
    end_date: str | None
    run_timeout_s: float | None
    max_active_runs: int
    max_active_tasks: int
    max_consecutive_failed_runs: int
    last_parsed_at: str | None
    last_parse_duration_s: float | None
    default_args: dict[str, Any]
    task_count: int
    params: dict[str, Any]
    unfinished_runs: int
    runs: list[UiRunBar]
    may: list[Literal["trigger", "edit", "backfill", "delete"]]


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


class DagStructureResponse(TypedDict):
    """Tasks and what leads from one to another, of one version."""

    version_number: int
    versions: list[UiVersion]
    tasks: list[UiGraphTask]
    groups: list[UiGroupRow]
    edges: list[list[str]]
    assets: list[UiGraphAsset]


class DagVersionResponse(TypedDict):
    id: str
    version_number: int
    dag_id: str
    dag_display_name: str
    bundle_name: str | None
    bundle_version: str | None
    bundle_url: str | None
    created_at: str


class DagsViewResponse(TypedDict):
    """A page of DAGs."""

    total_entries: int
    dags: list[DagsViewRow]
    tags: list[str]


class DagsViewRow(TypedDict):
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
    next_run_after: str | None
    queued: int
    running: int
    failed_tasks: int
    runs: list[list[Any]]


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


class FailureCause(TypedDict):
    """Failures of the last day with one cause."""

    kind: str
    message: str
    place: str
    count: int
    dag_ids: list[str]
    is_over: bool
    first_at: str
    at: str
    dag_id: str
    run_id: str
    task_id: str
    map_index: int


class FailureOut(TypedDict):
    """What made an instance fail, in the words and the code of whoever wrote it."""

    task_id: str
    map_index: int
    try_number: int
    at: str | None
    kind: str
    message: str
    file: str
    line: int
    function: str
    code: str


class FoundAsset(TypedDict):
    id: int
    name: str
    uri: str


class FoundDag(TypedDict):
    dag_id: str
    display_name: str
    is_paused: bool


class FoundRun(TypedDict):
    dag_id: str
    run_id: str
    state: str
    run_after: str


class FoundTask(TypedDict):
    dag_id: str
    task_id: str


class GrantOut(TypedDict):
    grant: str
    role: str


class HITLDetail(TypedDict):
    options: list[str]
    subject: str
    body: str | None
    defaults: list[str] | None
    multiple: bool
    params: dict[str, Any]
    assigned_users: list[HITLUser]
    created_at: str
    responded_by_user: HITLUser | None
    responded_at: str | None
    chosen_options: list[str] | None
    params_input: dict[str, Any]
    response_received: bool
    task_instance: TaskInstanceResponse


class HITLUser(TypedDict):
    id: str
    name: str


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


class HomeCounts(TypedDict):
    """How many there are."""

    dags: int
    active_dags: int
    running_tasks: int
    parallelism: int
    queued_runs: int
    running_runs: int
    succeeded_runs: int
    failed_runs: int


class HomeDeadline(TypedDict):
    """A deadline that was missed, or is likely to be."""

    dag_id: str
    run_id: str | None
    task_id: str | None
    name: str | None
    deadline_time: str
    predicted_at: str | None
    is_missed: bool


class HomeImportError(TypedDict):
    """A file that can't be imported."""

    id: int
    file: str
    message: str
    at: str


class HomeLate(TypedDict):
    """A DAG whose next run should have been made."""

    dag_id: str
    due_at: str


class HomePart(TypedDict):
    """A part of the system."""

    name: Literal["scheduler", "dag_processor", "triggerer"]
    is_healthy: bool
    heartbeat: str | None


class HomeQuestion(TypedDict):
    """What a task asks people."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    subject: str
    created_at: str
    deadline: str | None


class HomeStuck(TypedDict):
    """Queued runs of a DAG that do not start."""

    dag_id: str
    is_paused: bool
    count: int
    since: str


class HomeViewResponse(TypedDict):
    """All that the home page shows."""

    now: str
    since: str
    until: str
    counts: HomeCounts
    health: list[HomePart]
    causes: list[FailureCause]
    questions: list[HomeQuestion]
    deadlines: list[HomeDeadline]
    late: list[HomeLate]
    stuck: list[HomeStuck]
    import_errors: list[HomeImportError]
    total_import_errors: int
    night: list[NightRow]


class ImportErrorEvent(TypedDict):
    """A file can't be imported, or can be again."""

    type: Literal["import_error"]
    time: str
    filename: str
    bundle_name: str
    change: Literal["added", "removed"]


class LogPiece(TypedDict):
    """Lines that follow one another in a log; of a search, those that were found."""

    size: int
    start: int
    end: int
    first_line: int
    is_live: bool
    lines: list[list[Any]]


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


class NightRow(TypedDict):
    """A DAG around the present moment."""

    dag_id: str
    runs: list[list[Any]]
    next: list[str]


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


class RunStatesResponse(TypedDict):
    """The states of all tasks of one run."""

    run: UiRunBar
    states: dict[str, dict[str, int]]


class RunViewGroup(TypedDict):
    group_id: str
    parent_id: str | None
    label: str
    is_mapped: bool


class RunViewResponse(TypedDict):
    """A run with its tasks."""

    run: DAGRunResponse
    version_number: int | None
    total: int
    counts: dict[str, int]
    tasks: list[RunViewTask]
    groups: list[RunViewGroup]
    edge_labels: list[list[Any]]
    failure: FailureOut | None
    deadlines: list[DeadlineResponse]
    result_task_ids: list[str]
    usual_duration: float | None
    previous_run_id: str | None
    next_run_id: str | None


class RunViewTask(TypedDict):
    """A task of a run; of a mapped one all its instances together."""

    task_id: str
    label: str
    group_id: str | None
    operator: str
    kind: Literal["task", "setup", "teardown"]
    is_mapped: bool
    counts: dict[str, int]
    try_number: int
    queued_at: str | None
    start_date: str | None
    end_date: str | None
    upstream: list[int]
    tries: list[list[Any]]
    is_critical: bool
    has_note: bool


class RunsViewResponse(TypedDict):
    """A page of runs."""

    total_entries: int
    runs: list[RunsViewRow]


class RunsViewRow(TypedDict):
    """A run."""

    dag_id: str
    dag_display_name: str
    run_id: str
    run_type: str
    state: str
    run_after: str
    queued_at: str | None
    start_date: str | None
    end_date: str | None
    duration: float | None
    triggering_user: str | None
    note: str | None
    partition_key: str | None
    version: int | None


class SearchResponse(TypedDict):
    """What was found, the nearest first."""

    dags: list[FoundDag]
    runs: list[FoundRun]
    tasks: list[FoundTask]
    assets: list[FoundAsset]
    connections: list[str]
    variables: list[str]


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


class TaskDependencyCollectionResponse(TypedDict):
    dependencies: list[TaskDependencyResponse]


class TaskDependencyResponse(TypedDict):
    name: str
    reason: str


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


class TaskInstanceResponse(TypedDict):
    task_id: str
    dag_id: str
    dag_run_id: str
    map_index: int
    start_date: str | None
    end_date: str | None
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
    queued_when: str | None
    scheduled_when: str | None
    pid: int | None
    executor: str | None
    executor_config: str
    dag_version: DagVersionResponse | None
    id: str
    logical_date: str | None
    run_after: str
    note: str | None
    rendered_map_index: str | None
    rendered_fields: dict[str, Any]
    trigger: TriggerResponse | None
    triggerer_job: dict[str, Any] | None


TaskState: TypeAlias = "Literal['removed', 'scheduled', 'queued', 'running', 'success', 'restarting', 'failed', 'up_for_retry', 'up_for_reschedule', 'upstream_failed', 'skipped', 'deferred', 'awaiting_input']"


class TaskViewNeighbour(TypedDict):
    """A task directly before or after it."""

    task_id: str
    counts: dict[str, int]


class TaskViewResponse(TypedDict):
    """A task of a run: one instance of it, or how many there are where it is mapped and none was named."""

    run_state: RunState
    run_type: str
    logical_date: str | None
    label: str
    operator: str
    doc_md: str | None
    is_mapped: bool
    counts: dict[str, int]
    instance: TaskInstanceResponse | None
    tries: list[TaskViewTry]
    renderers: dict[str, str]
    xcoms: list[TaskViewXCom] | None
    dependencies: TaskDependencyCollectionResponse | None
    links: dict[str, str | None]
    hitl: HITLDetail | None
    upstream: list[TaskViewNeighbour]
    downstream: list[TaskViewNeighbour]


class TaskViewTry(TypedDict):
    """One try, with all the attempts it took."""

    try_number: int
    state: TaskState | None
    attempts: int
    queued_at: str
    start_date: str | None
    end_date: str | None
    hostname: str | None
    pid: int | None
    executor: str | None
    version_number: int | None
    reason: str | None
    failure: FailureOut | None


class TaskViewXCom(TypedDict):
    """A value that it handed on."""

    key: str
    kind: str
    length: int
    timestamp: str
    is_here: bool
    value: Any


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


class TriggerResponse(TypedDict):
    """What a deferred instance waits for; its arguments may hold secrets, and are not shown."""

    id: int
    classpath: str
    kwargs: str
    created_date: str
    queue: str | None
    triggerer_id: int | None


class UiGraphAsset(TypedDict):
    name: str
    uri: str
    direction: Literal["schedule", "inlet", "outlet"]
    task_id: str | None


class UiGraphTask(TypedDict):
    id: str
    label: str
    group: str | None
    operator: str
    kind: Literal["task", "setup", "teardown"]
    trigger_rule: str
    is_mapped: bool


class UiGroupRow(TypedDict):
    id: str
    label: str
    parent: str | None
    is_mapped: bool


class UiRunBar(TypedDict):
    """A run as a bar or a column."""

    run_id: str
    state: RunState
    run_type: Literal[
        "backfill", "scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization"
    ]
    run_after: str
    logical_date: str | None
    queued_at: str | None
    start_date: str | None
    end_date: str | None
    duration: float | None
    version_number: int | None
    has_note: bool


class UiTaskRow(TypedDict):
    id: str
    label: str
    group: str | None
    operator: str
    is_mapped: bool
    is_gone: bool


class UiVersion(TypedDict):
    version_number: int
    created_at: str


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
