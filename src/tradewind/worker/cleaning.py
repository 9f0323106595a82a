"""`on_kill` of a task that was stopped while it had no process: what it started elsewhere is stopped from here."""

from __future__ import annotations

from typing import Any

from tradewind.protocol.messages import CallbackWork
from tradewind.sdk.context import Context
from tradewind.sdk.task_api import EncodedXCom
from tradewind.worker.callbacks import call_all

__all__ = ["clean_up"]


def clean_up(work: CallbackWork, task: Any, context: Context, timeout_s: float | None) -> None:
    """Call the operator's `on_kill`, on an operator that knows what its trigger knew.

    The process that ran `execute` is gone, and what it kept on the operator with it. What it handed to the trigger, and
    to the method that was to come, is set where the operator has nothing of that name: a job's id, mostly. Others look
    it up among the XComs of `task_instance`.
    """
    operator = task.unmap(task.resolve_map_inputs(context)) if task.is_mapped else task.prepare_for_execution()
    context["task"] = operator
    operator.task_instance = context["ti"]
    operator.render_template_fields(context)
    if work.wait is not None:
        for text in (work.wait.kwargs, work.wait.method_kwargs):
            for name, value in context["ti"].codec.decode(EncodedXCom(text)).items():
                if name.isidentifier() and getattr(operator, name, None) is None:
                    setattr(operator, name, value)

    def on_kill(_: object) -> None:
        operator.on_kill()

    call_all(on_kill, context, "on_kill", timeout_s)
