"""What an instance owes to the run before: depends_on_past and wait_for_downstream.

Only DAGs that use either keep a memory: runs by logical date, and of those that ended which tasks were not in success
or skipped. Runs in memory are asked directly, and wake the run after them as their tasks end.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tradewind.core.events import RunFacts
from tradewind.core.graph import Node
from tradewind.core.run import Run
from tradewind.core.states import SKIPPED, SUCCESS

__all__ = ["PastRun", "Timeline", "is_met", "waiting_for"]


@dataclass(frozen=True, slots=True)
class PastRun:
    """How a run ended, as far as the run after it may ask."""

    uid: str
    logical_date: datetime
    is_manual: bool
    tasks: frozenset[str]
    """Tasks that had instances."""
    unsuccessful: frozenset[str]
    """Those of them with an instance that ended neither in success nor skipped."""


class Timeline:
    """The runs of a DAG by logical date."""

    def __init__(self) -> None:
        self._order: list[tuple[datetime, str]] = []
        self._ended: dict[str, PastRun] = {}
        self._manual: set[str] = set()

    def load(self, past: Sequence[PastRun]) -> None:
        """Know runs that ended before this scheduler started."""
        for run in past:
            self._place(run.uid, run.logical_date, is_manual=run.is_manual)
            self._ended[run.uid] = run

    def add(self, facts: RunFacts) -> None:
        """A run is in memory."""
        if facts.logical_date is not None:
            self._place(facts.uid, facts.logical_date, is_manual=facts.run_type == "manual")

    def ended(self, run: Run) -> None:
        """A run leaves memory: keep how its tasks ended."""
        date = run.facts.logical_date
        if date is None:
            return
        unsuccessful = frozenset(n.task_id for n in run.graph.nodes if not _is_successful(run, n.task_id))
        tasks = frozenset(run.graph.index)
        self._ended[run.uid] = PastRun(run.uid, date, run.uid in self._manual, tasks, unsuccessful)

    def drop(self, facts: RunFacts) -> None:
        """A run was deleted."""
        if facts.logical_date is not None and (facts.logical_date, facts.uid) in self._order:
            self._order.remove((facts.logical_date, facts.uid))
        self._ended.pop(facts.uid, None)
        self._manual.discard(facts.uid)

    def before(self, facts: RunFacts, *, only_scheduled: bool) -> list[str]:
        """The runs before this one, the latest first."""
        if facts.logical_date is None:
            return []
        end = bisect_left(self._order, (facts.logical_date, ""))
        return [uid for _, uid in reversed(self._order[:end]) if not (only_scheduled and uid in self._manual)]

    def date_of(self, uid: str) -> datetime | None:
        """The logical date of a run that is known."""
        return next((date for date, known in reversed(self._order) if known == uid), None)

    def after(self, facts: RunFacts) -> list[str]:
        """The runs after this one, the earliest first."""
        if facts.logical_date is None:
            return []
        start = bisect_left(self._order, (facts.logical_date, "\U0010ffff"))
        return [uid for _, uid in self._order[start:]]

    def past(self, uid: str) -> PastRun | None:
        """How a run ended that is not in memory."""
        return self._ended.get(uid)

    def _place(self, uid: str, date: datetime, *, is_manual: bool) -> None:
        if is_manual:
            self._manual.add(uid)
        at = bisect_left(self._order, (date, uid))
        if at == len(self._order) or self._order[at] != (date, uid):
            insort(self._order, (date, uid))


def _is_successful(run: Run, task_id: str) -> bool:
    node = run.graph.index[task_id]
    return all(run.state_of(node, i) in (SUCCESS, SKIPPED) for i in run.indexes(node))


def is_met(run: Run, node: Node, timeline: Timeline, runs: dict[str, Run]) -> bool:
    """Whether the run before lets a task of this run go."""
    spec = node.spec
    if not (spec.depends_on_past or spec.wait_for_downstream):
        return True
    before = timeline.before(run.facts, only_scheduled=run.graph.spec.catchup)
    if not before:
        return True
    if run.graph.spec.catchup and spec.start_date is not None:
        date = timeline.date_of(before[0])
        if date is not None and date < spec.start_date:
            return True  # the task was not active back then

    def has(uid: str, task_id: str) -> bool:
        there = runs.get(uid)
        if there is not None:
            return task_id in there.graph.index
        ended = timeline.past(uid)
        return ended is not None and task_id in ended.tasks

    def is_successful(uid: str, task_id: str) -> bool:
        there = runs.get(uid)
        if there is not None:
            return task_id not in there.graph.index or _is_successful(there, task_id)
        ended = timeline.past(uid)
        return ended is None or task_id not in ended.unsuccessful

    if not has(before[0], spec.task_id):
        return spec.ignore_first_depends_on_past and not any(has(uid, spec.task_id) for uid in before)
    if not is_successful(before[0], spec.task_id):
        return False
    if not spec.wait_for_downstream:
        return True
    return all(is_successful(before[0], run.graph.nodes[n].task_id) for n in node.downstream)


def waiting_for(run: Run, task_ids: set[str]) -> list[tuple[int, int]]:
    """Take out the instances of a run that wait for the run before and may go now that these tasks ended there."""
    found: list[tuple[int, int]] = []
    for node in list(run.past_waiting):
        names = {run.graph.nodes[node].task_id, *(run.graph.nodes[n].task_id for n in run.graph.nodes[node].downstream)}
        if names & task_ids:
            found += [(node, index) for index in sorted(run.past_waiting.pop(node))]
    return found
