"""What the standard operators raise beyond the exceptions of the SDK, by Airflow's names."""

from __future__ import annotations

from tradewind.sdk.exceptions import AirflowException

__all__ = [
    "AirflowExternalTaskSensorException",
    "DuplicateStateError",
    "ExternalDagDeletedError",
    "ExternalDagFailedError",
    "ExternalDagNotFoundError",
    "ExternalTaskFailedError",
    "ExternalTaskGroupFailedError",
    "ExternalTaskGroupNotFoundError",
    "ExternalTaskNotFoundError",
    "HITLRejectException",
    "HITLTimeoutError",
    "HITLTriggerEventError",
]


class AirflowExternalTaskSensorException(AirflowException):
    """Base of what `ExternalTaskSensor` raises."""


class ExternalDagNotFoundError(AirflowExternalTaskSensorException):
    """There is no such DAG."""


class ExternalDagDeletedError(AirflowExternalTaskSensorException):
    """The DAG's file is gone."""


class ExternalTaskNotFoundError(AirflowExternalTaskSensorException):
    """The DAG has no such task."""


class ExternalTaskGroupNotFoundError(AirflowExternalTaskSensorException):
    """The DAG has no such group."""


class ExternalTaskFailedError(AirflowExternalTaskSensorException):
    """A task that is waited for is in one of `failed_states`."""


class ExternalTaskGroupFailedError(AirflowExternalTaskSensorException):
    """A task of a group that is waited for is in one of `failed_states`."""


class ExternalDagFailedError(AirflowExternalTaskSensorException):
    """A run that is waited for is in one of `failed_states`."""


class DuplicateStateError(AirflowExternalTaskSensorException):
    """A state is listed twice."""


class HITLTriggerEventError(Exception):
    """Asking a person went wrong."""


class HITLTimeoutError(HITLTriggerEventError):
    """Nobody answered in time, and there are no defaults."""


class HITLRejectException(AirflowException):
    """A person said no, and that is to fail the task."""
