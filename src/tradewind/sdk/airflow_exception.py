"""The base of Airflow's exceptions, for what goes wrong in DAG files and what goes wrong in tasks."""

from __future__ import annotations

__all__ = ["AirflowException", "AirflowNotFoundException"]


class AirflowException(Exception):
    """Base of what Airflow's users catch; raised by a task, it fails the attempt."""


class AirflowNotFoundException(AirflowException):
    """A connection, or another named thing, is not there."""
