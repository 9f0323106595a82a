"""The moment a mapped task or group learns its length: rows are made, the run's arrays grow."""

from __future__ import annotations

from tradewind.core.commands import CreateTasks, ForgetTasks
from tradewind.core.instances import withdraw
from tradewind.core.machine import Machine
from tradewind.core.mapping import expansion
from tradewind.core.rules import Verdict
from tradewind.core.run import Run
from tradewind.core.states import DONE, NONE

__all__ = ["expand_known", "expand_to", "is_too_long"]


def is_too_long(m: Machine, count: int) -> bool:
    """Whether the guard against huge expansions forbids it."""
    return 0 < m.max_map_length < count


def expand_known(m: Machine, run: Run) -> None:
    """Expand what is mapped over literals, as soon as the run exists."""
    for node in run.graph.nodes:
        if node.mapping is not None and not node.sources and run.count[node.index] < 0:
            found = expansion(run, node)
            if not isinstance(found, Verdict) and not is_too_long(m, found):
                expand_to(m, run, node.index, found)


def expand_to(m: Machine, run: Run, node: int, count: int) -> None:
    """Make the instances of a node as many as its length says; 0: the one that is then skipped."""
    before = run.count[node]
    run.outdated.discard(node)
    if before == count or (before < 0 and count == 0):
        return
    for index in run.indexes(node):
        if before < 0 or index >= count:
            withdraw(m, run, node, index, "the task was expanded anew and no longer has this instance")
    whole = run.state_of(node, 0) if before < 0 else NONE
    task_id = run.graph.nodes[node].task_id
    if before < 0:
        m.rows.append(ForgetTasks(run.uid, task_id, -1))
        m.rows.append(CreateTasks(run.uid, task_id, 0, count - 1))
    elif count == 0:
        m.rows.append(ForgetTasks(run.uid, task_id, -1))
        m.rows.append(CreateTasks(run.uid, task_id, -1, -1))
    elif count < before:
        m.rows.append(ForgetTasks(run.uid, task_id, count))
    else:
        m.rows.append(CreateTasks(run.uid, task_id, before, count - 1))
    run.resize(node, count or -1)
    if DONE[whole]:
        # somebody, or a branch, ended the task as a whole before its length was known
        for index in range(count):
            run.detail(node, index).end_date = m.now
            run.move(node, index, whole)
    run.look_at(node)
