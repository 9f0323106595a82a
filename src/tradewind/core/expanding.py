"""The moment a mapped task or group learns its length: rows are made, the run's arrays grow."""

from __future__ import annotations

from tradewind.core.commands import CreateTasks, ForgetTasks
from tradewind.core.graph import Node
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
                expand_to(m, run, node, found)


def expand_to(m: Machine, run: Run, node: Node, count: int) -> None:
    """Make the instances of a mapped task, or of all members of its mapped group, as many as the length says; 0: the
    one that is then skipped."""
    members = node.group.members if node.group else [node.index]
    ended = {member: _resize(m, run, member, count) for member in members}
    for member, state in ended.items():
        if DONE[state]:
            # somebody, or a branch, ended the task as a whole before its length was known
            for index in range(count):
                run.detail(member, index).end_date = m.now
                run.move(member, index, state)


def _resize(m: Machine, run: Run, node: int, count: int) -> int:
    """One node; returns the state that it had as a whole."""
    before = run.count[node]
    if node in run.outdated:
        run.outdated.discard(node)
        run.seen.pop(node, None)
        run.look_at(node)
    if before == count or (before < 0 and count == 0):
        return NONE
    for index in run.indexes(node):
        if before < 0 or index >= count:
            withdraw(m, run, node, index, "the task was expanded anew and no longer has this instance")
    whole = run.state_of(node, 0) if before < 0 else NONE
    task_id = run.graph.nodes[node].task_id
    if before < 0 or count == 0:
        m.rows.append(ForgetTasks(run.uid, task_id, -1))
        first, last = (0, count - 1) if count else (-1, -1)
        m.rows.append(CreateTasks(run.uid, task_id, first, last))
    elif count < before:
        m.rows.append(ForgetTasks(run.uid, task_id, count))
    else:
        m.rows.append(CreateTasks(run.uid, task_id, before, count - 1))
    run.resize(node, count or -1)
    run.look_at(node)
    for follower in run.graph.nodes[node].followers:
        if run.count[follower] >= 0:
            run.outdated.add(follower)
        run.look_at(follower)
    return whole
