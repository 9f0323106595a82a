"""The moment a mapped task or group learns its length: rows are made, the run's arrays grow."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind.core.commands import CreateTasks, ForgetTasks
from tradewind.core.graph import Node
from tradewind.core.instances import withdraw
from tradewind.core.machine import Machine
from tradewind.core.mapping import expansion
from tradewind.core.rules import Verdict
from tradewind.core.run import Key, Run
from tradewind.core.scopes import Scope
from tradewind.core.states import DONE, NONE, REMOVED

__all__ = [
    "expand_known",
    "expand_to",
    "forget_lengths",
    "is_too_long",
    "open_block",
    "place_inside",
    "shorten_block",
    "too_long",
]

SOON = 64
"""So many new instances of a nested scope are looked at right away, more of them some at a time."""


def is_too_long(m: Machine, count: int) -> bool:
    """Whether the guard against huge expansions forbids it."""
    return 0 < m.max_map_length < count


def too_long(m: Machine, count: int) -> str:
    """What it says then."""
    return f"{count} instances are more than the {m.max_map_length} that max_map_length allows"


def expand_known(m: Machine, run: Run) -> None:
    """Expand what is mapped over literals, as soon as the run exists."""
    for node in run.graph.nodes:
        top = node.scope.lineage[0] if node.scope is not None else None
        if top is not None and not top.sources and run.count[node.index] < 0:
            found = expansion(run, top)
            if not isinstance(found, Verdict) and not is_too_long(m, found):
                expand_to(m, run, node, found)


def expand_to(m: Machine, run: Run, node: Node, count: int) -> None:
    """Make the instances of a mapped task, or of all members of its mapped group, as many as the length says; 0: the
    one that is then skipped. Of a nested task: those of the outermost scope around it."""
    assert node.scope is not None
    top = node.scope.lineage[0]
    before = run.nest.size(top)
    members = [n for n in top.members if not run.graph.nodes[n].is_nested]
    decided = _decided(run, top) if run.skips else {}
    ended = {member: _resize(m, run, member, count) for member in members}
    if top.children:
        ended |= _expand_inside(m, run, top, before, count)
    for member, state in ended.items():
        if DONE[state]:
            # somebody, or a branch, ended the task as a whole before its length was known
            for index in run.indexes(member):
                run.detail(member, index).end_date = m.now
                run.move(member, index, state)
    for member, branch in decided.items():
        _skip_too(run, member, run.indexes(member), branch)


def _decided(run: Run, top: Scope) -> dict[int, Key]:
    """Tasks in a scope that a branch decided to skip as a whole, with the instance that decided."""
    members = [n for scope in top.subtree() for n in scope.members if run.count[n] < 0]
    return {n: branch for n in members for branch, skipped in run.skips.items() if (n, 0) in skipped}


def _skip_too(run: Run, node: int, indexes: Iterable[int], branch: Key) -> None:
    """A branch's decision holds for all instances that come of the one that it skipped."""
    for index in indexes:
        run.skips[branch].add((node, index))
        run.detail(node, index).skipped_by = run.graph.nodes[branch[0]].task_id
        run.changed[node, index] = None


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
        if run.count[follower] >= 0 and not run.graph.nodes[follower].is_nested:
            run.outdated.add(follower)
        run.look_at(follower)
    return whole


# -- scopes in scopes -------------------------------------------------------------------------------------------------


def _expand_inside(m: Machine, run: Run, top: Scope, before: int, count: int) -> dict[int, int]:
    """Give all that lies in a scope its places under so many items; returns the states that nodes had as a whole."""
    inside = [n for scope in top.subtree() if scope is not top for n in scope.members]
    if not any(run.count[n] >= 0 for n in inside):
        if not count:
            return {}
        whole = {n: run.state_of(n, 0) for n in inside}
        run.nest.begin(top, count)
        for node in inside:
            _resize_inside(m, run, node, count)
        run.nest.recount(top)
        return whole
    if not count:
        for node in inside:
            _resize_inside(m, run, node, 0)
        for scope in top.subtree():
            run.nest.layouts.pop(scope.index, None)
        run.nest.recount(top)
        return {}
    if count < before:
        _void(m, run, run.nest.take_back_top(top, range(count, before)))
    elif count > before:
        run.nest.extend([(top, count)])
        for member in top.members:
            run.nest.weigh(run.graph.nodes[member], range(before, count))
        _grow(m, run, top, run.nest.lengthen_top(top, range(before, count)))
    return {}


