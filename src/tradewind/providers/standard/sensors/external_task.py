"""A sensor that waits for tasks of another DAG, and the marker that stands for such a wait."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from tradewind.providers.standard.exceptions import (
    ExternalDagFailedError,
    ExternalTaskFailedError,
    ExternalTaskGroupFailedError,
)
from tradewind.providers.standard.external import ExternalWork, asked_api, check_existence, look
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.triggers.external_task import WorkflowTrigger
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.exceptions import AirflowSkipException
from tradewind.sdk.keywords import keyword_arguments
from tradewind.sdk.operator_link import BaseOperatorLink
from tradewind.sdk.operator_settings import default_deferrable
from tradewind.sdk.sensor import BaseSensorOperator

__all__ = ["ExternalDagLink", "ExternalTaskMarker", "ExternalTaskSensor"]

log = logging.getLogger("tradewind.task")
_TASK_STATES = frozenset(
    [
        "removed",
        "scheduled",
        "queued",
        "running",
        "success",
        "restarting",
        "failed",
        "up_for_retry",
        "up_for_reschedule",
        "upstream_failed",
        "skipped",
        "deferred",
        "awaiting_input",
    ]
)


class ExternalDagLink(BaseOperatorLink):
    """The DAG that is waited for, or that waits."""

    name = "External DAG"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 - the same for all instances
        """Its page."""
        return f"/dags/{operator.external_dag_id}"


class ExternalTaskSensor(BaseSensorOperator):
    """Waits for a run of another DAG, or for tasks or a group in it, of the same logical date.

    Args:
        external_dag_id: the DAG.
        external_task_id, external_task_ids: a task, or several; none and no group: the whole run.
        external_task_group_id: a group.
        allowed_states, skipped_states, failed_states: states that end the wait in success, skip this task, fail it.
        execution_delta: how much earlier the other run's logical date is.
        execution_date_fn: gives the logical date, or several, from this run's.
        check_existence: fail where there is no such DAG, task or group; else that counts as not there yet.
        poll_interval: an older name of `poke_interval`.
        deferrable: wait without a process; None: as ``operators.default_deferrable`` says.
    """

    template_fields = ("external_dag_id", "external_task_id", "external_task_ids", "external_task_group_id")
    ui_color = "#4db7db"
    operator_extra_links = (ExternalDagLink(),)

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str | None = None,
        external_task_ids: Collection[str] | None = None,
        external_task_group_id: str | None = None,
        allowed_states: Collection[str] | None = None,
        skipped_states: Collection[str] | None = None,
        failed_states: Collection[str] | None = None,
        execution_delta: timedelta | None = None,
        execution_date_fn: Callable[..., Any] | None = None,
        check_existence: bool = False,
        poll_interval: float | None = None,
        deferrable: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.allowed_states = list(allowed_states or ["success"])
        self.skipped_states = list(skipped_states or [])
        self.failed_states = list(failed_states or [])
        _check_states([*self.allowed_states, *self.skipped_states, *self.failed_states])
        if execution_delta is not None and execution_date_fn is not None:
            raise InvalidArgument(
                "Only one of `execution_delta` or `execution_date_fn` may be provided to ExternalTaskSensor; not both."
            )
        if external_task_id is not None and external_task_ids is not None:
            raise InvalidArgument(
                "Only one of `external_task_id` or `external_task_ids` may be provided to ExternalTaskSensor; use "
                "external_task_id or external_task_ids or external_task_group_id."
            )
        if external_task_group_id is not None and (external_task_id is not None or external_task_ids is not None):
            raise InvalidArgument(
                "Only one of `external_task_group_id` or `external_task_ids` may be provided to ExternalTaskSensor"
            )
        self._has_checked = False
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.external_task_ids = external_task_ids
        self.external_task_group_id = external_task_group_id
        self.execution_delta = execution_delta
        self.execution_date_fn = execution_date_fn
        self.check_existence = check_existence
        if poll_interval is not None:
            self.poke_interval = poll_interval
        self.deferrable = default_deferrable() if deferrable is None else deferrable

    @property
    def poll_interval(self) -> float:
        """An older name of `poke_interval`."""
        return self.poke_interval

    @poll_interval.setter
    def poll_interval(self, seconds: float) -> None:
        self.poke_interval = seconds

    def poke(self, context: Any) -> bool:
        """Ask once.

        Raises:
            ExternalTaskFailedError, ExternalTaskGroupFailedError, ExternalDagFailedError: something is in one of
                `failed_states`.
            AirflowSkipException: something is in one of `skipped_states`, or in `failed_states` and `soft_fail` is set.
        """
        work = self._work(context)
        api = asked_api()
        if self.check_existence and not self._has_checked:
            check_existence(api, work)
            self._has_checked = True
        dates = ", ".join(date.isoformat() for date in work.logical_dates)
        log.info("Poking for %s of DAG %s on %s", work.words, work.dag_id, dates)
        verdict = look(api, work)
        if verdict in {"failed", "skipped"}:
            self._end(verdict, work)
        return verdict == "success"

    def execute(self, context: Any) -> Any:
        """Wait, in this process or without one."""
        if not self.deferrable:
            return super().execute(context)
        if self.poke(context):
            return None
        work = self._work(context)
        trigger = WorkflowTrigger(
            external_dag_id=work.dag_id,
            external_task_ids=list(work.task_ids) or None,
            external_task_group_id=self.external_task_group_id,
            allowed_states=self.allowed_states,
            failed_states=self.failed_states,
            skipped_states=self.skipped_states,
            poke_interval=self.poke_interval,
            soft_fail=self.soft_fail,
            logical_dates=list(work.logical_dates),
        )
        return self.defer(trigger=trigger, method_name="execute_complete", timeout=self.timeout)

    def execute_complete(self, context: Any, event: dict[str, Any] | None = None) -> None:
        """Go on with what the trigger says.

        Raises:
            ExternalTaskFailedError, ExternalTaskGroupFailedError, ExternalDagFailedError, AirflowSkipException: as `poke`.
        """
        verdict = (event or {}).get("status")
        work = self._work(context)
        if verdict != "success":
            self._end(str(verdict), work)
        log.info("External %s of DAG %s has executed successfully.", work.words, work.dag_id)

    def _end(self, verdict: str, work: ExternalWork) -> None:
        if verdict == "skipped":
            raise AirflowSkipException(
                f"The external DAG {work.dag_id}: {work.words} is in a state that skips this task."
            )
        message = f"The external DAG {work.dag_id} failed: {work.words} is {' or '.join(self.failed_states)}."
        if self.soft_fail:
            raise AirflowSkipException(message + " Skipping due to soft_fail.")
        if work.group_id:
            raise ExternalTaskGroupFailedError(message)
        raise ExternalTaskFailedError(message) if work.task_ids else ExternalDagFailedError(message)

    def _work(self, context: Any) -> ExternalWork:
        return ExternalWork(
            dag_id=self.external_dag_id,
            task_ids=self._task_ids(),
            group_id=self.external_task_group_id or "",
            logical_dates=self._dates(context),
            allowed_states=self.allowed_states,
            skipped_states=self.skipped_states,
            failed_states=self.failed_states,
        )

    def _task_ids(self) -> list[str]:
        if self.external_task_ids is not None:
            names = list(self.external_task_ids)
            if len(set(names)) != len(names):
                raise InvalidArgument("Duplicate task_ids passed in external_task_ids parameter")
            return names
        return [self.external_task_id] if self.external_task_id is not None else []

    def _dates(self, context: Any) -> list[datetime]:
        date = context.get("logical_date") or context["dag_run"].run_after
        if self.execution_delta is not None:
            return [date - self.execution_delta]
        if self.execution_date_fn is None:
            return [date]
        kwargs = keyword_arguments(self.execution_date_fn, (date,), {}, _without_date(context))
        found = self.execution_date_fn(date, **kwargs)
        return list(found) if isinstance(found, list | tuple) else [found]


def _without_date(context: Any) -> dict[str, Any]:
    return {key: context[key] for key in context if key != "logical_date"}


def _check_states(states: Sequence[str]) -> None:
    if len(set(states)) != len(states):
        raise InvalidArgument(
            f"Duplicate values provided across allowed_states, skipped_states and failed_states: {states}"
        )
    unknown = [state for state in states if state not in _TASK_STATES]
    if unknown:
        raise InvalidArgument(f"There is no state {unknown[0]!r}; states are {', '.join(sorted(_TASK_STATES))}")


class ExternalTaskMarker(EmptyOperator):
    """Says that a task of another DAG waits for this one.

    Args:
        external_dag_id, external_task_id: who waits.
        logical_date: of the run that waits.
        recursion_depth: how many DAGs further a clear may go.
    """

    template_fields = ("external_dag_id", "external_task_id", "logical_date")
    ui_color = "#4db7db"
    operator_extra_links = (ExternalDagLink(),)

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str,
        logical_date: str | datetime | None = "{{ logical_date.isoformat() }}",
        recursion_depth: int = 10,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if recursion_depth <= 0:
            raise InvalidArgument("recursion_depth should be a positive integer")
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.logical_date = logical_date.isoformat() if isinstance(logical_date, datetime) else logical_date
        self.recursion_depth = recursion_depth
