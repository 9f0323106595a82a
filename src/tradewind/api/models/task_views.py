"""What the page of one task instance gets, in one answer, and its log by pieces."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from tradewind.api.models.base import Out
from tradewind.api.models.hitl import HITLDetail
from tradewind.api.models.run_views import FailureOut
from tradewind.api.models.tasks import TaskDependencyCollectionResponse, TaskInstanceResponse
from tradewind.core.states import RunState, TaskState

__all__ = ["LogPiece", "LogPieceQuery", "TaskViewResponse"]


class TaskViewTry(Out):
    """One try, with all the attempts it took."""

    try_number: int
    state: TaskState | None
    attempts: int
    """More than one where it was rescheduled, or its process was lost."""
    queued_at: datetime
    start_date: datetime | None
    end_date: datetime | None
    hostname: str | None
    pid: int | None
    executor: str | None
    version_number: int | None
    reason: str | None
    failure: FailureOut | None


class TaskViewXCom(Out):
    """A value that it handed on."""

    key: str
    kind: str
    length: int
    """Characters of its JSON."""
    timestamp: datetime
    is_here: bool
    """Whether the value came along; a long one is asked for by itself."""
    value: Any


class TaskViewNeighbour(Out):
    """A task directly before or after it."""

    task_id: str
    counts: dict[str, int]


class TaskViewResponse(Out):
    """A task of a run: one instance of it, or how many there are where it is mapped and none was named."""

    run_state: RunState
    run_type: str
    logical_date: datetime | None
    label: str
    operator: str
    doc_md: str | None
    is_mapped: bool
    counts: dict[str, int]
    """All instances of the task by state."""
    instance: TaskInstanceResponse | None
    tries: list[TaskViewTry]
    renderers: dict[str, str]
    """How each rendered field is best shown: ``sql``, ``bash``, ``json``..."""
    xcoms: list[TaskViewXCom] | None
    """None: the caller may not see them."""
    dependencies: TaskDependencyCollectionResponse | None
    """What it waits for; None once it has ended."""
    links: dict[str, str | None]
    hitl: HITLDetail | None
    upstream: list[TaskViewNeighbour]
    downstream: list[TaskViewNeighbour]


class LogPieceQuery(BaseModel):
    """Which piece of which log. Of `at`, `before` and neither, one: neither means the end of the log."""

    map_index: int = Field(-1, ge=-1)
    at: Annotated[int, Field(ge=0)] | None = None
    """Byte at which the piece begins; one in the middle of a line means that line."""
    before: Annotated[int, Field(ge=0)] | None = None
    """Byte before which it ends."""
    search: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """Instead of a piece, the lines from `at` on in which this stands, in any case."""
    level: list[str] = []
    """With `search` or alone: only lines of these levels."""


class LogPiece(Out):
    """Lines that follow one another in a log; of a search, those that were found."""

    size: int
    """Bytes of the log by now."""
    start: int
    """Byte at which the first line begins."""
    end: int
    """Byte behind the last line: where to go on."""
    first_line: int
    """The number of the first line, from 1."""
    is_live: bool
    lines: list[tuple[int, int, str, str, str, str, dict[str, str]]]
    """Byte, number of the line, timestamp, level, logger, text, further fields."""
