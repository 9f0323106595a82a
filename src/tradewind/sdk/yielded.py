"""Functions that yield `Metadata`: each says something about an asset that the task makes."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Generator, Mapping
from typing import Any

from tradewind.sdk.asset import Metadata

__all__ = ["run_function", "run_generator"]

log = logging.getLogger("tradewind.task")


def run_function(call: Callable[[], Any], context: Mapping[str, Any]) -> Any:
    """Call; where that gives a generator, run it (`run_generator`).

    Args:
        context: of the task.
    """
    result = call()
    return run_generator(result, context["outlet_events"]) if inspect.isgenerator(result) else result


def run_generator(generator: Generator[Any, Any, Any], outlet_events: Any) -> Any:
    """Run a generator to its end, taking note of the metadata it yields; gives what it returns.

    Args:
        outlet_events: of the task's context.
    """
    while True:
        try:
            said = next(generator)
        except StopIteration as end:
            return end.value
        if not isinstance(said, Metadata):
            log.warning("Ignoring unknown data of %r received from task", type(said))
        elif said.alias is not None:
            outlet_events[said.alias].add(said.asset, extra=dict(said.extra))
        else:
            outlet_events[said.asset].extra.update(said.extra)
