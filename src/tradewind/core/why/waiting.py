"""Why a task instance that has not ended waits."""

from __future__ import annotations

from collections.abc import Iterator

from tradewind.core.limits import WAITS_FOR
from tradewind.core.states import FINISHED, RunState, TaskState
from tradewind.core.why.causes import Cause, ago, ahead, how_long, listed
from tradewind.core.why.ended import clear, failure, named
from tradewind.core.why.run import why_run
from tradewind.core.why.scene import TaskScene

__all__ = [
    "awaiting_input", "deferred", "queued", "restarting", "running", "scheduled", "up_for_reschedule", "up_for_retry",
    "without_state",
]  # fmt: skip

QUEUED_LONG_S = 60.0
SERVER = ("no_scheduler", "dag_paused", "paused_after_failures")


def without_state(scene: TaskScene) -> list[Cause]:
    if scene.run.state is not RunState.RUNNING:
        return [
            Cause(
                code="run_not_running",
                sentence=f"The run is {scene.run.state.value}, so none of its tasks start.",
                because=tuple(why_run(scene.run)),
            )
        ]
    waits = _unfinished_upstreams(scene)
    if waits:
        return [_waiting_for_upstreams(scene, waits)]
    if scene.task.depends_on_past or scene.task.wait_for_downstream:
        return [
            Cause(
                code="waiting_for_past",
                sentence=f"{scene.name} waits for the run before: {scene.past or 'its task has not succeeded there'} "
                f"({'wait_for_downstream' if scene.task.wait_for_downstream else 'depends_on_past'}).",
                fix="Let that run succeed (clear or mark its task), or start this one without the dependency.",
            )
        ]
    if scene.task.mapped is not None:
        sentence = f"{scene.name} is one of many mapped instances; those before it go first."
        return [Cause(code="mapped_window", sentence=sentence, facts={"map_index": scene.instance.map_index})]
    return [*_about_to(scene)]


def _about_to(scene: TaskScene) -> Iterator[Cause]:
    server = [cause for cause in why_run(scene.run) if cause.code in SERVER]
    if server:
        yield from server
        return
    yield Cause(code="about_to_start", sentence=f"Nothing that is recorded holds {scene.name} back; it starts at once.")


def _unfinished_upstreams(scene: TaskScene) -> list[str]:
    return [
        task_id
        for task_id in scene.task.upstream
        if any(n for state, n in scene.run.counts.get(task_id, {}).items() if state not in FINISHED)
    ]


def _waiting_for_upstreams(scene: TaskScene, waits: list[str]) -> Cause:
    roots = _blocking_roots(scene, waits)
    causes = tuple(_upstream_cause(scene, task_id) for task_id in roots)
    total = len(scene.task.upstream)
    return Cause(
        code="waiting_for_upstream",
        sentence=f"{scene.name} waits for {listed(waits)} ({len(waits)} of {total} upstream tasks not done; "
        f"trigger rule {scene.task.trigger_rule}).",
        facts={"waiting_for": list(waits), "blocking": list(roots)},
        because=causes,
    )


def _blocking_roots(scene: TaskScene, start: list[str]) -> list[str]:
    """The tasks at the head of the chain: those that do something, or wait for something other than upstreams."""
    tasks = {task.task_id: task for task in scene.run.dag.spec.tasks}
    seen: set[str] = set()
    roots: list[str] = []
    todo = list(start)
    while todo:
        task_id = todo.pop(0)
        if task_id in seen:
            continue
        seen.add(task_id)
        states = scene.run.counts.get(task_id, {})
        behind = [
            up for up in tasks[task_id].upstream
            if any(n for state, n in scene.run.counts.get(up, {}).items() if state not in FINISHED)
        ] if task_id in tasks else []  # fmt: skip
        is_active = any(n for state, n in states.items() if state is not None and state not in FINISHED)
        if is_active or not behind:
            roots.append(task_id)
        else:
            todo += behind
    return roots


