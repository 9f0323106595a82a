"""What the core orders. Saves hold absolute values, so that a batch can be committed twice with the same result.

`Dispatch`, `Kill` and `RunCallback` leave the process: the shell carries them out only after the transaction that
holds the Saves of the same batch has committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from tradewind.core.events import AssetKey, AssetUpdate, Outcome, RunFacts
from tradewind.core.states import RunState, TaskState
from tradewind.spec import DagKey, StartTriggerSpec
from tradewind.timetables import Interval

__all__ = [
    "AskTimetable",
    "ConsumeAssetEvents",
    "DropAssetEvents",
    "QueueAssetEvent",
    "RecordAssetEvent",
    "RefuseAssetEvent",
    "Command",
    "CreateRun",
    "CreateTasks",
    "DeleteRun",
    "DeleteDag",
    "Dispatch",
    "EndAttempt",
    "ForgetCallback",
    "FeedBackfill",
    "ForgetTasks",
    "KeepOutput",
    "Kill",
    "RepeatRun",
    "RunCallback",
    "SaveBackfill",
    "SaveDag",
    "SaveDeadline",
    "SaveRun",
    "SaveTask",
    "SaveWarning",
    "StartAttempt",
    "StartTrigger",
    "StopTrigger",
]


class CreateRun(msgspec.Struct, frozen=True):
    """Insert a run that the schedule asks for, in state queued. Where one with the same run id or logical date is
    there already, the shell drops it and answers with `RunDeleted(uid)`."""

    run: RunFacts


class SaveRun(msgspec.Struct, frozen=True, kw_only=True):
    """The run as it is now."""

    uid: str
    dag: DagKey
    state: RunState
    version_id: str
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    clear_number: int = 0
    retries: int = 0
    """How often the run has tried its failed tasks again by itself, since somebody last cleared it."""
    retry_at: datetime | None = None
    """When it does so next: all its tasks have ended, and some failed."""


class CreateTasks(msgspec.Struct, frozen=True):
    """Insert instances of a task in state none: `map_index` from `first` to `last` (both -1: the unmapped one)."""

    run_uid: str
    task_id: str
    first: int
    last: int
    paths: tuple[str, ...] = ()
    """Of instances in scopes inside of scopes: the numbers of their items, outermost first, as ``3/0``."""


class ForgetTasks(msgspec.Struct, frozen=True):
    """Delete the instances of a task whose `map_index` is at least `first` (-1: all of them, and their XComs)."""

    run_uid: str
    task_id: str
    first: int


class SaveTask(msgspec.Struct, frozen=True, kw_only=True):
    """The task instance as it is now."""

    run_uid: str
    task_id: str
    map_index: int
    state: TaskState | None
    try_number: int
    """0 before the first attempt; the first attempt is try 1."""
    max_tries: int
    """The try number of the last attempt allowed, counted from 1; grows when the instance is cleared."""
    attempt: str | None
    """The current or last attempt."""
    losses: int = 0
    """Attempts lost since the last clear: they cost no retry, up to a bound."""
    scheduled_at: datetime | None = None
    queued_at: datetime | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    next_at: datetime | None = None
    """When an instance that is up for retry or reschedule is due; when one that waits gives up."""
    skipped_by: str | None = None
    """The task whose decision skipped this one."""
    reason: str | None = None
    """Why it is in this state, in words, where that is not plain."""
    resume: str | None = None
    """The attempt whose wait is over, with which the next one goes on."""


class StartAttempt(msgspec.Struct, frozen=True):
    """Append: a process runs the attempt."""

    attempt: str
    at: datetime
    hostname: str
    pid: int


class EndAttempt(msgspec.Struct, frozen=True):
    """Append: how an attempt ended."""

    attempt: str
    at: datetime
    outcome: Outcome
    reason: str = ""


class KeepOutput(msgspec.Struct, frozen=True):
    """The report of this attempt counts: store what it brought (XComs, rendered fields) in the same transaction."""

    attempt: str


class SaveDag(msgspec.Struct, frozen=True, kw_only=True):
    """When the next run by schedule is due, for display; None: never."""

    dag: DagKey
    next_run_after: datetime | None
    next_logical_date: datetime | None
    next_interval_start: datetime | None
    next_interval_end: datetime | None
    has_exceeded_max_runs: bool = False
    is_paused: bool | None = None
    """True: pause the DAG, since too many of its runs failed in a row; None: leave that as it is."""


class SaveBackfill(msgspec.Struct, frozen=True, kw_only=True):
    """The backfill as it is now."""

    uid: str
    next_ordinal: int
    """The first of its dates whose turn has not come."""
    is_paused: bool
    completed_at: datetime | None = None
    is_cancelled: bool = False


class RepeatRun(msgspec.Struct, frozen=True):
    """Label a run that has ended as one of a backfill, and post `RunRepeated` to the inbox, in one transaction."""

    run_uid: str
    backfill: str
    dag: DagKey
    conf: Mapping[str, object] | None
    """None: it keeps its own."""
    on_newest: bool


class FeedBackfill(msgspec.Struct, frozen=True):
    """Read the next dates of a backfill, from `ordinal` on; the shell answers with `BackfillFed`."""

    backfill: str
    dag: DagKey
    ordinal: int


class SaveWarning(msgspec.Struct, frozen=True):
    """What is wrong with the DAG's timetable; None: nothing any more."""

    dag: DagKey
    message: str | None


