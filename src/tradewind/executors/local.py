"""Attempts on this machine: warm zygotes fork a process per attempt, feed reused workers, or start fresh interpreters.

One thread watches all sockets. `submit` and `kill` write to the zygote's socket from the caller's thread: from a
decision of the scheduler to the fork it is one hop. Requests of tasks are answered by a small pool of threads, so that
a slow database never blocks the loop. State is guarded by one lock; facts leave outside of it, from the loop's thread.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tradewind.base.clock import Clock, SystemClock
from tradewind.base.errors import ExecutorError
from tradewind.base.settings import LogSettings, WorkerSettings
from tradewind.executors.base import Fact, NotStarted, RequestHandler, Sink
from tradewind.executors.local_fleet import Fleet, Seams
from tradewind.executors.local_guard import Guard
from tradewind.executors.local_loop import Loop
from tradewind.executors.local_processes import Process, ZygoteState
from tradewind.executors.local_upkeep import Upkeep
from tradewind.protocol.messages import CallbackWork, DagFacts, ErrorReply, FileImport, Reply, Workload
from tradewind.worker.child import KEPT_FROM_TASKS, Entries
from tradewind.worker.comms import Answer, Ask
from tradewind.worker.process_tree import ATTEMPT_VARIABLE, SERVER_VARIABLE, Mark, end_marked, server_mark

__all__ = ["LocalExecutor"]

log = logging.getLogger(__name__)

ANSWER_THREADS = 4
LAST_WAIT_S = 3.0
"""For processes to be gone after SIGKILL."""


class LocalExecutor:
    """Runs attempts in processes of this machine.

    Args:
        worker: settings of workers.
        logs: settings of task logs.
        import_timeout_s: seconds that importing a DAG file may take.
        clear_state_on_success: a task that succeeds leaves nothing in its state store.
        entries: what to run instead of the real runner; for tests.
        environment: of the worker processes; this process's own by default.
    """

    name = "local"

    def __init__(
        self,
        worker: WorkerSettings,
        logs: LogSettings,
        *,
        import_timeout_s: float = 30.0,
        clear_state_on_success: bool = False,
        entries: Entries | None = None,
        environment: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._lock = Guard()
        self._loop = Loop(self._lock, self._deliver)
        self._facts: deque[Fact] = deque()
        self._sink: Sink | None = None
        self._handler: RequestHandler | None = None
        self._pool = ThreadPoolExecutor(ANSWER_THREADS, thread_name_prefix="task-requests")
        given = os.environ if environment is None else environment
        marked = {
            **{name: value for name, value in given.items() if name not in KEPT_FROM_TASKS},
            ATTEMPT_VARIABLE: Mark.placeholder(),
            SERVER_VARIABLE: server_mark(os.getpid()),
        }
        self._fleet = Fleet(
            worker,
            entries
            or Entries.real(
                inline_kb=worker.xcom_inline_kb,
                callback_timeout_s=worker.callback_timeout_s,
                clear_state_on_success=clear_state_on_success,
                log_limit_mb=logs.task_limit_mb,
                memory_limit_mb=worker.memory_limit_mb,
                import_timeout_s=import_timeout_s,
            ),
            marked,
            loop=self._loop,
            clock=self._clock,
            seams=Seams(emit=self._emit, answer=self._take_request, end_strays=self._end_strays),
        )
        self._upkeep = Upkeep(self._fleet, self._loop, worker, logs)
        self._kill_grace_s = worker.kill_grace_s
        self._thread = threading.Thread(target=self._loop.run, name="local-executor", daemon=True)
        self._is_stopped = False

    # -- the seam ----------------------------------------------------------------------------------------------------

    def start(self, sink: Sink, handler: RequestHandler) -> None:
        """Get ready; facts go to `sink` from now on, from one thread."""
        self._sink, self._handler = sink, handler
        with self._lock:
            self._fleet.open_base()
            self._upkeep.run()
        self._thread.start()

    def submit(self, workload: Workload) -> None:
        """Start an attempt; `Started` or `NotStarted` follows.

        Raises:
            ExecutorError: the executor was not started, or has this attempt already.
        """
        if self._sink is None:
            raise ExecutorError("the executor was not started")
        if workload.attempt in self._fleet.by_attempt:
            raise ExecutorError(f"attempt {workload.attempt} was submitted twice", attempt=workload.attempt)
        self._lock.do(partial(self._place, workload))

    def run_callback(self, work: CallbackWork) -> None:
        """Run a callback in a worker process; failures are logged to its log file."""
        with self._lock:
            if self._fleet.is_stopping or self._sink is None:
                log.error("callback %s is not run: the executor is not running", work.work_id)
            elif not self._fleet.has(work.work_id):  # ordered again after a fault of the scheduler: it runs already
                self._fleet.place(self._fleet.file_of(work.dag), work)

    def kill(self, attempt: str) -> None:
        """Stop an attempt; `Exited` follows, also where it was gone."""
        with self._lock:
            self._fleet.kill(attempt)

    def adopt(self, attempts: Collection[str]) -> set[str]:
        """Make sure of these attempts after a restart.

        Returns:
            Those that this executor runs. Of the others, and of all that servers which are gone have left on this
            machine, no process lives when this returns.

        Raises:
            ExecutorError: a process could not be ended (it hangs in the kernel).
        """
        with self._lock:
            mine = {attempt for attempt in attempts if self._fleet.has(attempt)}
        left = end_marked(set(attempts) - mine, dead_servers=True)
        if left:
            raise ExecutorError(f"processes {left} of an earlier server do not end", pids=left)
        return mine

    def prime(self, bundle_path: str, relative_fileloc: str) -> None:
        """Import a file that is likely to be needed soon."""
        with self._lock:
            if not self._fleet.is_stopping and self._sink is not None:
                facts = DagFacts(workspace="", dag_id="", version_id="", bundle_path=bundle_path,
                                 relative_fileloc=relative_fileloc)  # fmt: skip
                with contextlib.suppress(OSError):  # if it lasts, the attempts themselves will say so
                    self._fleet.open_file(self._fleet.file_of(facts))

    def renew(self, relative_fileloc: str) -> None:
        """A Variable or Connection that a DAG file reads while it is imported has changed: it is imported anew."""
        with self._lock:
            if not self._fleet.is_stopping:
                self._fleet.renew(relative_fileloc)

    def stop(self, grace_s: float) -> None:
        """End: let attempts finish for `grace_s` seconds, then kill them. Nothing is left running.

        To be called by one thread; a second call does nothing.
        """
        if self._is_stopped:
            return
        self._is_stopped = True
        if self._sink is None:
            self._pool.shutdown()
            self._loop.close()
            return
        self._wait(lambda: not self._fleet.by_attempt, grace_s)
        with self._lock:
            self._fleet.stop_all()
        self._wait(lambda: not self._fleet.has_processes(), self._kill_grace_s + LAST_WAIT_S)
        with self._lock:
            left = self._fleet.close()
        for popen in left:
            try:
                popen.wait(LAST_WAIT_S)
            except subprocess.TimeoutExpired:
                popen.kill()
                popen.wait()
        self._loop.end()
        self._thread.join()
        self._pool.shutdown()
        self._loop.close()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _wait(self, condition: Callable[[], bool], at_most_s: float) -> None:
        deadline = time.monotonic() + at_most_s
        while time.monotonic() < deadline:
            with self._lock:
                if condition():
                    return
            time.sleep(0.01)

    def _emit(self, fact: Fact) -> None:
        self._facts.append(fact)
        if not self._thread.is_alive():
            self._deliver()  # after `stop`
        elif threading.current_thread() is not self._thread:
            self._loop.wake()

    def _deliver(self) -> None:
        while self._facts:
            fact = self._facts.popleft()
            try:
                if self._sink is not None:
                    self._sink(fact)
            except Exception:
                log.exception("a fact could not be handed over: %r", fact)  # the loop serves all the others

    def _place(self, workload: Workload) -> None:
        if self._fleet.is_stopping:
            self._emit(NotStarted(workload.attempt, self._clock.now(), "the executor is not running"))
        elif workload.attempt in self._fleet.by_attempt:
            log.error("attempt %s was submitted twice", workload.attempt)
        else:
            self._fleet.place(self._fleet.file_of(workload.dag), workload)
        if self._facts:
            self._loop.wake()  # the loop may be about to sleep

    def _take_request(self, asker: Process | ZygoteState, ask: Ask) -> None:
        if isinstance(asker, ZygoteState):
            assert asker.key is not None, "the base imports no DAG file"
            self._pool.submit(self._answer, asker, FileImport(relative_fileloc=asker.key[1]), ask)
        elif isinstance(asker.work, CallbackWork) or (asker.work is not None and asker.has_started):
            self._pool.submit(self._answer, asker, asker.work, ask)
        else:  # a fresh process imports the file before it begins its work
            self._pool.submit(self._answer, asker, FileImport(relative_fileloc=asker.file.key[1]), ask)

    def _answer(self, asker: Process | ZygoteState, work: Workload | CallbackWork | FileImport, ask: Ask) -> None:
        reply: Reply
        try:
            assert self._handler is not None
            reply = self._handler(work, ask.request)
        except Exception as error:
            log.exception("a %s could not be answered", type(ask.request).__name__)
            reply = ErrorReply(code="error", message=f"the server failed to answer: {error}")
        self._lock.do(partial(self._fleet.reply, asker, Answer(ask.number, reply)))

    def _end_strays(self, attempts: Collection[str], then: Callable[[], None]) -> None:
        def end() -> None:
            try:
                left = end_marked(attempts)
                if left:
                    log.error("processes %s of lost attempts do not end", left)
            except OSError:
                log.exception("the processes of lost attempts could not be ended")  # they are lost all the same
            with self._lock:
                then()

        self._pool.submit(end)
