"""Instances that wait without a process: for a trigger, or for a person. What they hold while they wait, and its end.

A wait has the id of the attempt that began it. It holds no slot, save one of a pool that counts deferred tasks.
"""

from __future__ import annotations

from datetime import datetime

from tradewind.core.commands import RunCallback, StartTrigger, StopTrigger
from tradewind.core.limits import Gate
from tradewind.core.machine import Attempt, Machine
from tradewind.core.run import Key, Run
from tradewind.core.states import DEFERRED
from tradewind.core.timers import after
from tradewind.spec import StartTriggerSpec

__all__ = [
    "begin_wait",
    "cancel_wait",
    "cancel_waits_of",
    "count_deferred",
    "end_wait",
    "follow_waits",
    "has_room_to_wait",
    "hold_wait",
    "start_trigger",
    "start_waiting",
    "starts_waiting",
    "until_of",
]


def begin_wait(m: Machine, run: Run, key: Key, wait_id: str, *, state: int, until: datetime | None) -> Attempt:
    """Let an instance wait.

    Args:
        wait_id: the attempt that deferred, or that asked a person.
        state: code of ``deferred`` or ``awaiting_input``.
        until: when waiting is given up.
    """
    run.detail(*key).next_at = until
    run.move(*key, state)
    return hold_wait(m, run, key, wait_id, state=state, until=until)


def hold_wait(m: Machine, run: Run, key: Key, wait_id: str, *, state: int, until: datetime | None) -> Attempt:
    """Remember a wait: its deadline, and the pool slots that it keeps."""
    wait = m.waits[wait_id] = Attempt(wait_id, run, key, _kept(m, run, key[0]) if state == DEFERRED else ())
    for gate, need in wait.gates:
        gate.used += need
    if until is not None:
        m.timers.set(("wait", wait_id), until)
    return wait


def end_wait(m: Machine, wait: Attempt) -> None:
    """Forget a wait; its instance moves on by other means."""
    del m.waits[wait.id]
    m.queue.free(wait.gates)
    m.timers.drop(("wait", wait.id))


def cancel_wait(m: Machine, wait: Attempt, reason: str) -> None:
    """Nobody waits any more, since the task was stopped: what it started elsewhere is to be stopped too."""
    end_wait(m, wait)
    m.effects.append(StopTrigger(wait.id, is_cancelled=True))
    run = wait.run
    spec = run.graph.nodes[wait.node].spec
    if "on_kill" in spec.has_callbacks:
        m.effects.append(
            RunCallback(
                run.uid, run.facts.dag, run.version_id, "on_kill", reason, spec.task_id, wait.ref.map_index, wait.id
            )
        )


def cancel_waits_of(m: Machine, run: Run, reason: str) -> None:
    """A run is to be forgotten."""
    for wait in list(m.waits.values()):
        if wait.run is run:
            cancel_wait(m, wait, reason)


def count_deferred(m: Machine, pool: Gate, *, is_counted: bool) -> None:
    """Deferred tasks take slots of the pool from now on, or no longer do."""
    if is_counted == (pool in m.counting_deferred):
        return
    if is_counted:
        m.counting_deferred.add(pool)
    else:
        m.counting_deferred.discard(pool)
    for wait in m.waits.values():
        _hold_anew(m, wait)


def follow_waits(m: Machine, run: Run) -> None:
    """A run has another graph: what waits in it keeps slots of the pools that its tasks name now."""
    for wait in m.waits.values() if m.counting_deferred else ():
        if wait.run is run:
            m.queue.freed.update((gate, None) for gate, _ in wait.gates)
            _hold_anew(m, wait)


def _hold_anew(m: Machine, wait: Attempt) -> None:
    if wait.run.state_of(wait.node, wait.index) == DEFERRED:
        for gate, need in wait.gates:
            gate.used -= need
        wait.gates = _kept(m, wait.run, wait.node)
        for gate, need in wait.gates:
            gate.used += need


def _kept(m: Machine, run: Run, node: int) -> tuple[tuple[Gate, int], ...]:
    if not m.counting_deferred:
        return ()
    return tuple((gate, need) for gate, need in m.gates(run, node) if gate in m.counting_deferred)


# -- waiting from the start -------------------------------------------------------------------------------------------


def starts_waiting(run: Run, node: int, index: int) -> bool:
    """Whether an instance that may go waits for a trigger first, before any process runs its code."""
    return run.graph.nodes[node].spec.start_trigger is not None and run.detail(node, index).resume is None


def has_room_to_wait(m: Machine, run: Run, node: int) -> bool:
    """Whether an instance may wait right away: its DAG is not paused, and a pool that counts who waits has room."""
    return m.dags[run.facts.dag].gate.fits(1) and all(gate.fits(need) for gate, need in _kept(m, run, node))


def start_waiting(m: Machine, run: Run, node: int, index: int) -> None:
    """Let an instance that may go wait for the trigger that its task starts from."""
    instance = run.detail(node, index)
    wait_id = instance.attempt = m.ids.new()
    instance.queued_at = instance.start_date = m.now
    start = run.graph.nodes[node].spec.start_trigger
    assert start is not None
    until = None if start.timeout_s is None else after(m.now, start.timeout_s)
    wait = begin_wait(m, run, (node, index), wait_id, state=DEFERRED, until=until_of(run, (node, index), until))
    m.effects.append(start_trigger(wait, m.now, start))


def start_trigger(wait: Attempt, at: datetime, start: StartTriggerSpec | None = None) -> StartTrigger:
    """The order for a wait that began at a moment."""
    run = wait.run
    instance = run.detail(wait.node, wait.index)
    return StartTrigger(
        trigger=wait.id,
        dag=run.facts.dag,
        version_id=run.version_id,
        run_uid=run.uid,
        task_id=wait.ref.task_id,
        map_index=wait.ref.map_index,
        try_number=instance.try_number,
        at=at,
        until=instance.next_at,
        start=start,
    )


def until_of(run: Run, key: Key, until: datetime | None) -> datetime | None:
    """When a wait is given up: the execution timeout goes on while the task waits."""
    limit_s = run.graph.nodes[key[0]].spec.execution_timeout_s
    begun = run.detail(*key).start_date
    if limit_s is None or begun is None:
        return until
    end = after(begun, limit_s)
    return end if until is None else min(until, end)
