"""Runs one attempt: finds the task, builds its context, renders, executes, and says how it ended.

`run_attempt` is the same in a forked child, a fresh interpreter, a reused worker, and the process of `dag.test()`.
It never raises for what user code does: whatever comes out of a task becomes an `Ended`.
"""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Literal
from weakref import WeakKeyDictionary

from tradewind.protocol.messages import Ended, Workload
from tradewind.protocol.waits import AssetTouch, Deferral, InputForm
from tradewind.sdk.context import Context, build_context, entered
from tradewind.sdk.coroutines import clean_up, run_coroutine
from tradewind.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTerminated,
    AirflowTaskTimeout,
    DagRunTriggerException,
    DownstreamTasksSkipped,
    TaskAwaitingInput,
    TaskDeferred,
    UnmappableXComTypePushed,
    XComForMappingNotPushed,
)
from tradewind.sdk.loop import goes_on
from tradewind.sdk.operator_meta import executing
from tradewind.sdk.plugins import PLUGINS, TaskRunnerMarker
from tradewind.sdk.site_policies import POLICIES
from tradewind.sdk.task_api import EncodedXCom, StatePlace, TaskApi, bound
from tradewind.sdk.task_instance import RETURN_KEY, RuntimeTaskInstance
from tradewind.sdk.templated import Templated
from tradewind.sdk.waiting import journal_of_task
from tradewind.sdk.xcom_codec import XComCodec
from tradewind.worker.assets import tell_changes, told_by
from tradewind.worker.callbacks import call_all, run_callback, task_callbacks
from tradewind.worker.client import Requests, plain_moment, to_message
from tradewind.worker.deadline import deadline
from tradewind.worker.inputs import awaiting, form_of
from tradewind.worker.links import keep_links
from tradewind.worker.missing_date import tell_missing_key
from tradewind.worker.policies import ask_policy
from tradewind.worker.resuming import deferral_of, go_on, journal_of
from tradewind.worker.run_triggers import trigger_as_asked
from tradewind.worker.secrets_masking import MASKER
from tradewind.worker.showing import encodable, is_mapping, rendered_fields, traceback_text
from tradewind.worker.surroundings import (
    HOSTNAME,
    Surroundings,
    dag_run_of,
    site_environment,
    task_api_of,
    task_environment,
)
from tradewind.worker.xcom import open_artifacts

__all__ = ["Surroundings", "kill_running", "run_attempt", "run_callback", "terminate"]

log = logging.getLogger("tradewind.task")


