"""The exceptions of Airflow's vocabulary, by the names that DAG files and providers import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tradewind.sdk.airflow_exception import AirflowException, AirflowNotFoundException
from tradewind.sdk.authoring_errors import (
    DagCycle,
    DuplicateTaskIdFound,
    FailFastDagInvalidTriggerRule,
    InvalidSchedule,
    ParamValidationError,
    TaskAlreadyInTaskGroup,
    TaskNotFound,
)

__all__ = [
    "AirflowBadRequest",
    "AirflowClusterPolicySkipDag",
    "AirflowConfigException",
    "AirflowDagCycleException",
    "AirflowException",
    "AirflowFailException",
    "AirflowNotFoundException",
    "AirflowOptionalProviderFeatureException",
    "AirflowRescheduleException",
    "AirflowRuntimeError",
    "AirflowSecretsBackendAccessDenied",
    "AirflowSensorTimeout",
    "AirflowSkipException",
    "AirflowTaskTerminated",
    "AirflowTaskTimeout",
    "AirflowTimetableInvalid",
    "DagNotFound",
    "DagRunAlreadyExists",
    "DagRunNotFound",
    "DagRunTriggerException",
    "DeserializationError",
    "DownstreamTasksSkipped",
    "DuplicateTaskIdFound",
    "FailFastDagInvalidTriggerRule",
    "NodeNotFound",
    "ParamValidationError",
    "SerializationError",
    "TaskAlreadyInTaskGroup",
    "TaskAwaitingInput",
    "TaskDeferralError",
    "TaskDeferralTimeout",
    "TaskDeferred",
    "TaskNotFound",
    "UnmappableXComTypePushed",
    "VariableNotFound",
    "XComForMappingNotPushed",
    "XComNotFound",
]


class AirflowBadRequest(AirflowException):
    """The request to some service makes no sense."""


class AirflowConfigException(AirflowException):
    """A setting is wrong."""


class AirflowRuntimeError(AirflowException):
    """The server answered a task's request with an error."""


class VariableNotFound(AirflowNotFoundException, AirflowRuntimeError, KeyError):
    """A variable is not there: an `AirflowRuntimeError` as in Airflow 3, a `KeyError` as in Airflow 2."""

    __str__ = Exception.__str__


class AirflowSecretsBackendAccessDenied(AirflowException):
    """A secrets backend refused to answer."""


class AirflowClusterPolicySkipDag(AirflowException):
    """A site's policy wants a DAG left out, without an import error."""


class AirflowOptionalProviderFeatureException(AirflowException):
    """A feature needs a package that is not installed."""


class AirflowSensorTimeout(AirflowException):
    """A sensor waited longer than its `timeout`; no retry follows."""


class AirflowSkipException(AirflowException):
    """Raised by a task that wants to be skipped."""


class AirflowFailException(AirflowException):
    """Raised by a task that wants to fail now, without a retry."""


class AirflowRescheduleException(AirflowException):
    """Raised by a sensor that gives its slot back until `reschedule_date`."""

    def __init__(self, reschedule_date: datetime) -> None:
        super().__init__(f"next look at {reschedule_date.isoformat()}")
        self.reschedule_date = reschedule_date


class AirflowTaskTimeout(BaseException):
    """The task ran longer than its `execution_timeout`. Not an `Exception`, so that user code does not catch it by
    accident; the attempt fails and may be retried."""


class AirflowTaskTerminated(BaseException):
    """The task was told to stop from outside."""


class TaskDeferred(BaseException):
    """Raised by a task that gives its slot back until a trigger fires. Not an `Exception`, so that user code does not
    catch it by accident.

    Args:
        trigger: what to wait for.
        method_name: the operator's method that takes ``(context, event=payload, **kwargs)`` then.
        kwargs: its further arguments.
        timeout: seconds, or a timedelta, after which waiting is given up.
    """

    def __init__(
        self,
        *,
        trigger: Any,
        method_name: str,
        kwargs: dict[str, Any] | None = None,
        timeout: timedelta | float | None = None,
    ) -> None:
        super().__init__(f"waits for {type(trigger).__name__}, then goes on with {method_name}")
        self.trigger = trigger
        self.method_name = method_name
        self.kwargs = kwargs
        self.timeout = timeout if timeout is None or isinstance(timeout, timedelta) else timedelta(seconds=timeout)


