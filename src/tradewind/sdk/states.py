"""The states of task instances and runs, in Airflow's words, for code of DAG files. What they mean is in `tradewind.core`."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["DagRunState", "TaskInstanceState"]


class TaskInstanceState(StrEnum):
    """What may be said of a task instance; one that has not been looked at yet has none."""

    REMOVED = "removed"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    UPSTREAM_FAILED = "upstream_failed"
    SKIPPED = "skipped"
    DEFERRED = "deferred"
    AWAITING_INPUT = "awaiting_input"


class DagRunState(StrEnum):
    """What may be said of a run."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
