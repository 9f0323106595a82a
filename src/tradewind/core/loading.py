"""A run rebuilt from its rows, after a restart or a take-over."""

from __future__ import annotations

from datetime import datetime, timedelta

from tradewind.base.errors import NotFound
from tradewind.core import deadlines
from tradewind.core.commands import CreateTasks
from tradewind.core.image import RunImage, TaskImage
from tradewind.core.machine import EPOCH, KILL_PATIENCE, Attempt, Machine
from tradewind.core.relayout import lay_out
from tradewind.core.run import Instance, Run
from tradewind.core.runs import create_tasks, watch
from tradewind.core.states import (
    ALIVE,
    CODES,
    DONE,
    NONE,
    QUEUED,
    RESTARTING,
    RUN_FINISHED,
    RUNNING,
    SCHEDULED,
    UP_FOR_RESCHEDULE,
    UP_FOR_RETRY,
    WAITS,
    RunState,
)
from tradewind.core.tasks import watch as watch_attempt
from tradewind.core.waiting import hold_wait

__all__ = ["load_run"]


def load_run(m: Machine, image: RunImage) -> None:
    """Take a run into memory as its rows tell it. What follows from that happens on the next `Tick`, due at once.

    Raises:
        NotFound: its DAG or version was not loaded before.
    """
    facts = image.facts
    graph = m.graph_of(facts)
    if graph is None:
        raise NotFound(
            f"version {facts.version_id!r} of DAG {facts.dag.dag_id!r} is not loaded, but run {facts.uid} needs it",
            run=facts.uid,
            version=facts.version_id,
        )
    if facts.uid in m.runs:
        return
    run = Run(facts, graph, m.busy)
    run.state = image.state
    run.start_date, run.end_date = image.start_date, image.end_date
    run.clear_number = image.clear_number
    run.retries = image.retries
    _install(run, image)
    m.runs[run.uid] = run
    m.dags[facts.dag].add(run)
    if not image.tasks:
        create_tasks(m, run)
        if graph.has_deadlines:
            deadlines.arm(m, run)
    else:
        present = {task.save.task_id for task in image.tasks}
        m.rows.extend(CreateTasks(run.uid, n.task_id, -1, -1) for n in graph.nodes if n.task_id not in present)
    _resume(m, run)
    if run.state in RUN_FINISHED:
        m.visitors.add(run.uid)
    elif run.state is RunState.RUNNING:
        watch(m, run)
        if image.retry_at is not None:
            run.retry_at = image.retry_at
            m.timers.set(("retry", run.uid), image.retry_at)
        m.busy[run.uid] = run
        for node in graph.nodes:
            run.look_at(node.index)
        m.timers.set(("wake",), EPOCH)
    else:
        m.timers.set(("dag", *facts.dag, "start"), EPOCH)


def _install(run: Run, image: RunImage) -> None:
    by_node: dict[int, list[TaskImage]] = {}
    for task in image.tasks:
        node = run.graph.index.get(task.save.task_id)
        if node is not None:
            by_node.setdefault(node, []).append(task)
    if run.graph.has_nested:
        lay_out(run, by_node)
    for node, tasks in by_node.items():
        is_mapped = run.graph.nodes[node].mapping is not None
        count = max(task.save.map_index for task in tasks) + 1 if is_mapped else 0
        states = bytearray(count or 1)
        details: list[Instance | None] = [None] * len(states)
        for task in tasks:
            index = max(task.save.map_index, 0)
            if (task.save.map_index >= 0) == (count > 0):
                states[index] = CODES[task.save.state]
                details[index] = _instance(task, run.graph.nodes[node].spec.retries)
        run.install(node, count or -1, bytes(states), details)
        if count and not any(states) and not run.graph.nodes[node].is_nested:
            run.outdated.add(node)
        _remember_outputs(run, node, tasks)
    run.recount()
    run.pending.clear()
    _remember_skips(run)


def _instance(task: TaskImage, retries: int) -> Instance:
    save = task.save
    # a row that was only created knows nothing of retries yet
    instance = Instance(save.max_tries if save.try_number else retries + 1)
    instance.try_number = save.try_number
    instance.attempt = save.attempt
    instance.losses = save.losses
    instance.scheduled_at, instance.queued_at = save.scheduled_at, save.queued_at
    instance.start_date, instance.end_date = save.start_date, save.end_date
    instance.next_at = save.next_at
    instance.skipped_by, instance.reason = save.skipped_by, save.reason
    instance.resume = save.resume
    return instance


def _remember_outputs(run: Run, node: int, tasks: list[TaskImage]) -> None:
    keys = run.graph.nodes[node].map_keys
    for task in tasks if keys else ():
        if task.lengths:
            run.lengths[node, max(task.save.map_index, 0)] = {key: n for key, n in task.lengths if key in keys}
        if task.pushed:
            run.pushed[node, max(task.save.map_index, 0)] = keys if keys <= task.pushed else task.pushed & keys


def _remember_skips(run: Run) -> None:
    for node in run.graph.nodes:
        for index in run.indexes(node.index):
            instance = run.details.get(run.base[node.index] + index)
            if instance is None or instance.skipped_by is None:
                continue
            decider = run.graph.index.get(instance.skipped_by)
            if decider is None:
                continue
            key = run.nest.related(node, index, run.graph.nodes[decider])[0]
            run.skips.setdefault(key, set()).add((node.index, index))


def _resume(m: Machine, run: Run) -> None:
    """Attempts hold their slots again, queues and deadlines are as they were."""
    for node in run.graph.nodes:
        for index in run.indexes(node.index):
            state = run.state_of(node.index, index)
            if state == NONE or DONE[state]:
                continue
            instance = run.detail(node.index, index)
            if ALIVE[state] or state == RESTARTING:
                _hold(m, run, node.index, index, state)
            elif state == SCHEDULED:
                m.queue.add(run, node.index, index)
            elif state in (UP_FOR_RETRY, UP_FOR_RESCHEDULE):
                m.timers.set(m.timer_name(run, node.index, index), instance.next_at or EPOCH)
            elif WAITS[state]:
                hold_wait(
                    m, run, (node.index, index), instance.attempt or m.ids.new(), state=state, until=instance.next_at
                )


def _begun(m: Machine, instance: Instance, first: datetime) -> datetime:
    """When the attempt that runs began, or a little later: its instance may have been at work long before, and have
    waited since, but no attempt is queued for longer than the limit."""
    if instance.queued_at is None or instance.queued_at <= first:
        return first
    return instance.queued_at + m.queue_timeout


def _hold(m: Machine, run: Run, node: int, index: int, state: int) -> None:
    instance = run.detail(node, index)
    attempt = Attempt(instance.attempt or m.ids.new(), run, (node, index), m.gates(run, node))
    instance.attempt = attempt.id
    m.attempts[attempt.id] = attempt
    for gate, need in attempt.gates:
        gate.used += need
    if state == QUEUED:
        m.timers.set(("queued", attempt.id), (instance.queued_at or EPOCH + timedelta(days=1)) + m.queue_timeout)
    elif state == RUNNING and instance.start_date is not None:
        watch_attempt(m, attempt, _begun(m, instance, instance.start_date))
    elif state == RESTARTING:
        attempt.is_dying = True
        m.dying[attempt.home] = attempt.id
        m.timers.set(("dying", attempt.id), (instance.queued_at or EPOCH + timedelta(days=1)) + KILL_PATIENCE)