class AskTimetable(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the timetable that a user wrote for the run after `last`, in a process that may run user code; the answer is
    `TimetableAnswered`. With catchup it may name several, each following the one before."""

    question: str
    dag: DagKey
    version_id: str
    last: Interval | None
    earliest: datetime | None
    latest: datetime | None
    catchup: bool


class DeleteRun(msgspec.Struct, frozen=True):
    """Delete a run and all that hangs on it."""

    uid: str


class DeleteDag(msgspec.Struct, frozen=True):
    """Delete a DAG and all that hangs on it."""

    dag: DagKey


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """Start a new attempt: append its row, then hand it to an executor."""

    attempt: str
    run_uid: str
    dag: DagKey
    task_id: str
    map_index: int
    try_number: int
    version_id: str
    at: datetime
    executor: str | None = None
    queue: str = "default"
    isolation: str | None = None
    pool_slots: int = 1
    priority: int = 1
    resume: str | None = None
    """Id of the attempt that deferred, or asked for input: the new one goes on with what came of that."""
    map_path: tuple[int, ...] = ()
    """Of an instance in scopes inside of scopes: the numbers of its items, outermost first."""


class StartTrigger(msgspec.Struct, frozen=True, kw_only=True):
    """Have a triggerer wait on behalf of a deferred instance. What to wait for came with the report, whose
    `KeepOutput` is in the same batch."""

    trigger: str
    dag: DagKey
    version_id: str
    run_uid: str
    task_id: str
    map_index: int
    try_number: int
    at: datetime
    until: datetime | None = None
    start: StartTriggerSpec | None = None
    """The task waits from its start: no attempt ran before, and this is what it waits for. The trigger's id gets a row
    among the attempts, for what is told of it."""


class StopTrigger(msgspec.Struct, frozen=True):
    """Nobody waits for the trigger, or for the answer of a person, any more: the time is over. `is_cancelled`: the task
    was stopped, so what it started elsewhere is to be stopped too (`on_kill` of the trigger and of the operator)."""

    trigger: str
    is_cancelled: bool


class Kill(msgspec.Struct, frozen=True):
    """Stop an attempt's process and all its children; the executor answers with `AttemptExited`."""

    attempt: str
    reason: str


class RunCallback(msgspec.Struct, frozen=True):
    """Run a callback that the code defines, in a worker: of the DAG (`task_id` None) or of a task whose own process
    can no longer do it. `kind`: ``on_running``, ``on_success``, ``on_failure``, ``on_retry``, ``on_skipped``, ``on_kill``."""

    run_uid: str
    dag: DagKey
    version_id: str
    kind: str
    reason: str
    task_id: str | None = None
    map_index: int = -1
    wait: str | None = None
    """``on_kill`` of a task that waits: the attempt that deferred, or asked a person."""
    try_number: int = 0
    """Of the task, or of `last`."""
    deadline: SaveDeadline | None = None
    """The deadline that was missed (``deadline``), or whose moment the code is to say (``resolve_deadline``)."""
    last: tuple[str, int] | None = None
    """Of a callback of the DAG: a task instance that ended as the run did, for the callback's context."""

    @property
    def id(self) -> str:
        """Names the order, so that giving it twice is giving it once."""
        parts = (self.run_uid, self.task_id or "", str(self.map_index), self.kind, str(self.try_number))
        return "/".join(parts if self.deadline is None else (*parts, self.deadline.id))


class ForgetCallback(msgspec.Struct, frozen=True):
    """A callback has run. Until then its order is kept, and given again after a crash."""

    id: str


# -- assets -----------------------------------------------------------------------------------------------------------


class RecordAssetEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Append: an asset was updated. The asset is made known where it is new."""

    asset: AssetKey
    update: AssetUpdate
    at: datetime
    partition_key: str | None = None
    source_dag: DagKey | None = None
    source_run: str | None = None
    """Uid of the run."""
    source_run_id: str | None = None
    source_task_id: str | None = None
    source_map_index: int = -1
    told_by: str = ""
    """Where the source is no task: who told of it, in words."""


class QueueAssetEvent(msgspec.Struct, frozen=True):
    """An event waits for the rest of a DAG's condition."""

    dag: DagKey
    event: str
    asset: AssetKey
    target: str
    """The partition of the DAG that it is part of; empty where the DAG has none."""
    at: datetime


class DropAssetEvents(msgspec.Struct, frozen=True):
    """Events no longer wait: thrown away, or of an asset that is no longer in the condition."""

    dag: DagKey
    events: tuple[tuple[str, str], ...]
    """Target and event."""


class ConsumeAssetEvents(msgspec.Struct, frozen=True):
    """A run was started by these events, which wait no more."""

    run_uid: str
    dag: DagKey
    target: str
    events: tuple[str, ...]


class RefuseAssetEvent(msgspec.Struct, frozen=True):
    """An event is none that a DAG's partitions can take; why, in words."""

    dag: DagKey
    event: str
    at: datetime
    reason: str


class SaveDeadline(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline as it is now: of a run, of a task in it, or of a run that the schedule asks for."""

    id: str
    dag: DagKey
    version_id: str
    """Whose code is called on a miss."""
    run_uid: str | None
    """None: the run that the schedule asks for is not made yet."""
    alert: int
    """Which of the DAG's deadlines, or of the task's."""
    at: datetime
    created_at: datetime
    task_id: str | None = None
    name: str | None = None
    reference: str = ""
    run_after: datetime | None = None
    """The moment of the run that the schedule asks for."""
    state: Literal["pending", "met", "missed", "void"] = "pending"
    """``void``: it can neither be met nor missed any more."""
    ended_at: datetime | None = None
    reason: str = ""
    predicted_at: datetime | None = None
    """When the run is likely to end, where that is too late; told when it starts."""


Command = (
    CreateRun
    | SaveRun
    | CreateTasks
    | ForgetTasks
    | SaveTask
    | StartAttempt
    | EndAttempt
    | KeepOutput
    | SaveDag
    | SaveBackfill
    | RepeatRun
    | FeedBackfill
    | SaveWarning
    | AskTimetable
    | DeleteRun
    | DeleteDag
    | Dispatch
    | StartTrigger
    | StopTrigger
    | Kill
    | RunCallback
    | RecordAssetEvent
    | QueueAssetEvent
    | DropAssetEvents
    | ConsumeAssetEvents
    | RefuseAssetEvent
    | SaveDeadline
    | ForgetCallback
)