def run_attempt(workload: Workload, dag: Any, api: Requests | TaskApi, around: Surroundings | None = None) -> Ended:
    """Run one attempt to its end.

    Args:
        workload: which.
        dag: the DAG object that the file defines.
        api: the way to the server, or what answers the task's requests itself.
        around: what differs from a worker process.

    Raises:
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    return _Attempt(workload, dag, task_api_of(api), around or Surroundings()).run()


def kill_running() -> None:
    """Let the operator that runs in this context clean up (`on_kill`); what it raises is logged."""
    operator = executing.get()
    if operator is None:
        return
    try:
        operator.on_kill()
    except Exception:
        log.exception("on_kill of task %s failed", operator.task_id)


def terminate(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of a signal handler
    """The handler of SIGTERM in a worker process: clean up, and end the task."""
    kill_running()
    raise AirflowTaskTerminated(f"the task was told to stop (signal {signum})")


@dataclass(slots=True)
class _End:
    """How it ended, before it is a message."""

    outcome: Literal["success", "failed", "skipped", "up_for_reschedule", "deferred", "awaiting_input"]
    reason: str = ""
    retryable: bool = True
    retry_delay_s: float | None = None
    skip: list[str] = field(default_factory=list[str])
    until: Any = None
    error: BaseException | None = None
    form: InputForm | None = None
    deferral: Deferral | None = None
    assets: list[AssetTouch] = field(default_factory=list[AssetTouch])
    again: bool = False
    """The task decides a loop, and another iteration follows."""


class _Attempt:
    """The walk through one attempt."""

    def __init__(self, workload: Workload, dag: Any, api: TaskApi, around: Surroundings) -> None:
        self._work, self._dag, self._api, self._around = workload, dag, api, around
        self._rendered: dict[str, Any] | None = None
        store = around.artifacts or open_artifacts(workload.artifact_url)
        self._codec = XComCodec(store, around.inline_kb * 1024)
        self._ti: RuntimeTaskInstance | None = None
        self._context: Context | None = None

    def run(self) -> Ended:
        work, around = self._work, self._around
        with bound(self._api, around.mask), task_environment(work, self._dag, is_borrowed=around.is_in_process):
            try:
                end = self._run()
            except KeyboardInterrupt:
                kill_running()
                raise
            except BaseException as error:  # noqa: BLE001 - the edge of the task: whatever it raises is how it ended
                end = self._end_of(error)
                if end.error is not None and self._context is not None:
                    tell_missing_key(end.error, self._context)
                _log_end(end)
            if end.error is not None:
                ask_policy(end, self._ti, self._context)
            elif end.outcome == "success" and around.clear_state_on_success:
                self._api.delete_state(StatePlace(), None)
            self._call_back(end)
            if self._context is not None and self._ti is not None:
                if self._ti.task.overwrite_rtif_after_execution and self._rendered is not None:
                    self._rendered = rendered_fields(self._ti.task)
                if PLUGINS.links or self._ti.task.operator_extra_links:
                    keep_links(self._ti, self._context)
            if PLUGINS.has_listeners:
                tell_changes(end.assets)
                PLUGINS.tell("before_stopping", component=TaskRunnerMarker())
            return self._report(end)

    def _run(self) -> _End:
        task = self._find()
        if PLUGINS.reads_lineage:
            from tradewind.sdk.lineage import get_hook_lineage_collector  # noqa: PLC0415 - few plugins read it

            get_hook_lineage_collector.cache_clear()
        self._ti = ti = self._task_instance(task)
        run = dag_run_of(self._work)
        ti.dag_run = run
        self._context = context = build_context(ti, run, reschedules=self._work.reschedules)
        ti.context = context
        if POLICIES.has("task_instance_mutation_hook"):
            POLICIES.ask("task_instance_mutation_hook", task_instance=ti)
        with entered(context), site_environment(context, is_borrowed=self._around.is_in_process):
            operator = self._prepare(task, context)
            ti.task = context["task"] = operator
            token = executing.set(operator)
            try:
                return self._execute(operator, context, ti)
            finally:
                executing.reset(token)

    def _find(self) -> Any:
        task = self._dag.task_dict.get(self._work.task_id)
        if task is None:
            raise AirflowFailException(
                f"the DAG {self._work.dag.dag_id!r} in {self._work.dag.relative_fileloc or 'this process'} has no task "
                f"{self._work.task_id!r}: the file builds another DAG here than when it was parsed"
            )
        return task

    def _task_instance(self, task: Any) -> RuntimeTaskInstance:
        work = self._work
        return RuntimeTaskInstance(
            id=work.attempt,
            task=task,
            dag_id=work.dag.dag_id,
            task_id=work.task_id,
            run_id=work.run.run_id,
            map_index=work.map_index,
            map_path=tuple(work.map_path),
            try_number=work.try_number,
            max_tries=work.max_tries - 1,
            codec=self._codec,
            start_date=self._around.clock.now(),
            first_start=work.first_start,
            hostname=HOSTNAME,
            pid=os.getpid(),
            queue=work.queue,
            pool=work.pool,
            priority_weight=work.priority,
            dag_version_id=work.dag.version_id,
        )

    def _prepare(self, task: Any, context: Context) -> Any:
        """The operator of this instance, with its fields rendered."""
        if task.is_mapped:
            operator = task.unmap(task.resolve_map_inputs(context))
        else:
            operator = task.prepare_for_execution()
        context["task"] = operator
        if type(operator).prepare_template is not Templated.prepare_template:  # pyright: ignore[reportUnknownMemberType] - any operator
            operator.resolve_template_files()
        try:
            operator.render_template_fields(context)
        finally:
            self._rendered = rendered_fields(operator)
        return operator

    def _execute(self, operator: Any, context: Context, ti: RuntimeTaskInstance) -> _End:
        if PLUGINS.has_listeners:
            ti.dag_run.dag = self._dag
            PLUGINS.tell("on_starting", component=TaskRunnerMarker())
            PLUGINS.tell("on_task_instance_running", previous_state="queued", task_instance=ti)
        call_all(operator.on_execute_callback, context, "on_execute_callback", self._around.callback_timeout_s)
        limit_s = self._limit_s(operator)
        end, result = _End("success"), None
        try:
            operator.pre_execute(context)
            with deadline(limit_s, kill_running):
                result = self._begin(operator, context)
                if inspect.iscoroutine(result):
                    result = run_coroutine(result)
            operator.post_execute(context, result)
        except DownstreamTasksSkipped as skip:
            end = _End("success", skip=[one if isinstance(one, str) else one[0] for one in skip.tasks])
        else:
            self._push(operator, result, ti)
            if ti.map_index >= 0:
                end.again = goes_on(self._dag.task_dict[ti.task_id], ti, result)
        if operator.outlets:
            end.assets = told_by(operator, context)
        self._label(context, ti)
        return end

    def _begin(self, operator: Any, context: Context) -> Any:
        """Start the work, or go on after a wait; the result, or a coroutine that has it."""
        resume = self._work.resume
        journal_of_task.set(journal_of(resume, self._codec))
        clean_up.set(kill_running)
        if resume is not None:
            return go_on(operator, context, resume, self._codec)
        return operator.execute(context)

    def _limit_s(self, operator: Any) -> float | None:
        """Seconds it may take from now on; the time of a wait counts."""
        limit_s = self._work.execution_timeout_s
        if limit_s is None:
            limit = operator.execution_timeout
            limit_s = None if limit is None else limit.total_seconds()
        if limit_s is not None and self._work.resume is not None and self._work.first_start is not None:
            limit_s -= (self._around.clock.now() - self._work.first_start).total_seconds()
            if limit_s <= 0:
                raise AirflowTaskTimeout("the task's execution_timeout passed while it waited")
        return limit_s

    def _push(self, operator: Any, result: Any, ti: RuntimeTaskInstance) -> None:
        if operator.do_xcom_push and result is not None:
            if operator.multiple_outputs:
                for key, value in _outputs(result).items():
                    ti.keep(key, value)
            ti.keep(RETURN_KEY, result)
        if ti.map_index < 0 and is_mapped_over(self._dag, ti.task_id):
            if RETURN_KEY not in ti.pushed:
                raise XComForMappingNotPushed(
                    "did not push XCom for task mapping: tasks are mapped over what it returns"
                )
            if not isinstance(result, list | dict) and ti.pushed[RETURN_KEY].length is None:
                raise UnmappableXComTypePushed(result)

    def _label(self, context: Context, ti: RuntimeTaskInstance) -> None:
        """The name of this mapped instance for people, from its template, which may use what the task left behind."""
        template = context.get("map_index_template")
        if template is None or ti.map_index < 0:
            return
        try:
            ti.rendered_map_index = str(ti.task.render_template(template, context))
        except Exception:
            log.exception("map_index_template of task %s can't be rendered", ti.task_id)

    # -- the end -----------------------------------------------------------------------------------------------------

    def _end_of(self, error: BaseException) -> _End:
        if isinstance(error, DagRunTriggerException) and self._ti is not None:
            try:
                trigger_as_asked(error, self._ti, self._api, self._around.clock)
            except BaseException as outcome:  # noqa: BLE001 - the edge of the task, as for what it raises itself
                return self._end_of(outcome)
            return _End("success")
        if isinstance(error, TaskDeferred):
            if not getattr(error.trigger, "awaits_input", False):
                return self._defers(error)
            error = awaiting(error, self._around.clock.now())
        return self._waits_for_input(error) if isinstance(error, TaskAwaitingInput) else _end_of(error)

    def _defers(self, raised: TaskDeferred) -> _End:
        try:
            return _End("deferred", deferral=deferral_of(raised, self._codec))
        except Exception as error:  # noqa: BLE001 - the edge of the task: its trigger says how it is serialized
            return _end_of(error)

    def _waits_for_input(self, raised: TaskAwaitingInput) -> _End:
        question = self._ti.question if self._ti is not None else None
        try:
            return _End("awaiting_input", form=form_of(raised, question, self._codec, self._around.clock.now()))
        except AirflowException as error:
            return _end_of(error)

    def _call_back(self, end: _End) -> None:
        """Call what the task wants to be called at this end."""
        context, ti = self._context, self._ti
        if context is None or ti is None or end.outcome in {"up_for_reschedule", "deferred", "awaiting_input"}:
            return
        if isinstance(end.error, AirflowTaskTerminated):
            return  # who had it stopped decides what that means, and has the callbacks run elsewhere
        kind, ti.state = "on_failure", end.outcome
        if end.outcome == "success":
            kind = "on_success"
        elif end.outcome == "skipped":
            kind = "on_skipped"
        elif end.retryable and self._work.try_number < self._work.max_tries:
            kind, ti.state = "on_retry", "up_for_retry"
        if PLUGINS.has_listeners:
            ended = {"success": "success", "skipped": "skipped"}.get(end.outcome, "failed")
            PLUGINS.tell(
                f"on_task_instance_{ended}", previous_state="running", task_instance=ti, error=end.error or end.reason
            )
        callbacks = task_callbacks(ti.task, kind)
        if not callbacks:
            return
        if end.error is not None and end.outcome == "failed":
            context["exception"] = end.error
            context["reason"] = end.reason
        ti.end_date = self._around.clock.now()
        with entered(context):
            call_all(callbacks, context, f"{kind}_callback", self._around.callback_timeout_s)

    def _report(self, end: _End) -> Ended:
        ti = self._ti
        pushed: Mapping[str, EncodedXCom] = ti.pushed if ti is not None else {}
        failed = end.error if end.outcome == "failed" else None
        return Ended(
            attempt=self._work.attempt,
            at=self._around.clock.now(),
            outcome=end.outcome,
            reason=encodable(MASKER.redact(end.reason)),
            retryable=end.retryable,
            retry_delay_s=end.retry_delay_s,
            called_back=not isinstance(end.error, AirflowTaskTerminated),
            xcoms=[to_message(key, value) for key, value in pushed.items()],
            skip=end.skip,
            assets=end.assets,
            until=end.until,
            rendered=self._rendered,
            rendered_map_index=ti.rendered_map_index if ti is not None else None,
            error=encodable(MASKER.redact(traceback_text(failed))) if failed is not None else None,
            form=end.form,
            deferral=end.deferral,
            again=end.again,
        )


def _end_of(error: BaseException) -> _End:
    """What an exception that came out of a task means."""
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    match error:
        case AirflowSkipException():
            return _End("skipped", str(error), error=error)
        case AirflowRescheduleException():
            return _End("up_for_reschedule", until=plain_moment(error.reschedule_date))
        case AirflowFailException() | AirflowSensorTimeout() | AirflowTaskTerminated():
            return _End("failed", reason, retryable=False, error=error)
        case SystemExit():
            return _End("failed", f"the task called sys.exit({error.code!r})", error=error)
        case _:
            return _End("failed", reason, error=error)


def _log_end(end: _End) -> None:
    match end.outcome:
        case "skipped":
            log.info("Skipping: %s", end.reason or "the task asked for it")
        case "up_for_reschedule":
            log.info("Rescheduling; it looks again at %s", end.until)
        case "deferred" if end.deferral is not None:
            log.info("Waiting for %s; the slot is free meanwhile", end.deferral.classpath)
        case "awaiting_input":
            log.info("Waiting for an answer; the slot is free meanwhile")
        case "failed" if end.error is not None:
            log.error("Task failed with exception\n%s", traceback_text(end.error).rstrip())
        case _:
            pass


def _outputs(result: object) -> dict[str, object]:
    if not is_mapping(result):
        raise TypeError(f"Returned output was type {type(result)} expected dictionary for multiple_outputs")
    outputs: dict[str, object] = {}
    for key, value in result.items():
        if not isinstance(key, str):
            raise TypeError(
                "Returned dictionary keys must be strings when using multiple_outputs, "
                f"found {key} ({type(key)}) instead"
            )
        outputs[key] = value
    return outputs


_mapped_over: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()


def is_mapped_over(dag: Any, task_id: str) -> bool:
    """Whether tasks or groups of the DAG are mapped over what this task returns."""
    found = _mapped_over.get(dag)
    if found is None:
        inputs = [task.expand_input for task in dag.task_dict.values() if task.is_mapped]
        groups = {group for task in dag.task_dict.values() for group in task.iter_mapped_task_groups()}
        inputs += [group.expand_input for group in groups]
        found = frozenset(
            operator.task_id
            for one in inputs
            if not one.is_loop
            for operator, key in one.iter_references()
            if key == RETURN_KEY
        )
        _mapped_over[dag] = found
    return task_id in found
