"""What can be done to one task instance: let it go, stop it, end it by hand, take it back after its process is gone."""

from __future__ import annotations

from datetime import datetime

from tradewind.core.commands import RunCallback
from tradewind.core.machine import Attempt, Machine
from tradewind.core.rules import Verdict, decide
from tradewind.core.run import Key, Run
from tradewind.core.states import (
    ALIVE,
    FAILED,
    NONE,
    RESTARTING,
    RUNNING,
    SCHEDULED,
    SKIPPED,
    SUCCESS,
    UP_FOR_RESCHEDULE,
    UP_FOR_RETRY,
    WAITS,
)
from tradewind.core.waiting import cancel_wait, has_room_to_wait, start_waiting, starts_waiting

__all__ = ["CALLBACKS", "call_back", "end_by_hand", "process_gone", "timer_due", "to_scheduled", "withdraw"]

CALLBACKS = {SUCCESS: "on_success", FAILED: "on_failure", SKIPPED: "on_skipped"}
"""What is called where somebody or something else ends an instance so."""


def to_scheduled(m: Machine, run: Run, node: int, index: int, *, new_try: bool) -> None:
    """An instance may go: let it wait for capacity, or end it here where there is nothing to run."""
    instance = run.detail(node, index)
    if new_try:
        instance.try_number += 1
        instance.start_date = instance.end_date = instance.resume = None
    instance.scheduled_at = m.now
    instance.next_at = None
    instance.reason = None
    run.move(node, index, SCHEDULED)
    spec = run.graph.nodes[node].spec
    if spec.is_noop:
        instance.start_date = instance.end_date = m.now
        run.move(node, index, SUCCESS)
    elif not m.dying or not _has_process(m, run, node, index):
        if spec.start_trigger is not None and starts_waiting(run, node, index) and has_room_to_wait(m, run, node):
            start_waiting(m, run, node, index)
        else:
            m.queue.add(run, node, index)


def withdraw(m: Machine, run: Run, node: int, index: int, reason: str) -> None:
    """Take an instance out of everything it waits in, and stop its process where it has one."""
    state = run.state_of(node, index)
    if state == SCHEDULED:
        m.queue.discard(run, node, index)
    elif ALIVE[state] or state == RESTARTING:
        attempt = m.attempts.get(run.detail(node, index).attempt or "")
        if attempt is not None:
            m.kill(attempt, reason)
    elif state in (UP_FOR_RETRY, UP_FOR_RESCHEDULE):
        m.timers.drop(m.timer_name(run, node, index))
    elif WAITS[state]:
        wait = m.waits.get(run.detail(node, index).attempt or "")
        if wait is not None:
            cancel_wait(m, wait, reason)
    run.past_waiting.get(node, set()).discard(index)


def end_by_hand(m: Machine, run: Run, key: Key, state: int, reason: str) -> None:
    """Somebody, or the end of the run, decides how an instance ended."""
    node, index = key
    before = run.state_of(node, index)
    if before == state:
        return
    withdraw(m, run, node, index, reason)
    instance = run.detail(node, index)
    instance.start_date = instance.start_date or m.now
    instance.end_date = m.now
    instance.next_at = None
    instance.reason = reason
    run.move(node, index, state)
    if before == RUNNING or WAITS[before]:
        call_back(m, run, node, index, CALLBACKS[state])


def call_back(m: Machine, run: Run, node: int, index: int, kind: str) -> None:
    """Have a task's callback run, since its own process can't."""
    spec = run.graph.nodes[node].spec
    if kind in spec.has_callbacks or kind in spec.mails_on:
        instance = run.detail(node, index)
        m.effects.append(
            RunCallback(
                run.uid,
                run.facts.dag,
                run.version_id,
                kind,
                instance.reason or "",
                spec.task_id,
                run.map_index(node, index),
                try_number=instance.try_number,
            )
        )


def process_gone(m: Machine, attempt: Attempt, at: datetime, *, was_killed: bool) -> None:
    """The process of a stopped attempt is gone: its instance may go on."""
    m.end_attempt(attempt, at, "killed" if was_killed else "lost", "" if was_killed else "no answer after a kill")
    run = m.runs.get(attempt.run.uid)
    key = None if run is None else run.find(attempt.ref)
    if run is None or key is None:
        return
    state = run.state_of(*key)
    if state == RESTARTING and run.detail(*key).attempt == attempt.id:
        run.move(*key, NONE)
        run.look_at(*key)
    elif state == SCHEDULED and key not in run.ready:
        m.queue.add(run, *key)
        m.busy[run.uid] = run


def timer_due(m: Machine, run: Run, node: int, index: int) -> None:
    """The moment that an instance waited for has come: a retry goes if its rule still lets it, else waits for that."""
    state = run.state_of(node, index)
    if state == UP_FOR_RESCHEDULE:
        to_scheduled(m, run, node, index, new_try=False)
    elif state == UP_FOR_RETRY:
        rule = run.graph.nodes[node].rule
        if decide(rule, *run.tally_of(node, index), run.map_index(node, index)) is Verdict.RUN:
            to_scheduled(m, run, node, index, new_try=True)
        else:
            run.detail(node, index).next_at = None
            run.move(node, index, NONE)
            run.look_at(node, index)


def _has_process(m: Machine, run: Run, node: int, index: int) -> bool:
    """Whether a former attempt of the instance is still being stopped."""
    return (run.uid, run.ref((node, index))) in m.dying
