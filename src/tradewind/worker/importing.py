"""What a DAG file may ask of the server while it is imported: Variables and Connections by name, and nothing else.

The server answers with `protocol.messages.FileImport` as the one who asks, and refuses what only tasks may do. Each
class below carries requests over a socket that brings other messages too: those are kept for whoever reads it next.
"""

from __future__ import annotations

import itertools
import os
import select
import threading
from collections.abc import Generator
from contextlib import contextmanager

import msgspec

from tradewind.base.errors import ExecutorError
from tradewind.protocol.messages import Reply, Request
from tradewind.sdk.task_api import bound
from tradewind.worker.client import Requests, WorkerTaskApi
from tradewind.worker.comms import Answer, Ask, Channel, Link, Run, ToZygote
from tradewind.worker.secrets_masking import add_mask

__all__ = ["ZygoteRequests", "answered", "answered_over"]

_of_channel: msgspec.msgpack.Decoder[Answer | Run] = msgspec.msgpack.Decoder(Answer | Run)
_of_link: msgspec.msgpack.Decoder[ToZygote] = msgspec.msgpack.Decoder(ToZygote)


@contextmanager
def answered(requests: Requests) -> Generator[None]:
    """While a DAG file is imported in here, `requests` carry what it asks; secrets among the answers are masked."""
    with bound(WorkerTaskApi(requests), add_mask):
        yield


@contextmanager
def answered_over(channel: Channel) -> Generator[None]:
    """As `answered`, over the channel of a process that has no work yet. Work that comes meanwhile is received later."""
    requests = _ChannelRequests(channel)
    try:
        with answered(requests):
            yield
    finally:
        channel.push_back(requests.early)


class _OneAtATime:
    """Numbers requests and lets one thread ask at a time, in the process that imports."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._pid = os.getpid()

    def request(self, message: Request, /) -> Reply:
        """Ask and wait.

        Raises:
            ExecutorError: the server is gone, or this is a process that the file forked.
        """
        if os.getpid() != self._pid:
            raise ExecutorError(
                f"{type(message).__name__} was asked in a process that the DAG file forked; "
                "ask in the process that imports it and hand the answer on"
            )
        with self._lock:
            try:
                return self._ask(Ask(next(self._numbers), message))
            except (OSError, EOFError) as error:
                raise ExecutorError(f"the server that has this file imported is gone: {error}") from error

    def _ask(self, ask: Ask) -> Reply:
        raise NotImplementedError


class _ChannelRequests(_OneAtATime):
    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel
        self.early: list[Run] = []

    def _ask(self, ask: Ask) -> Reply:
        self._channel.send(ask)
        while True:
            message = self._channel.receive(_of_channel)
            if isinstance(message, Run):
                self.early.append(message)
            elif message.number == ask.number:
                return message.reply


class ZygoteRequests(_OneAtATime):
    """Requests of a file's zygote, over its control socket; orders that come meanwhile are in `early`."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self.early: list[ToZygote] = []

    def _ask(self, ask: Ask) -> Reply:
        self._link.send(ask)
        while True:
            poll = select.poll()
            poll.register(self._link.sock, select.POLLIN | (select.POLLOUT if self._link.wants_write else 0))
            poll.poll()
            self._link.flush()
            messages, closed = self._link.read(_of_link)
            found: Reply | None = None
            for message in messages:
                if not isinstance(message, Answer):
                    self.early.append(message)
                elif message.number == ask.number:
                    found = message.reply
            if found is not None:
                return found
            if closed:
                raise EOFError("it closed the socket")
