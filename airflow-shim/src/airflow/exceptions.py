"""Airflow's exceptions. Those that tasks raise are the classes of `tradewind.sdk.exceptions`, under either name."""

from __future__ import annotations

from typing import NamedTuple

from airflow._forward import forward
from tradewind.sdk import exceptions as ours
from tradewind.sdk.authoring_errors import DuplicateDagId, FailFastDagInvalidTriggerRule, InvalidArgument
from tradewind.sdk.exceptions import AirflowBadRequest, AirflowException, AirflowNotFoundException

__all__ = [
    "AirflowClusterPolicyViolation",
    "AirflowDagDuplicatedIdException",
    "AirflowException",
    "AirflowInternalRuntimeError",
    "AirflowProviderDeprecationWarning",
    "DeserializingResultError",
    "PoolNotFound",
    "RemovedInAirflow4Warning",
    "TaskInstanceNotFound",
    "UnknownExecutorException",
]


class AirflowProviderDeprecationWarning(DeprecationWarning):
    """A provider package will drop something."""

    deprecated_provider_since: str | None = None


class RemovedInAirflow4Warning(DeprecationWarning):
    """Airflow 4 will drop something."""

    deprecated_since: str | None = None


class RemovedInAirflow3Warning(DeprecationWarning):
    """Airflow 3 has dropped something."""


class AirflowInternalRuntimeError(BaseException):
    """Something that must not be."""


class AirflowClusterPolicyViolation(AirflowException):
    """A policy forbids the task or DAG."""


class AirflowClusterPolicyError(AirflowException):
    """A policy failed."""


class DeserializingResultError(ValueError):
    """What another interpreter gave back can't be read."""


class PoolNotFound(AirflowNotFoundException):
    """There is no such pool."""


class TaskInstanceNotFound(AirflowNotFoundException):
    """There is no such task instance."""


class UnknownExecutorException(ValueError):
    """There is no such executor."""


class InvalidStatsNameException(AirflowException):
    """The name of a metric can't be."""


class AirflowFileParseException(AirflowException):
    """A file with secrets can't be read."""


class ConnectionNotUnique(AirflowException):
    """A connection is there twice."""


class VariableNotUnique(AirflowException):
    """A variable is there twice."""


class AirflowSecurityException(AirflowException):
    """Something is not allowed."""


class AirflowUnsupportedFileTypeException(AirflowException):
    """A file with secrets is of a kind that nobody reads."""


class BackfillUnfinished(AirflowException):
    """Runs of a backfill have not succeeded."""


class DagCodeNotFound(AirflowNotFoundException):
    """There is no such source."""


class DagFileExists(AirflowBadRequest):
    """A file is there already."""


class FileSyntaxError(NamedTuple):
    """What is wrong in a file, and where."""

    line_no: int | None
    message: str


class NoAvailablePoolSlot(AirflowException):
    """A pool has no room."""


class PodMutationHookException(AirflowException):
    """The hook that changes pods failed."""


class PodReconciliationError(AirflowException):
    """Descriptions of a pod don't fit together."""


class UnmappableOperator(AirflowException):
    """The operator can't be mapped."""


AirflowDagDuplicatedIdException = DuplicateDagId
AirflowInvalidArgument = InvalidArgument
FailStopDagInvalidTriggerRule = DagInvalidTriggerRule = FailFastDagInvalidTriggerRule

__getattr__, __dir__ = forward(__name__, places={name: f"{ours.__name__}:{name}" for name in ours.__all__})