def _resize_inside(m: Machine, run: Run, node: int, count: int) -> None:
    for index in run.indexes(node):
        withdraw(m, run, node, index, "the task was expanded anew and no longer has this instance")
    m.rows.append(ForgetTasks(run.uid, run.graph.nodes[node].task_id, -1))
    run.resize(node, count or -1)
    m.rows.append(_rows(run, node, range(count)))
    run.look_at(node)


def _rows(run: Run, node: int, fresh: range) -> CreateTasks:
    """The order to make rows of new instances; an empty range: the one of a task that is not expanded."""
    at = run.graph.nodes[node]
    if not fresh:
        return CreateTasks(run.uid, at.task_id, -1, -1)
    assert at.scope is not None
    paths = tuple("/".join(map(str, run.nest.path(at.scope, index))) for index in fresh)
    return CreateTasks(run.uid, at.task_id, fresh[0], fresh[-1], paths)


def open_block(m: Machine, run: Run, scope: Scope, parent: int, count: int) -> None:
    """An outer item has so many items of a nested scope."""
    layout = run.nest.layouts[scope.index]
    have = len(layout.blocks[parent])
    is_first = have == 1 and not layout.live[parent]  # what ended its one instance so far meant all there will be
    layout.live[parent] = 1
    first = layout.blocks[parent][0]
    if count < have:
        shorten_block(m, run, scope, parent, count)
    elif count > have:
        grown = run.nest.lengthen(scope, parent, count - have)
        run.nest.extend((s, run.nest.size(s)) for s in scope.subtree())
        _grow(m, run, scope, grown)
        for member in scope.members:
            state = run.state_of(member, first)
            for index in grown[scope.index] if DONE[state] and is_first else ():
                run.detail(member, index).end_date = m.now
                run.move(member, index, state)
            for branch in [b for b, skipped in run.skips.items() if (member, first) in skipped] if is_first else ():
                _skip_too(run, member, grown[scope.index], branch)
    for inner in scope.subtree():
        for index in layout.blocks[parent][:SOON]:
            _look_at(run, inner, run.nest.under(inner, index, scope))


def _grow(m: Machine, run: Run, scope: Scope, grown: dict[int, range]) -> None:
    for inner in scope.subtree():
        fresh = grown.get(inner.index)
        if not fresh:
            continue
        for member in inner.members:
            run.grow(member, fresh[-1] + 1)
            m.rows.append(_rows(run, member, fresh))
            # some at a time, from the first new one on
            start = run.sweeps.get(member)
            run.sweeps[member] = fresh[0] if start is None else min(start, fresh[0])
            if start is None or run.ready_per_node.get(member, 0):
                m.sweeping.append((run, member))


def _look_at(run: Run, scope: Scope, indexes: Iterable[int]) -> None:
    for index in indexes:
        for member in scope.members:
            run.look_at(member, index)


def shorten_block(m: Machine, run: Run, scope: Scope, parent: int, count: int) -> None:
    """Take back all but the first items that an outer item has of a nested scope."""
    _void(m, run, run.nest.take_back(scope, parent, count))


def _void(m: Machine, run: Run, gone: list[tuple[Scope, int]]) -> None:
    """Instances that no longer are: they stay in the books as removed, and count for nothing."""
    for scope, index in gone:
        for member in scope.members:
            withdraw(m, run, member, index, "its item is gone, since lengths were found anew")
            run.states[run.base[member] + index] = REMOVED
            run.pushed.pop((member, index), None)
            run.detail(member, index).end_date = m.now
            run.changed[member, index] = None
            run.skips.pop((member, index), None)
    if gone:
        void = {(member, index) for scope, index in gone for member in scope.members}
        run.skips = {key: skipped - void for key, skipped in run.skips.items()}
        run.recount()


def forget_lengths(run: Run, cleared: dict[Key, None]) -> None:
    """Where all items that an outer item has of a scope are cleared, their number is found anew."""
    blocks = {
        (scope.index, run.nest.layouts[scope.index].parents[index]): scope
        for node, index in cleared
        if run.graph.nodes[node].is_nested
        and (scope := run.graph.nodes[node].scope) is not None
        and run.count[node] >= 0
    }
    for (_, parent), scope in blocks.items():
        layout = run.nest.layouts[scope.index]
        if all((member, index) in cleared for index in layout.blocks[parent] for member in scope.members):
            layout.live[parent] = 0


def place_inside(m: Machine, run: Run) -> None:
    """Give all tasks in nested scopes their places, in a run whose outermost scopes are expanded already."""
    for top in run.graph.scopes:
        count = run.count[top.members[0]] if top.members else 0
        if top.parent is None and top.children and count > 0:
            _expand_inside(m, run, top, count, count)
