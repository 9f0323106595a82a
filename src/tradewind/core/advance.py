"""What follows from a change: instances whose rule is met go on, mapped tasks expand, runs end, capacity is filled."""

from __future__ import annotations

from tradewind.core import past
from tradewind.core.commands import CreateTasks, Dispatch, ForgetTasks
from tradewind.core.graph import Node
from tradewind.core.machine import Attempt, Machine
from tradewind.core.mapping import Unmappable, expansion
from tradewind.core.rules import Verdict, decide, shape
from tradewind.core.run import Run
from tradewind.core.runs import finish_if_done
from tradewind.core.states import (
    DONE,
    FAILED,
    NONE,
    QUEUED,
    REMOVED,
    SCHEDULED,
    SKIPPED,
    SUCCESS,
    UPSTREAM_FAILED,
    RunState,
)

__all__ = ["expand_known", "settle", "to_scheduled"]

WINDOW = 32
"""Instances of one mapped task that wait for capacity at once; the rest stay as they are until these have gone."""


def settle(m: Machine) -> None:
    """Work off everything that the event touched, until nothing more follows from it."""
    while True:
        for run in list(m.busy.values()):
            _look(m, run)
        if _sweep(m):
            continue
        if any(run.pending for run in m.busy.values()):
            continue
        if _dispatch(m):
            continue
        if not any(finish_if_done(m, run) for run in list(m.busy.values())):
            return


def _look(m: Machine, run: Run) -> None:
    if run.state is not RunState.RUNNING:
        run.pending.clear()
        return
    pending = run.pending
    while pending:
        run.pending = {}
        for node, index in pending:
            _consider(m, run, run.graph.nodes[node], index)
        pending = run.pending


def _consider(m: Machine, run: Run, node: Node, index: int) -> None:
    at = node.index
    if node.mapping is not None and (run.count[at] < 0 or at in run.outdated):
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
            continue
        if run.ready_per_node.get(at, 0) >= WINDOW:
            run.sweeps[at] = slot - base
            m.sweeping.popleft()
            continue
        run.sweeps[at] = slot - base + 1
        m.budget -= 1
        _decide(m, run, run.graph.nodes[at], slot - base)
        moved = True
    return moved


# -- one instance -----------------------------------------------------------------------------------------------------


def _decide(m: Machine, run: Run, node: Node, index: int) -> None:
    """Do with a waiting instance what its rule says."""
    at = node.index
    if run.states[run.base[at] + index] != NONE:
        return
    tally, total = run.tally_of(at, index)
    _apply(m, run, node, index, decide(node.rule, tally, total, run.map_index(at, index)))


def _apply(m: Machine, run: Run, node: Node, index: int, verdict: Verdict) -> None:
    at = node.index
    if verdict is Verdict.WAIT:
        return
    if verdict is Verdict.RUN:
        if _is_skipped_by_decision(run, at, index):
            verdict = Verdict.SKIP
        elif run.graph.uses_past and not past.allows(m, run, node, index):
            return
        else:
            to_scheduled(m, run, at, index)
            return
    if verdict is Verdict.SKIP:
        if node.spec.wait_for_past_depends_before_skipping and not past.allows(m, run, node, index):
            return
        end = SKIPPED
    else:
        end = REMOVED if verdict is Verdict.REMOVE else UPSTREAM_FAILED
    instance = run.detail(at, index)
    instance.start_date = instance.end_date = m.now
    run.move(at, index, end)


def _is_skipped_by_decision(run: Run, node: int, index: int) -> bool:
    """A branch skipped it, it was cleared since, but the branch was not: the decision stands."""
    instance = run.details.get(run.base[node] + index)
    if instance is None or instance.skipped_by is None:
        return False
    return any((node, index) in skipped for skipped in run.skips.values())


def to_scheduled(m: Machine, run: Run, node: int, index: int, *, new_try: bool = True) -> None:
    """An instance may go: let it wait for capacity, or end it here where there is nothing to run."""
    instance = run.detail(node, index)
    if new_try:
        instance.try_number += 1
    instance.scheduled_at = m.now
    instance.next_at = None
    instance.reason = None
    run.move(node, index, SCHEDULED)
    if run.graph.nodes[node].spec.is_noop:
        instance.start_date = instance.end_date = m.now
        run.move(node, index, SUCCESS)
    elif not m.dying or (run.uid, run.refs((node, index))) not in m.dying:
        m.queue.add(run, node, index)


