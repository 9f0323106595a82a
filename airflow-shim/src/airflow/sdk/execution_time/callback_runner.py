"""How operators of provider packages call a user's function."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

__all__ = ["ExecutionCallableRunner", "create_async_executable_runner", "create_executable_runner"]


class ExecutionCallableRunner:
    """Calls a function; one that yields is gone through, and what it yields about assets is noted.

    Args:
        func: the function.
        outlet_events: `outlet_events` of the context.
        logger: where to tell what can't be noted.
    """

    def __init__(self, func: Callable[..., Any], outlet_events: Any, *, logger: logging.Logger) -> None:
        self.func, self._events, self._log = func, outlet_events, logger

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Call it; what it returns."""
        if not inspect.isgeneratorfunction(self.func):
            return self.func(*args, **kwargs)
        steps, result = self.func(*args, **kwargs), None
        while True:
            try:
                said = next(steps)
            except StopIteration as end:
                return end.value if end.value is not None else result
            if hasattr(said, "asset") and hasattr(said, "extra"):
                self._events[said.asset].extra.update(said.extra)
            else:
                self._log.warning("Ignoring unknown data of %r received from task", type(said))


def create_executable_runner(
    func: Callable[..., Any], outlet_events: Any, *, logger: logging.Logger
) -> ExecutionCallableRunner:
    """A runner for a function."""
    return ExecutionCallableRunner(func, outlet_events, logger=logger)


class AsyncExecutionCallableRunner(ExecutionCallableRunner):
    """The same for a coroutine function."""

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        """Call it and wait; what it returns."""
        return await self.func(*args, **kwargs)


def create_async_executable_runner(
    func: Callable[..., Any], outlet_events: Any, *, logger: logging.Logger
) -> AsyncExecutionCallableRunner:
    """A runner for a coroutine function."""
    return AsyncExecutionCallableRunner(func, outlet_events, logger=logger)
