"""Setups and teardowns: marking, the `with` scope that wires work between them, and what must hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.dependency import Dependable, connect, flat
from tradewind.sdk.stack import current_scopes, enter_scope, leave_scope
from tradewind.sdk.trigger_rule import TriggerRule

if TYPE_CHECKING:
    from tradewind.sdk.node import TaskNode

__all__ = ["Scope", "close_scope", "join_scopes", "make_teardown", "open_scope", "validate_setup_teardown"]


class Scope:
    """The tasks declared between setups and teardowns."""

    def __init__(self, setups: Sequence[TaskNode], teardowns: Sequence[TaskNode]) -> None:
        self.setups = list(setups)
        self.teardowns = list(teardowns)
        self.tasks: list[TaskNode] = []

    def add_task(self, task: Dependable) -> None:
        """Take in a task that was declared outside of the `with` block."""
        for one in flat(task):
            self.tasks += [task for task in one.leaves if task not in self.tasks]

    def wire(self) -> None:
        """Put the first tasks of the work behind the setups and the last ones before the teardowns."""
        edges = {*self.setups, *self.teardowns}
        work = [task for task in self.tasks if task not in edges]
        ids = {task.task_id for task in work}
        connect(self.setups, [task for task in work if not task.upstream_task_ids & ids])
        connect([task for task in work if not task.downstream_task_ids & ids], self.teardowns)


def open_scope(tasks: Sequence[TaskNode]) -> Scope:
    """Open the scope of these setups or teardowns; the other half is found along the arrows.

    Raises:
        InvalidArgument: one of the tasks is neither, or they are of both kinds.
    """
    if not all(task.is_setup for task in tasks) and not all(task.is_teardown for task in tasks):
        names = ", ".join(task.task_id for task in tasks)
        raise InvalidArgument(f"only setups or teardowns, and not both at once, open a `with` scope; got {names}")
    if tasks[0].is_setup:
        setups, teardowns = list(tasks), _both(tasks, downstream=True)
    else:
        setups, teardowns = _both(tasks, downstream=False), list(tasks)
    scope = Scope(setups, teardowns)
    enter_scope(scope)
    return scope


def close_scope(*, failed: bool) -> None:
    """Close the innermost scope and wire its work, unless the block failed."""
    scope = current_scopes()[-1]
    leave_scope()
    if not failed:
        scope.wire()


def join_scopes(task: TaskNode) -> None:
    """Enter a new task into all open scopes."""
    for scope in current_scopes():
        scope.tasks.append(task)


def make_teardown(task: TaskNode, *, setups: Dependable | None, on_failure_fail_dagrun: bool | None) -> None:
    """Mark a task as teardown, and put it behind its setups."""
    task.is_teardown = True
    task.trigger_rule = TriggerRule.ALL_DONE_SETUP_SUCCESS
    if on_failure_fail_dagrun is not None:
        task.on_failure_fail_dagrun = on_failure_fail_dagrun
    if setups is not None:
        for one in flat(setups):
            for setup in one.leaves:
                setup.is_setup = True
                connect([setup], [task])


def validate_setup_teardown(tasks: Sequence[TaskNode]) -> None:
    """Check that nothing but teardowns waits for a setup with another rule than all_success.

    Raises:
        InvalidArgument: something does.
    """
    for task in tasks:
        if not task.is_setup:
            continue
        for below in task.downstream_list:
            if not below.is_teardown and below.trigger_rule != TriggerRule.ALL_SUCCESS:
                raise InvalidArgument(
                    f"Setup tasks must be followed with trigger rule ALL_SUCCESS, but task {below.task_id!r} follows "
                    f"setup {task.task_id!r} with {below.trigger_rule}"
                )


def _both(tasks: Sequence[TaskNode], *, downstream: bool) -> list[TaskNode]:
    found: dict[str, TaskNode] = {}
    for task in tasks:
        for other in task.downstream_list if downstream else task.upstream_list:
            if other.is_teardown if downstream else other.is_setup:
                found[other.task_id] = other
    return list(found.values())
