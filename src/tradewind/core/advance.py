"""What follows from a change: instances whose rule is met go on, mapped tasks expand, runs end, capacity is filled."""

from __future__ import annotations

from tradewind.core import past
from tradewind.core.commands import Dispatch
from tradewind.core.dates import why_outside
from tradewind.core.expanding import expand_to, is_too_long, open_block, shorten_block, too_long
from tradewind.core.graph import Node
from tradewind.core.instances import to_scheduled
from tradewind.core.limits import WAITS_FOR
from tradewind.core.machine import Attempt, Machine
from tradewind.core.mapping import Unmappable, expansion
from tradewind.core.rules import Verdict, decide, shape
from tradewind.core.run import Key, Run
from tradewind.core.runs import finish_if_done
from tradewind.core.scopes import Scope
from tradewind.core.states import DONE, FAILED, NONE, QUEUED, REMOVED, SKIPPED, SUCCESS, UPSTREAM_FAILED, RunState
from tradewind.core.waiting import start_waiting, starts_waiting

__all__ = ["WINDOW", "settle"]

WINDOW = 32
"""Instances of one mapped task that wait for capacity at once; the rest stay as they are until these have gone."""


def settle(m: Machine) -> None:
    """Work off everything that the event touched, until nothing more follows from it."""
    while True:
        for run in list(m.busy.values()):
            if run.pending:
                _look(m, run)
            if run.ended:
                past.wake(m, run)
        if _sweep(m) or any(run.pending for run in m.busy.values()):
            continue
        if _dispatch(m):
            continue
        ended = [run for run in list(m.busy.values()) if finish_if_done(m, run)]
        if not ended:
            return


def _look(m: Machine, run: Run) -> None:
    if run.state is not RunState.RUNNING:
        run.pending.clear()
        return
    nodes = run.graph.nodes
    while pending := run.pending:
        run.pending = {}
        for node, index in pending:
            _consider(m, run, nodes[node], index)


def _consider(m: Machine, run: Run, node: Node, index: int) -> None:
    at = node.index
    if node.mapping is None:
        if not run.states[run.base[at]]:
            _decide(m, run, node, 0)
        return
    if index >= 0 and node.is_nested and run.count[at] >= 0:
        _decide(m, run, node, index)
        return
    if run.count[at] < 0 or at in run.outdated:
        if not _expand(m, run, node):
            return
        index = -1
    if run.count[at] < 0:
        _decide(m, run, node, 0)
    elif index >= 0:
        if index < run.count[at]:
            _decide(m, run, node, index)
    else:
        look = shape(run.tally[at], run.totals[at])
        if run.seen.get(at) != look:
            run.seen[at] = look
            run.sweeps[at] = 0
            m.sweeping.append((run, at))


def _sweep(m: Machine) -> bool:
    """Look at instances of expanded nodes, some per event, and only as many as may soon go."""
    moved = False
    while m.sweeping and m.budget > 0:
        run, at = m.sweeping[0]
        start = run.sweeps.get(at)
        if start is None or run.state is not RunState.RUNNING or run.count[at] < 0:
            run.sweeps.pop(at, None)
            m.sweeping.popleft()
            continue
        base, count = run.base[at], run.count[at]
        slot = run.states.find(NONE, base + start, base + count)
        if slot < 0:
            del run.sweeps[at]
            m.sweeping.popleft()
        elif run.ready_per_node.get(at, 0) >= WINDOW:
            run.sweeps[at] = slot - base
            m.sweeping.popleft()
        else:
            run.sweeps[at] = slot - base + 1
            m.budget -= 1
            _decide(m, run, run.graph.nodes[at], slot - base)
            moved = True
    return moved


# -- one instance -----------------------------------------------------------------------------------------------------


def _decide(m: Machine, run: Run, node: Node, index: int) -> None:
    """Do with a waiting instance what its rule says."""
    at = node.index
    if run.states[run.base[at] + index] != NONE or at in run.outdated:
        return
    if node.is_nested and node.scope is not None and not run.nest.is_live(node.scope, index):
        _open(m, run, node, index)
        return
    tally, total = run.tally_of(at, index)
    verdict = decide(node.rule, tally, total, run.map_index(at, index))
    if verdict is not Verdict.WAIT:
        _apply(m, run, node, index, verdict)


