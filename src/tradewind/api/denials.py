"""What somebody was refused, in the audit log; of one who is refused again and again, so many a minute."""

from __future__ import annotations

import logging
from collections import OrderedDict

from fastapi import Request

from tradewind.api.audit import Audit, Source, record
from tradewind.api.auth.actor import Actor
from tradewind.api.auth.addresses import address_of
from tradewind.api.workspaces import workspace_of
from tradewind.base.errors import TradewindError

__all__ = ["Denials", "note"]

log = logging.getLogger("tradewind.api")

A_MINUTE = 60
"""Entries for one person in a minute; the last says that there may be more."""
PEOPLE = 10_000
LONGEST_PATH = 500


class Denials:
    """Counts them."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def count(self, username: str, now_s: float) -> int:
        """How many this one makes in this minute."""
        minute = int(now_s // 60)
        before, counted = self._counts.pop(username, (minute, 0))
        counted = counted + 1 if before == minute else 1
        self._counts[username] = (minute, counted)
        if len(self._counts) > PEOPLE:
            self._counts.popitem(last=False)
        return counted


async def note(request: Request, error: TradewindError) -> None:
    """Write down that somebody whom we know was refused something."""
    desk = getattr(request.app.state, "desk", None)
    actor: Actor | None = getattr(request.state, "actor", None)
    if desk is None or actor is None:
        return
    now = desk.services.clock.now()
    counted = desk.denials.count(actor.username, now.timestamp())
    if counted > A_MINUTE:
        return
    extra: dict[str, object] = {
        "method": request.method, "path": request.url.path[:LONGEST_PATH], "reason": error.message[:LONGEST_PATH],
    }  # fmt: skip
    if counted == A_MINUTE:
        extra["more"] = "further ones in this minute are not written down"
    source = Source(actor, workspace_of(request), address_of(request, desk.sessions.trusted_proxies))
    try:
        await desk.write(lambda tx: record(tx, source, Audit(event="denied", extra=extra), now))
    except TradewindError:  # the refusal stands, whether or not it can be written down
        log.exception("audit.failed: a refusal could not be written down")
