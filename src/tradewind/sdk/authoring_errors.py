"""What can be wrong with a DAG file, each as an `AuthoringError` that is also the built-in error Airflow users catch."""

from __future__ import annotations

from tradewind.base.errors import AuthoringError
from tradewind.sdk.airflow_exception import AirflowException, AirflowNotFoundException

__all__ = [
    "AuthoringError",
    "DagCycle",
    "DuplicateDagId",
    "DuplicateTaskIdFound",
    "FailFastDagInvalidTriggerRule",
    "InvalidArgument",
    "InvalidArgumentType",
    "InvalidSchedule",
    "NotInDag",
    "ParamValidationError",
    "TaskAlreadyInTaskGroup",
    "TaskNotFound",
    "UnknownTaskDecorator",
]


class InvalidArgument(AuthoringError, ValueError):
    """An argument has a value that can't be."""

    code = "invalid_argument"


class InvalidArgumentType(AuthoringError, TypeError):
    """An argument is unknown, missing, or of the wrong type."""

    code = "invalid_argument_type"


class InvalidSchedule(AuthoringError, AirflowException, ValueError):
    """The schedule can't be understood."""

    code = "invalid_schedule"


class DuplicateTaskIdFound(AuthoringError, AirflowException):
    """A task or group id is taken."""

    code = "duplicate_task_id"


class DuplicateDagId(AuthoringError, AirflowException):
    """One file defines a DAG id twice."""

    code = "duplicate_dag_id"


class DagCycle(AuthoringError, AirflowException):
    """Tasks wait for each other in a circle."""

    code = "dag_cycle"


class TaskAlreadyInTaskGroup(AuthoringError, AirflowException):
    """A task can be in one group only."""

    code = "task_in_two_groups"


class TaskNotFound(AuthoringError, AirflowNotFoundException, KeyError):
    """The DAG has no such task."""

    code = "task_not_found"

    def __str__(self) -> str:  # KeyError would show the repr
        return self.message


class NotInDag(AuthoringError):
    """A task or group needs a DAG and has none, or has another one."""

    code = "not_in_dag"


class FailFastDagInvalidTriggerRule(AuthoringError, AirflowException):
    """A DAG that stops at the first failure can't wait for failures."""

    code = "fail_fast_trigger_rule"


class ParamValidationError(AuthoringError, AirflowException, ValueError):
    """A param's value does not satisfy its schema."""

    code = "param_validation"


class UnknownTaskDecorator(AuthoringError, AttributeError):
    """There is no such `@task.<name>`."""

    code = "unknown_task_decorator"
