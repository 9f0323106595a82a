"""A task whose work is a coroutine: one event loop for the attempt, and a stop that reaches the coroutine."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any

from tradewind.sdk.exceptions import AirflowTaskTerminated, AirflowTaskTimeout

__all__ = ["clean_up", "run_coroutine"]

clean_up: ContextVar[Callable[[], None] | None] = ContextVar("clean_up", default=None)
"""What is called before the coroutine of the task that runs here is cancelled: its `on_kill`."""

STOPS: dict[signal.Signals, type[BaseException]] = {
    signal.SIGTERM: AirflowTaskTerminated,
    signal.SIGALRM: AirflowTaskTimeout,
}
SENTENCES = {
    signal.SIGTERM: "the task was told to stop (signal 15)",
    signal.SIGALRM: "Task ran longer than its execution_timeout",
}


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run it to its end. The signals that stop a task cancel it, so that its `finally` blocks run.

    A handler that raised would not do: what is raised between two steps of a loop is lost in it.

    Raises:
        AirflowTaskTimeout: it ran out of time.
        AirflowTaskTerminated: the process was told to stop.
    """
    import asyncio  # noqa: PLC0415 - 20 ms and 4 MB, which most tasks have no use for

    stopped: list[signal.Signals] = []

    async def main() -> Any:
        task = asyncio.ensure_future(coroutine)
        loop = asyncio.get_running_loop()

        def stop(number: signal.Signals) -> None:
            if not stopped:
                stopped.append(number)
                on_stop = clean_up.get()
                if on_stop is not None:
                    on_stop()
            task.cancel()

        before = {number: signal.getsignal(number) for number in STOPS if _is_ours(number)}
        for number in before:
            loop.add_signal_handler(number, stop, number)
        try:
            return await task
        except asyncio.CancelledError:
            if stopped:
                raise STOPS[stopped[0]](SENTENCES[stopped[0]]) from None
            raise
        finally:
            for number, handler in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)

    with asyncio.Runner() as runner:
        return runner.run(main())


def _is_ours(number: signal.Signals) -> bool:
    """Whether somebody in this process handles the signal, and this is the thread that may."""
    return threading.current_thread() is threading.main_thread() and callable(signal.getsignal(number))
