"""The time limit of a task, kept by the process itself."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from tradewind.sdk.exceptions import AirflowTaskTimeout

__all__ = ["deadline"]

LONGEST_S = 1e9
"""What a timer of the kernel takes for sure: 30 years."""


@contextmanager
def deadline(limit_s: float | None, on_timeout: Callable[[], None]) -> Generator[None]:
    """Raise `AirflowTaskTimeout` in the body after `limit_s` seconds; None: no limit.

    Signals reach only the main thread: in any other the limit is not kept, and a warning says so.
    """
    if limit_s is None:
        yield
        return
    if limit_s <= 0:
        raise AirflowTaskTimeout("Task timed out before it could start: its execution_timeout is not positive")
    if threading.current_thread() is not threading.main_thread():
        logging.getLogger("tradewind.task").warning("execution_timeout is not kept: the task runs in a thread")
        yield
        return

    def expire(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of a signal handler
        on_timeout()
        raise AirflowTaskTimeout(f"Task ran longer than its execution_timeout of {limit_s:g} seconds")

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, min(limit_s, LONGEST_S))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
