"""The grid of a DAG, computed: a letter for each task in each run, and beside it what a letter cannot say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tradewind.core.states import TaskState
from tradewind.db.one_dag import CellCount, TaskSpan

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
class _Cell:
    states: dict[str, int] = field(default_factory=dict[str, int])
    is_mapped: bool = False
    tries: int = 0

    def add(self, count: CellCount) -> None:
        name = count.state or "none"
        self.states[name] = self.states.get(name, 0) + count.count
        self.is_mapped = self.is_mapped or count.first_index >= 0
        self.tries = max(self.tries, count.tries)


def grid_of(run_uids: Sequence[str], task_ids: Sequence[str], counts: Iterable[CellCount]) -> Grid:
    """The grid of these runs and tasks. Tasks that only the runs know come last, those that were removed before they
    did anything not at all."""
    found: dict[str, dict[str, _Cell]] = {uid: {} for uid in run_uids}
    for count in counts:
        found[count.run_uid].setdefault(count.task_id, _Cell()).add(count)
    known = set(task_ids)
    gone = sorted(
        {
            task
            for column in found.values()
            for task, cell in column.items()
            if task not in known and set(cell.states) != {"removed"}
        }
    )
    places = {task: place for place, task in enumerate([*task_ids, *gone])}
    grid = Grid([], [], [], gone)
    for uid in run_uids:
        letters = [NO_TASK] * len(places)
        mapped: dict[str, dict[str, int]] = {}
        tries: dict[str, int] = {}
        for task, cell in found[uid].items():
            place = places.get(task)
            if place is None:
                continue
            letters[place] = SEVERAL if cell.is_mapped else _LETTERS[next(iter(cell.states))]
            if cell.is_mapped:
                mapped[str(place)] = cell.states
            if cell.tries > 1:
                tries[str(place)] = cell.tries
        grid.cells.append("".join(letters))
        grid.mapped.append(mapped)
        grid.tries.append(tries)
    return grid


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
