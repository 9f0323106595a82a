"""A limit for how long a block of code may take. One that is around it, such as that of the task, goes on."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

from tradewind.sdk.exceptions import AirflowTaskTimeout

__all__ = ["timeout"]

SOON_S = 0.001
"""For a timer, zero would be never."""

log = logging.getLogger(__name__)


class timeout:  # noqa: N801 - Airflow's name
    """Raises `AirflowTaskTimeout` in the block when it takes longer; without effect outside of the main thread.

    Args:
        seconds: how long it may take.
        error_message: what the exception says.
    """

    def __init__(self, seconds: float = 1, error_message: str = "Timeout") -> None:
        self.seconds = seconds
        self.error_message = error_message
        self._before: Any = None
        self._began = self._outer_s = 0.0

    def handle_timeout(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's
        """Raise.

        Raises:
            AirflowTaskTimeout: always.
        """
        raise AirflowTaskTimeout(self.error_message)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._began, self._outer_s = time.monotonic(), signal.getitimer(signal.ITIMER_REAL)[0]
            if 0 < self._outer_s <= self.seconds:
                return self  # the limit around this block comes first
            self._before = signal.signal(signal.SIGALRM, self.handle_timeout)
            signal.setitimer(signal.ITIMER_REAL, self.seconds)
        else:
            log.warning("timeout can't be used outside of the main thread; the block may take as long as it likes")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is None:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)
        self._before = None
        if self._outer_s:
            left_s = self._outer_s - (time.monotonic() - self._began)
            signal.setitimer(signal.ITIMER_REAL, max(left_s, SOON_S))
