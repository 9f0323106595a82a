"""Reports about attempts: what each does to its instance. A report of any attempt but the current one does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tradewind.core.asset_events import told
from tradewind.core.commands import KeepOutput, StartAttempt
from tradewind.core.events import (
    AttemptExited,
    AttemptFailed,
    AttemptLost,
    AttemptRescheduled,
    AttemptSkipped,
    AttemptStarted,
    AttemptSucceeded,
    DispatchFailed,
)
from tradewind.core.instances import call_back, end_by_hand, process_gone, to_scheduled, withdraw
from tradewind.core.loops import go_on
from tradewind.core.machine import Attempt, Machine
from tradewind.core.retries import retry_at
from tradewind.core.run import Key, Run
from tradewind.core.states import (
    DONE,
    FAILED,
    NONE,
    QUEUED,
    RUNNING,
    SKIPPED,
    SUCCESS,
    UP_FOR_RESCHEDULE,
    UP_FOR_RETRY,
    UPSTREAM_FAILED,
)
from tradewind.core.timers import after

__all__ = [
    "STOPPED",
    "TIMEOUT_GRACE",
    "call_back_failure",
    "dispatch_failed",
    "end",
    "end_failed",
    "exited",
    "failed",
    "lost",
    "queue_timed_out",
    "ran_too_long",
    "remember_output",
    "rescheduled",
    "skip",
    "skipped",
    "started",
    "succeeded",
]

STOPPED = "stopped by fail_fast"
"""How the reason of an instance begins that was ended since another had failed."""
TIMEOUT_GRACE = timedelta(seconds=60)
"""The worker enforces the execution timeout; the core steps in when nothing was heard this long after."""


def started(m: Machine, event: AttemptStarted) -> None:
    """A process runs the attempt."""
    attempt = m.current(event.attempt)
    if attempt is None or attempt.run.state_of(attempt.node, attempt.index) != QUEUED:
        return
    run, node, index = attempt.run, attempt.node, attempt.index
    instance = run.detail(node, index)
    instance.start_date = instance.start_date or event.at
    run.move(node, index, RUNNING)
    m.timers.drop(("queued", attempt.id))
    watch(m, attempt, event.at)
    m.facts.append(StartAttempt(attempt.id, event.at, event.hostname, event.pid))


def watch(m: Machine, attempt: Attempt, since: datetime) -> None:
    """Set the deadline behind the execution timeout."""
    timeout_s = attempt.run.graph.nodes[attempt.node].spec.execution_timeout_s
    if timeout_s is not None:
        m.timers.set(("running", attempt.id), after(since, timeout_s + TIMEOUT_GRACE.total_seconds()))


def succeeded(m: Machine, event: AttemptSucceeded) -> None:
    """The task's code returned."""
    attempt = m.current(event.attempt)
    if attempt is None:
        return
    run, node, index = attempt.run, attempt.node, attempt.index
    if run.graph.nodes[node].map_keys:
        remember_output(run, node, index, event.lengths, event.pushed)
    if event.again:
        go_on(m, run, node, index)
    end(m, attempt, event.at, SUCCESS)
    m.end_attempt(attempt, event.at, "success")
    m.facts.append(KeepOutput(attempt.id))
    if event.skip or (node, index) in run.skips:
        skip(m, run, (node, index), event.skip)
    if event.assets:
        told(m, attempt, event.assets)


def remember_output(run: Run, node: int, index: int, lengths: Mapping[str, int], pushed: frozenset[str]) -> None:
    """What an instance that succeeded left behind, where tasks are mapped over it."""
    keys = run.graph.nodes[node].map_keys
    if keys:
        run.lengths[node, index] = {key: n for key, n in lengths.items() if key in keys}
        # the same object for all instances of a map that push all there is to push
        run.pushed[node, index] = keys if keys <= pushed else pushed & keys


