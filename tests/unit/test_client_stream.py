"""A stream whose connection breaks is gone on with after the last event that came."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tradewind.client import Client


class Breaks(BaseHTTPRequestHandler):
    """Tells of one event a connection, then hangs up in the middle of a chunk."""

    protocol_version = "HTTP/1.1"
    asked: list[str | None]

    def do_GET(self) -> None:
        """One event."""
        type(self).asked.append(self.headers["Last-Event-ID"])
        number = len(type(self).asked)
        event = f': still here\n\nid: {number}\ndata: {{"number": {number},\ndata: "type": "run"}}\n\n'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n" + b"ff\r\nid: half")
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Where it listens."""
    Breaks.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Breaks) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_broken_stream_is_asked_for_what_came_after(url: str) -> None:
    with Client(url) as client:
        events = client.stream_events()
        assert [next(events)["number"] for _ in range(3)] == [1, 2, 3]
        events.close()
    assert Breaks.asked == [None, "1", "2"]
