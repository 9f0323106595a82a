"""One answer for all pages that read a view again after the same change: a hundred open pages cost one reading.

A page that the stream has told of a change says which one (`X-Seen-Change`, the id of the event). What was read after that
change happened serves every page that has seen no later one, and may see and do the same; for a second at most, and only
until somebody writes something through this process, for the stream does not tell of everything. Who names no change gets
an answer of their own.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.api.auth import Actor
from tradewind.api.deps import Desk
from tradewind.api.stream.view import Cursor
from tradewind.api.workspaces import workspace_of
from tradewind.base.errors import InvalidInput, TradewindError

__all__ = ["FOR_ALL", "ONES_OWN", "OPENING", "SEEN", "SharedAnswers"]

SEEN = "x-seen-change"
LONGEST_S = 1.0
OPENING = "/api/v2/ui/"
FOR_ALL = re.compile(r"home|runs|assets|assets/[^/]+|dags/[^/]+/(grid|runs/[^/]+|runs/[^/]+/(states|tasks/[^/]+))")
"""Views that are the same for all who have equal rights."""
ONES_OWN = re.compile(r"dags|dags/[^/]+")
"""Views that also show what is one's own: favourites."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    start: Message
    body: bytes
    is_for_all: bool
    """Whether others are given it too: no refusal, of which each is to hear for themselves, and read with the rights that it
    was asked for with."""


@dataclass(frozen=True, slots=True)
class _Reading:
    position: int
    """The number of the last row of the log of changes that was known to be there when it began."""
    writes: int
    began: float
    answer: asyncio.Task[_Answer]


class SharedAnswers:
    """Middleware inside of that for workspaces."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._desk: Desk | None = None
        """Whose readings these are."""
        self._readings: dict[Key, _Reading] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._shared(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if answer is None:
            await self._app(scope, receive, send)
            return
        await send({**answer.start, "headers": list(answer.start["headers"])})  # middleware outside adds to them
        await send({"type": "http.response.body", "body": answer.body})

    async def _shared(self, scope: Scope) -> _Answer | None:
        """What others are given too; None: the request is answered for itself."""
        path = str(scope["path"])
        if not path.startswith(OPENING):
            return None
        view = path.removeprefix(OPENING)
        is_ones_own = ONES_OWN.fullmatch(view) is not None
        if not is_ones_own and FOR_ALL.fullmatch(view) is None:
            return None
        request = Request(scope)
        desk: Desk = request.app.state.desk
        if desk is not self._desk:
            self._desk, self._readings = desk, {}
        seen = _row_seen(request)
        # A later change than this process knows of was heard from another process, or is made up.
        if seen is None or seen > desk.feed.position:
            return None
        workspace = workspace_of(request)
        try:
            actor = await desk.sessions.actor(request, desk, workspace)
        except TradewindError:
            return None  # the route says so
        key = (workspace, path, scope["query_string"], *_who(actor, is_ones_own=is_ones_own))
        found = self._readings.get(key)
        if found is not None and _serves(found, desk, seen):
            answer = await asyncio.shield(found.answer)  # who goes away takes it from nobody
            return answer if answer.is_for_all else None
        return await asyncio.shield(self._begin(key, scope, desk, actor).answer)

    def _begin(self, key: Key, scope: Scope, desk: Desk, actor: Actor) -> _Reading:
        loop = asyncio.get_running_loop()
        answer = loop.create_task(self._read({**scope, "state": {}}, actor))
        self._readings[key] = reading = _Reading(desk.feed.position, desk.writes, time.monotonic(), answer)
        loop.call_later(LONGEST_S, self._let_go, key, reading)
        return reading

    def _let_go(self, key: Key, reading: _Reading) -> None:
        """It is too old for anybody; one that was begun after it stays."""
        if self._readings.get(key) is reading:
            del self._readings[key]

    async def _read(self, scope: Scope, actor: Actor) -> _Answer:
        """The route's answer to somebody. It looks anew who that is, and may find that they have other rights by now."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, _nothing, keep)
        start, *parts = messages
        found: Actor | None = scope["state"].get("actor")
        is_same = found is not None and _who(found, is_ones_own=True) == _who(actor, is_ones_own=True)
        body = b"".join(part.get("body", b"") for part in parts)
        return _Answer(start, body, is_for_all=is_same and start["status"] == 200)


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _row_seen(request: Request) -> int | None:
    """The last row of the log of changes that the caller has heard of; None: they do not say."""
    given = request.headers.get(SEEN)
    if given is None:
        return None
    try:
        cursor = Cursor.parse(given)
    except InvalidInput:
        return None
    return cursor.row if cursor.place else cursor.row - 1


def _who(actor: Actor, *, is_ones_own: bool) -> Key:
    rights = actor.rights
    scopes = None if rights.scopes is None else tuple(rights.scopes)
    return (tuple(rights.held), scopes, actor.username if is_ones_own else "")


def _serves(reading: _Reading, desk: Desk, seen: int) -> bool:
    return (
        reading.position >= seen
        and reading.writes == desk.writes
        and time.monotonic() - reading.began <= LONGEST_S
        and not (reading.answer.done() and (reading.answer.cancelled() or reading.answer.exception()))
    )
