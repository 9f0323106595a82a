"""Callbacks of tasks and DAGs: what the code wants to be called when something ended."""

from __future__ import annotations

import copy
import inspect
import logging
import os
from typing import Any

from tradewind.protocol.messages import CallbackWork
from tradewind.sdk.context import Context, DagRun, build_context, build_run_context, entered
from tradewind.sdk.exceptions import AirflowException, AirflowTaskTerminated, AirflowTaskTimeout
from tradewind.sdk.notifier import BaseNotifier
from tradewind.sdk.plugins import PLUGINS, RUN_HOOKS
from tradewind.sdk.task_api import TaskApi, bound
from tradewind.sdk.task_instance import RuntimeTaskInstance
from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec
from tradewind.worker.client import Requests
from tradewind.worker.deadline import deadline
from tradewind.worker.showing import is_collection
from tradewind.worker.surroundings import HOSTNAME, Surroundings, dag_run_of, task_api_of

__all__ = ["call_all", "run_callback", "task_callbacks"]

log = logging.getLogger("tradewind.task")

TIMEOUT_S = 300.0


def call_all(callbacks: Any, context: Context, kind: str, timeout_s: float | None = TIMEOUT_S) -> None:
    """Call one callback or a list of them; what they raise is logged and changes nothing, nor does one that hangs.

    Args:
        timeout_s: what each of them may take; None: as long as it wants.
    """
    if not callbacks:
        return
    for callback in callbacks if is_collection(callbacks) else [callbacks]:
        name = getattr(callback, "__name__", type(callback).__name__)
        try:
            with deadline(timeout_s, lambda: None):
                _call(callback, context, kind)
        except AirflowTaskTimeout:
            log.error("%s %s was stopped: it took more than %g s (worker.callback_timeout_s)", kind, name, timeout_s)  # noqa: TRY400 - where it hung is of no use
        except (KeyboardInterrupt, AirflowTaskTerminated):
            raise
        except BaseException:
            log.exception("%s %s failed", kind, name)


def _call(callback: Any, context: Context, kind: str) -> None:
    if not callable(callback):
        raise TypeError(f"{kind} must be callable, not {callback!r}")
    if isinstance(callback, BaseNotifier):
        callback = copy.copy(callback)  # rendering changes it, and another attempt of this process may call it again
    result = callback(context)
    if inspect.iscoroutine(result):
        import asyncio  # noqa: PLC0415 - few are coroutines

        asyncio.run(result)


def task_callbacks(task: Any, kind: str) -> list[Any]:
    """What a task wants to be called at a moment (such as ``on_failure``): its callbacks, and a mail where it asks
    for one."""
    given = getattr(task, f"{kind}_callback", None)
    found = list(given) if is_collection(given) else [given] if given else []
    if kind in ("on_failure", "on_retry") and getattr(task, "email", None) and getattr(task, f"email_{kind}", True):
        from tradewind.worker.mail import MailNotice  # noqa: PLC0415 - the mail library, where mails are asked for

        found.append(MailNotice(task, kind))
    return found


def run_callback(work: CallbackWork, dag: Any, api: Requests | TaskApi, around: Surroundings | None = None) -> None:
    """Call the callbacks of a DAG, or of a task whose own process could not; what they raise is logged."""
    around = around or Surroundings()
    kind = f"{work.kind}_callback"
    with bound(asked := task_api_of(api), around.mask):
        if work.kind in ("deadline", "resolve_deadline"):
            from tradewind.worker import deadline_calls  # noqa: PLC0415 - it calls back by this module

            if work.kind == "deadline":
                deadline_calls.call_deadline(work, dag, around.callback_timeout_s)
            else:
                deadline_calls.resolve_deadline(work, dag, asked, around.callback_timeout_s)
            return
        run = dag_run_of(work)
        if work.task_id:
            task = dag.task_dict[work.task_id]
            state = "up_for_retry" if work.kind == "on_retry" else work.kind.removeprefix("on_")
            ti = _instance(work, task, work.map_index, state, around)
            context = _context_of(ti, run)
            context["exception"] = AirflowException(work.reason) if work.reason else None
            callbacks = task_callbacks(task, work.kind)
        else:
            run.state = work.run_state or work.kind.removeprefix("on_")
            run.dag = dag
            last = dag.task_dict.get(work.last_task)
            if last is None:
                context = build_run_context(dag, run)
            else:
                context = _context_of(_instance(work, last, work.last_index, run.state, around), run)
            callbacks = getattr(dag, kind, None)
        context["reason"] = work.reason
        with entered(context):
            if work.kind == "on_kill":
                from tradewind.worker.cleaning import clean_up  # noqa: PLC0415 - it calls back by this module

                clean_up(work, dag.task_dict[work.task_id], context, around.callback_timeout_s)
            else:
                call_all(callbacks, context, kind, around.callback_timeout_s)
                if not work.task_id and work.kind in RUN_HOOKS:
                    PLUGINS.tell(RUN_HOOKS[work.kind], dag_run=run, msg=work.reason)


def _instance(work: CallbackWork, task: Any, map_index: int, state: str, around: Surroundings) -> RuntimeTaskInstance:
    """The instance that a callback speaks of: it can read XComs, but is not the one that ran."""
    return RuntimeTaskInstance(
        id=work.work_id,
        task=task,
        dag_id=work.dag.dag_id,
        task_id=task.task_id,
        run_id=work.run.run_id,
        map_index=map_index,
        try_number=work.try_number,
        max_tries=task.retries,
        codec=XComCodec(around.artifacts or MemoryArtifacts(), around.inline_kb * 1024),
        hostname=HOSTNAME,
        pid=os.getpid(),
        dag_version_id=work.dag.version_id,
        state=state,
    )


def _context_of(ti: RuntimeTaskInstance, run: DagRun) -> Context:
    ti.dag_run = run
    ti.context = context = build_context(ti, run)
    return context
