"""What can happen: the only things that change the state of runs and tasks. Moments are aware UTC datetimes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from tradewind.core.facts import AssetKey, AssetUpdate, BackfillFacts, BackfillSlot, RunFacts, TaskRef
from tradewind.core.states import RunState, TaskState
from tradewind.spec import DagKey, DagSpec
from tradewind.timetables import NextRun

__all__ = [
    "AssetEventsDropped",
    "AssetKey",
    "AssetUpdate",
    "AssetUpdated",
    "AttemptAwaitsInput",
    "AttemptDeferred",
    "AttemptExited",
    "AttemptFailed",
    "AttemptLost",
    "AttemptRescheduled",
    "AttemptSkipped",
    "AttemptStarted",
    "AttemptSucceeded",
    "BackfillAsked",
    "BackfillChanged",
    "BackfillFacts",
    "BackfillFed",
    "BackfillSlot",
    "Cleared",
    "DagDeleted",
    "DagStale",
    "DeadlineKnown",
    "DispatchFailed",
    "Event",
    "InputGiven",
    "PauseSet",
    "PoolSet",
    "RunDeleted",
    "RunFacts",
    "RunMarked",
    "RunRepeated",
    "RunRequested",
    "TaskRef",
    "TasksMarked",
    "Tick",
    "TimetableAnswered",
    "TriggerFired",
    "VersionAdded",
]


# -- clock ----------------------------------------------------------------------------------------------------------


class Tick(msgspec.Struct, frozen=True):
    """Time passed; whatever is due happens."""


# -- parser ---------------------------------------------------------------------------------------------------------


class VersionAdded(msgspec.Struct, frozen=True):
    """A DAG is known, or has new code. The newest version takes new runs; runs in flight stay on theirs."""

    dag: DagKey
    version_id: str
    spec: DagSpec
    is_paused: bool = False


class DagStale(msgspec.Struct, frozen=True):
    """The file no longer holds this DAG: no new runs by schedule; runs in flight go on."""

    dag: DagKey


class TimetableAnswered(msgspec.Struct, frozen=True):
    """What a timetable that a user wrote said to a question of the core."""

    dag: DagKey
    question: str
    runs: tuple[NextRun, ...] = ()
    """The next run, and those after it as far as the answer goes; none: there is no next run for now."""
    failure: str = ""
    """Why there is no answer."""


# -- people ---------------------------------------------------------------------------------------------------------


class RunRequested(msgspec.Struct, frozen=True):
    """Somebody asked for a run; its row exists, in state queued."""

    run: RunFacts


class PauseSet(msgspec.Struct, frozen=True):
    """A DAG was paused or resumed. Paused: queued runs wait, no tasks are dispatched but running ones end."""

    dag: DagKey
    is_paused: bool


class Cleared(msgspec.Struct, frozen=True):
    """These instances run again, as if they never had; the run is reopened."""

    run_uid: str
    tasks: tuple[TaskRef, ...]
    """A ref with map_index -1 of an expanded task means all its instances, and a new expansion."""
    version_id: str | None = None
    """Move the run to this version of the DAG first; None: stay."""


class TasksMarked(msgspec.Struct, frozen=True):
    """Somebody says how these instances ended: success, failed or skipped."""

    run_uid: str
    tasks: tuple[TaskRef, ...]
    state: TaskState


class RunMarked(msgspec.Struct, frozen=True):
    """Somebody says how a run ended (success, failed: unfinished instances are ended with it), or queues it again."""

    run_uid: str
    state: RunState


class RunDeleted(msgspec.Struct, frozen=True):
    """A run is to be forgotten; its attempts are killed."""

    run_uid: str


class DagDeleted(msgspec.Struct, frozen=True):
    """A DAG and its runs are to be forgotten."""

    dag: DagKey


class PoolSet(msgspec.Struct, frozen=True):
    """A pool was made, resized or removed (slots None). -1 slots: no limit."""

    workspace: str
    pool: str
    slots: int | None
    include_deferred: bool = False


# -- backfills ------------------------------------------------------------------------------------------------------


class BackfillAsked(msgspec.Struct, frozen=True):
    """Somebody made a backfill; its row and those of its dates exist."""

    backfill: BackfillFacts


class BackfillFed(msgspec.Struct, frozen=True):
    """The next dates of a backfill, as the core asked for them; none: there are no more."""

    backfill: str
    dag: DagKey
    slots: tuple[BackfillSlot, ...]


class BackfillChanged(msgspec.Struct, frozen=True):
    """Somebody paused or resumed a backfill, or cancelled it: queued runs fail, running ones go on."""

    backfill: str
    dag: DagKey
    is_paused: bool
    is_cancelled: bool = False


class RunRepeated(msgspec.Struct, frozen=True):
    """A run that has ended runs again as a whole, since a backfill says so; its row bears the backfill's name."""

    run_uid: str
    backfill: str
    dag: DagKey
    on_newest: bool


# -- assets -----------------------------------------------------------------------------------------------------------


class AssetUpdated(msgspec.Struct, frozen=True):
    """An asset was updated by something that is no task of ours."""

    workspace: str
    update: AssetUpdate
    at: datetime
    by: str = ""
    """Who tells of it, in words: ``admin over the API``, ``watcher inbox``."""


