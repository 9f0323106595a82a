"""Processes that are ready before there is work for them: spares that run one attempt, and workers that run many.

A spare makes the start of an attempt quick: it was forked (or started) and warmed while nothing was waiting, and still
runs one attempt only. Every method is called with the executor's lock held.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import time
from functools import partial
from typing import Protocol

import msgspec

from tradewind.executors.local_loop import Loop
from tradewind.executors.local_processes import CodeFile, Process, Work, ZygoteState, work_id
from tradewind.protocol.messages import Workload
from tradewind.worker.comms import FileRef, Fork

__all__ = ["QUICK_WORKERS", "Pools"]

REFILL_AFTER_S = 0.002
"""A spare is forked when the attempt that took the last one had time to start."""
GROW_AFTER_S = 0.005
"""A queue that waits longer than this gets one more reused worker: about what a fork costs."""
SHORT_GROW_AFTER_S = 0.03
"""The same where workers ended attempts within the last `LATELY_S`: those are short, a pause is the machine's."""
LATELY_S = 1.0
RETRY_S = 1.0
QUICK_WORKERS = max(2, os.cpu_count() or 1)
"""Reused workers of a file that are started without looking at how long its attempts take."""

log = logging.getLogger(__name__)

_encoder = msgspec.msgpack.Encoder()


class Starter(Protocol):
    """What the pools need of the fleet."""

    def start(self, zygote: ZygoteState, file: CodeFile, fork: Fork, work: Work | None) -> Process: ...
    def hand_over(self, process: Process, work: Work) -> bool: ...
    def let_go(self, process: Process) -> None: ...
    def place(self, file: CodeFile, work: Work) -> None: ...
    def open_base(self) -> ZygoteState: ...


