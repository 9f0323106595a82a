"""Runs operators that wait, and triggers, without a triggerer."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from airflow.exceptions import TaskDeferred

from tests_common.test_utils.mock_context import mock_context

__all__ = ["execute_operator", "mock_context", "run_trigger"]


async def _events(trigger: Any) -> list[Any]:
    return [event async for event in trigger.run()]


def run_trigger(trigger: Any) -> list[Any]:
    """All that a trigger says."""
    return asyncio.run(_events(trigger))


def _trigger_it_starts_from(operator: Any, context: Any) -> TaskDeferred:
    """What it waits for that no worker has begun: the arguments are the operator's templates, which the trigger renders."""
    args = operator.start_trigger_args
    module, _, name = args.trigger_cls.rpartition(".")
    given = args.trigger_kwargs or {}
    trigger = getattr(import_module(module), name)(**given)
    trigger.template_fields = tuple(
        field for field in operator.template_fields if field in given and hasattr(trigger, field)
    )
    trigger.render_template_fields(context)
    return TaskDeferred(trigger=trigger, method_name=args.next_method, kwargs=args.next_kwargs, timeout=args.timeout)


def _wait(deferred: TaskDeferred) -> Any:
    raise deferred


def execute_operator(operator: Any) -> tuple[Any, list[Any]]:
    """Run an operator through all its waits: its result, and what its triggers said."""
    context, events = mock_context(operator), []
    begins = getattr(operator, "start_from_trigger", False)
    first = _trigger_it_starts_from(operator, context) if begins else None
    operator.render_template_fields(context)
    step = (lambda: _wait(first)) if begins else (lambda: operator.execute(context))
    while True:
        try:
            return step(), events
        except TaskDeferred as wait:
            said = run_trigger(wait.trigger)
            if not said:
                return None, events
            events += said
            method, payload, kwargs = getattr(operator, wait.method_name), said[0].payload, wait.kwargs or {}
            step = lambda m=method, p=payload, k=kwargs: m(context=context, event=p, **k)  # noqa: E731
