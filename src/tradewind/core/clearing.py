"""What people do to the instances of a run: clear them, mark them, move the run to another version of its DAG."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind.core.commands import CreateTasks, ForgetTasks, SaveTask
from tradewind.core.events import Cleared, TaskRef, TasksMarked
from tradewind.core.expanding import expand_known, forget_lengths, place_inside
from tradewind.core.graph import Graph
from tradewind.core.instances import CALLBACKS, call_back, end_by_hand, withdraw
from tradewind.core.loops import shorten
from tradewind.core.machine import Machine
from tradewind.core.nesting import layouts_for
from tradewind.core.rules import Verdict, decide
from tradewind.core.run import Instance, Key, Run
from tradewind.core.runs import make_room, reopen, watch
from tradewind.core.selection import with_relatives
from tradewind.core.states import (
    ALIVE,
    CODES,
    DONE,
    FAILED,
    NONE,
    RESTARTING,
    RUN_FINISHED,
    RUNNING,
    SCHEDULED,
    SKIPPED,
    STATES,
    UPSTREAM_FAILED,
    WAITS,
    RunState,
    TaskState,
)
from tradewind.core.tasks import STOPPED
from tradewind.core.waiting import follow_waits
from tradewind.spec import MapSpec

__all__ = ["cleared", "tasks_marked", "try_again"]

BY_HAND = frozenset({TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED})


def cleared(m: Machine, event: Cleared) -> None:
    """These instances run again; a finished run is reopened."""
    run = m.runs.get(event.run_uid)
    if run is None:
        return
    if event.version_id is not None and event.version_id != run.version_id:
        graph = m.dags[run.facts.dag].versions.get(event.version_id)
        if graph is not None:
            _move_to(m, run, graph, event.version_id)
    _stop_waiting(m, run)
    keys = _keys(run, event.tasks)
    for ref in event.tasks:
        node = run.graph.index.get(ref.task_id)
        if node is not None and ref.map_index < 0 and run.count[node] >= 0 and not run.graph.nodes[node].is_nested:
            run.outdated.add(node)
    _clear(m, run, keys)


def tasks_marked(m: Machine, event: TasksMarked) -> None:
    """Somebody says how these instances ended; what failed below them since gets another chance."""
    run = m.runs.get(event.run_uid)
    if run is None or event.state not in BY_HAND:
        return
    _stop_waiting(m, run)
    keys = _keys(run, event.tasks)
    for key in keys:
        _mark(m, run, key, CODES[event.state])
    _take_back(m, run, {node for node, _ in keys})
    below = run.graph.descendants({node for node, _ in keys})
    again = [
        (node, index)
        for node in sorted(below)
        for index in run.indexes(node)
        if run.state_of(node, index) in (FAILED, UPSTREAM_FAILED) and (node, index) not in keys
    ]
    if again:
        _clear(m, run, dict.fromkeys(again))


def _mark(m: Machine, run: Run, key: Key, state: int) -> None:
    """End an instance by hand, and call back: whoever wants to hear of a failure hears of one that a person declares."""
    before = run.state_of(*key)
    end_by_hand(m, run, key, state, f"marked {STATES[state]} by hand")
    if before not in (state, RUNNING) and not WAITS[before]:
        call_back(m, run, *key, CALLBACKS[state])


def try_again(m: Machine, run: Run) -> None:
    """A run that would have failed tries its failed tasks again, with the setups they need, as a person would."""
    if run.retry_at is None:
        return
    _stop_waiting(m, run)
    failed = {(n.index, i) for n in run.graph.nodes for i in run.indexes(n.index) if _is_unsuccessful(run, n.index, i)}
    names = {run.graph.nodes[node].task_id for node, _ in failed}
    around = {run.graph.index[name] for name in with_relatives(run.graph, names) - names}
    run.retries += 1
    run.touch()
    _clear(m, run, dict.fromkeys(sorted(failed | {(n, i) for n in around for i in run.indexes(n)})))


def _is_unsuccessful(run: Run, node: int, index: int) -> bool:
    """Whether an instance failed, or was skipped only because another failed."""
    state = run.state_of(node, index)
    if state == SKIPPED:
        return run.graph.spec.fail_fast and (run.detail(node, index).reason or "").startswith(STOPPED)
    return state in (FAILED, UPSTREAM_FAILED)


def _stop_waiting(m: Machine, run: Run) -> None:
    """Somebody or something goes on with a run that waits to try again."""
    if run.retry_at is not None:
        run.retry_at = None
        m.timers.drop(("retry", run.uid))
        run.touch()


def _keys(run: Run, refs: Iterable[TaskRef]) -> dict[Key, None]:
    """The instances that references mean; map index -1 of an expanded task means all of them."""
    keys: dict[Key, None] = {}
    for ref in refs:
        node = run.graph.index.get(ref.task_id)
        if node is not None and ref.map_index < 0:
            keys.update(dict.fromkeys((node, index) for index in run.indexes(node)))
        elif (key := run.find(ref)) is not None:
            keys[key] = None
    return {key: None for key in keys if not run.is_void(key)} if run.graph.has_nested else keys


def _clear(m: Machine, run: Run, keys: dict[Key, None]) -> None:
    if not keys:
        return
    keys = shorten(m, run, keys)
    for key in keys:
        _clear_instance(m, run, key)
    if run.graph.has_nested:
        forget_lengths(run, keys)
    _take_back(m, run, {node for node, _ in keys})
    if run.state in RUN_FINISHED:
        reopen(m, run)
    make_room(m, m.dags[run.facts.dag])


def _clear_instance(m: Machine, run: Run, key: Key) -> None:
    node, index = key
    state = run.state_of(node, index)
    instance = run.detail(node, index)
    instance.max_tries = instance.try_number + run.graph.nodes[node].spec.retries + 1
    instance.losses = 0
    run.lengths.pop(key, None)
    run.pushed.pop(key, None)
    for skipped in run.skips.pop(key, ()):
        run.detail(*skipped).skipped_by = None
        run.changed[skipped] = None
    run.changed[key] = None
    if state == RESTARTING:
        return
    withdraw(m, run, node, index, "cleared")
    if ALIVE[state]:
        run.move(node, index, RESTARTING)
    else:
        instance.start_date = instance.end_date = instance.scheduled_at = instance.queued_at = None
        instance.next_at = instance.reason = None
        if state != NONE:
            run.move(node, index, NONE)
    run.seen.pop(node, None)
    run.look_at(node, index)


def _take_back(m: Machine, run: Run, changed: set[int]) -> None:
    """Instances below that were about to go, and whose rule no longer says so, wait again."""
    for node in sorted({d for n in changed for d in run.graph.nodes[n].downstream}):
        run.seen.pop(node, None)
        for index in run.indexes(node):
            if run.state_of(node, index) != SCHEDULED or (node, index) not in run.ready:
                continue
            verdict = decide(run.graph.nodes[node].rule, *run.tally_of(node, index), run.map_index(node, index))
            if verdict is not Verdict.RUN:
                m.queue.discard(run, node, index)
                instance = run.detail(node, index)
                instance.try_number -= 1
                if not instance.try_number:
                    instance.max_tries = run.graph.nodes[node].spec.retries + 1
                run.move(node, index, NONE)
                run.look_at(node, index)


# -- another version --------------------------------------------------------------------------------------------------


def _move_to(m: Machine, run: Run, graph: Graph, version_id: str) -> None:
    """Bind the run to another version: tasks in both keep their instances, those that are gone are removed."""
    kept: list[tuple[int, int, bytes, list[Instance | None]]] = []
    mappings = {node.task_id: node.mapping for node in run.graph.nodes}
    layouts = layouts_for(run, graph)
    afresh = set[int]() if layouts is not None else _starts_afresh(run, graph)
    for node in run.graph.nodes:
        start, size = run.base[node.index], len(run.indexes(node.index))
        states = bytes(run.states[start : start + size])
        details = [run.details.get(start + index) for index in range(size)]
        target = graph.index.get(node.task_id)
        is_other = target in afresh or (target is not None and node.is_nested and layouts is None)
        if target is None or is_other or (graph.nodes[target].mapping is None and run.count[node.index] >= 0):
            for index in range(size):
                withdraw(m, run, node.index, index, "the DAG's new version no longer has it")
            _drop(m, run, node.index, is_gone=target is None)
        else:
            kept.append((target, run.count[node.index], states, details))
    before = run.graph.index
    names = [node.task_id for node in run.graph.nodes]
    stay = {target for target, _, _, _ in kept}
    lengths = {(t, i): v for (n, i), v in run.lengths.items() if (t := graph.index.get(names[n])) in stay}
    pushed = {(t, i): v for (n, i), v in run.pushed.items() if (t := graph.index.get(names[n])) in stay}
    skips = {(graph.index[names[n]], i): {(graph.index[names[a]], b) for a, b in found if names[a] in graph.index}
             for (n, i), found in run.skips.items() if names[n] in graph.index}  # fmt: skip
    run.reset(graph)
    run.version_id = version_id
    for target, count, states, details in kept:
        for detail in details:
            if detail is not None and detail.try_number == 0:
                detail.max_tries = graph.nodes[target].spec.retries + 1
        run.install(target, count, states, details)
    run.lengths, run.pushed, run.skips = lengths, pushed, skips
    run.nest.layouts = layouts or {}
    run.recount()
    for node in graph.nodes:
        if node.task_id not in before:
            # rows may be left from a version before the last, in which the task was there
            m.rows.append(ForgetTasks(run.uid, node.task_id, -1))
            m.rows.append(CreateTasks(run.uid, node.task_id, -1, -1))
    for node in graph.nodes:
        counts = (
            {run.count[n] for n in node.group.members if not graph.nodes[n].is_nested} if node.group else set[int]()
        )
        is_other = not _same_kind(node.mapping, mappings.get(node.task_id))
        if run.count[node.index] >= 0 and not node.is_nested and (len(counts) > 1 or is_other):
            run.outdated.add(node.index)
    if layouts is None:
        place_inside(m, run)
    _follow(m, run)
    _take_back(m, run, set(range(len(graph))))
    expand_known(m, run)
    if run.state is RunState.RUNNING:
        watch(m, run)
    run.touch()


def _starts_afresh(run: Run, graph: Graph) -> set[int]:
    """Tasks that keep no instances in a graph with other nested scopes: all in those, and all of the outermost scope
    around them, unless that stays as it is, with all the tasks directly in it."""
    found = {node.index for node in graph.nodes if node.is_nested}
    for top in graph.scopes:
        if top.parent is not None or not top.children:
            continue
        before = [run.graph.index.get(graph.nodes[n].task_id) for n in top.members]
        counts = {-1 if n is None or run.graph.nodes[n].is_nested else run.count[n] for n in before}
        mappings = [run.graph.nodes[n].mapping if n is not None else None for n in before]
        if len(counts) > 1 or not all(_same_kind(top.mapping, one) for one in mappings):
            expanded = zip(top.members, before, strict=True)
            found |= {n for n, old in expanded if old is not None and run.count[old] >= 0}
    return found


def _same_kind(new: MapSpec | None, old: MapSpec | None) -> bool:
    """Whether instances made for one mapping are those of the other: so it is for a loop with another bound."""
    return new == old or bool(new and old and new.loop and old.loop)


def _drop(m: Machine, run: Run, node: int, *, is_gone: bool) -> None:
    """Say in the rows that a task has no place in the new version; one that is no longer mapped starts over."""
    task_id = run.graph.nodes[node].task_id
    if not is_gone:
        m.rows.append(ForgetTasks(run.uid, task_id, -1))
        m.rows.append(CreateTasks(run.uid, task_id, -1, -1))
        return
    for index in run.indexes(node):
        instance = run.detail(node, index)
        m.rows.append(
            SaveTask(
                run_uid=run.uid,
                task_id=task_id,
                map_index=run.map_index(node, index),
                state=TaskState.REMOVED,
                try_number=instance.try_number,
                max_tries=instance.max_tries,
                attempt=instance.attempt,
                losses=instance.losses,
                scheduled_at=instance.scheduled_at,
                queued_at=instance.queued_at,
                start_date=instance.start_date,
                end_date=instance.end_date or m.now,
                reason="the DAG's new version no longer has it",
            )
        )


def _follow(m: Machine, run: Run) -> None:
    """Attempts, queues and limits follow their instances to the new graph."""
    m.dags[run.facts.dag].forget_gates(run)
    for attempt in (*m.attempts.values(), *m.waits.values()):
        if attempt.run is run and attempt.ref.task_id in run.graph.index:
            attempt.node = run.graph.index[attempt.ref.task_id]
    follow_waits(m, run)
    for node in run.graph.nodes:
        for index in run.indexes(node.index):
            state = run.state_of(node.index, index)
            if state == SCHEDULED and (run.uid, run.ref((node.index, index))) not in m.dying:
                m.queue.add(run, node.index, index)
            elif not DONE[state]:
                run.look_at(node.index, index)