def _apply(m: Machine, run: Run, node: Node, index: int, verdict: Verdict) -> None:
    at = node.index
    if verdict is Verdict.RUN and node.takes and run.count[at] >= 0 and run.lacks_item(at, index):
        run.detail(at, index).reason = "there is no item: the instance that it follows pushed nothing"
        verdict = Verdict.SKIP
    if verdict is Verdict.RUN:
        if run.skips and run.is_skipped_by_decision((at, index)):
            verdict = Verdict.SKIP
        elif node.has_dates and (outside := why_outside(run, node)) is not None:
            run.detail(at, index).reason = outside
            verdict = Verdict.SKIP
        elif run.graph.uses_past and not past.allows(m, run, node, index):
            return
        else:
            to_scheduled(m, run, at, index, new_try=True)
            return
    if (
        verdict is Verdict.SKIP
        and node.spec.wait_for_past_depends_before_skipping
        and not past.allows(m, run, node, index)
    ):
        return
    instance = run.detail(at, index)
    instance.start_date = instance.end_date = m.now
    ends = {Verdict.SKIP: SKIPPED, Verdict.REMOVE: REMOVED, Verdict.UPSTREAM_FAILED: UPSTREAM_FAILED}
    run.move(at, index, ends[verdict])


# -- mapped tasks -----------------------------------------------------------------------------------------------------


def _expand(m: Machine, run: Run, node: Node) -> bool:
    """Give a mapped node its instances if its length is known now; False: it still waits, or ended as a whole."""
    at = node.index
    is_first = run.count[at] < 0
    if is_first and run.state_of(at, 0) != NONE:
        return False
    if is_first and node.group is None and not node.is_nested:
        verdict = decide(node.rule, *run.tally_of(at, 0), -1)
        if verdict is not Verdict.RUN:
            if verdict is not Verdict.WAIT:
                _apply(m, run, node, 0, verdict)
            return False
    try:
        assert node.scope is not None
        found = expansion(run, node.scope.lineage[0])
    except Unmappable as why:
        return _fail(m, run, at, str(why))
    if isinstance(found, Verdict):
        if found is Verdict.WAIT:
            return False
        run.outdated.discard(at)
        if is_first:
            _apply(m, run, node, 0, found)
        return not is_first
    if is_too_long(m, found):
        return _fail(m, run, at, too_long(m, found))
    expand_to(m, run, node, found)
    if found == 0 and run.state_of(at, 0) == NONE:
        _apply(m, run, node, 0, Verdict.SKIP)
    return found > 0


def _open(m: Machine, run: Run, node: Node, index: int) -> None:
    """Find out how many items an outer item has of the scope that an instance is waiting for."""
    assert node.scope is not None
    scope, parent = run.nest.unknown(node.scope, index)
    layout = run.nest.layouts[scope.index]
    if scope.owner is not None:
        owner, first = run.graph.nodes[scope.owner], layout.blocks[parent][0]
        whole = run.state_of(owner.index, first)
        if whole != NONE:
            if DONE[whole]:
                _end_as(m, run, node, index, owner)
            return
        verdict = decide(owner.rule, *run.tally_of(owner.index, first), first)
        if verdict is not Verdict.RUN:
            _end_without_items(m, run, (node.index, index), (scope, parent), verdict)
            return
    try:
        found = expansion(run, scope, parent)
    except Unmappable as why:
        _end_without_items(m, run, (node.index, index), (scope, parent), Verdict.RUN, failure=str(why))
        return
    if isinstance(found, Verdict) or found == 0:
        verdict = found if isinstance(found, Verdict) else Verdict.SKIP
        _end_without_items(m, run, (node.index, index), (scope, parent), verdict)
    elif is_too_long(m, found):
        _end_without_items(m, run, (node.index, index), (scope, parent), Verdict.RUN, failure=too_long(m, found))
    else:
        open_block(m, run, scope, parent, found)


