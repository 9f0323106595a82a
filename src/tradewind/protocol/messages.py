"""Every message that crosses a process border around an attempt.

A `Workload` goes to the worker. The worker answers with a stream of messages: reports (`Started`, then exactly one
`Ended`) and requests, each answered by one reply. The same structs travel as msgpack frames over a socket pair to the
process that supervises, or as JSON over HTTP with the attempt's token.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tradewind.protocol.waits import AssetEventInfo, AssetTouch, Deferral, InputForm, Resume

__all__ = [
    "AssetEventsReply",
    "AssetReply",
    "GetAsset",
    "GetAssetEvents",
    "PROTOCOL_VERSION",
    "CallbackWork",
    "ConnectionReply",
    "DagFacts",
    "DeleteState",
    "DeleteVariable",
    "DeleteXCom",
    "Done",
    "Ended",
    "ErrorReply",
    "FileImport",
    "GetConnection",
    "GetDag",
    "GetPrevious",
    "GetRunState",
    "GetState",
    "GetTaskCount",
    "GetTaskStates",
    "GetVariable",
    "GetXCom",
    "GetXComSequence",
    "ListState",
    "ListVariables",
    "PreviousReply",
    "Reply",
    "Report",
    "Request",
    "RunInfo",
    "SetState",
    "SetVariable",
    "SetXCom",
    "Started",
    "StateReply",
    "TellDeadline",
    "TriggerRun",
    "ValueReply",
    "Workload",
    "XComReply",
    "XComSequenceReply",
    "XComValue",
]

PROTOCOL_VERSION = 1


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a task may know of its run."""

    uid: str
    run_id: str
    run_type: str
    run_after: datetime
    logical_date: datetime | None = None
    interval_start: datetime | None = None
    interval_end: datetime | None = None
    start_date: datetime | None = None
    queued_at: datetime | None = None
    conf: dict[str, Any] = {}
    triggering_user: str | None = None
    note: str | None = None
    clear_number: int = 0
    partition_key: str | None = None
    partition_date: datetime | None = None
    backfill: str | None = None


class DagFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Where the code of a DAG version is."""

    workspace: str
    dag_id: str
    version_id: str
    bundle_path: str
    """Folder of the snapshot, on the worker's disk."""
    relative_fileloc: str


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to run."""

    attempt: str
    dag: DagFacts
    run: RunInfo
    task_id: str
    map_index: int
    try_number: int
    max_tries: int
    isolation: Literal["fork", "spawn", "reuse"]
    log_path: str
    """File that the attempt's log lines are appended to."""
    execution_timeout_s: float | None = None
    first_start: datetime | None = None
    """Start of the first attempt of this try, for sensors that were rescheduled."""
    reschedules: int = 0
    queue: str = "default"
    priority: int = 1
    pool: str = "default_pool"
    pool_slots: int = 1
    token: str = ""
    """For a worker that talks HTTP; empty for a child of the scheduler's process."""
    api_url: str = ""
    artifact_url: str = ""
    """Where XCom values too large for the database go: a folder or an fsspec URL."""
    resume: Resume | None = None
    """What an attempt goes on with whose task was deferred, or asked a person."""
    secrets: list[str] = []
    """Values to mask in logs from the first line on."""
    map_path: list[int] = []
    """Of an instance in scopes inside of scopes: the numbers of its items, outermost first."""
    protocol: int = PROTOCOL_VERSION


class CallbackWork(msgspec.Struct, frozen=True, kw_only=True):
    """A callback to run in a worker: of the DAG where `task_id` is empty."""

    work_id: str
    dag: DagFacts
    run: RunInfo
    kind: str
    reason: str
    log_path: str
    task_id: str = ""
    map_index: int = -1
    try_number: int = 0
    run_state: str = ""
    alert: int = -1
    """Which of the deadlines, of the DAG or the task, was missed (``deadline``), or is to be told (``resolve_deadline``)."""
    deadline_id: str = ""
    deadline_time: datetime | None = None
    wait: Deferral | None = None
    """``on_kill`` of a task that was deferred: what it waited for."""
    last_task: str = ""
    last_index: int = -1
    """Of a callback of the DAG: an instance that ended as the run did, which the context then speaks of too."""


