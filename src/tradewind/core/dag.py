"""A DAG in memory: its versions, its runs, and the limits they share."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from tradewind.core.events import RunFacts
from tradewind.core.graph import Graph
from tradewind.core.lane import Lane
from tradewind.core.limits import Gate
from tradewind.core.run import Run
from tradewind.core.states import RunState
from tradewind.core.timeline import Timeline
from tradewind.spec import DagKey
from tradewind.timetables import Interval, NextRun, Timetable

__all__ = ["Asking", "Dag"]

Gates = tuple[tuple[Gate, int], ...]


@dataclass(slots=True)
class Asking:
    """What a timetable that a user wrote was asked, and what it said; see `asking`."""

    version: str
    last: Interval | None = None
    """What the run before was about, as the question had it."""
    question: str = ""
    """Id of the open question; empty: it was answered, or none was asked."""
    runs: deque[NextRun] = field(default_factory=deque[NextRun])
    """The runs that follow, as the answer had them."""
    again_at: datetime | None = None
    """When to ask again."""
    setbacks: int = 0
    """Answers in a row that were failures, or named no run."""
    has_warned: bool = False
    was_held_back: bool = False
    """No run could be made when it was last looked at."""


class Dag:
    """What the core knows of a DAG."""

    def __init__(self, key: DagKey) -> None:
        self.key = key
        self.versions: dict[str, Graph] = {}
        self.newest: str | None = None
        """The version that new runs are bound to."""
        self.is_paused = False
        self.is_stale = False
        self.gate = Gate(f"{key.dag_id} is paused", None)
        """Closed while the DAG is paused."""
        self.gates: dict[str, dict[int, Gates]] = {}
        """By run, by node: what an instance must pass."""
        self._run_gates: dict[str, Gate] = {}
        self._task_gates: dict[str, Gate] = {}
        self._run_task_gates: dict[str, dict[str, Gate]] = {}
        self.runs: dict[str, Run] = {}
        """Runs in memory, by uid."""
        self._queued: list[tuple[datetime, int, Run]] = []
        self._serial = 0
        self.running: set[str] = set()
        """Running runs, save those of active backfills."""
        self.lanes: dict[str, Lane] = {}
        """Active backfills: their runs count into limits of their own."""
        self.failed_in_a_row = 0
        self.latest: RunFacts | None = None
        """The latest run by schedule."""
        self.timeline = Timeline()
        self.timetable: Timetable | None = None
        self.bounds: tuple[datetime | None, datetime | None] = (None, None)
        """Between which dates the schedule may make runs."""
        self.upcoming: NextRun | None = None
        """The run that the timetable said comes after the latest."""
        self.asking: Asking | None = None
        """The conversation with a timetable that a user wrote."""
        self.plan: tuple[NextRun | None, bool] | None = None
        """What was last said about the next run: which, and whether max_active_runs holds it back."""

    @property
    def graph(self) -> Graph | None:
        """The newest version."""
        return self.versions.get(self.newest) if self.newest is not None else None

    def set_paused(self, *, is_paused: bool) -> None:
        """Pause or resume."""
        self.is_paused = is_paused
        self.gate.capacity = 0 if is_paused else None

    def task_gate(self, task_id: str, capacity: int) -> Gate:
        """The limit of a task over all runs."""
        gate = self._task_gates.get(task_id)
        if gate is None:
            gate = self._task_gates[task_id] = Gate(f"max_active_tis_per_dag of {task_id}", capacity)
        return gate

    def task_gates(self) -> dict[str, Gate]:
        """The limits of tasks over all runs, by task."""
        return self._task_gates

    def run_task_gate(self, run: Run, task_id: str, capacity: int) -> Gate:
        """The limit of a task within a run."""
        gates = self._run_task_gates.setdefault(run.uid, {})
        gate = gates.get(task_id)
        if gate is None:
            gate = gates[task_id] = Gate(f"max_active_tis_per_dagrun of {task_id}", capacity)
        gate.capacity = capacity
        return gate

    def run_gate(self, run: Run) -> Gate:
        """The limit of a run on its active tasks."""
        gate = self._run_gates.get(run.uid)
        if gate is None:
            gate = self._run_gates[run.uid] = Gate("max_active_tasks", run.graph.spec.max_active_tasks)
        return gate

    def all_gates(self) -> list[Gate]:
        """All limits of this DAG."""
        inside = [gate for gates in self._run_task_gates.values() for gate in gates.values()]
        return [self.gate, *self._run_gates.values(), *self._task_gates.values(), *inside]

    def add(self, run: Run) -> None:
        """Take a run into memory."""
        self.runs[run.uid] = run
        lane = self.lane_of(run)
        if lane is not None:
            lane.add(run)
        elif run.state is RunState.QUEUED:
            self.enqueue(run)
        elif run.state is RunState.RUNNING:
            self.running.add(run.uid)
        if run.graph.uses_past:
            self.timeline.add(run.facts)

    def enqueue(self, run: Run) -> None:
        """Let a queued run wait for its turn."""
        lane = self.lane_of(run)
        if lane is not None:
            lane.enqueue(run)
            return
        self._serial += 1
        heapq.heappush(self._queued, (run.facts.run_after, self._serial, run))

    def lane_of(self, run: Run) -> Lane | None:
        """The active backfill that a run is part of; where that is over, it is a run like any other."""
        return self.lanes.get(run.facts.backfill) if run.facts.backfill is not None else None

    def count_scheduled(self) -> int:
        """Runs in memory that count into max_active_runs."""
        return len(self.runs) - sum(len(lane.runs) for lane in self.lanes.values())

    def first_queued(self) -> Run | None:
        """The queued run that is next."""
        while self._queued:
            run = self._queued[0][2]
            if run.state is RunState.QUEUED and self.runs.get(run.uid) is run and self.lane_of(run) is None:
                return run
            heapq.heappop(self._queued)
        return None

    def forget(self, run: Run) -> None:
        """A run leaves memory."""
        self.runs.pop(run.uid, None)
        self.running.discard(run.uid)
        for lane in self.lanes.values():
            lane.forget(run)
        self.gates.pop(run.uid, None)
        self._run_gates.pop(run.uid, None)
        self._run_task_gates.pop(run.uid, None)

    def forget_gates(self, run: Run) -> None:
        """The run has a new graph: its limits are read anew."""
        self.gates.pop(run.uid, None)
        gate = self._run_gates.get(run.uid)
        if gate is not None:
            gate.capacity = run.graph.spec.max_active_tasks
