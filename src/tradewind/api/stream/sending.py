"""Sends one listener what has changed: first what they have missed, then what comes, as long as they may hear it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

from tradewind.api.stream.feed import Feed, Subscription
from tradewind.api.stream.view import Cursor, View, comment, message
from tradewind.base.errors import Forbidden, Unauthenticated

__all__ = ["OLDEST", "changes"]

OLDEST = "oldest"
"""As a cursor: all that is kept."""
RETRY_MS = 1000
CHECK_S = 5.0
"""How often it is looked whether the listener is still who they were."""
HEARTBEAT_S = 15.0

Look = Callable[[], Awaitable[View]]


async def changes(feed: Feed, look: Look, asked: str | Cursor | None, *, is_followed: bool) -> AsyncGenerator[bytes]:
    """The stream.

    Args:
        look: what the listener is shown as things are now; raises when they may not listen any more.
        asked: where to begin; None: with what happens from now on.
        is_followed: whether to go on when all that there was has been sent.
    """
    async with feed.attended():
        try:
            view = await look()
        except (Unauthenticated, Forbidden) as error:
            yield message("end", Cursor.after(feed.position), {"reason": error.message})
            return
        cursor, greeting = await _begin(feed, asked)
        yield f"retry: {RETRY_MS}\n".encode() + greeting
        while cursor.place or cursor.row <= feed.position:
            rows = await feed.rows(cursor.row)
            chunk = view.written(rows, cursor)
            cursor = Cursor.after(rows[-1].id if rows else max(feed.position, cursor.row))
            if chunk:
                yield chunk
        if is_followed:
            # Nothing is awaited between the look at the position and this, so that nothing falls in between.
            with feed.attached(view, cursor.row) as subscription:
                async for chunk in _live(feed, subscription, look):
                    yield chunk


async def _begin(feed: Feed, asked: str | Cursor | None) -> tuple[Cursor, bytes]:
    """Where the stream begins, and its first event: a greeting, or the news that what was asked for is not there."""
    if asked is None:
        cursor = Cursor.after(feed.position)
        return cursor, message("start", cursor, {})
    oldest, newest = await feed.bounds()
    if not isinstance(asked, Cursor):
        cursor = Cursor(oldest, 0)
        return cursor, message("start", cursor, {})
    if asked.row < oldest:
        reason = "what followed the cursor is no longer kept; read again what you show"
    elif asked.row > newest + 1:
        reason = "the cursor is of another database; read again what you show"
    else:
        return asked, message("start", asked, {})
    cursor = Cursor.after(max(newest, feed.position))
    return cursor, message("reset", cursor, {"reason": reason})


async def _live(feed: Feed, subscription: Subscription, look: Look) -> AsyncGenerator[bytes]:
    loop = asyncio.get_running_loop()
    looked = said = loop.time()
    while not feed.is_over:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, looked + CHECK_S - loop.time())):
                await subscription.news.wait()
        chunk, here = subscription.take(), Cursor(subscription.first, 0)
        if subscription.is_lost:
            subscription.is_lost = False
            reason = "too much happened while the last of it was being sent; read again what you show"
            chunk = message("reset", here, {"reason": reason})
        if chunk:
            said = loop.time()
            yield chunk
        elif loop.time() - said >= HEARTBEAT_S:
            said = loop.time()
            yield comment("heartbeat", here)
        if loop.time() - looked >= CHECK_S:
            looked = loop.time()
            try:
                view = await look()
            except (Unauthenticated, Forbidden) as error:
                yield message("end", here, {"reason": error.message})
                return
            if view != subscription.view:
                feed.turn(subscription, view)
