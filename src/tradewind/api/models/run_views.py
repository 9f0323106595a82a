"""What the page of one run gets, in one answer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tradewind.api.models.base import Out
from tradewind.api.models.deadlines import DeadlineResponse
from tradewind.api.models.runs import DAGRunResponse

__all__ = ["FailureOut", "RunViewResponse", "RunViewTask"]


class FailureOut(Out):
    """What made an instance fail, in the words and the code of whoever wrote it."""

    task_id: str
    map_index: int
    try_number: int
    at: datetime | None
    kind: str
    """Name of the exception's class; empty where no exception did it."""
    message: str
    file: str
    """Where it came from in the author's own code; empty: not from there."""
    line: int
    function: str
    code: str


class RunViewTask(Out):
    """A task of a run; of a mapped one all its instances together."""

    task_id: str
    label: str
    group_id: str | None
    operator: str
    kind: Literal["task", "setup", "teardown"]
    is_mapped: bool
    counts: dict[str, int]
    """Instances by state, ``none`` for those that wait; one instance where the task is not mapped."""
    try_number: int
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    upstream: list[int]
    """Positions in the list of tasks."""
    tries: list[tuple[int, datetime, datetime | None, datetime | None, str | None]]
    """Number, asked for, started, ended, outcome; none of a mapped task."""
    is_critical: bool
    has_note: bool


class RunViewGroup(Out):
    group_id: str
    parent_id: str | None
    label: str
    is_mapped: bool


class RunViewResponse(Out):
    """A run with its tasks."""

    run: DAGRunResponse
    version_number: int | None
    total: int
    counts: dict[str, int]
    """Instances by state, ``none`` for those that wait."""
    tasks: list[RunViewTask]
    """In topological order; then those that the version does not have any more."""
    groups: list[RunViewGroup]
    edge_labels: list[tuple[int, int, str]]
    """Positions of the tasks at both ends, and the words between them."""
    failure: FailureOut | None
    """The first one of those that are failed now."""
    deadlines: list[DeadlineResponse]
    result_task_ids: list[str]
    usual_duration: float | None
    """Seconds: the middle one of the last successful runs before this one."""
    previous_run_id: str | None
    next_run_id: str | None
