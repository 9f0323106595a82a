"""Runs one DAG in this process: the same core and the same runner as on a server, one attempt after another."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tradewind.base.ids import IdSource, UuidSource
from tradewind.core.commands import (
    Command,
    CreateTasks,
    Dispatch,
    ForgetTasks,
    RunCallback,
    SaveRun,
    SaveTask,
    StartTrigger,
    StopTrigger,
)
from tradewind.core.events import (
    AssetUpdate,
    AttemptAwaitsInput,
    AttemptDeferred,
    AttemptFailed,
    AttemptRescheduled,
    AttemptSkipped,
    AttemptStarted,
    AttemptSucceeded,
    Event,
    InputGiven,
    PoolSet,
    RunFacts,
    RunMarked,
    RunRequested,
    Tick,
    VersionAdded,
)
from tradewind.core.shard import Limits, Shard
from tradewind.core.states import RUN_FINISHED, RunState, TaskState
from tradewind.core.timers import after
from tradewind.protocol.messages import CallbackWork, DagFacts, Ended, RunInfo, Workload
from tradewind.protocol.waits import AssetTouch, InputForm
from tradewind.sdk.task_api import Mask, TaskApi
from tradewind.sdk.xcom_codec import ArtifactStore
from tradewind.spec import DagSpec, ScheduleSpec
from tradewind.testing.assets import asset_event_facts
from tradewind.testing.clock import JumpingClock
from tradewind.testing.inputs import Answers, Given, Reply, answer_form
from tradewind.testing.memory import MemoryApi, MemoryServer
from tradewind.testing.result import DagResult, TaskResult
from tradewind.testing.waits import InlineWaits
from tradewind.worker.client import to_stored
from tradewind.worker.fired import ended_of_fired, event_of_fired
from tradewind.worker.runner import HOSTNAME, Surroundings, run_attempt, run_callback

__all__ = ["InlineRun", "Plan", "Progress", "Recorder"]

Progress = Callable[[tuple[str, int], str], None]
"""Told of each move of a task instance: its task id and map index, and its new state."""


class Recorder:
    """Takes what happens, to store it; this one stores nothing."""

    def write(self, commands: Sequence[Command], outputs: Mapping[str, Ended], now: datetime) -> None:
        """Store a batch: what the core ordered, and what attempts reported."""

    def answered(self, request: str, given: Given, at: datetime) -> None:
        """Store what was answered to an attempt that asked."""

    def updates(self, touches: Sequence[AssetTouch]) -> tuple[AssetUpdate, ...]:  # noqa: ARG002 - for those that keep
        """Updates of assets to be recorded."""
        return ()

    def log_of(
        self,
        facts: RunFacts,  # noqa: ARG002 - for those that keep logs
        task_id: str,  # noqa: ARG002 - the same
        map_index: int,  # noqa: ARG002 - the same
        try_number: int,  # noqa: ARG002 - the same
    ) -> AbstractContextManager[None]:
        """Entered while an attempt runs, to keep what it logs and prints."""
        return nullcontext()


@dataclass(slots=True, kw_only=True)
class Plan:
    """What is to be run, and around it."""

    dag: Any
    spec: DagSpec
    facts: RunFacts
    server: MemoryServer
    artifacts: ArtifactStore
    recorder: Recorder = field(default_factory=Recorder)
    api: Callable[[MemoryServer, str, int], TaskApi] = MemoryApi
    """What answers the requests of an attempt: of this server, task and map index."""
    clock: JumpingClock = field(default_factory=JumpingClock)
    ids: IdSource = field(default_factory=UuidSource)
    progress: Progress | None = None
    mark_success: re.Pattern[str] | None = None
    mask: Mask | None = None
    inline_kb: int = 16
    answers: Answers = field(default_factory=dict[str, Reply])
    """What people answer, by the task that asks."""


class InlineRun:
    """One run, from request to end."""

    def __init__(self, plan: Plan, result: DagResult) -> None:
        self._plan, self.result = plan, result
        self._shard = Shard(plan.ids, Limits(parallelism=1))
        self._ready: deque[Dispatch] = deque()
        self._callbacks: deque[RunCallback] = deque()
        self._saves: dict[tuple[str, int], SaveTask] = {}
        self._rescheduled: dict[tuple[str, int], tuple[datetime, int]] = {}
        self._waits = InlineWaits(plan.clock)
        self._retry_at: datetime | None = None
        """When the run tries its failed tasks again."""
        self._unwritten: list[Command] = []
        self._outputs: dict[str, Ended] = {}
        self._tasks = {task.task_id: task for task in plan.spec.tasks}
        self._around = Surroundings(
            clock=plan.clock,
            artifacts=plan.artifacts,
            inline_kb=plan.inline_kb,
            mask=plan.mask,
            is_in_process=True,
        )

    def run(self) -> DagResult:
        """Run until nothing is left to do.

        Raises:
            KeyboardInterrupt: somebody pressed Ctrl-C; the run is marked failed first.
        """
        self._begin()
        try:
            while self.result.state not in RUN_FINISHED or self._callbacks:
                if self._callbacks:
                    self._call_back(self._callbacks.popleft())
                elif self._ready:
                    self._attempt(self._ready.popleft())
                elif not self._wait():
                    break
        finally:
            self._waits.close()
        self._write()
        return self.result

    def _begin(self) -> None:
        plan = self._plan
        facts = plan.facts
        spec = replace(plan.spec, schedule=ScheduleSpec("none"), dagrun_timeout_s=None, max_active_runs=1, deadlines=(),
                       tasks=tuple(replace(t, deadlines=()) if t.deadlines else t for t in plan.spec.tasks))  # fmt: skip
        for pool in {task.pool for task in plan.spec.tasks}:
            self._apply(PoolSet(facts.dag.workspace, pool, -1))
        self._apply(VersionAdded(facts.dag, facts.version_id, spec))
        self._apply(RunRequested(facts))

    # -- the core ------------------------------------------------------------------------------------------------------

    def _apply(self, event: Event) -> None:
        for command in self._shard.apply(event, self._plan.clock.now()):
            self._unwritten.append(command)
            match command:
                case SaveTask():
                    self._saved(command)
                case Dispatch():
                    self._ready.append(command)
                case SaveRun():
                    self._run_saved(command)
                case CreateTasks():
                    self._created(command)
                case ForgetTasks():
                    self._forgotten(command)
                case RunCallback():
                    self._callbacks.append(command)
                case StartTrigger():
                    self._start_trigger(command)
                case StopTrigger():
                    self._waits.stop(command.trigger, is_cancelled=command.is_cancelled)
                case _:
                    pass  # rows of attempts and outputs, for the recorder

    def _saved(self, save: SaveTask) -> None:
        key = (save.task_id, save.map_index)
        self._saves[key] = save
        one = self.result.instances.setdefault(key, TaskResult(*key))
        has_moved = one.state is not save.state
        one.state, one.try_number, one.reason = save.state, save.try_number, save.reason
        one.start_date, one.end_date = save.start_date, save.end_date
        self._plan.server.states[key] = save.state
        if has_moved and self._plan.progress is not None and save.state is not None:
            self._plan.progress(key, str(save.state))

    def _run_saved(self, save: SaveRun) -> None:
        self.result.state = save.state
        self.result.start_date, self.result.end_date = save.start_date, save.end_date
        self._plan.server.run_state = str(save.state)
        self._retry_at = save.retry_at

    def _created(self, command: CreateTasks) -> None:
        for place, index in enumerate(range(command.first, command.last + 1)):
            key = (command.task_id, index)
            if command.paths:
                self._plan.server.paths[key] = command.paths[place]
            self.result.instances.setdefault(key, TaskResult(*key))
            self._plan.server.states.setdefault(key, None)

    def _forgotten(self, command: ForgetTasks) -> None:
        gone = [key for key in self.result.instances if key[0] == command.task_id and key[1] >= command.first]
        for key in gone:
            del self.result.instances[key]
            self._saves.pop(key, None)
            self._plan.server.states.pop(key, None)
            self._plan.server.forget(*key)

    def _wait(self) -> bool:
        """Nothing can run now: go on to the moment when something can. False: that never comes."""
        clock = self._plan.clock
        retries = [s.next_at for s in self._saves.values() if s.state is TaskState.UP_FOR_RETRY and s.next_at]
        if self._retry_at is not None:
            retries.append(self._retry_at)
        looks = [s.next_at for s in self._saves.values() if s.state is TaskState.UP_FOR_RESCHEDULE and s.next_at]
        due = self._shard.next_deadline()
        if self._waits.is_waiting:
            self._turn_triggers(due)
            return True
        if due is None:
            return False
        if retries:
            clock.jump_to(min(retries))
        elif looks:
            clock.sleep_until(min(looks))
        elif due > clock.now():
            return False
        self._apply(Tick())
        return True

    def _start_trigger(self, order: StartTrigger) -> None:
        if self._plan.mark_success is not None and self._plan.mark_success.search(order.task_id):
            self._waits.pretend(order.trigger)
        else:
            api = self._plan.api(self._plan.server, order.task_id, order.map_index)
            self._waits.start(order, self._plan.facts.run_id, api)

    def _turn_triggers(self, due: datetime | None) -> None:
        """Let triggers run until one fires, or something else is due."""
        left_s = None if due is None else max((due - self._plan.clock.now()).total_seconds(), 0.0)
        fired = self._waits.turn(left_s)
        for one in fired:
            order = next(k for k, s in self._saves.items() if s.attempt == one.id)
            ended = ended_of_fired(one)
            if ended is not None:
                self._keep(order, ended)
            self._apply(event_of_fired(one))
        if not fired:
            self._apply(Tick())

    # -- attempts ------------------------------------------------------------------------------------------------------

    def _attempt(self, order: Dispatch) -> None:
        key, now = (order.task_id, order.map_index), self._plan.clock.now()
        self._apply(AttemptStarted(order.attempt, now, HOSTNAME, os.getpid()))
        first_start, reschedules = self._rescheduled.pop(key, (now, 0))
        if reschedules == 0 and order.resume is None:
            self._plan.server.forget(*key)
        if order.resume is not None:
            first_start = self._saves[key].start_date or now
        try:
            ended = self._run_attempt(order, first_start if reschedules or order.resume else None, reschedules)
        except KeyboardInterrupt:
            self._interrupted(order)
            raise
        if ended.outcome == "up_for_reschedule":
            self._rescheduled[key] = (first_start, reschedules + 1)
        if ended.deferral is not None:
            self._waits.know(order.attempt, ended.deferral)
        self._keep(key, ended)
        self._apply(event_of(ended, self._plan.recorder.updates(ended.assets) if ended.assets else ()))
        if ended.form is not None:
            self._ask(order, ended.form)
        self._write()

    def _ask(self, order: Dispatch, form: InputForm) -> None:
        plan, now = self._plan, self._plan.clock.now()
        given = answer_form(order.task_id, form, plan.answers)
        self._waits.answered(order.attempt, given.resume(form, now))
        plan.recorder.answered(order.attempt, given, now)
        self._apply(InputGiven(order.attempt, now))

    def _run_attempt(self, order: Dispatch, first_start: datetime | None, reschedules: int) -> Ended:
        plan = self._plan
        if plan.mark_success is not None and plan.mark_success.search(order.task_id):
            return Ended(attempt=order.attempt, at=plan.clock.now(), outcome="success")
        api = plan.api(plan.server, order.task_id, order.map_index)
        workload = self._workload(order, first_start, reschedules)
        with plan.recorder.log_of(plan.facts, order.task_id, order.map_index, order.try_number):
            return run_attempt(workload, plan.dag, api, self._around)

    def _keep(self, key: tuple[str, int], ended: Ended) -> None:
        self._outputs[ended.attempt] = ended
        self._plan.server.keep(*key, {value.key: to_stored(value) for value in ended.xcoms})
        for touch in ended.assets:
            self._plan.server.asset_events += asset_event_facts(self._plan.facts, key, ended.at, touch)
        one = self.result.instances[key]
        one.error, one.rendered, one.rendered_map_index = ended.error, ended.rendered, ended.rendered_map_index

    def _interrupted(self, order: Dispatch) -> None:
        now = self._plan.clock.now()
        ended = Ended(attempt=order.attempt, at=now, outcome="failed", reason="interrupted by Ctrl-C", retryable=False)
        self._outputs[order.attempt] = ended
        self._apply(event_of(ended))
        self._apply(RunMarked(self._plan.facts.uid, RunState.FAILED))
        self._write()

    def _workload(self, order: Dispatch, first_start: datetime | None, reschedules: int) -> Workload:
        task = self._tasks[order.task_id]
        save = self._saves[order.task_id, order.map_index]
        return Workload(
            attempt=order.attempt,
            dag=self._dag_facts(),
            run=self._run_info(),
            task_id=order.task_id,
            map_index=order.map_index,
            try_number=order.try_number,
            max_tries=save.max_tries,
            isolation="fork",
            log_path="",
            execution_timeout_s=task.execution_timeout_s,
            first_start=first_start,
            reschedules=reschedules,
            queue=order.queue,
            priority=order.priority,
            pool=task.pool,
            pool_slots=order.pool_slots,
            resume=self._waits.resume_of(order.resume),
            map_path=list(order.map_path),
        )

    def _dag_facts(self) -> DagFacts:
        plan = self._plan
        file = Path(plan.dag.fileloc or ".")
        return DagFacts(
            workspace=plan.facts.dag.workspace,
            dag_id=plan.spec.dag_id,
            version_id=plan.facts.version_id,
            bundle_path=str(file.parent),
            relative_fileloc=plan.spec.relative_fileloc or file.name,
        )

    def _run_info(self) -> RunInfo:
        facts = self._plan.facts
        return RunInfo(
            uid=facts.uid,
            run_id=facts.run_id,
            run_type=facts.run_type,
            run_after=facts.run_after,
            logical_date=facts.logical_date,
            interval_start=facts.interval_start,
            interval_end=facts.interval_end,
            start_date=self.result.start_date,
            queued_at=facts.queued_at,
            conf=dict(facts.conf),
            triggering_user=facts.triggering_user,
            note=facts.note,
            partition_key=facts.partition_key,
            partition_date=facts.partition_date,
            backfill=facts.backfill,
        )

    def _call_back(self, order: RunCallback) -> None:
        work = CallbackWork(
            work_id=self._plan.ids.new(),
            dag=self._dag_facts(),
            run=self._run_info(),
            kind=order.kind,
            reason=order.reason,
            log_path="",
            task_id=order.task_id or "",
            map_index=order.map_index,
            try_number=order.try_number,
            run_state=str(self.result.state),
            last_task=order.last[0] if order.last is not None else "",
            last_index=order.last[1] if order.last is not None else -1,
        )
        api = self._plan.api(self._plan.server, work.task_id, work.map_index)
        run_callback(work, self._plan.dag, api, self._around)

    def _write(self) -> None:
        self._plan.recorder.write(self._unwritten, self._outputs, self._plan.clock.now())
        self._unwritten.clear()
        self._outputs.clear()


def event_of(ended: Ended, assets: tuple[AssetUpdate, ...] = ()) -> Event:
    """What the report of an attempt's end means to the core."""
    match ended.outcome:
        case "success":
            return AttemptSucceeded(
                ended.attempt,
                ended.at,
                lengths={value.key: value.length for value in ended.xcoms if value.length is not None},
                pushed=frozenset(value.key for value in ended.xcoms if not value.is_none),
                skip=tuple(ended.skip),
                again=ended.again,
                assets=assets,
            )
        case "skipped":
            return AttemptSkipped(ended.attempt, ended.at)
        case "up_for_reschedule":
            return AttemptRescheduled(ended.attempt, ended.at, ended.until or ended.at)
        case "failed":
            return AttemptFailed(
                ended.attempt, ended.at, ended.reason, ended.retryable, ended.called_back, ended.retry_delay_s
            )
        case "deferred":
            timeout_s = ended.deferral.timeout_s if ended.deferral else None
            return AttemptDeferred(ended.attempt, ended.at, None if timeout_s is None else after(ended.at, timeout_s))
        case "awaiting_input":
            return AttemptAwaitsInput(ended.attempt, ended.at)