_DOING = {
    TaskState.RUNNING: "is running",
    TaskState.QUEUED: "is about to start",
    TaskState.SCHEDULED: "waits for a slot",
    TaskState.DEFERRED: "waits for an event",
    TaskState.AWAITING_INPUT: "waits for a person",
    TaskState.UP_FOR_RETRY: "failed and waits for its retry",
    TaskState.UP_FOR_RESCHEDULE: "is a sensor between two looks",
    TaskState.RESTARTING: "is being stopped",
    None: "has not started",
}


def _upstream_cause(scene: TaskScene, task_id: str) -> Cause:
    for state, words in _DOING.items():
        if state is None:
            break
        one = scene.first_of(task_id, state)
        if one is None:
            continue
        started = "" if one.start_date is None else f" since {how_long(scene.now - one.start_date)}"
        due = f", due {ahead(one.next_at, scene.now)}" if one.next_at else ""
        reason = f" ({one.reason})" if one.reason else ""
        return Cause(
            code=f"upstream_{state.value}",
            sentence=f"{named(one)} {words}{started if state is TaskState.RUNNING else due}{reason}.",
            fix=f"tradewind why {scene.run.dag.dag_id} {scene.run.facts.run_id} {task_id}",
        )
    return Cause(
        code="upstream_waiting",
        sentence=f"{task_id} has not started.",
        fix=f"tradewind why {scene.run.dag.dag_id} {scene.run.facts.run_id} {task_id}",
    )


# -- waiting for room -------------------------------------------------------------------------------------------------


def scheduled(scene: TaskScene) -> list[Cause]:
    found = [cause for cause in why_run(scene.run) if cause.code in SERVER]
    found += _limits(scene)
    found += _pool(scene)
    if found:
        return found
    lost = scene.instance.reason
    if scene.instance.losses and lost:
        sentence = f"{scene.name} starts again after an attempt was lost: {lost}."
        return [Cause(code="lost_attempt", sentence=sentence, facts={"losses": scene.instance.losses})]
    if lost is not None and lost.startswith(WAITS_FOR):
        sentence = f"{scene.name} {lost}, when the scheduler last looked."
        return [Cause(code="limit", sentence=sentence, fix="Wait for what holds it, or raise the limit.")]
    return [*_about_to(scene)]


_LIMIT_FIXES = {
    "max_active_tis_per_dagrun": "raise the task's max_active_tis_per_dagrun",
    "max_active_tis_per_dag": "raise the task's max_active_tis_per_dag",
    "max_active_tasks": "raise the DAG's max_active_tasks",
    "parallelism": "raise TRADEWIND__EXECUTOR__PARALLELISM",
}


def _limits(scene: TaskScene) -> Iterator[Cause]:
    for name, fix in _LIMIT_FIXES.items():
        use = scene.limits.get(name)
        if use is not None and use.used >= use.limit:
            yield Cause(
                code=name,
                sentence=f"{name} is reached: {use.used} of {use.limit} task instances are active.",
                fix=f"Wait for one of them, or {fix}.",
                facts={"used": use.used, "limit": use.limit},
            )


def _pool(scene: TaskScene) -> Iterator[Cause]:
    name, need = scene.task.pool, scene.task.pool_slots
    pool = scene.pool
    if pool is None:
        yield Cause(
            code="no_such_pool",
            sentence=f"The pool {name!r} that {scene.name} wants does not exist.",
            fix=f"tradewind pools set {name} SLOTS DESCRIPTION",
        )
    elif 0 <= pool.slots < need:
        yield Cause(
            code="pool_too_small",
            sentence=f"{scene.name} needs {need} slots of pool {name!r}, which has only {pool.slots}: it can never start.",
            fix=f"tradewind pools set {name} {need} DESCRIPTION, or lower pool_slots.",
            facts={"slots": pool.slots, "need": need},
        )
    elif pool.slots >= 0 and pool.used + need > pool.slots:
        holders = f" (by {listed(list(pool.holders))})" if pool.holders else ""
        queue = f"; {scene.ahead} instances with a higher priority go first" if scene.ahead else ""
        yield Cause(
            code="pool_full",
            sentence=f"Pool {name!r} is full: {pool.used} of {pool.slots} slots are used{holders}{queue}.",
            fix=f"Wait, or: tradewind pools set {name} {pool.slots + need} DESCRIPTION",
            facts={"used": pool.used, "slots": pool.slots, "need": need, "ahead": scene.ahead},
        )


