"""Callbacks of tasks and DAGs: what the code wants to be called when something ended."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
from typing import Any

from tradewind.protocol.messages import CallbackWork
from tradewind.sdk.context import Context, build_context, build_run_context, entered
from tradewind.sdk.exceptions import AirflowException
from tradewind.sdk.task_api import TaskApi, bound
from tradewind.sdk.task_instance import RuntimeTaskInstance
from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec
from tradewind.worker.client import Requests
from tradewind.worker.showing import is_collection
from tradewind.worker.surroundings import HOSTNAME, Surroundings, dag_run_of, task_api_of

__all__ = ["call_all", "run_callback"]

log = logging.getLogger("tradewind.task")


def call_all(callbacks: Any, context: Context, kind: str) -> None:
    """Call one callback or a list of them; what they raise is logged and changes nothing."""
    if not callbacks:
        return
    for callback in callbacks if is_collection(callbacks) else [callbacks]:
        try:
            if not callable(callback):
                raise TypeError(f"{kind} must be callable, not {callback!r}")  # noqa: TRY301 - logged like any other
            result = callback(context)
            if inspect.iscoroutine(result):
                asyncio.run(result)
        except Exception:
            log.exception("%s %s failed", kind, getattr(callback, "__name__", type(callback).__name__))


def run_callback(work: CallbackWork, dag: Any, api: Requests | TaskApi, around: Surroundings | None = None) -> None:
    """Call the callbacks of a DAG, or of a task whose own process could not; what they raise is logged."""
    around = around or Surroundings()
    kind = f"{work.kind}_callback"
    with bound(task_api_of(api), around.mask):
        run = dag_run_of(work)
        if work.task_id:
            task = dag.task_dict[work.task_id]
            ti = RuntimeTaskInstance(
                id=work.work_id,
                task=task,
                dag_id=work.dag.dag_id,
                task_id=work.task_id,
                run_id=work.run.run_id,
                map_index=work.map_index,
                try_number=work.try_number,
                codec=XComCodec(around.artifacts or MemoryArtifacts(), around.inline_kb * 1024),
                hostname=HOSTNAME,
                pid=os.getpid(),
                dag_version_id=work.dag.version_id,
                state="up_for_retry" if work.kind == "on_retry" else work.kind.removeprefix("on_"),
            )
            ti.dag_run = run
            ti.context = context = build_context(ti, run)
            context["exception"] = AirflowException(work.reason) if work.reason else None
            callbacks = getattr(task, kind, None)
        else:
            run.state = work.run_state or work.kind.removeprefix("on_")
            context = build_run_context(dag, run)
            callbacks = getattr(dag, kind, None)
        context["reason"] = work.reason
        with entered(context):
            call_all(callbacks, context, kind)
