"""A listener to the stream of changes, as a browser would be one."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

__all__ = ["Listener", "Told"]


class Told(NamedTuple):
    """One event."""

    id: str
    type: str
    data: dict[str, Any]


class Listener:
    """A connection to `/api/v2/events`; use it as a context manager, and iterate."""

    def __init__(self, url: str, token: str, *, after: str | None = None, timeout_s: float = 60, **query: Any) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)
        headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": after} if after else {})
        self._connection.request("GET", f"/api/v2/events?{urlencode(query, doseq=True)}", headers=headers)
        self.response = self._connection.getresponse()
        self.last_id = after
        self.comments: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.response.close()
        self._connection.close()

    def __iter__(self) -> Iterator[Told]:
        """The events, until the stream ends; as the standard of server-sent events reads them."""
        kind, data = "message", list[str]()
        try:
            for raw in self.response:
                line = raw.decode().rstrip("\n")
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if not line:
                    if data:
                        yield Told(self.last_id or "", kind, json.loads("\n".join(data)))
                    kind, data = "message", []
                elif not name:
                    self.comments.append(value)
                elif name == "id":
                    self.last_id = value
                elif name == "event":
                    kind = value
                elif name == "data":
                    data.append(value)
        except (http.client.IncompleteRead, ConnectionError):
            return  # the server was killed

    def until(self, **wanted: Any) -> list[Told]:
        """The events up to the first whose data has these values."""
        found: list[Told] = []
        for told in self:
            found.append(told)
            if all(told.data.get(name) == value for name, value in wanted.items()):
                return found
        raise AssertionError(f"the stream ended before {wanted}: {found}")
