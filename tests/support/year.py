"""Schedules simulated on the pure core: a virtual clock, an executor that is never tired, and books of what fired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tradewind.base.ids import SequentialIds
from tradewind.core.commands import Command, CreateRun, Dispatch, SaveRun
from tradewind.core.events import AttemptStarted, AttemptSucceeded, Event, PoolSet, Tick, VersionAdded
from tradewind.core.shard import Limits, Shard
from tradewind.core.states import RunState
from tradewind.spec import DagKey, DagSpec, ScheduleSpec, TaskSpec

__all__ = ["Simulation", "hourly"]

TASK_S = 20
"""Seconds that a task takes."""


def hourly(name: str, start: datetime, zone: str = "UTC", minute: int = 0) -> DagSpec:
    """A DAG of one task that runs every hour."""
    return DagSpec(
        dag_id=name,
        schedule=ScheduleSpec("cron_trigger", {"cron": f"{minute} * * * *"}, timezone=zone),
        tasks=(TaskSpec(task_id="work"),),
        start_date=start,
        catchup=True,
    )


@dataclass
class Simulation:
    """A core that lives through a stretch of time; `fired` counts the runs by DAG and moment."""

    now: datetime
    events: int = 0
    succeeded: int = 0
    fired: Counter[tuple[str, datetime]] = field(default_factory=Counter[tuple[str, datetime]])

    def __post_init__(self) -> None:
        self.shard = Shard(SequentialIds(), Limits(parallelism=100_000))
        self._running: list[str] = []
        self._apply(PoolSet("default", "default_pool", -1))

    def add(self, specs: Iterable[DagSpec]) -> None:
        """Know these DAGs."""
        for spec in specs:
            self._apply(VersionAdded(DagKey("default", spec.dag_id), "v1", spec))

    def live_until(self, end: datetime) -> None:
        """Let time pass: each deadline is met, each task ends `TASK_S` seconds after its start."""
        while True:
            if self._running:
                attempts, self._running = self._running, []
                done = self.now + timedelta(seconds=TASK_S)
                for attempt in attempts:
                    self._apply(AttemptStarted(attempt, self.now))
                self.now = done
                for attempt in attempts:
                    self._apply(AttemptSucceeded(attempt, done))
            due = self.shard.next_deadline()
            if due is None or due > end:
                self.now = end
                return
            self.now = max(self.now, due)
            self._apply(Tick())

    def _apply(self, event: Event) -> None:
        self.events += 1
        commands: list[Command] = self.shard.apply(event, self.now)
        for command in commands:
            kind = type(command)
            if kind is Dispatch:
                self._running.append(command.attempt)  # type: ignore[union-attr] - pyright does not follow `kind`
            elif kind is CreateRun:
                run = command.run  # type: ignore[union-attr]
                self.fired[run.dag.dag_id, run.run_after] += 1
            elif kind is SaveRun and command.state is RunState.SUCCESS:  # type: ignore[union-attr]
                self.succeeded += 1
