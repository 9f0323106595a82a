"""The ways out: committed commands become workloads for executors, kills and callbacks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from tradewind.base.clock import Clock
from tradewind.base.errors import NotFound, TradewindError
from tradewind.core.commands import (
    AskTimetable,
    Command,
    DeleteRun,
    Dispatch,
    EndAttempt,
    Kill,
    RunCallback,
    SaveRun,
    SaveTask,
    StartTrigger,
    StopTrigger,
)
from tradewind.core.events import RunFacts
from tradewind.core.image import RunImage
from tradewind.core.states import RUN_FINISHED, RunState
from tradewind.executors.base import CalledBack, Executor, NotStarted, Sink
from tradewind.protocol.messages import DagFacts, RunInfo, Workload
from tradewind.scheduler.callback_orders import callback_work, expected_run
from tradewind.scheduler.triggers import NoTriggers, StoredWaits, Triggers, attempt_log
from tradewind.spec import DagKey, TaskSpec

__all__ = ["DispatchSettings", "DispatchWays", "Dispatcher", "VersionCode", "VersionLookup"]

log = logging.getLogger("tradewind.scheduler.dispatcher")

Isolation = Literal["fork", "spawn", "reuse"]
ISOLATIONS: Mapping[str, Isolation] = {"fork": "fork", "spawn": "spawn", "reuse": "reuse"}
InstanceKey = tuple[str, str, int]
CODE_KEPT = 500
"""DAG versions whose code is remembered: a file that changes at each parse makes versions without end."""


@dataclass(frozen=True, slots=True)
class VersionCode:
    """What dispatching needs of a DAG version: where its code is, and its tasks."""

    dag: DagFacts
    tasks: Mapping[str, TaskSpec]


class VersionLookup(Protocol):
    """Finds the code of a version."""

    def __call__(self, dag: DagKey, version_id: str) -> VersionCode:
        """Raises NotFound where the version or its snapshot is gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchSettings:
    """Where attempts find things and how they run unless their task says otherwise."""

    isolation: str
    log_folder: Path
    artifact_url: str
    api_url: str = ""


@dataclass(slots=True)
class _RunView:
    facts: RunFacts
    start_date: datetime | None = None
    clear_number: int = 0
    state: RunState = RunState.QUEUED


def _nobody(question: AskTimetable) -> None:
    log.error("timetable.not_asked dag_id=%s: nobody here can", question.dag.dag_id)


def _nowhere(uid: str) -> RunImage:
    raise NotFound(f"run {uid} is not active", uid=uid)


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchWays:
    """What a dispatcher reaches besides executors."""

    sink: Sink
    """Takes what could not be started."""
    clock: Clock
    mint: Callable[[str], str] = str
    """The token of an attempt whose worker talks HTTP."""
    ask: Callable[[AskTimetable], None] = _nobody
    """Asks a timetable that users wrote."""
    waits: StoredWaits | None = None
    """What is stored about deferred tasks."""
    triggers: Triggers = field(default_factory=NoTriggers)
    find_run: Callable[[str], RunImage] = _nowhere
    """Looks up a run that is not active."""


