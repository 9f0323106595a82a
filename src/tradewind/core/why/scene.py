"""What is known at a moment of a DAG, a run, a task instance: what causes are found from. `db.why` gathers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tradewind.core.commands import SaveTask
from tradewind.core.events import RunFacts
from tradewind.core.states import RunState, TaskState
from tradewind.spec import DagSpec, TaskSpec

__all__ = [
    "AssetWait", "AttemptFacts", "DagScene", "FailedTask", "Hand", "PoolUse", "RunScene", "TaskScene", "Use", "Waiting",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What a person, or the scheduler, did: a row of the event log."""

    event: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetWait:
    """An asset in the schedule's condition: when an event of it last arrived that no run has taken yet."""

    name: str
    arrived_at: datetime | None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DagScene:
    """What is known of a DAG at a moment."""

    now: datetime
    dag_id: str
    spec: DagSpec
    is_paused: bool
    is_stale: bool
    paused: Hand | None
    """Who paused it; None: it was paused from the start, or nobody knows."""
    import_error: str | None
    relative_fileloc: str
    next_run_after: datetime | None
    active_runs: Mapping[str, RunState]
    """Unfinished runs that count towards max_active_runs: id -> state."""
    failed_in_a_row: int
    is_scheduler_alive: bool
    scheduler_beat: datetime | None
    assets: tuple[AssetWait, ...] = ()
    """What a schedule by assets waits for."""
    is_clocked: bool = True
    """Whether the schedule, or part of it, is a clock's."""
    refused: str | None = None
    """Why the last event of an asset could not be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTask:
    """An instance that made a run fail."""

    task_id: str
    map_index: int
    reason: str

    @property
    def name(self) -> str:
        """As people write it: ``train[3]``."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"


class BackfillUse(NamedTuple):
    """An active backfill that a run is part of."""

    number: int
    running: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScene:
    """What is known of a run at a moment."""

    dag: DagScene
    """Of the version the run is bound to."""
    facts: RunFacts
    state: RunState
    start_date: datetime | None
    end_date: datetime | None
    counts: Mapping[str, Mapping[TaskState | None, int]]
    """Instances by task, by state."""
    failed: tuple[FailedTask, ...] = ()
    hand: Hand | None = None
    """The last time somebody marked it."""
    reason: str | None = None
    """What the scheduler noted when it ended the run."""
    backfill: BackfillUse | None = None
    """None: it is part of none, or of one that is over."""
    retries: int = 0
    retry_at: datetime | None = None
    """When its failed tasks are tried again, once all have ended; how often they were."""


class Use(NamedTuple):
    """How much of a limit is used."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolUse:
    """A pool as it is now."""

    slots: int
    """-1: no limit."""
    used: int
    holders: tuple[str, ...] = ()
    """Some of the instances that hold its slots: ``dag.task``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFacts:
    """The last attempt."""

    started_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    reason: str | None
    error: str | None
    hostname: str | None
    pid: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an instance without a process waits for: a trigger, or a person."""

    what: str
    """Class of the trigger, or the subject of the question."""
    since: datetime
    until: datetime | None
    is_watched: bool = True
    """Whether a triggerer is alive that watches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScene:
    """What is known of a task instance at a moment."""

    run: RunScene
    task: TaskSpec
    instance: SaveTask
    attempt: AttemptFacts | None
    waiting: Waiting | None
    pool: PoolUse | None
    """None: the pool does not exist."""
    limits: Mapping[str, Use]
    """Use of max_active_tasks, max_active_tis_per_dag, max_active_tis_per_dagrun, parallelism, where there is one."""
    ahead: int
    """Scheduled instances of the same pool with a higher priority."""
    hand: Hand | None
    first_of: Callable[[str, TaskState], SaveTask | None]
    """An instance of a task of the run that is in a state; the first."""
    past: str | None = None
    """What the run before lacks, where the task depends on it."""

    @property
    def name(self) -> str:
        """As people write it: ``train[3]``."""
        index = self.instance.map_index
        return self.task.task_id if index < 0 else f"{self.task.task_id}[{index}]"

    @property
    def now(self) -> datetime:
        return self.run.dag.now
