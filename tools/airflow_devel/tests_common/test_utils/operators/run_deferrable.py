"""Runs operators that wait, and triggers, without a triggerer."""

from __future__ import annotations

import asyncio
from typing import Any

from airflow.exceptions import TaskDeferred

from tests_common.test_utils.mock_context import mock_context

__all__ = ["execute_operator", "mock_context", "run_trigger"]


async def _events(trigger: Any) -> list[Any]:
    return [event async for event in trigger.run()]


def run_trigger(trigger: Any) -> list[Any]:
    """All that a trigger says."""
    return asyncio.run(_events(trigger))


def execute_operator(operator: Any) -> tuple[Any, list[Any]]:
    """Run an operator through all its waits: its result, and what its triggers said."""
    context, events = mock_context(operator), []
    operator.render_template_fields(context)
    step = lambda: operator.execute(context)  # noqa: E731
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
