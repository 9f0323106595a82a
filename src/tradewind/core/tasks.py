"""Reports about attempts: what each does to its instance. A report of any attempt but the current one does nothing."""

from __future__ import annotations

from tradewind.core.commands import KeepOutput, StartAttempt
from tradewind.core.events import AttemptFailed, AttemptStarted, AttemptSucceeded
from tradewind.core.machine import Machine
from tradewind.core.states import FAILED, QUEUED, RUNNING, SUCCESS

__all__ = ["failed", "started", "succeeded"]


def started(m: Machine, event: AttemptStarted) -> None:
    """A process runs the attempt."""
    attempt = m.current(event.attempt)
    if attempt is None or attempt.run.state_of(attempt.node, attempt.index) != QUEUED:
        return
    run, node, index = attempt.run, attempt.node, attempt.index
    run.detail(node, index).start_date = event.at
    run.move(node, index, RUNNING)
    m.timers.drop(("queued", attempt.id))
    m.facts.append(StartAttempt(attempt.id, event.at, event.hostname, event.pid))


def succeeded(m: Machine, event: AttemptSucceeded) -> None:
    """The task's code returned."""
    attempt = m.current(event.attempt)
    if attempt is None:
        return
    run, node, index = attempt.run, attempt.node, attempt.index
    run.detail(node, index).end_date = event.at
    keys = run.graph.nodes[node].map_keys
    if keys:
        run.lengths[node] = {key: n for key, n in event.lengths.items() if key in keys}
        run.pushed[node, index] = event.pushed & keys
    run.move(node, index, SUCCESS)
    m.end_attempt(attempt, event.at, "success")
    m.facts.append(KeepOutput(attempt.id))


def failed(m: Machine, event: AttemptFailed) -> None:
    """The task's code raised."""
    attempt = m.current(event.attempt)
    if attempt is None:
        return
    run, node, index = attempt.run, attempt.node, attempt.index
    run.detail(node, index).end_date = event.at
    run.move(node, index, FAILED)
    m.end_attempt(attempt, event.at, "failed", event.reason)
    m.facts.append(KeepOutput(attempt.id))