class Dispatcher:
    """Knows the active runs well enough to describe an attempt to a worker without asking the database."""

    def __init__(
        self,
        executors: Mapping[str, Executor],
        versions: VersionLookup,
        settings: DispatchSettings,
        ways: DispatchWays,
    ) -> None:
        self._executors = executors
        self._versions = versions
        self._settings = settings
        self._mint = ways.mint
        self._sink = ways.sink
        self._clock = ways.clock
        self._ask = ways.ask
        self._stored = ways.waits
        self._triggers = ways.triggers
        self._find_run = ways.find_run
        self._code: dict[str, VersionCode] = {}
        self._runs: dict[str, _RunView] = {}
        self._instances: dict[str, InstanceKey] = {}
        self._where: dict[str, Executor] = {}
        self._waits: dict[InstanceKey, tuple[datetime, int]] = {}

    # -- what there is to know ---------------------------------------------------------------------------------------

    def know_run(self, facts: RunFacts, start_date: datetime | None = None, clear_number: int = 0) -> None:
        """A run may get attempts from now on."""
        self._runs[facts.uid] = _RunView(facts, start_date, clear_number)

    def know_wait(self, instance: InstanceKey, first_start: datetime, reschedules: int) -> None:
        """A sensor that gave its slot back: when it first looked, and how often since."""
        self._waits[instance] = (first_start, reschedules)

    def know_where(self, executor: Executor, attempts: Iterable[str]) -> None:
        """An executor has these attempts still."""
        self._where |= dict.fromkeys(attempts, executor)

    def forget_all(self) -> None:
        """Start anew, as after a reload of the shard."""
        self._runs.clear()
        self._instances.clear()
        self._where.clear()
        self._waits.clear()
        self._triggers.resync()

    # -- what there is to do -----------------------------------------------------------------------------------------

    def carry_out(self, commands: Sequence[Command]) -> None:
        """Do what leaves the process. To be called after the commit that holds these commands."""
        started = [c.trigger for c in commands if isinstance(c, StartTrigger)]
        if started:
            self._triggers.start(started)
        saves = {(c.run_uid, c.task_id, c.map_index): c for c in commands if isinstance(c, SaveTask)}
        for command in commands:
            match command:
                case SaveRun():
                    self._see_run(command)
                case Dispatch():
                    self._dispatch(command, saves.get((command.run_uid, command.task_id, command.map_index)))
                case Kill():
                    self._holder(command.attempt).kill(command.attempt)
                case EndAttempt():
                    self._see_end(command, saves)
                case StopTrigger():
                    self._triggers.stop(command.trigger, is_cancelled=command.is_cancelled)
                case RunCallback():
                    self._call_back(command)
                case AskTimetable():
                    self._ask(command)
                case _:
                    pass
        for command in commands:
            if isinstance(command, DeleteRun) or (isinstance(command, SaveRun) and command.state in RUN_FINISHED):
                self._forget_run(command.uid)

    def _dispatch(self, command: Dispatch, save: SaveTask | None) -> None:
        try:
            workload = self._workload(command, save)
            executor = self._executor(command.executor)
        except Exception as error:  # the edge of one attempt: whatever is wrong with it hurts no other
            log.exception("attempt.not_started dag_id=%s task_id=%s", command.dag.dag_id, command.task_id)
            self._sink(NotStarted(command.attempt, self._clock.now(), f"{type(error).__name__}: {error}"))
            return
        self._instances[command.attempt] = (command.run_uid, command.task_id, command.map_index)
        self._where[command.attempt] = executor
        executor.submit(workload)

    def _executor(self, name: str | None) -> Executor:
        """The executor that a task names; the first where it names none.

        Raises:
            NotFound: there is none of this name.
        """
        if not name:
            return next(iter(self._executors.values()))
        found = self._executors.get(name)
        if found is None:
            known = ", ".join(self._executors)
            raise NotFound(
                f"there is no executor {name!r}, only {known}; the setting executor.name lists them", name=name
            )
        return found

    def _holder(self, attempt: str) -> Executor:
        """Where an attempt is."""
        return self._where.get(attempt) or self._executor(None)

    def _workload(self, command: Dispatch, save: SaveTask | None) -> Workload:
        code = self._code_of(command.dag, command.version_id)
        task = code.tasks[command.task_id]
        run = self._runs[command.run_uid]
        instance = (command.run_uid, command.task_id, command.map_index)
        first_start, reschedules = self._waits.get(instance, (None, 0))
        resume = None
        if command.resume is not None:
            assert self._stored is not None, "tasks defer only where that is stored"
            resume = self._stored.resume_of(command.resume)
            first_start = save.start_date if save is not None else None
        return Workload(
            attempt=command.attempt,
            dag=code.dag,
            run=run_info(run.facts, run.start_date, run.clear_number),
            task_id=command.task_id,
            map_index=command.map_index,
            try_number=command.try_number,
            max_tries=save.max_tries if save else task.retries + 1,
            isolation=ISOLATIONS.get(command.isolation or self._settings.isolation, "fork"),
            log_path=str(self._log_path(run.facts, command)),
            execution_timeout_s=task.execution_timeout_s,
            first_start=first_start,
            reschedules=reschedules,
            queue=command.queue,
            priority=command.priority,
            pool=task.pool,
            pool_slots=command.pool_slots,
            token=self._mint(command.attempt) if self._settings.api_url else "",
            api_url=self._settings.api_url,
            artifact_url=self._settings.artifact_url,
            resume=resume,
            map_path=list(command.map_path),
        )

    def _log_path(self, facts: RunFacts, command: Dispatch) -> Path:
        place = (facts.dag.dag_id, facts.run_id, command.task_id, command.map_index, command.try_number)
        return attempt_log(self._settings.log_folder, *place)

    def _call_back(self, command: RunCallback) -> None:
        try:
            code = self._code_of(command.dag, command.version_id)
            run, state = self._run_of(command)
        except TradewindError as error:
            log.error("callback.dropped dag_id=%s kind=%s: %s", command.dag.dag_id, command.kind, error)  # noqa: TRY400
            self._sink(CalledBack(command.id, self._clock.now()))  # it would fail after every restart
            return
        wait = self._stored.deferral_of(command.wait) if command.wait and self._stored else None
        work = callback_work(command, run, state, code.dag, log_folder=self._settings.log_folder, wait=wait)
        next(iter(self._executors.values())).run_callback(work)

    def _run_of(self, command: RunCallback) -> tuple[RunInfo, RunState | None]:
        """The run that a callback is about, and its state: one that is over is looked up.

        Raises:
            NotFound: there is no such run.
        """
        known = self._runs.get(command.run_uid)
        if known is not None:
            return run_info(known.facts, known.start_date, known.clear_number), known.state
        awaited = expected_run(command)
        if awaited is not None:
            return awaited, None
        found = self._find_run(command.run_uid)
        return run_info(found.facts, found.start_date, found.clear_number), found.state

    # -- what commands tell ------------------------------------------------------------------------------------------

    def _see_run(self, command: SaveRun) -> None:
        run = self._runs.get(command.uid)
        if run is None:
            return
        run.start_date, run.clear_number, run.state = command.start_date, command.clear_number, command.state
        if run.facts.version_id != command.version_id:
            run.facts = replace(run.facts, version_id=command.version_id)

    def _see_end(self, command: EndAttempt, saves: Mapping[InstanceKey, SaveTask]) -> None:
        instance = self._instances.pop(command.attempt, None)
        self._where.pop(command.attempt, None)
        if instance is None:
            return
        if command.outcome != "up_for_reschedule":
            self._waits.pop(instance, None)
            return
        save = saves.get(instance)
        started = save.start_date if save and save.start_date else command.at
        first_start, reschedules = self._waits.get(instance, (started, 0))
        self._waits[instance] = (first_start, reschedules + 1)

    def _forget_run(self, uid: str) -> None:
        self._runs.pop(uid, None)
        for instance in [i for i in self._waits if i[0] == uid]:
            del self._waits[instance]

    def _code_of(self, dag: DagKey, version_id: str) -> VersionCode:
        code = self._code.get(version_id)
        if code is None:
            code = self._code[version_id] = self._versions(dag, version_id)
            if len(self._code) > CODE_KEPT:
                del self._code[next(iter(self._code))]
        return code


def run_info(facts: RunFacts, start_date: datetime | None, clear_number: int) -> RunInfo:
    """A run as a worker sees it."""
    return RunInfo(
        uid=facts.uid,
        run_id=facts.run_id,
        run_type=facts.run_type,
        run_after=facts.run_after,
        logical_date=facts.logical_date,
        interval_start=facts.interval_start,
        interval_end=facts.interval_end,
        start_date=start_date,
        queued_at=facts.queued_at,
        conf=dict(facts.conf),
        triggering_user=facts.triggering_user,
        note=facts.note,
        partition_key=facts.partition_key,
        partition_date=facts.partition_date,
        backfill=facts.backfill,
        clear_number=clear_number,
    )