class FileImport(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG file that is being imported: it may ask for Variables and Connections before there is an attempt."""

    relative_fileloc: str
    workspace: str = "default"


class XComValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value as it is stored. `value` is JSON text; a large or binary one is in the artifact store, and `value` then
    tells where, how it is encoded and what it looks like."""

    key: str
    value: str
    kind: str = "json"
    """``json``, or the name of an encoding: ``parquet``, ``npy``, ``bytes``, ``pickle``, ..."""
    length: int | None = None
    """Number of items of a list or dict."""
    is_none: bool = False


# -- reports -------------------------------------------------------------------------------------------------------


class Started(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The worker process has the attempt; user code starts now."""

    attempt: str
    at: datetime
    hostname: str
    pid: int


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How the attempt ended, with all it leaves behind: stored in the same transaction as the new state."""

    attempt: str
    at: datetime
    outcome: Literal["success", "failed", "skipped", "up_for_reschedule", "deferred", "awaiting_input"]
    reason: str = ""
    retryable: bool = True
    retry_delay_s: float | None = None
    """How long to wait before the next try, where the task's retry policy says so."""
    called_back: bool = True
    """False: the task was told to stop, and has not run its callbacks."""
    deferral: Deferral | None = None
    form: InputForm | None = None
    assets: list[AssetTouch] = []
    """Updates of assets that this success tells."""
    xcoms: list[XComValue] = []
    skip: list[str] = []
    until: datetime | None = None
    rendered: dict[str, Any] | None = None
    rendered_map_index: str | None = None
    error: str | None = None
    """Traceback text, for display."""
    again: bool = False
    """The task decides a loop, and another iteration follows."""


Report = Started | Ended


# -- requests and replies ------------------------------------------------------------------------------------------


class GetXCom(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One value. `run_id` and `dag_id` empty: those of the attempt. -> XComReply (value None: not there)"""

    key: str
    task_id: str
    map_index: int = -1
    dag_id: str = ""
    run_id: str = ""
    include_prior_dates: bool = False


class GetXComSequence(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Values of all mapped instances of a task, by map index; `start` and `stop` cut as in a list.
    -> XComSequenceReply"""

    key: str
    task_id: str
    dag_id: str = ""
    run_id: str = ""
    start: int | None = None
    stop: int | None = None
    path: str = ""
    """Of a task in scopes inside of scopes: only instances with this path, or under it; ``*``: all, by path."""


class SetXCom(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Store now (a push in the middle of a task). -> Done"""

    value: XComValue
    task_id: str = ""
    map_index: int | None = None
    dag_id: str = ""
    run_id: str = ""


class DeleteXCom(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Delete a value of this instance. -> Done"""

    key: str


class GetVariable(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """-> ValueReply (None: not there)"""

    key: str


class SetVariable(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """-> Done"""

    key: str
    value: str
    description: str | None = None


class DeleteVariable(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """-> Done"""

    key: str


class ListVariables(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Names of variables. -> ValueReply (JSON: a list, in order)"""

    prefix: str = ""


class GetConnection(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """-> ConnectionReply (found False: not there)"""

    conn_id: str


class GetState(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A value of a state store: of the asset that is named, else of this task instance. -> ValueReply (JSON; None: not
    there)"""

    key: str
    asset_name: str = ""
    asset_uri: str = ""


class SetState(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Store a value in a state store. -> Done"""

    key: str
    value: str
    """JSON."""
    retention_s: float | None = None
    """How long a task's value is kept; None: as the server is set."""
    never_expires: bool = False
    asset_name: str = ""
    asset_uri: str = ""


class DeleteState(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Forget a value of a state store; key None: all. -> Done"""

    key: str | None = None
    asset_name: str = ""
    asset_uri: str = ""


class ListState(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The keys of a state store. -> ValueReply (JSON: a list, in order)"""

    asset_name: str = ""
    asset_uri: str = ""


class TellDeadline(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """When a deadline of this run is that only the code knows; None: there is none. -> Done"""

    alert: int
    at: datetime | None
    task_id: str | None = None


class GetTaskStates(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The states of the instances of tasks or groups, or of all. -> ValueReply (JSON: {run: {task, or task_index: state}})"""

    dag_id: str
    task_ids: list[str] = []
    group_id: str = ""
    run_ids: list[str] = []
    logical_dates: list[datetime] = []


class GetTaskCount(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How many instances of tasks, groups or runs there are, by state. -> ValueReply (JSON: {state: n})"""

    dag_id: str
    task_ids: list[str] = []
    group_id: str = ""
    run_ids: list[str] = []
    logical_dates: list[datetime] = []


class GetDag(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What there is to know of a DAG. -> ValueReply (JSON: `dag_id`, `is_paused`, `is_stale`, `task_ids`, `group_ids`,
    `results`, ...; None: no such DAG)"""

    dag_id: str


class GetRunState(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """State of a run. -> StateReply (None: no such run)"""

    dag_id: str
    run_id: str


class GetPrevious(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The run before this one. -> PreviousReply"""

    state: str | None = None
    """Only runs in this state."""


class TriggerRun(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Ask for a run of another DAG. -> StateReply with the run's id, or ErrorReply `conflict`"""

    dag_id: str
    run_id: str = ""
    logical_date: datetime | None = None
    run_after: datetime | None = None
    conf: dict[str, Any] = {}
    reset: bool = False
    note: str | None = None


class GetAsset(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The asset of this name; of this URI, where the name is empty. -> AssetReply (None: there is none)"""

    name: str = ""
    uri: str = ""


class GetAssetEvents(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Events of an asset, by name, URI or both, or of an alias; with none of them: those that started this run.
    -> AssetEventsReply"""

    name: str = ""
    uri: str = ""
    alias: str = ""
    after: datetime | None = None
    before: datetime | None = None
    ascending: bool = True
    limit: int | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It is done."""


class ErrorReply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It can't be done: `code` of a `TradewindError`, and its sentence."""

    code: str
    message: str


class ValueReply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    value: str | None


class XComReply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    value: XComValue | None


class XComSequenceReply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    values: list[XComValue]
    map_indexes: list[int]
    total: int = 0
    """How many there are, of which these may be some."""


class StateReply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    state: str | None
    run_id: str = ""


class PreviousReply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    run: RunInfo | None
    end_date: datetime | None = None
    state: str | None = None


class ConnectionReply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    found: bool
    conn_id: str = ""
    conn_type: str = ""
    host: str | None = None
    login: str | None = None
    password: str | None = None
    schema: str | None = None
    port: int | None = None
    extra: str | None = None
    description: str | None = None


class AssetReply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    found: bool
    name: str = ""
    uri: str = ""
    group: str = "asset"
    extra: dict[str, Any] = {}


class AssetEventsReply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    events: list[AssetEventInfo]


Request = (
    GetAsset
    | GetAssetEvents
    | GetXCom
    | GetXComSequence
    | SetXCom
    | DeleteXCom
    | GetVariable
    | SetVariable
    | DeleteVariable
    | ListVariables
    | GetConnection
    | GetState
    | SetState
    | DeleteState
    | ListState
    | TellDeadline
    | GetTaskCount
    | GetTaskStates
    | GetDag
    | GetRunState
    | GetPrevious
    | TriggerRun
)
Reply = (
    Done
    | ErrorReply
    | ValueReply
    | XComReply
    | XComSequenceReply
    | StateReply
    | PreviousReply
    | ConnectionReply
    | AssetReply
    | AssetEventsReply
)