def failed(m: Machine, event: AttemptFailed) -> None:
    """The task's code raised, ran out of time, or its process died."""
    attempt = m.current(event.attempt)
    if attempt is None:
        return
    m.end_attempt(attempt, event.at, "failed", event.reason)
    m.facts.append(KeepOutput(attempt.id))
    end_failed(m, attempt, event.at, event.reason, retryable=event.retryable, retry_delay_s=event.retry_delay_s)
    if not event.called_back:
        call_back_failure(m, attempt)


def skipped(m: Machine, event: AttemptSkipped) -> None:
    """The task's code asked to be skipped."""
    attempt = m.current(event.attempt)
    if attempt is None:
        return
    end(m, attempt, event.at, SKIPPED)
    m.end_attempt(attempt, event.at, "skipped")
    m.facts.append(KeepOutput(attempt.id))


def rescheduled(m: Machine, event: AttemptRescheduled) -> None:
    """A sensor wants to look again later."""
    attempt = m.current(event.attempt)
    if attempt is None:
        return
    run, node, index = attempt.run, attempt.node, attempt.index
    instance = run.detail(node, index)
    instance.start_date = instance.start_date or event.at
    instance.next_at = event.until
    instance.resume = None
    run.move(node, index, UP_FOR_RESCHEDULE)
    m.timers.set(m.timer_name(run, node, index), event.until)
    m.end_attempt(attempt, event.at, "up_for_reschedule")
    m.facts.append(KeepOutput(attempt.id))


def lost(m: Machine, event: AttemptLost) -> None:
    """Nobody knows how far the attempt came."""
    attempt = m.attempts.get(event.attempt)
    if attempt is None:
        return
    if attempt.is_dying:
        process_gone(m, attempt, event.at, was_killed=True)
        return
    m.end_attempt(attempt, event.at, "lost", event.reason)
    _again(m, attempt, event.at, event.reason or "the attempt was lost")


def dispatch_failed(m: Machine, event: DispatchFailed) -> None:
    """The executor could not start the attempt."""
    attempt = m.attempts.get(event.attempt)
    if attempt is None:
        return
    if attempt.is_dying:
        process_gone(m, attempt, event.at, was_killed=True)
        return
    m.end_attempt(attempt, event.at, "dispatch_failed", event.reason)
    _again(m, attempt, event.at, event.reason or "the attempt could not be started")


def exited(m: Machine, event: AttemptExited) -> None:
    """The process of an attempt that was told to stop is gone; one that was not told to stop is lost."""
    attempt = m.attempts.get(event.attempt)
    if attempt is None:
        return
    if attempt.is_dying:
        process_gone(m, attempt, event.at, was_killed=True)
    else:
        lost(m, AttemptLost(event.attempt, event.at, "its process ended without a report"))


# -- deadlines --------------------------------------------------------------------------------------------------------


def queue_timed_out(m: Machine, attempt: Attempt) -> None:
    """No process took the attempt in time."""
    reason = f"still queued after {m.queue_timeout.total_seconds():g} s"
    m.kill(attempt, reason)
    _again(m, attempt, m.now, reason)


def ran_too_long(m: Machine, attempt: Attempt) -> None:
    """The worker should have ended the attempt at its execution timeout, and did not."""
    reason = "ran longer than its execution_timeout, and its worker did not stop it"
    m.kill(attempt, reason)
    end_failed(m, attempt, m.now, reason, retryable=True)
    call_back_failure(m, attempt)


# -- ways to end ------------------------------------------------------------------------------------------------------


def end(m: Machine, attempt: Attempt, at: datetime, state: int) -> None:
    """The instance of an attempt, or of a wait, has ended."""
    run, node, index = attempt.run, attempt.node, attempt.index
    instance = run.detail(node, index)
    instance.start_date = instance.start_date or at
    instance.end_date = at
    run.move(node, index, state)
    m.busy[run.uid] = run