class AssetEventsDropped(msgspec.Struct, frozen=True):
    """Somebody threw away events that wait for the rest of a condition."""

    workspace: str
    dag_id: str | None
    """None: those of all DAGs."""
    asset: AssetKey | None
    """None: those of all assets."""
    before: datetime | None = None
    """Only what had arrived before."""


# -- attempts: every report names the attempt it believes in; one that is not the current one changes nothing --------


class AttemptStarted(msgspec.Struct, frozen=True):
    """A process runs the attempt."""

    attempt: str
    at: datetime
    hostname: str = ""
    pid: int = 0


class AttemptSucceeded(msgspec.Struct, frozen=True):
    """The task's code returned."""

    attempt: str
    at: datetime
    lengths: Mapping[str, int] = msgspec.field(default_factory=dict[str, int])
    """Length of each pushed XCom that is a list or dict, by key, for downstream expansion."""
    pushed: frozenset[str] = frozenset()
    """Keys of the XComs pushed with a value other than None."""
    skip: tuple[str, ...] = ()
    """Task ids this one decided to skip: a branch, a short circuit, latest-only."""
    again: bool = False
    """Of the task that decides a loop: another iteration follows."""
    assets: tuple[AssetUpdate, ...] = ()
    """Assets that the task updated."""


class AttemptFailed(msgspec.Struct, frozen=True):
    """The task's code raised, ran out of time, or its process died."""

    attempt: str
    at: datetime
    reason: str = ""
    retryable: bool = True
    called_back: bool = True
    """False: the process died before it could run the task's callbacks itself."""
    retry_delay_s: float | None = None
    """How long to wait before the next try, where the task's retry policy says so."""


class AttemptSkipped(msgspec.Struct, frozen=True):
    """The task's code asked to be skipped."""

    attempt: str
    at: datetime


class AttemptRescheduled(msgspec.Struct, frozen=True):
    """A sensor gives its slot back and wants to look again at `until`; the try number stays."""

    attempt: str
    at: datetime
    until: datetime


class AttemptDeferred(msgspec.Struct, frozen=True):
    """The task gives its slot back and waits for a trigger, which has the attempt's id; the try number stays."""

    attempt: str
    at: datetime
    until: datetime | None = None
    """When waiting is given up: the task then fails, and may be tried again."""


class TriggerFired(msgspec.Struct, frozen=True):
    """The trigger of a deferred instance has said something, or ended the task by itself. What it said is stored with
    the trigger; the core needs to know only what follows. Of a trigger that nobody waits for any more: nothing."""

    trigger: str
    at: datetime
    outcome: Literal["resume", "success", "failed", "skipped"] = "resume"
    """``resume``: the task goes on, with what the trigger said or with its error. The others end it as it is."""
    reason: str = ""
    pushed: Mapping[str, int | None] = msgspec.field(default_factory=dict[str, int | None])
    """XComs stored with the trigger, where it ends the task: length by key (None: no list or dict)."""


class AttemptAwaitsInput(msgspec.Struct, frozen=True):
    """The task gives its slot back and waits for a person; its request has the attempt's id."""

    attempt: str
    at: datetime
    until: datetime | None = None
    has_defaults: bool = False
    """What happens at `until`: the defaults are taken as the answer, or the task fails."""


class InputGiven(msgspec.Struct, frozen=True):
    """A person answered; the answer is stored with the request (the id of the attempt that asked)."""

    request: str
    at: datetime


class AttemptLost(msgspec.Struct, frozen=True):
    """The process and whoever watched it are gone: nobody knows how far it came. Costs no retry, up to a bound."""

    attempt: str
    at: datetime
    reason: str = ""


class AttemptExited(msgspec.Struct, frozen=True):
    """The process of an attempt that was told to stop is gone."""

    attempt: str
    at: datetime


class DeadlineKnown(msgspec.Struct, frozen=True):
    """The code has said when a deadline is that only it knows: a reference of its own, or an interval in a variable."""

    run_uid: str
    alert: int
    """Which of the DAG's deadlines, or of the task's."""
    at: datetime | None
    """None: there is none for this run."""
    task_id: str | None = None


class DispatchFailed(msgspec.Struct, frozen=True):
    """The executor could not start the attempt."""

    attempt: str
    at: datetime
    reason: str = ""


Event = (
    Tick
    | VersionAdded
    | DagStale
    | TimetableAnswered
    | RunRequested
    | PauseSet
    | Cleared
    | TasksMarked
    | RunMarked
    | RunDeleted
    | DagDeleted
    | PoolSet
    | AssetUpdated
    | AssetEventsDropped
    | BackfillAsked
    | BackfillFed
    | BackfillChanged
    | RunRepeated
    | AttemptStarted
    | AttemptSucceeded
    | AttemptFailed
    | AttemptSkipped
    | AttemptRescheduled
    | AttemptDeferred
    | TriggerFired
    | AttemptAwaitsInput
    | InputGiven
    | AttemptLost
    | AttemptExited
    | DispatchFailed
    | DeadlineKnown
)

Outcome = Literal[
    "success",
    "failed",
    "skipped",
    "up_for_reschedule",
    "deferred",
    "awaiting_input",
    "lost",
    "killed",
    "dispatch_failed",
]
