"""What a trigger's message means: to the core, and to whoever stores what it leaves behind."""

from __future__ import annotations

from tradewind.core.events import TriggerFired
from tradewind.protocol.messages import Ended
from tradewind.protocol.triggers import Fired

__all__ = ["ended_of_fired", "event_of_fired"]


def event_of_fired(fired: Fired) -> TriggerFired:
    """What it means to the core."""
    pushed = {value.key: value.length for value in fired.xcoms if not value.is_none}
    if fired.outcome in ("resume", "failure"):
        return TriggerFired(fired.id, fired.at)
    reason = "its trigger ended it as failed" if fired.outcome == "failed" else ""
    return TriggerFired(fired.id, fired.at, fired.outcome, reason, pushed)


def ended_of_fired(fired: Fired) -> Ended | None:
    """The report that the task would have made, where its trigger ended it."""
    if fired.outcome in ("resume", "failure"):
        return None
    return Ended(attempt=fired.id, at=fired.at, outcome=fired.outcome, xcoms=fired.xcoms)
