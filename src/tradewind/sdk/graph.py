"""Questions about the graph of a DAG: an order, a circle, how much hangs on a task."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from tradewind.sdk.authoring_errors import DagCycle
from tradewind.sdk.trigger_rule import WeightRule

if TYPE_CHECKING:
    from tradewind.sdk.node import TaskNode

__all__ = ["check_cycle", "effective_weights", "topological_order"]

MAX_WEIGHT = 2**31 - 1


def topological_order(tasks: Mapping[str, TaskNode], dag_id: str = "") -> list[TaskNode]:
    """The tasks such that each comes after all it waits for; ties by the order of the file.

    Raises:
        DagCycle: there is no such order.
    """
    waiting = {task_id: len(task.upstream_task_ids) for task_id, task in tasks.items()}
    ready = [(task.position, task_id) for task_id, task in tasks.items() if not waiting[task_id]]
    heapq.heapify(ready)
    order: list[TaskNode] = []
    while ready:
        task = tasks[heapq.heappop(ready)[1]]
        order.append(task)
        for below in task.downstream_task_ids:
            waiting[below] -= 1
            if not waiting[below]:
                heapq.heappush(ready, (tasks[below].position, below))
    if len(order) < len(tasks):
        raise _cycle(tasks, {task_id for task_id, count in waiting.items() if count}, dag_id)
    return order


def check_cycle(tasks: Mapping[str, TaskNode], dag_id: str = "") -> None:
    """Check that no tasks wait for each other.

    Raises:
        DagCycle: some do; the sentence shows the circle.
    """
    topological_order(tasks, dag_id)


def _cycle(tasks: Mapping[str, TaskNode], stuck: set[str], dag_id: str) -> DagCycle:
    """The error for one circle. Each stuck task waits for another stuck one, so walking up must come around."""
    path: list[str] = []
    one = min(stuck, key=lambda task_id: tasks[task_id].position)
    while one not in path:
        path.append(one)
        one = min(tasks[one].upstream_task_ids & stuck, key=lambda task_id: tasks[task_id].position)
    circle = [*reversed(path[path.index(one) :]), path[-1]]
    where = f"Cycle detected in Dag {dag_id!r}: " if dag_id else "Cycle detected: "
    lines = ", ".join(f"{name}: {PurePath(tasks[name].origin[0]).name}:{tasks[name].origin[1]}" for name in circle[:-1])
    return DagCycle(
        f"{where}{' >> '.join(circle)}; each waits for the one before it (declared at {lines})", tasks=circle
    )


def effective_weights(order: Sequence[TaskNode]) -> dict[str, int]:
    """The priority of each task after its weight rule.

    Args:
        order: all tasks in topological order.
    """
    index = {task.task_id: n for n, task in enumerate(order)}
    base = [int(task.priority_weight) for task in order]  # type: ignore[attr-defined]
    rules = [task.weight_rule for task in order]  # type: ignore[attr-defined]
    weights = {task.task_id: weight for task, weight in zip(order, base, strict=True)}
    for rule, upstream in ((WeightRule.DOWNSTREAM, False), (WeightRule.UPSTREAM, True)):
        if rule not in rules:
            continue
        closures = _closures(order, index, upstream=upstream)
        masks = _masks(base)
        for n, task in enumerate(order):
            if rules[n] == rule:
                total = sum(weight * (closures[n] & mask).bit_count() for weight, mask in masks.items())
                weights[task.task_id] = max(-MAX_WEIGHT, min(MAX_WEIGHT, total))
    return weights


def _closures(order: Sequence[TaskNode], index: Mapping[str, int], *, upstream: bool) -> list[int]:
    """For each task the set of it and all that can be reached from it, as the bits of a number."""
    reached = [0] * len(order)
    for n in range(len(order)) if upstream else range(len(order) - 1, -1, -1):
        bits = 1 << n
        for other in order[n].get_direct_relative_ids(upstream):
            bits |= reached[index[other]]
        reached[n] = bits
    return reached


def _masks(weights: Sequence[int]) -> dict[int, int]:
    """For each weight the set of tasks that have it, as the bits of a number."""
    masks: dict[int, int] = {}
    for n, weight in enumerate(weights):
        masks[weight] = masks.get(weight, 0) | 1 << n
    return masks
