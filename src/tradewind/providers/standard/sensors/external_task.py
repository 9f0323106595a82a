"""A sensor that waits for tasks of another DAG, and the marker that stands for such a wait."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.exceptions import AirflowException, AirflowRuntimeError, AirflowSkipException
from tradewind.sdk.keywords import keyword_arguments
from tradewind.sdk.sensor import BaseSensorOperator
from tradewind.sdk.task_api import TaskApi, task_api

__all__ = ["ExternalTaskMarker", "ExternalTaskSensor"]

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


class ExternalTaskSensor(BaseSensorOperator):
    """Waits for a run of another DAG, or for tasks or a group in it, of the same logical date.

    Args:
        external_dag_id: the DAG.
        external_task_id, external_task_ids: a task, or several; none and no group: the whole run.
        external_task_group_id: a group.
        allowed_states, skipped_states, failed_states: states that end the wait in success, skip this task, fail it.
        execution_delta: how much earlier the other run's logical date is.
        execution_date_fn: gives the logical date, or several, from this run's.
        check_existence: fail where the server does not know the DAG or task; else that counts as not there yet.
        poll_interval, deferrable: accepted; the wait stays in the task's process.
    """

    template_fields = ("external_dag_id", "external_task_id", "external_task_ids", "external_task_group_id")
    ui_color = "#4db7db"

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
        deferrable: bool = False,
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
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.external_task_ids = external_task_ids
        self.external_task_group_id = external_task_group_id
        self.execution_delta = execution_delta
        self.execution_date_fn = execution_date_fn
        self.check_existence = check_existence
        self.poll_interval = poll_interval
        self.deferrable = deferrable

    def poke(self, context: Any) -> bool:
        """Ask once.

        Raises:
            AirflowException: something is in one of `failed_states`.
            AirflowSkipException: something is in one of `skipped_states`.
        """
        api = task_api()
        if api is None:
            raise AirflowRuntimeError("ExternalTaskSensor needs a server to ask")
        task_ids = self._task_ids()
        dates = self._dates(context)
        log.info("Poking for %s of DAG %s on %s", task_ids or self.external_task_group_id or "the run",
                 self.external_dag_id, ", ".join(date.isoformat() for date in dates))  # fmt: skip
        return all(self._is_there(api, task_ids, date) for date in dates)

    def _is_there(self, api: TaskApi, task_ids: Sequence[str], date: datetime) -> bool:
        try:
            counts = api.task_counts(
                self.external_dag_id,
                task_ids=task_ids,
                group_id=self.external_task_group_id or "",
                logical_dates=[date],
            )
        except AirflowRuntimeError:
            if self.check_existence:
                raise
            return False
        what = ", ".join(task_ids) or self.external_task_group_id or "the run"
        if any(counts.get(state) for state in self.failed_states):
            message = f"The external DAG {self.external_dag_id} failed: {what} is {' or '.join(self.failed_states)}."
            if self.soft_fail:
                raise AirflowSkipException(message + " Skipping due to soft_fail.")
            raise AirflowException(message)
        if any(counts.get(state) for state in self.skipped_states):
            raise AirflowSkipException(
                f"The external DAG {self.external_dag_id}: {what} is in a state that skips this task."
            )
        total, allowed = sum(counts.values()), sum(counts.get(state, 0) for state in self.allowed_states)
        return allowed == total and total >= max(len(task_ids), 1)

    def _task_ids(self) -> list[str]:
        if self.external_task_ids is not None:
            names = list(self.external_task_ids)
            if len(set(names)) != len(names):
                raise InvalidArgument("Duplicate task_ids passed in external_task_ids parameter")
            return names
        return [self.external_task_id] if self.external_task_id is not None else []

    def _dates(self, context: Any) -> list[datetime]:
        date = context.get("logical_date")
        if date is None:
            raise AirflowException("ExternalTaskSensor needs a run with a logical date")
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
