"""Tasks that give their slot back and wait: for a trigger or a person; how they go on, and what ends a wait early."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from tradewind.core.commands import KeepOutput, StopTrigger
from tradewind.core.events import AttemptAwaitsInput, AttemptDeferred, InputGiven, TriggerFired
from tradewind.core.instances import call_back, to_scheduled
from tradewind.core.machine import Attempt, Machine
from tradewind.core.states import AWAITING_INPUT, DEFERRED, SKIPPED, SUCCESS
from tradewind.core.tasks import call_back_failure, end, end_failed, remember_output, skip
from tradewind.core.waiting import begin_wait, end_wait, start_trigger, until_of

__all__ = ["awaits_input", "deferred", "input_given", "trigger_fired", "waited_too_long"]


def deferred(m: Machine, event: AttemptDeferred) -> None:
    """The task gives its slot back and waits for a trigger."""
    attempt = m.current(event.attempt)
    if attempt is None:
        return
    wait = _wait(m, attempt, event.at, state=DEFERRED, until=event.until)
    m.effects.append(start_trigger(wait, event.at))


def awaits_input(m: Machine, event: AttemptAwaitsInput) -> None:
    """The task gives its slot back and waits for a person."""
    attempt = m.current(event.attempt)
    if attempt is not None:
        _wait(m, attempt, event.at, state=AWAITING_INPUT, until=event.until)


def trigger_fired(m: Machine, event: TriggerFired) -> None:
    """The trigger of a deferred instance has said something, or ended the task by itself."""
    wait = m.waits.get(event.trigger)
    if wait is None or wait.run.state_of(wait.node, wait.index) != DEFERRED:
        return
    run, node, index = wait.run, wait.node, wait.index
    match event.outcome:
        case "resume":
            _go_on(m, wait)
        case "success":
            end_wait(m, wait)
            lengths = {key: length for key, length in event.pushed.items() if length is not None}
            remember_output(run, node, index, lengths, frozenset(event.pushed))
            end(m, wait, event.at, SUCCESS)
            m.facts.append(KeepOutput(wait.id))
            if (node, index) in run.skips:
                skip(m, run, (node, index), ())
            call_back(m, run, node, index, "on_success")
        case "skipped":
            end_wait(m, wait)
            end(m, wait, event.at, SKIPPED)
            m.facts.append(KeepOutput(wait.id))
            call_back(m, run, node, index, "on_skipped")
        case "failed":
            end_wait(m, wait)
            m.facts.append(KeepOutput(wait.id))
            end_failed(m, wait, event.at, event.reason, retryable=False)
            call_back_failure(m, wait)
        case _:
            assert_never(event.outcome)


def input_given(m: Machine, event: InputGiven) -> None:
    """A person answered."""
    wait = m.waits.get(event.request)
    if wait is not None and wait.run.state_of(wait.node, wait.index) == AWAITING_INPUT:
        _go_on(m, wait)


def waited_too_long(m: Machine, wait: Attempt) -> None:
    """The time is over: the task goes on, and is told so; a person's task with the defaults, where it has any."""
    _go_on(m, wait)
    m.effects.append(StopTrigger(wait.id, is_cancelled=False))


def _wait(m: Machine, attempt: Attempt, at: datetime, *, state: int, until: datetime | None) -> Attempt:
    run, key = attempt.run, (attempt.node, attempt.index)
    instance = run.detail(*key)
    instance.start_date = instance.start_date or at
    m.end_attempt(attempt, at, "deferred" if state == DEFERRED else "awaiting_input")
    m.facts.append(KeepOutput(attempt.id))
    if state == DEFERRED:
        until = until_of(run, key, until)
    return begin_wait(m, run, key, attempt.id, state=state, until=until)


def _go_on(m: Machine, wait: Attempt) -> None:
    """Let the task have a process again, which goes on where the former one stopped."""
    end_wait(m, wait)
    wait.run.detail(wait.node, wait.index).resume = wait.id
    to_scheduled(m, wait.run, wait.node, wait.index, new_try=False)
