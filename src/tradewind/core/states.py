"""States of runs and task instances, in Airflow's words, and the table of all moves between them."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["FINISHED", "RUN_FINISHED", "UNFINISHED", "RunState", "TaskState"]


class TaskState(StrEnum):
    """The state of a task instance; an instance that waits for its upstreams has none (None)."""

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


class RunState(StrEnum):
    """The state of a DAG run."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


FINISHED = frozenset(
    {TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED, TaskState.UPSTREAM_FAILED, TaskState.REMOVED}
)
"""States that end a task instance."""

UNFINISHED = frozenset(TaskState) - FINISHED
RUN_FINISHED = frozenset({RunState.SUCCESS, RunState.FAILED})