class Pools:
    """Spares and workers of all files.

    Args:
        reuse_limit: attempts that one reused worker runs.
    """

    def __init__(self, fleet: Starter, loop: Loop, reuse_limit: int) -> None:
        self._fleet = fleet
        self._loop = loop
        self._reuse_limit = max(1, reuse_limit)
        self._ids = itertools.count(1)
        self.is_closed = False

    # -- one attempt a process ---------------------------------------------------------------------------------------

    def run_once(self, zygote: ZygoteState, file: CodeFile, work: Work, failure: str = "") -> None:
        """Run it in a process of its own: the spare, or one that is forked now."""
        spare, file.spare_fork = file.spare_fork, None
        if spare is None or failure or not self._fleet.hand_over(spare, work):
            body = "attempt" if isinstance(work, Workload) else "callback"
            fork = Fork(id=work_id(work), body=body, payload=_encoder.encode(work), failure=failure)
            self._fleet.start(zygote, file, fork, work)
        self.refill(file)

    def refill(self, file: CodeFile) -> None:
        """Have a spare forked, soon."""
        if not file.is_refilling and file.spare_fork is None:
            file.is_refilling = True
            self._loop.after(REFILL_AFTER_S, partial(self._add_spare, file))

    def _add_spare(self, file: CodeFile) -> None:
        file.is_refilling = False
        zygote = file.zygote
        if self.is_closed or file.spare_fork is not None or zygote is None or zygote.state != "ready":
            return
        with contextlib.suppress(OSError):  # a dying zygote has no use for one
            file.spare_fork = self._fleet.start(zygote, file, Fork(id=f"spare-{next(self._ids)}", body="spare"), None)

    def run_fresh(self, file: CodeFile, work: Work) -> None:
        """Run it in an interpreter of its own.

        Raises:
            OSError: the zygote that was to start it is gone, or this process has no descriptors left.
        """
        process, file.spare_fresh = file.spare_fresh, None
        if process is None or not self._fleet.hand_over(process, work):
            process = self._fresh_process(file)
            if not self._fleet.hand_over(process, work):
                raise ConnectionResetError("the zygote that was to start it died meanwhile")
        if file.native_threads:
            with contextlib.suppress(OSError):  # the work has its process; the next one is started when it is needed
                self.prime_fresh(file)

    def _fresh_process(self, file: CodeFile) -> Process:
        fork = Fork(id=f"fresh-{next(self._ids)}", body="exec", payload=_encoder.encode(FileRef(*file.key)))
        return self._fleet.start(self._fleet.open_base(), file, fork, None)

    def prime_fresh(self, file: CodeFile) -> None:
        """Have an interpreter ready that has imported the file."""
        if file.spare_fresh is None and not self.is_closed:
            file.spare_fresh = self._fresh_process(file)

    # -- many attempts a process -------------------------------------------------------------------------------------

    def run_on_worker(self, file: CodeFile, work: Workload) -> None:
        """Run it on the worker that became idle last; where none is idle, the work waits for one."""
        while file.idle and not file.queue:
            if self._fleet.hand_over(file.idle.pop(), work):
                return
        file.queue.append(work)
        if len(file.workers) < QUICK_WORKERS:
            try:
                self._add_worker(file)
            except OSError:
                if not file.workers:
                    file.queue.pop()
                    raise
        self._watch_queue(file)

    def _watch_queue(self, file: CodeFile) -> None:
        if not file.is_growing and file.queue:
            file.is_growing = True
            are_short = time.monotonic() - file.last_served < LATELY_S
            wait_s = SHORT_GROW_AFTER_S if are_short else GROW_AFTER_S
            self._loop.after(wait_s, partial(self._grow, file, file.queue[0]))

    def _grow(self, file: CodeFile, waited: Workload) -> None:
        file.is_growing = False
        if self.is_closed or not file.queue:
            return
        if file.queue[0] is waited:  # nobody took one in all this time: the workers are busy with long tasks
            self._try_to_add_worker(file)
        self._watch_queue(file)

    def _try_to_add_worker(self, file: CodeFile) -> None:
        """Where that is not possible now (no descriptors left), the queue is looked at again in a moment."""
        try:
            self._add_worker(file)
        except OSError as error:
            log.warning("no worker of %s could be started, tried again in %s s: %s", file.key[1], RETRY_S, error)
            file.is_growing = True  # until then
            self._loop.after(RETRY_S, partial(self._grow_again, file))

    def _grow_again(self, file: CodeFile) -> None:
        file.is_growing = False
        if file.queue and not self.is_closed:
            self._try_to_add_worker(file)

    def _add_worker(self, file: CodeFile) -> None:
        zygote = file.zygote
        if zygote is None or zygote.state != "ready" or self.is_closed:
            return
        fork = Fork(id=f"worker-{next(self._ids)}", body="worker", limit=self._reuse_limit)
        process = self._fleet.start(zygote, file, fork, None)
        file.workers.add(process)
        self._feed(file, process)

    def _feed(self, file: CodeFile, process: Process) -> None:
        if process.is_leaving:
            return
        if process.zygote.is_retiring:
            self._fleet.let_go(process)
            file.workers.discard(process)
            if file.queue and not file.workers:
                self._try_to_add_worker(file)
        elif file.queue:
            work = file.queue.popleft()
            if not self._fleet.hand_over(process, work):
                self._fleet.place(file, work)
        else:
            process.idle_since = time.monotonic()
            file.idle.append(process)

    def has_served(self, process: Process, *, failed: bool) -> bool:
        """A reused worker ended an attempt; False: it takes no more."""
        file = process.file
        process.work = None
        process.served += 1
        file.last_served = time.monotonic()
        if not failed and not process.is_leaving and process.served < self._reuse_limit:
            self._feed(file, process)
            return True
        process.is_leaving = True
        file.workers.discard(process)
        if file.queue:
            self._try_to_add_worker(file)
        return False

    # -- ends --------------------------------------------------------------------------------------------------------

    def forget(self, process: Process) -> None:
        """The process is gone."""
        file = process.file
        file.workers.discard(process)
        if process in file.idle:
            file.idle.remove(process)
        if file.spare_fresh is process:
            file.spare_fresh = None
        if file.spare_fork is process:
            file.spare_fork = None
        if file.queue and not file.workers:
            self._try_to_add_worker(file)

    def empty(self, file: CodeFile) -> None:
        """Let all go that wait for work."""
        for process in (*file.idle, file.spare_fork, file.spare_fresh):
            if process is not None:
                self._fleet.let_go(process)
        file.idle.clear()
        file.spare_fork = file.spare_fresh = None
