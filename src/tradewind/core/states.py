"""States of runs and task instances, in Airflow's words, and the table of all moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

__all__ = [
    "CODES",
    "FINISHED",
    "MOVES",
    "RUN_FINISHED",
    "RUN_MOVES",
    "STATES",
    "UNFINISHED",
    "RunState",
    "TaskState",
]


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


# -- the table of moves -----------------------------------------------------------------------------------------------

_T = TaskState
_BY_HAND = "marked by hand, or stopped with its run"
_CLEARED = "cleared"


def _task_moves() -> dict[tuple[TaskState | None, TaskState | None], str]:
    moves: dict[tuple[TaskState | None, TaskState | None], str] = {
        (None, _T.SCHEDULED): "the trigger rule says run",
        (None, _T.UPSTREAM_FAILED): "the trigger rule can't be met any more",
        (_T.SCHEDULED, _T.QUEUED): "capacity in pool, DAG, task and executor",
        (_T.SCHEDULED, _T.SUCCESS): "nothing to run",
        (_T.QUEUED, _T.RUNNING): "the attempt started",
        (_T.QUEUED, _T.SCHEDULED): "the attempt was lost or could not start",
        (_T.RUNNING, _T.SCHEDULED): "the attempt was lost",
        (_T.QUEUED, _T.UP_FOR_RETRY): "lost too often, tries remain",
        (_T.RUNNING, _T.UP_FOR_RETRY): "failed, tries remain",
        (_T.QUEUED, _T.UP_FOR_RESCHEDULE): "the attempt asks to look again later",
        (_T.RUNNING, _T.UP_FOR_RESCHEDULE): "the attempt asks to look again later",
        (_T.UP_FOR_RETRY, _T.SCHEDULED): "the delay is over",
        (_T.UP_FOR_RESCHEDULE, _T.SCHEDULED): "the time to look again has come",
        (_T.QUEUED, _T.RESTARTING): _CLEARED,
        (_T.RUNNING, _T.RESTARTING): _CLEARED,
        (_T.RESTARTING, None): "the old process is gone",
        (_T.SCHEDULED, _T.DEFERRED): "the task waits for a trigger from its start",
        (_T.QUEUED, _T.DEFERRED): "the attempt waits for a trigger",
        (_T.RUNNING, _T.DEFERRED): "the attempt waits for a trigger",
        (_T.DEFERRED, _T.UP_FOR_RETRY): "its trigger failed, tries remain",
        (_T.QUEUED, _T.AWAITING_INPUT): "the attempt waits for a person",
        (_T.DEFERRED, _T.SCHEDULED): "the trigger fired",
        (_T.RUNNING, _T.AWAITING_INPUT): "the attempt waits for a person",
        (_T.AWAITING_INPUT, _T.SCHEDULED): "the answer is there",
    }
    for state in (None, *TaskState):
        if state not in (None, _T.RESTARTING, _T.QUEUED, _T.RUNNING):
            moves[state, None] = _CLEARED
        for end in (_T.SUCCESS, _T.FAILED, _T.SKIPPED):
            if state is not end:
                moves.setdefault((state, end), _BY_HAND)
        if state is not _T.REMOVED:
            moves[state, _T.REMOVED] = "the DAG's version no longer has the task"
    moves[None, _T.SKIPPED] = "the trigger rule, a branch or an empty expansion says skip"
    for alive in (_T.QUEUED, _T.RUNNING):
        moves[alive, _T.SUCCESS] = "the attempt succeeded"
        moves[alive, _T.FAILED] = "failed, no tries remain"
        moves[alive, _T.SKIPPED] = "the attempt asks to be skipped"
    return moves


MOVES: Final[Mapping[tuple[TaskState | None, TaskState | None], str]] = _task_moves()
"""Every move of a task instance that is allowed, and what causes it. The only list."""

RUN_MOVES: Final[Mapping[tuple[RunState, RunState], str]] = {
    (RunState.QUEUED, RunState.RUNNING): "room under max_active_runs, the DAG is not paused",
    (RunState.RUNNING, RunState.SUCCESS): "all tasks ended, no leaf failed",
    (RunState.RUNNING, RunState.FAILED): "all tasks ended, a leaf failed; or the run ran out of time",
    (RunState.QUEUED, RunState.SUCCESS): _BY_HAND,
    (RunState.QUEUED, RunState.FAILED): _BY_HAND,
    (RunState.SUCCESS, RunState.FAILED): _BY_HAND,
    (RunState.FAILED, RunState.SUCCESS): _BY_HAND,
    (RunState.SUCCESS, RunState.QUEUED): _CLEARED,
    (RunState.FAILED, RunState.QUEUED): _CLEARED,
    (RunState.RUNNING, RunState.QUEUED): _CLEARED,
}
"""Every move of a run that is allowed, and what causes it."""


# -- codes: the same states as small numbers, for arrays --------------------------------------------------------------

STATES: Final[tuple[TaskState | None, ...]] = (None, *TaskState)
"""State by code."""
CODES: Final[Mapping[TaskState | None, int]] = {state: code for code, state in enumerate(STATES)}
"""Code by state."""

NONE: Final = 0
REMOVED: Final = CODES[_T.REMOVED]
SCHEDULED: Final = CODES[_T.SCHEDULED]
QUEUED: Final = CODES[_T.QUEUED]
RUNNING: Final = CODES[_T.RUNNING]
SUCCESS: Final = CODES[_T.SUCCESS]
RESTARTING: Final = CODES[_T.RESTARTING]
FAILED: Final = CODES[_T.FAILED]
UP_FOR_RETRY: Final = CODES[_T.UP_FOR_RETRY]
UP_FOR_RESCHEDULE: Final = CODES[_T.UP_FOR_RESCHEDULE]
UPSTREAM_FAILED: Final = CODES[_T.UPSTREAM_FAILED]
SKIPPED: Final = CODES[_T.SKIPPED]
DEFERRED: Final = CODES[_T.DEFERRED]
AWAITING_INPUT: Final = CODES[_T.AWAITING_INPUT]

WIDTH: Final = len(STATES)
ALLOWED: Final = bytes((a, b) in MOVES for a in STATES for b in STATES)
"""`ALLOWED[old * WIDTH + new]` is 1 where the table lists the move."""
DONE: Final = bytes(state in FINISHED for state in STATES)
"""`DONE[code]` is 1 for states that end an instance."""
ALIVE: Final = bytes(state in (_T.QUEUED, _T.RUNNING) for state in STATES)
"""`ALIVE[code]` is 1 where an attempt is on its way or running."""
WAITS: Final = bytes(state in (_T.DEFERRED, _T.AWAITING_INPUT) for state in STATES)
"""`WAITS[code]` is 1 where an instance waits for a trigger or a person, without a process."""