# -- mapped tasks -----------------------------------------------------------------------------------------------------


def _expand(m: Machine, run: Run, node: Node) -> bool:
    """Give a mapped node its instances if its length is known now; False: it still waits, or ended as a whole."""
    at = node.index
    is_first = run.count[at] < 0
    if is_first and run.state_of(at, 0) != NONE:
        return False
    if is_first and node.group is None and node.sources:
        verdict = decide(node.rule, *run.tally_of(at, 0), -1)
        if verdict is not Verdict.RUN:
            _apply(m, run, node, 0, verdict)
            return False
    try:
        found = expansion(run, node)
        if not isinstance(found, Verdict) and 0 < m.max_map_length < found:
            raise Unmappable(f"{found} instances are more than max_map_length = {m.max_map_length} allows")  # noqa: TRY301
    except Unmappable as why:
        return not is_first or _fail(m, run, at, str(why))
    if isinstance(found, Verdict):
        if found is Verdict.WAIT:
            return False
        run.outdated.discard(at)
        if is_first:
            _apply(m, run, node, 0, found)
        return not is_first
    for member in node.group.members if node.group else (at,):
        if run.count[member] < 0 or run.outdated or run.count[member] != found:
            expand_to(m, run, member, found)
    if found == 0:
        _apply(m, run, node, 0, Verdict.SKIP)
    return found > 0


def _fail(m: Machine, run: Run, node: int, reason: str) -> bool:
    instance = run.detail(node, 0)
    instance.reason = reason
    instance.start_date = instance.end_date = m.now
    run.move(node, 0, FAILED)
    return False


def expand_to(m: Machine, run: Run, node: int, count: int) -> None:
    """Make the instances of a node as many as its length says; 0: the one that is then skipped."""
    before = run.count[node]
    run.outdated.discard(node)
    if before == count or (before < 0 and count == 0):
        return
    task_id = run.graph.nodes[node].task_id
    for index in run.indexes(node):
        if before < 0 or index >= count:
            m.queue.discard(run, node, index)
            attempt = m.attempts.get(run.detail(node, index).attempt or "")
            if attempt is not None:
                m.kill(attempt, "the task was expanded anew and no longer has this instance")
    whole = run.state_of(node, 0) if before < 0 else NONE
    if before < 0 or count == 0:
        m.rows.append(ForgetTasks(run.uid, task_id, -1))
        if before >= 0:
            run.resize(node, -1)
            m.rows.append(CreateTasks(run.uid, task_id, -1, -1))
            return
        m.rows.append(CreateTasks(run.uid, task_id, 0, count - 1))
    elif count < before:
        m.rows.append(ForgetTasks(run.uid, task_id, count))
    else:
        m.rows.append(CreateTasks(run.uid, task_id, before, count - 1))
    run.resize(node, count)
    if DONE[whole]:
        # somebody, or a branch, ended the task as a whole before its length was known
        for index in range(count):
            run.move(node, index, whole)
    run.look_at(node)


def expand_known(m: Machine, run: Run) -> None:
    """Expand what is mapped over literals, as soon as the run exists."""
    for node in run.graph.nodes:
        if node.mapping is not None and not node.sources:
            found = expansion(run, node)
            if not isinstance(found, Verdict) and not 0 < m.max_map_length < found:
                expand_to(m, run, node.index, found)


# -- capacity ---------------------------------------------------------------------------------------------------------


def _dispatch(m: Machine) -> bool:
    """Hand out all capacity there is."""
    woken = False
    while (taken := m.queue.take()) is not None:
        run, node, index, gates = taken
        instance = run.detail(node, index)
        attempt = Attempt(m.ids.new(), run, (node, index), gates)
        m.attempts[attempt.id] = attempt
        instance.attempt = attempt.id
        instance.queued_at = m.now
        run.move(node, index, QUEUED)
        m.timers.set(("queued", attempt.id), m.now + m.queue_timeout)
        spec = run.graph.nodes[node].spec
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
            )
        )
        if node in run.sweeps and run.ready_per_node[node] < WINDOW:
            m.sweeping.append((run, node))
            woken = True
    return woken and m.budget > 0
