"""What workers do about deadlines: call what wants to hear of a miss, and ask the code for moments that only it knows."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable
from datetime import datetime
from typing import Any

from tradewind.protocol.messages import CallbackWork
from tradewind.sdk.callback import AsyncCallback, Callback
from tradewind.sdk.context import Context
from tradewind.sdk.deadline import DeadlineAlert, deadlines_of
from tradewind.sdk.notifier import BaseNotifier
from tradewind.sdk.task_api import TaskApi
from tradewind.worker.callbacks import call_all

__all__ = ["call_deadline", "resolve_deadline"]

log = logging.getLogger("tradewind.task")


class RunFacts(dict[str, Any]):
    """The run as its REST representation has it, by key or by attribute."""

    def __getattr__(self, name: str) -> Any:
        if name not in self:
            raise AttributeError(name)
        return self[name]


def call_deadline(work: CallbackWork, dag: Any, timeout_s: float | None) -> None:
    """Call what wants to hear of a missed deadline; what it raises is logged, one that hangs is stopped."""
    alert = _alert(work, dag)
    context = _context(work, dag)

    def call(_: Any) -> None:
        _call(alert.callback, context)

    call.__name__ = alert.callback.path
    log.info("Deadline %s was missed at %s: %s", alert.name or work.alert, work.deadline_time, work.reason)
    call_all([call], _no_context(), "deadline callback", timeout_s)


def resolve_deadline(work: CallbackWork, dag: Any, api: TaskApi, timeout_s: float | None) -> None:
    """Ask the code when a deadline is, and tell the server; what goes wrong is logged, and there is no deadline then."""
    alert = _alert(work, dag)

    def ask(_: Any) -> None:
        api.tell_deadline(work.alert, work.task_id or None, alert.moment(_facts(work)))

    ask.__name__ = f"of {alert.reference.reference_name}"
    call_all([ask], _no_context(), "moment", timeout_s)


def _no_context() -> Context:
    return Context()


def _alert(work: CallbackWork, dag: Any) -> DeadlineAlert:
    if not work.task_id:
        return deadlines_of(dag.deadline, dag.dag_id)[work.alert]
    task = dag.task_dict[work.task_id]
    declared: Any = task.common if task.is_mapped else task
    return deadlines_of(vars(declared)["_deadlines"], work.task_id)[work.alert]


def _facts(work: CallbackWork) -> dict[str, Any]:
    run = work.run
    return {
        "dag_id": work.dag.dag_id,
        "run_id": run.run_id,
        "run_type": run.run_type,
        "task_id": work.task_id or None,
        "logical_date": run.logical_date,
        "queued_at": run.queued_at,
        "run_after": run.run_after,
        "data_interval_start": run.interval_start,
        "data_interval_end": run.interval_end,
        "conf": run.conf,
    }


def _context(work: CallbackWork, dag: Any) -> dict[str, Any]:
    """What a callback may know: the run as plain facts, and the deadline."""
    run = RunFacts(_facts(work))
    del run["task_id"]
    run.update(
        dag_run_id=work.run.run_id,
        state=work.run_state or None,
        start_date=work.run.start_date,
        triggering_user_name=work.run.triggering_user,
        note=work.run.note,
        partition_key=work.run.partition_key,
    )
    at: datetime | None = work.deadline_time
    return {
        "dag_run": run,
        "dag": dag,
        "run_id": work.run.run_id,
        "task_id": work.task_id or None,
        "deadline": {"id": work.deadline_id, "deadline_time": at},
        "reason": work.reason,
        "params": dict(work.run.conf),
    }


def _call(callback: Callback, context: dict[str, Any]) -> None:
    function = callback.resolve()
    takes_context = _takes_context(function)
    result = function(**callback.kwargs, **({"context": context} if takes_context else {}))
    if isinstance(result, BaseNotifier):
        result.context = context
    if isinstance(callback, AsyncCallback) or inspect.iscoroutine(result):
        asyncio.run(_finish(result))
    elif isinstance(result, BaseNotifier):
        result(context)


async def _finish(result: Awaitable[Any]) -> None:
    await result


def _takes_context(function: Any) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(p.name == "context" or p.kind is p.VAR_KEYWORD for p in parameters)