def _again(m: Machine, attempt: Attempt, at: datetime, reason: str) -> None:
    """Have a lost attempt's instance run again without costing a retry; lost too often, it counts as failed."""
    run, node, index = attempt.run, attempt.node, attempt.index
    instance = run.detail(node, index)
    instance.losses += 1
    if instance.losses > m.max_losses:
        end_failed(m, attempt, at, f"{reason} ({instance.losses} attempts lost)", retryable=True)
        call_back_failure(m, attempt)
        return
    to_scheduled(m, run, node, index, new_try=False)
    instance.reason = reason


def end_failed(
    m: Machine, attempt: Attempt, at: datetime, reason: str, *, retryable: bool, retry_delay_s: float | None = None
) -> None:
    """The instance failed: it waits for its next try, where it has one left.

    Args:
        retry_delay_s: how long, where the task's retry policy says so.
    """
    run, node, index = attempt.run, attempt.node, attempt.index
    spec = run.graph.nodes[node].spec
    instance = run.detail(node, index)
    instance.reason = reason or None
    if not (retryable and instance.try_number < instance.max_tries):
        end(m, attempt, at, FAILED)
        if run.graph.spec.fail_fast and not spec.is_teardown:
            _stop_the_rest(m, run, node)
        return
    end(m, attempt, at, UP_FOR_RETRY)
    instance.next_at = retry_at(spec, instance, m.now, retry_delay_s)
    m.timers.set(m.timer_name(run, node, index), instance.next_at)


def call_back_failure(m: Machine, attempt: Attempt) -> None:
    """Have the callback of a failure run, since the task's own process can't."""
    run, node, index = attempt.run, attempt.node, attempt.index
    kind = "on_retry" if run.state_of(node, index) == UP_FOR_RETRY else "on_failure"
    call_back(m, run, node, index, kind)


def _stop_the_rest(m: Machine, run: Run, failed_node: int) -> None:
    """fail_fast: what runs fails, what waits is skipped, or upstream_failed below the failure, so that the run fails
    whatever its leaves; teardowns go on."""
    reason = f"{STOPPED}, since {run.graph.nodes[failed_node].task_id} failed"
    below = run.graph.descendants([failed_node])
    for node in run.graph.nodes:
        if node.index == failed_node or node.spec.is_teardown:
            continue
        for index in run.indexes(node.index):
            state = run.state_of(node.index, index)
            if DONE[state]:
                continue
            if state == RUNNING:
                end = FAILED
            elif node.index not in below:
                end = SKIPPED
            else:
                end = UPSTREAM_FAILED if state == NONE else FAILED
            end_by_hand(m, run, (node.index, index), end, reason)


def skip(m: Machine, run: Run, branch: Key, task_ids: tuple[str, ...]) -> None:
    """Carry out what a branch decided: skip these tasks, in a mapped group those of the same copy."""
    decider = run.graph.nodes[branch[0]]
    before = run.skips.pop(branch, set())
    targets: set[Key] = set()
    for task_id in task_ids:
        node = run.graph.index.get(task_id)
        if node is None:
            continue
        for _, index in run.nest.related(decider, branch[1], run.graph.nodes[node]):
            if run.is_void((node, index)) or (node, index) == branch:
                continue
            targets.add((node, index))
            if run.state_of(node, index) not in (RUNNING, SUCCESS, FAILED, SKIPPED):
                withdraw(m, run, node, index, f"skipped by {decider.task_id}")
                instance = run.detail(node, index)
                instance.start_date = instance.end_date = m.now
                instance.next_at = None
                run.move(node, index, SKIPPED)
            # also of one that is past skipping: where it is cleared alone, the decision still holds
            run.detail(node, index).skipped_by = decider.task_id
            run.changed[node, index] = None
    for key in before - targets:
        run.detail(*key).skipped_by = None
        run.changed[key] = None
    if targets:
        run.skips[branch] = targets
