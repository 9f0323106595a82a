"""The server's side of triggerers: child processes, fed from what is stored, replaced when they die."""

from __future__ import annotations

import logging
import queue
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from tradewind.base.clock import SystemClock
from tradewind.protocol.messages import ErrorReply, Reply, Request
from tradewind.protocol.triggers import AnswerFor, AskFor, Blocked, Fired, Unwatch, Watch
from tradewind.worker.child import KEPT_FROM_TASKS
from tradewind.worker.comms import Link

__all__ = ["LocalTriggerer", "TriggererOptions"]

log = logging.getLogger("tradewind.triggerer")

MAIN, ISOLATED = "main", "isolated"
OFFENCES = 3
"""A trigger that blocked the loop this often is moved away from the others."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 10.0
"""Before a process that died is replaced; it grows while they die young."""
YOUNG_S = 10.0
WATCHER_PAUSE_S = 5.0
"""Before a watcher that failed is started again."""
LEAVE_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggererOptions:
    """What a triggerer is made of."""

    load: Callable[[Sequence[str] | None], list[Watch]]
    """What is waited for, out of these triggers; None: all there are."""
    sink: Callable[[Fired], None]
    """Takes what fired; must not block."""
    answer: Callable[[Watch, Request], Reply]
    """Answers what a trigger asks."""
    environment: Mapping[str, str]
    load_watchers: Callable[[], list[Watch]] = list
    """The watchers that are to run."""
    watched: Callable[[Watch, Fired], None] | None = None
    """Takes what watchers say; must not block. A watcher that failed is started again by itself."""
    capacity: int = 20_000
    """Triggers in one process; more wait for room."""
    log_level: str = "INFO"
    hang_s: float = 5.0
    """A trigger that blocks the loop for this long: its process is replaced at once."""


@dataclass(slots=True)
class _Child:
    """A triggerer process."""

    name: str
    process: subprocess.Popen[bytes]
    control: Link
    ask: Link
    started: float
    watching: dict[str, Watch] = field(default_factory=dict[str, Watch])


class LocalTriggerer:
    """Runs triggers in child processes; a thread of its own talks to them. All methods return at once."""

    def __init__(self, options: TriggererOptions) -> None:
        self._options = options
        self._clock = SystemClock()
        self._orders: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()
        self._wake_out, self._wake_in = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._children: dict[str, _Child] = {}
        self._isolated: set[str] = set()
        self._watchers: dict[str, Watch] = {}
        self._overflow: dict[str, None] = {}
        self._pause_s = FIRST_PAUSE_S
        self._respawn_at: float | None = None
        """When everything is loaded anew, and what died is replaced."""
        self._dead: set[str] = set()
        """Names of processes that died, and are replaced then."""
        self._thread = threading.Thread(target=self._serve, name="triggerer", daemon=True)
        self._fired = msgspec.msgpack.Decoder(Fired)
        self._asked: msgspec.msgpack.Decoder[AskFor | Blocked] = msgspec.msgpack.Decoder(AskFor | Blocked)
        self.blocked: dict[str, Blocked] = {}
        """The last offence of each trigger that blocked the loop, by class."""

    # -- orders, from any thread -----------------------------------------------------------------------------------------

    def launch(self) -> None:
        """Take orders; a process starts when there is something to watch."""
        self._thread.start()
        self.resync()

    def start(self, triggers: Sequence[str]) -> None:
        """Run these triggers of tasks, whose rows are committed."""
        self._order("start", list(triggers))

    def stop(self, trigger: str, *, is_cancelled: bool) -> None:
        """Nobody waits for a trigger any more."""
        self._order("stop", Unwatch(trigger, is_cancelled))

    def resync(self) -> None:
        """Have exactly those triggers run that the rows tell of."""
        self._order("resync", None)

    def look_at_watchers(self) -> None:
        """Watchers may have come or gone: have those run that should."""
        self._order("watchers", None)

    def close(self) -> None:
        """End the processes."""
        if self._thread.is_alive():
            self._order("close", None)
            self._thread.join(timeout=2 * LEAVE_S)

    @property
    def is_alive(self) -> bool:
        """Whether orders are taken. Processes come and go with what there is to watch."""
        return self._thread.is_alive()

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by name."""
        return {child.name: child.process.pid for child in list(self._children.values())}

    def _order(self, kind: str, what: object) -> None:
        self._orders.put((kind, what))
        try:
            self._wake_in.send(b"x")
        except OSError:
            log.debug("order.late: %s came after the end", kind)

    # -- the thread ---------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        self._wake_out.setblocking(False)
        self._selector.register(self._wake_out, selectors.EVENT_READ, None)
        is_open = True
        while is_open:
            try:
                is_open = self._turn()
            except Exception:  # the edge of the thread: nothing may end the waiting for all others
                log.exception("triggerer.fault: the triggers are loaded anew in a second")
                self._respawn_at = self._clock.monotonic() + 1.0
        for child in list(self._children.values()):
            self._end(child)
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()

    def _turn(self) -> bool:
        timeout = None
        if self._respawn_at is not None:
            timeout = max(0.0, self._respawn_at - self._clock.monotonic())
        for key, events in self._selector.select(timeout):
            if key.data is None:
                self._wake_out.recv(65536)
            else:
                self._attend(key.data, key.fileobj, events)
        is_open = self._take_orders()
        if self._respawn_at is not None and self._clock.monotonic() >= self._respawn_at:
            self._respawn_at = None
            self._dead.clear()
            self._resync()
        return is_open

    def _take_orders(self) -> bool:
        started: list[str] = []
        while not self._orders.empty():
            kind, what = self._orders.get()
            match kind, what:
                case "start", list():
                    started += what  # pyright: ignore[reportUnknownArgumentType] - put in by `start`
                    continue
                case _:
                    self._start(started)
                    started = []
            match kind, what:
                case "stop", Unwatch():
                    self._stop(what)
                case "watchers", _:
                    self._set_watchers(self._options.load_watchers())
                case "resync", _:
                    self._resync()
                case _:
                    return False
        self._start(started)
        return True

    # -- what is watched ----------------------------------------------------------------------------------------------

    def _start(self, triggers: Sequence[str]) -> None:
        for at in range(0, len(triggers), 500):
            for watch in self._options.load(triggers[at : at + 500]):
                self._send_watch(watch)

    def _resync(self) -> None:
        self._set_watchers(self._options.load_watchers())
        wanted = {watch.id: watch for watch in self._options.load(None)} | self._watchers
        for child in list(self._children.values()):
            for gone in [one for one in child.watching if one not in wanted]:
                self._stop(Unwatch(gone))
        self._isolated &= wanted.keys()
        for watch in wanted.values():
            self._send_watch(watch)

    def _set_watchers(self, watchers: Sequence[Watch]) -> None:
        before, self._watchers = self._watchers, {watch.id: watch for watch in watchers}
        for gone in [one for one, watch in before.items() if self._watchers.get(one) != watch]:
            self._stop(Unwatch(gone))
        for watch in watchers:
            self._send_watch(watch)

    def _send_watch(self, watch: Watch) -> None:
        name = ISOLATED if watch.id in self._isolated else MAIN
        child = self._children.get(name)
        if child is None:
            if name in self._dead and self._respawn_at is not None:
                return  # all are loaded when it is back
            child = self._spawn(name)
        if watch.id in child.watching:
            return
        if len(child.watching) >= self._options.capacity:
            self._overflow[watch.id] = None
            return
        # who asks must be known; the arguments, which may be large, are not
        child.watching[watch.id] = msgspec.structs.replace(watch, kwargs="")
        self._send(child, child.control, watch)

    def _stop(self, order: Unwatch) -> None:
        self._overflow.pop(order.id, None)
        if order.is_cancelled and not any(order.id in child.watching for child in self._children.values()):
            self._start([order.id])  # it did not run yet, or its process has died: `on_kill` is called all the same
        for child in list(self._children.values()):
            if child.watching.pop(order.id, None) is not None:
                self._send(child, child.control, order)
        self._isolated.discard(order.id)
        self._fill_up()

    def _fill_up(self) -> None:
        child = self._children.get(MAIN)
        if self._overflow and child is not None and len(child.watching) < self._options.capacity:
            room = self._options.capacity - len(child.watching)
            wanted = list(self._overflow)[:room]
            for one in wanted:
                del self._overflow[one]
            self._start(wanted)

    # -- processes ------------------------------------------------------------------------------------------------------

    def _spawn(self, name: str) -> _Child:
        control, theirs = socket.socketpair()
        ask, asks = socket.socketpair()
        environment = {key: value for key, value in self._options.environment.items() if key not in KEPT_FROM_TASKS}
        command = [sys.executable, "-m", "tradewind.triggerer", str(theirs.fileno()), str(asks.fileno())]
        process = subprocess.Popen(
            [*command, self._options.log_level],
            pass_fds=(theirs.fileno(), asks.fileno()),
            stdin=subprocess.DEVNULL,
            env=environment,
        )
        theirs.close()
        asks.close()
        child = self._children[name] = _Child(name, process, Link(control), Link(ask), self._clock.monotonic())
        for link in (child.control, child.ask):
            self._selector.register(link.sock, selectors.EVENT_READ, (child, link))
        log.info("triggerer.started name=%s pid=%d", name, process.pid)
        return child

    def _attend(self, what: tuple[_Child, Link], _: object, events: int) -> None:
        child, link = what
        if self._children.get(child.name) is not child:
            return
        try:
            if events & selectors.EVENT_WRITE:
                link.flush()
                self._watch_writes(child, link)
            if events & selectors.EVENT_READ:
                self._read(child, link)
        except OSError as error:
            self._died(child, str(error))

    def _read(self, child: _Child, link: Link) -> None:
        if link is child.control:
            messages, is_closed = link.read(self._fired)
            for fired in messages:
                self._hear(child, fired)
        else:
            asked, is_closed = link.read(self._asked)
            for message in asked:
                match message:
                    case AskFor():
                        self._answer(child, message)
                    case Blocked():
                        self._punish(child, message)
        if is_closed and self._children.get(child.name) is child:
            self._died(child, "it closed its sockets")

    def _hear(self, child: _Child, fired: Fired) -> None:
        watch = child.watching.get(fired.id)
        if watch is None:
            return  # it was stopped meanwhile
        if watch.kind == "watcher":
            self._hear_watcher(child, watch, fired)
            return
        del child.watching[fired.id]
        self._isolated.discard(fired.id)
        self._options.sink(fired)
        self._fill_up()

    def _hear_watcher(self, child: _Child, watch: Watch, fired: Fired) -> None:
        if fired.outcome == "failure":
            log.warning("watcher.failed class=%s id=%s: %s", watch.classpath, watch.id, fired.event)
            del child.watching[watch.id]
            self._respawn_at = self._respawn_at or self._clock.monotonic() + WATCHER_PAUSE_S
        if self._options.watched is not None:
            self._options.watched(watch, fired)

    def _answer(self, child: _Child, ask: AskFor) -> None:
        watch = child.watching.get(ask.trigger)
        reply: Reply = ErrorReply(code="stale_attempt", message="nobody waits for this trigger any more")
        if watch is not None:
            reply = self._options.answer(watch, ask.request)
        self._send(child, child.ask, AnswerFor(ask.number, reply))

    def _punish(self, child: _Child, told: Blocked) -> None:
        log.warning(
            "trigger.blocks class=%s id=%s seconds=%.1f times=%d at %s",
            told.classpath, told.id, told.seconds, told.offences, told.where,
        )  # fmt: skip
        self.blocked[told.classpath] = told
        watch = child.watching.get(told.id)
        if child.name != MAIN or watch is None or (told.offences < OFFENCES and told.seconds < self._options.hang_s):
            return
        self._isolated.add(told.id)
        log.warning("trigger.isolated class=%s id=%s", told.classpath, told.id)
        if told.seconds >= self._options.hang_s:
            self._died(child, f"{told.classpath} hangs at {told.where}")
            return
        del child.watching[told.id]
        self._send(child, child.control, Unwatch(told.id))
        if watch.kind == "watcher":
            self._send_watch(self._watchers[told.id])
        else:
            self._start([told.id])

    def _send(self, child: _Child, link: Link, message: msgspec.Struct) -> None:
        try:
            link.send(message)
        except OSError as error:
            self._died(child, str(error))
            return
        self._watch_writes(child, link)

    def _watch_writes(self, child: _Child, link: Link) -> None:
        if self._children.get(child.name) is not child:
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if link.wants_write else 0)
        self._selector.modify(link.sock, events, (child, link))

    def _died(self, child: _Child, why: str) -> None:
        """Replace a process; what it watched is loaded anew."""
        if self._children.get(child.name) is not child:
            return
        lived_s = self._clock.monotonic() - child.started
        log.warning("triggerer.died name=%s pid=%d after %.1f s: %s", child.name, child.process.pid, lived_s, why)
        self._end(child)
        self._dead.add(child.name)
        self._pause_s = FIRST_PAUSE_S if lived_s > YOUNG_S else min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._respawn_at = self._clock.monotonic() + self._pause_s

    def _end(self, child: _Child) -> None:
        del self._children[child.name]
        for link in (child.control, child.ask):
            self._selector.unregister(link.sock)
            link.close()
        try:
            child.process.wait(LEAVE_S if self._respawn_at is None and not self._is_stuck(child) else 0.0)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()

    def _is_stuck(self, child: _Child) -> bool:
        return any(told.seconds >= self._options.hang_s and told.id in child.watching for told in self.blocked.values())