def queued(scene: TaskScene) -> list[Cause]:
    since = scene.instance.queued_at
    lasting = None if since is None else scene.now - since
    if lasting is None or lasting.total_seconds() < QUEUED_LONG_S:
        return [Cause(code="starting", sentence=f"{scene.name} was handed to its executor {ago(since, scene.now)}.")]
    executor = scene.task.executor or "the default executor"
    return [
        Cause(
            code="queued_long",
            sentence=f"{executor} has had {scene.name} for {how_long(lasting)} without starting it.",
            fix="Look whether its workers are alive and listen to queue "
            f"{scene.task.queue!r}; after the queue time-out it is tried again.",
        )
    ]


# -- waiting for something else ---------------------------------------------------------------------------------------


def running(scene: TaskScene) -> list[Cause]:
    at = scene.attempt
    where = f" on {at.hostname} (pid {at.pid})" if at is not None and at.hostname else ""
    start = (at.started_at if at is not None else None) or scene.instance.start_date
    lasting = "" if start is None else f" for {how_long(scene.now - start)}"
    sentence = (
        f"{scene.name} is running{lasting}{where}, try {scene.instance.try_number} of {scene.instance.max_tries}."
    )
    return [Cause(code="running", sentence=sentence, facts={"try_number": scene.instance.try_number})]


def up_for_retry(scene: TaskScene) -> list[Cause]:
    one = scene.instance
    return [
        Cause(
            code="waiting_for_retry",
            sentence=f"Try {one.try_number} of {one.max_tries} of {scene.name} failed; the next is due {ahead(one.next_at, scene.now)}.",
            fix=clear(scene, "To try at once"),
            facts={"next_at": one.next_at.isoformat() if one.next_at else None},
            because=tuple(failure(scene)),
        )
    ]


def up_for_reschedule(scene: TaskScene) -> list[Cause]:
    sentence = f"{scene.name} is a sensor: what it waits for was not there; it looks again {ahead(scene.instance.next_at, scene.now)}."
    return [Cause(code="sensor_waiting", sentence=sentence)]


def deferred(scene: TaskScene) -> list[Cause]:
    wait = scene.waiting
    if wait is None:
        return [Cause(code="deferred", sentence=f"{scene.name} waits for an event without using a slot.")]
    until = f"; it gives up {ahead(wait.until, scene.now)}" if wait.until else ""
    causes: tuple[Cause, ...] = ()
    if not wait.is_watched:
        sentence = "No triggerer is running, so nobody watches for the event."
        causes = (Cause(code="no_triggerer", sentence=sentence, fix="Start one: tradewind standalone"),)
    return [
        Cause(
            code="deferred",
            sentence=f"{scene.name} waits for {wait.what} since {how_long(scene.now - wait.since)}{until}.",
            because=causes,
            facts={"trigger": wait.what},
        )
    ]


def awaiting_input(scene: TaskScene) -> list[Cause]:
    wait = scene.waiting
    subject = f": {wait.what}" if wait is not None else ""
    until = f" It is decided without one {ahead(wait.until, scene.now)}." if wait is not None and wait.until else ""
    return [
        Cause(
            code="awaiting_input",
            sentence=f"{scene.name} waits for a person's answer{subject}.{until}",
            fix=f"tradewind hitl answer {scene.run.dag.dag_id} {scene.run.facts.run_id} {scene.task.task_id}",
        )
    ]


def restarting(scene: TaskScene) -> list[Cause]:
    sentence = f"{scene.name} was cleared while it was running: its process is being stopped, then it runs again."
    return [Cause(code="restarting", sentence=sentence)]
