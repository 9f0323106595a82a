"""A task whose work is a coroutine: one event loop for the attempt, and a cancel that reaches the coroutine."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from tradewind.sdk.exceptions import AirflowTaskTerminated, AirflowTaskTimeout

__all__ = ["run_coroutine"]


def run_coroutine(coroutine: Coroutine[Any, Any, Any], limit_s: float | None, on_stop: Callable[[], None]) -> Any:
    """Run it to its end.

    Args:
        limit_s: seconds it may take; then it is cancelled, so that its `finally` blocks run.
        on_stop: called before a cancel: the operator's clean-up.

    Raises:
        AirflowTaskTimeout: it took longer.
        AirflowTaskTerminated: the process was told to stop.
    """
    stopped: list[BaseException] = []

    async def main() -> Any:
        task = asyncio.ensure_future(coroutine)
        loop = asyncio.get_running_loop()

        def stop(reason: BaseException) -> None:
            if not stopped:
                stopped.append(reason)
                on_stop()
            task.cancel()

        is_main = threading.current_thread() is threading.main_thread()
        before = signal.getsignal(signal.SIGTERM) if is_main else None
        if is_main:
            told = AirflowTaskTerminated("the task was told to stop (signal 15)")
            loop.add_signal_handler(signal.SIGTERM, stop, told)
        expiry = None
        if limit_s is not None:
            late = AirflowTaskTimeout(f"Task ran longer than its execution_timeout of {limit_s:g} seconds")
            expiry = loop.call_later(max(limit_s, 0.0), stop, late)
        try:
            return await task
        except asyncio.CancelledError:
            if stopped:
                raise stopped[0] from None
            raise
        finally:
            if expiry is not None:
                expiry.cancel()
            if is_main:
                loop.remove_signal_handler(signal.SIGTERM)
                signal.signal(signal.SIGTERM, before)

    with asyncio.Runner() as runner:
        return runner.run(main())
