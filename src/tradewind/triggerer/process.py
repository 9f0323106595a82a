"""A triggerer process: one event loop, in which every trigger is a task."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import signal
import socket
import sys
import threading

import msgspec

from tradewind.base.clock import SystemClock
from tradewind.base.errors import ExecutorError
from tradewind.protocol.messages import Reply, Request
from tradewind.protocol.triggers import AnswerFor, AskFor, Blocked, Fired, ToTriggerer, Unwatch, Watch
from tradewind.sdk.task_api import bound
from tradewind.sdk.trigger import BaseTrigger
from tradewind.triggerer.logs import RoutedHandler, RoutedOutput, current_watch
from tradewind.triggerer.modules import BundleModules
from tradewind.triggerer.watchdog import Watchdog
from tradewind.worker.comms import Channel, Link
from tradewind.worker.secrets_masking import add_mask
from tradewind.worker.surroundings import task_api_of
from tradewind.worker.triggers import fired_of_error, make_trigger, trigger_events

__all__ = ["run_triggerer"]

log = logging.getLogger("tradewind.triggerer")

CLEAN_UP_S = 30.0
"""What `cleanup` and `on_kill` of a trigger may take."""
LEAVE_S = 2.0
"""What all of them together may take when the server is gone."""


def run_triggerer(control: socket.socket, ask: socket.socket, *, log_level: str = "INFO") -> None:
    """Run triggers until the server closes the sockets.

    Args:
        control: brings what to watch, takes what fired.
        ask: takes requests, and news of triggers that block.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the server ends it, by closing the sockets
    root = logging.getLogger()
    root.handlers[:] = [RoutedHandler()]
    root.setLevel(log_level)
    sys.stdout = RoutedOutput()  # type: ignore[assignment] - it has all that print uses
    requests = _Requests(Channel(ask))
    with bound(task_api_of(requests), add_mask):
        asyncio.run(_Triggerer(Link(control), requests).serve())
    os._exit(0)  # threads of triggers that do not end must not keep the process


class _Requests:
    """Requests of triggers, answered by the server; safe to use from several threads."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._decoder: msgspec.msgpack.Decoder[AnswerFor] = msgspec.msgpack.Decoder(AnswerFor)

    def request(self, message: Request, /) -> Reply:
        """Ask and wait.

        Raises:
            ExecutorError: the server is gone, or this is no trigger's code.
        """
        watch = current_watch.get()
        if watch is None:
            raise ExecutorError(f"{type(message).__name__} was asked outside of a trigger")
        with self._lock:
            number = next(self._numbers)
            try:
                self.channel.send(AskFor(number, watch.id, message))
                while (answer := self.channel.receive(self._decoder)).number != number:
                    pass
            except (OSError, EOFError) as error:
                raise ExecutorError(f"the server is gone: {error}") from error
            return answer.reply


class _Triggerer:
    """The triggers of this process."""

    def __init__(self, link: Link, requests: _Requests) -> None:
        self._link = link
        self._requests = requests
        self._decoder: msgspec.msgpack.Decoder[ToTriggerer] = msgspec.msgpack.Decoder(ToTriggerer)
        self._clock = SystemClock()
        self._modules = BundleModules()
        self._watches: dict[str, Watch] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        """Cancelled, and cleaning up; the same id may be watched anew meanwhile."""
        self._killed: set[str] = set()
        self._offences: dict[str, int] = {}
        self._closed = asyncio.Event()

    async def serve(self) -> None:
        """Run until the server is gone."""
        self._loop = loop = asyncio.get_running_loop()
        self._watchdog = Watchdog(loop, self._tell_blocked)
        self._watchdog.beat()
        self._watchdog.start()
        loop.add_reader(self._link.fileno(), self._read)
        await self._closed.wait()
        loop.remove_reader(self._link.fileno())
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=LEAVE_S)

    # -- the server -----------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            messages, is_closed = self._link.read(self._decoder)
        except OSError:
            messages, is_closed = [], True
        for message in messages:
            match message:
                case Watch():
                    self._watch(message)
                case Unwatch():
                    self._unwatch(message)
        if is_closed:
            self._closed.set()

    def _send(self, message: Fired) -> None:
        try:
            self._link.send(message)
        except OSError:
            self._closed.set()
            return
        if self._link.wants_write:
            self._loop.add_writer(self._link.fileno(), self._flush)

    def _flush(self) -> None:
        try:
            self._link.flush()
        except OSError:
            self._closed.set()
        if not self._link.wants_write or self._closed.is_set():
            self._loop.remove_writer(self._link.fileno())

    # -- triggers -------------------------------------------------------------------------------------------------------

    def _watch(self, watch: Watch) -> None:
        if watch.id in self._tasks:
            return
        self._watches[watch.id] = watch
        self._tasks[watch.id] = self._loop.create_task(self._run(watch), name=watch.id)

    def _unwatch(self, order: Unwatch) -> None:
        task = self._tasks.pop(order.id, None)
        if task is not None:
            if order.is_cancelled:
                self._killed.add(order.id)
            self._leaving.add(task)
            self._loop.call_soon(task.cancel)  # after its first step: one that never began could not clean up

    async def _run(self, watch: Watch) -> None:
        current_watch.set(watch)
        trigger: BaseTrigger | None = None
        try:
            trigger = self._make(watch)
            async for fired in trigger_events(trigger, watch, self._clock):
                self._send(fired)
        except asyncio.CancelledError:
            if watch.id in self._killed and trigger is not None:
                await _clean_up(trigger.on_kill(), "on_kill", watch)
        except Exception as error:  # the edge of one trigger: it fails its own task and nothing else
            log.exception("The trigger failed")
            self._send(fired_of_error(watch, error, self._clock))
        finally:
            if trigger is not None:
                await _clean_up(trigger.cleanup(), "cleanup", watch)
            sys.stdout.flush()
            self._forget(watch)

    def _forget(self, watch: Watch) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._killed.discard(watch.id)
        self._leaving.discard(task)
        if self._tasks.get(watch.id) is task:
            del self._tasks[watch.id]
        if watch.id not in self._tasks:
            self._watches.pop(watch.id, None)
            self._offences.pop(watch.id, None)

    def _make(self, watch: Watch) -> BaseTrigger:
        self._watchdog.is_excused = True
        try:
            self._modules.enter(watch.dag, watch.classpath)
            return make_trigger(watch)
        finally:
            self._watchdog.is_excused = False

    # -- what blocks, told by the watchdog's thread ------------------------------------------------------------------

    def _tell_blocked(self, name: str, seconds: float, where: str) -> None:
        watch = self._watches.get(name)
        if watch is None:
            return
        offences = self._offences[name] = self._offences.get(name, 0) + 1
        current_watch.set(watch)  # of this thread
        log.warning(
            "The trigger blocks the event loop of the triggerer (%.1f s, time %d) at %s; use async calls, or asyncio.to_thread",
            seconds, offences, where,
        )  # fmt: skip
        told = Blocked(id=name, classpath=watch.classpath, seconds=seconds, offences=offences, where=where)
        try:
            self._requests.channel.send(told)
        except OSError:
            pass  # the server is gone, and the loop will notice


async def _clean_up(work: object, name: str, watch: Watch) -> None:
    try:
        if asyncio.iscoroutine(work):
            await asyncio.wait_for(work, CLEAN_UP_S)
    except asyncio.CancelledError:
        log.warning("%s of %s was interrupted", name, watch.classpath)
    except Exception:
        log.exception("%s of %s failed", name, watch.classpath)
