"""Listens to the stream of changes of a server, and goes on where it was when the server comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tradewind.base.errors import Forbidden, Unauthenticated
from tradewind.cli.client import ServerUnavailable

if TYPE_CHECKING:
    from tradewind.cli.client import Client

__all__ = ["events"]

BACK_WITHIN_S = 30.0
"""How long a server may be away."""
LOOK_S = 0.2

Event = dict[str, Any]


def events(client: Client, **query: Any) -> Iterator[Event]:
    """The data of each event, with its ``id``; the first is ``start``, after a loss there is a ``reset``.

    Raises:
        ServerUnavailable: the server has gone and does not come back.
        Forbidden: the caller may not listen, or not any more.
    """
    last: str | None = query.pop("cursor", None)
    is_begun, gone_since = False, None
    while True:
        try:
            for event in _read(client.raw_lines("events", **query, cursor=last)):
                last, gone_since = event["id"], None
                if event["type"] == "end":
                    raise Forbidden(event["reason"])
                # of a connection that goes on where the one before broke off, nobody needs to know
                if "data" in event and not (event["type"] == "start" and is_begun):
                    is_begun = True
                    yield {"id": last, **event["data"]}
            if query.get("follow") is False:
                return
        except (ServerUnavailable, Unauthenticated) as error:
            if gone_since is None and isinstance(error, Unauthenticated):
                raise  # else the token is that of the server that has gone
            if gone_since is not None and time.monotonic() - gone_since > BACK_WITHIN_S:
                raise
        if gone_since is None:
            gone_since = time.monotonic()
            if client.has_scheduler:
                click.echo("The server has gone; waiting for it to come back.", err=True)
        client.find_again()
        time.sleep(LOOK_S)


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