class TaskDeferralError(AirflowException):
    """The trigger of a deferred task failed."""


class TaskDeferralTimeout(AirflowException):
    """The trigger of a deferred task did not fire in time."""


class TaskAwaitingInput(BaseException):
    """Raised by a task that asked a person and gives its slot back until there is an answer. Not an `Exception`, so that
    user code does not catch it by accident.

    Args:
        method_name: the operator's method that takes ``(context, event=answer, **kwargs)`` then.
        kwargs: its further arguments.
        timeout: how long to wait; then the defaults are the answer, or the task fails where there are none.
    """

    def __init__(
        self,
        *,
        method_name: str = "execute_complete",
        kwargs: dict[str, Any] | None = None,
        timeout: timedelta | None = None,
    ) -> None:
        super().__init__(f"waits for an answer, which {method_name} takes")
        self.method_name = method_name
        self.kwargs = kwargs
        self.timeout = timeout


class DownstreamTasksSkipped(AirflowException):
    """Raised by a branch or short circuit: this task succeeds, and `tasks` are skipped."""

    def __init__(self, *, tasks: Sequence[str | tuple[str, int]]) -> None:
        super().__init__(f"skipping {len(tasks)} downstream tasks")
        self.tasks = tasks


class XComNotFound(AirflowException):
    """The task that an XComArg refers to pushed nothing under that key."""


class XComForMappingNotPushed(AirflowException):
    """A mapped task needs its upstream's value, and there is none."""


class UnmappableXComTypePushed(AirflowException):
    """A task that others are mapped over pushed something that is neither list nor dict."""

    def __init__(self, value: Any, *values: Any) -> None:
        names = " in ".join(type(v).__qualname__ for v in (value, *values))
        super().__init__(f"unmappable return type {names!r}: tasks can be mapped over a list or dict only")
        self.value = value


class SerializationError(AirflowException):
    """A value can't be stored as an XCom."""


class DeserializationError(AirflowException):
    """A stored XCom can't be read back."""


class DagNotFound(AirflowNotFoundException):
    """There is no such DAG."""


class DagRunNotFound(AirflowNotFoundException):
    """There is no such run."""


class DagRunAlreadyExists(AirflowBadRequest):
    """A run with this id or logical date is there already."""


class DagRunTriggerException(AirflowException):
    """Raised by operators of Airflow's kind that want a run of another DAG: the worker asks for it, and waits if told to.
    `TriggerDagRunOperator` says what the arguments mean."""

    def __init__(
        self,
        *,
        trigger_dag_id: str,
        dag_run_id: str,
        conf: dict[str, Any] | None,
        reset_dag_run: bool,
        skip_when_already_exists: bool,
        wait_for_completion: bool,
        allowed_states: Sequence[str],
        failed_states: Sequence[str],
        poke_interval: float,
        deferrable: bool,
        logical_date: datetime | None = None,
        run_after: datetime | None = None,
        note: str | None = None,
    ) -> None:
        super().__init__(f"wants a run of DAG {trigger_dag_id!r}")
        self.trigger_dag_id = trigger_dag_id
        self.dag_run_id = dag_run_id
        self.conf = conf
        self.logical_date = logical_date
        self.run_after = run_after
        self.reset_dag_run = reset_dag_run
        self.skip_when_already_exists = skip_when_already_exists
        self.wait_for_completion = wait_for_completion
        self.allowed_states = [str(state) for state in allowed_states]
        self.failed_states = [str(state) for state in failed_states]
        self.poke_interval = poke_interval
        self.deferrable = deferrable
        self.note = note


class NodeNotFound(AirflowNotFoundException):
    """There is no such task or group in the DAG."""


AirflowTimetableInvalid = InvalidSchedule
AirflowDagCycleException = DagCycle