def _end_without_items(
    m: Machine, run: Run, key: Key, where: tuple[Scope, int], verdict: Verdict, *, failure: str = ""
) -> None:
    """An outer item has, or will have, no items of a scope: so it ends for the task that owns it; what follows that
    task is looked at again. With a `failure`: it failed."""
    node, index = key
    scope, parent = where
    if verdict is Verdict.WAIT:
        return
    if len(run.nest.layouts[scope.index].blocks[parent]) > 1:
        # there were items before a clear
        shorten_block(m, run, scope, parent, 1)
        _look_inside(run, scope, parent)
    elif scope.owner in (None, node):
        if failure:
            _fail_instance(m, run, node, index, failure)
        else:
            _apply(m, run, run.graph.nodes[node], index, verdict)
        _look_inside(run, scope, parent)


def _end_as(m: Machine, run: Run, node: Node, index: int, owner: Node) -> None:
    """The mapped task that an instance follows has ended without items."""
    if node is owner:
        return
    assert node.scope is not None
    scope, parent = run.nest.unknown(node.scope, index)
    whole = run.state_of(owner.index, run.nest.layouts[scope.index].blocks[parent][0])
    if node.scope is owner.scope and node.leaders:
        verdict = decide(node.rule, *run.tally_of(node.index, index), index)
    else:
        verdict = Verdict.SKIP if whole in (SKIPPED, SUCCESS) else Verdict.UPSTREAM_FAILED
    if verdict is Verdict.RUN:
        verdict = Verdict.SKIP
    if verdict is not Verdict.WAIT:
        _apply(m, run, node, index, verdict)


def _look_inside(run: Run, scope: Scope, parent: int) -> None:
    """Look at all that waits for the same items."""
    for inner in scope.subtree():
        for place in run.nest.layouts[scope.index].blocks[parent]:
            for i in run.nest.under(inner, place, scope):
                for member in inner.members:
                    run.look_at(member, i)


def _fail_instance(m: Machine, run: Run, node: int, index: int, reason: str) -> None:
    instance = run.detail(node, index)
    instance.reason = reason
    instance.start_date = instance.end_date = m.now
    run.move(node, index, FAILED)


def _fail(m: Machine, run: Run, node: int, reason: str) -> bool:
    """A mapped node that can't be expanded fails as a whole; instances of an earlier expansion are forgotten."""
    expand_to(m, run, run.graph.nodes[node], 0)
    _fail_instance(m, run, node, 0, reason)
    return False


# -- capacity ---------------------------------------------------------------------------------------------------------


def _dispatch(m: Machine) -> bool:
    """Hand out all capacity there is; True where that lets more instances of a mapped task wait."""
    woken = False
    while (taken := m.queue.take()) is not None:
        run, node, index, gates = taken
        spec = run.graph.nodes[node].spec
        instance = run.detail(node, index)
        if instance.reason is not None and instance.reason.startswith(WAITS_FOR):
            instance.reason = None
        if spec.start_trigger is not None and starts_waiting(run, node, index):
            m.queue.free(gates)
            start_waiting(m, run, node, index)
            continue
        attempt = Attempt(m.ids.new(), run, (node, index), gates)
        m.attempts[attempt.id] = attempt
        instance.attempt = attempt.id
        instance.queued_at = m.now
        run.move(node, index, QUEUED)
        m.timers.set(("queued", attempt.id), m.now + m.queue_timeout)
        m.effects.append(
            Dispatch(
                attempt=attempt.id,
                run_uid=run.uid,
                dag=run.facts.dag,
                task_id=spec.task_id,
                map_index=attempt.ref.map_index,
                try_number=instance.try_number,
                version_id=run.version_id,
                at=m.now,
                executor=spec.executor,
                queue=spec.queue,
                isolation=spec.isolation,
                pool_slots=spec.pool_slots,
                priority=spec.priority_weight,
                resume=instance.resume,
                map_path=run.map_path((node, index)) if run.graph.has_nested else (),
            )
        )
        if node in run.sweeps and run.ready_per_node[node] == WINDOW - 1:
            m.sweeping.append((run, node))
            woken = True
    return woken and m.budget > 0
