"""The grid of a DAG, computed: a letter for each task in each run, and beside it what a letter cannot say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tradewind.core.states import TaskState
from tradewind.db.one_dag import LINE, CellCount, RunColumn, TaskSpan

__all__ = ["STATES", "Grid", "grid_of", "slowest"]

STATES: Sequence[str] = ("none", *(state.value for state in TaskState))
"""What the letters mean: a is the first."""
NO_TASK = "."
SEVERAL = "*"
_LETTERS: Mapping[str, str] = {state: chr(ord("a") + place) for place, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns for runs; in each, tasks by their places."""

    cells: list[str]
    mapped: list[dict[str, dict[str, int]]]
    """Of the tasks with several instances: how many are in which state."""
    tries: list[dict[str, int]]
    """Of the tasks that were tried more than once."""
    gone: list[str]
    """Tasks that runs have and the list of tasks did not; their places follow."""


@dataclass(slots=True)
class _Column:
    """What a run has beside one letter for each task."""

    mapped: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    tries: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, count: CellCount) -> None:
        if count.first_index >= 0:
            self.mapped.setdefault(count.task_id, {})[count.state or "none"] = count.count
        if count.tries > 1:
            self.tries[count.task_id] = max(count.tries, self.tries.get(count.task_id, 0))


def grid_of(
    run_uids: Sequence[str], task_ids: Sequence[str], columns: Iterable[RunColumn], uneven: Iterable[CellCount]
) -> Grid:
    """The grid of these runs and tasks. Tasks that only the runs know come last, those that were removed before they
    did anything not at all.

    Args:
        columns: the instances that are not mapped.
        uneven: those of mapped tasks, and those that were tried again.
    """
    more: dict[str, _Column] = {uid: _Column() for uid in run_uids}
    for count in uneven:
        more[count.run_uid].add(count)
    single = {column.run_uid: column for column in columns}
    # Runs of one version have the same tasks in the same order: such a list is looked at once.
    lists = {column.tasks: column.tasks.split(LINE) for column in single.values()}
    gone = sorted(_gone(set(task_ids), lists, single.values(), more.values()))
    places = {task: place for place, task in enumerate([*task_ids, *gone])}
    orders = {text: [places.get(task, -1) for task in tasks] for text, tasks in lists.items()}
    grid = Grid([], [], [], gone)
    for uid in run_uids:
        letters = [NO_TASK] * (len(places) + 1)  # the last one is for tasks that are not shown
        if column := single.get(uid):
            for place, state in zip(orders[column.tasks], column.states.split(LINE), strict=True):
                letters[place] = _LETTERS[state]
        mapped = {str(places[task]): states for task, states in more[uid].mapped.items() if task in places}
        for place in mapped:
            letters[int(place)] = SEVERAL
        grid.cells.append("".join(letters[:-1]))
        grid.mapped.append(mapped)
        grid.tries.append({str(places[task]): tries for task, tries in more[uid].tries.items() if task in places})
    return grid


def _gone(
    known: set[str], lists: Mapping[str, Sequence[str]], columns: Iterable[RunColumn], more: Iterable[_Column]
) -> set[str]:
    """Tasks that runs have and the list of tasks has not, and that were more than removed."""
    strange = {text for text, tasks in lists.items() if not known.issuperset(tasks)}
    found = {
        task
        for column in columns
        if column.tasks in strange
        for task, state in zip(lists[column.tasks], column.states.split(LINE), strict=True)
        if state != "removed"
    }
    found |= {task for column in more for task, states in column.mapped.items() if set(states) != {"removed"}}
    return found - known


def slowest(run_uids: Sequence[str], spans: Iterable[TaskSpan], most: int) -> tuple[dict[str, list[float | None]], int]:
    """Task -> its seconds in each run, of the tasks that take longest, these first; and how many tasks ran at all."""
    columns = {uid: place for place, uid in enumerate(run_uids)}
    found: dict[str, list[float | None]] = {}
    for span in spans:
        series = found.setdefault(span.task_id, [None] * len(run_uids))
        if span.start is not None and span.end is not None:
            series[columns[span.run_uid]] = (span.end - span.start).total_seconds()

    def mean(task: str) -> float:
        known = [value for value in found[task] if value is not None]
        return sum(known) / len(known) if known else 0.0

    order = sorted(found, key=lambda task: (-mean(task), task))
    return {task: found[task] for task in order[:most]}, len(found)
