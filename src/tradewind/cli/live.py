"""Listens to the stream of changes of a server, and goes on where it was when the server comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tradewind.base.errors import Forbidden, Unauthenticated
from tradewind.cli.client import ServerUnavailable

if TYPE_CHECKING:
    from tradewind.cli.client import Client

__all__ = ["Absence", "events"]

BACK_WITHIN_S = 30.0
"""How long a server may be away."""
LOOK_S = 0.2
SILENCE_S = 60.0
"""A server has something to say every 20 seconds, if only that it is there. One that says nothing for three times as long is
not at the other end any more: a machine that was switched off does not hang up."""

Event = dict[str, Any]
Read = TypeVar("Read")


class Absence:
    """A server that is away, which is told once and waited for."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._since: float | None = None

    def end(self) -> None:
        """It has come back."""
        self._since = None

    def wait(self, error: Exception | None = None) -> None:
        """Sleep for a moment, then look where the server is now.

        Raises:
            Exception: `error`, where waiting does not help: the server has been away for too long, or it is there and refuses.
        """
        if error is not None and (self._is_too_long() or self._is_refused(error)):
            raise error
        if self._since is None:
            self._since = time.monotonic()
            if self._client.has_scheduler:
                click.echo("The server has gone; waiting for it to come back.", err=True)
        self._client.find_again()
        time.sleep(LOOK_S)

    def read(self, ask: Callable[[], Read]) -> Read:
        """What `ask` returns, asked again while the server is away; only the stream knows when it is back for good.

        Raises:
            ServerUnavailable: the server does not come back.
            Unauthenticated: it knows the caller no more.
        """
        while True:
            try:
                return ask()
            except (ServerUnavailable, Unauthenticated) as error:
                self.wait(error)

    def _is_refused(self, error: Exception) -> bool:
        """Whether the server does not know the caller; one that was started anew has not been shown its own token yet."""
        return isinstance(error, Unauthenticated) and self._since is None and not self._client.find_again()

    def _is_too_long(self) -> bool:
        return self._since is not None and time.monotonic() - self._since > BACK_WITHIN_S


def events(client: Client, absence: Absence | None = None, **query: Any) -> Iterator[Event]:
    """The data of each event, with its ``id``; the first is ``start``, after a loss there is a ``reset``.

    Args:
        client: of the server.
        absence: of it, where others wait for it, too.
        query: which events; and `silence_s`, after how long without a word the connection is made anew.

    Raises:
        ServerUnavailable: the server has gone and does not come back.
        Forbidden: the caller may not listen, or not any more.
    """
    absence = absence or Absence(client)
    last: str | None = query.pop("cursor", None)
    silence_s: float = query.pop("silence_s", SILENCE_S)
    is_begun = False
    while True:
        gone = None
        try:
            for event in _read(client.raw_lines("events", silence_s=silence_s, **query, cursor=last)):
                last = event["id"]
                absence.end()
                if event["type"] == "end":
                    raise Forbidden(event["reason"])
                # of a connection that goes on where the one before broke off, nobody needs to know
                if "data" in event and not (event["type"] == "start" and is_begun):
                    is_begun = True
                    yield {"id": last, **event["data"]}
            if query.get("follow") is False:
                return
        except (ServerUnavailable, Unauthenticated) as error:
            gone = error
        absence.wait(gone)


def _read(lines: Iterator[bytes]) -> Iterator[Event]:
    """Events from the lines of a stream; those without data, which only move the cursor, too."""
    kind, data, number = "", "", ""
    for raw in lines:
        name, _, value = raw.decode().rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        match name:
            case "id":
                number = value
            case "event":
                kind = value
            case "data":
                data = value
            case _:
                pass
        if not raw.strip() and number:
            body = json.loads(data) if data else {}
            yield {"id": number, "type": kind, "reason": body.get("reason", ""), **({"data": body} if data else {})}
            kind, data, number = "", "", ""
