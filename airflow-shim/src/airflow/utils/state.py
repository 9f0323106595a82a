"""States of task instances and runs, and sets of them."""

from __future__ import annotations

from enum import StrEnum

from tradewind.sdk.states import DagRunState, TaskInstanceState

__all__ = ["DagRunState", "IntermediateTIState", "JobState", "State", "TaskInstanceState", "TerminalTIState"]

_T = TaskInstanceState


class JobState(StrEnum):
    """States of the processes."""

    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"


class TerminalTIState(StrEnum):
    """States that a task instance ends in."""

    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    REMOVED = "removed"


class IntermediateTIState(StrEnum):
    """States on the way."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RESTARTING = "restarting"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    DEFERRED = "deferred"
    AWAITING_INPUT = "awaiting_input"


class State:
    """The states by name, without regard to what they are states of, and sets of them."""

    NONE = None
    SUCCESS = _T.SUCCESS
    RUNNING = _T.RUNNING
    FAILED = _T.FAILED
    UP_FOR_RETRY = _T.UP_FOR_RETRY
    UP_FOR_RESCHEDULE = _T.UP_FOR_RESCHEDULE
    UPSTREAM_FAILED = _T.UPSTREAM_FAILED
    SKIPPED = _T.SKIPPED
    REMOVED = _T.REMOVED
    SCHEDULED = _T.SCHEDULED
    QUEUED = _T.QUEUED
    RESTARTING = _T.RESTARTING
    DEFERRED = _T.DEFERRED

    finished = frozenset([_T.SUCCESS, _T.FAILED, _T.SKIPPED, _T.UPSTREAM_FAILED, _T.REMOVED])
    unfinished = frozenset(
        [None, _T.SCHEDULED, _T.QUEUED, _T.RUNNING, _T.RESTARTING, _T.UP_FOR_RETRY, _T.UP_FOR_RESCHEDULE, _T.DEFERRED,
         _T.AWAITING_INPUT]
    )  # fmt: skip
    failed_states = frozenset([_T.FAILED, _T.UPSTREAM_FAILED])
    success_states = frozenset([_T.SUCCESS, _T.SKIPPED])
    task_states = (None, *_T)
    dag_states = tuple(DagRunState)
