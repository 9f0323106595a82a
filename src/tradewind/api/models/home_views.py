"""Models of the home page and of what the palette finds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tradewind.api.models.base import Moment, Out

__all__ = ["HomeViewResponse", "SearchQuery", "SearchResponse"]


class FailureCause(Out):
    """Failures of the last day with one cause."""

    kind: str
    """Name of the exception."""
    message: str
    place: str
    """File and line of the user's own code."""
    count: int
    dag_ids: list[str]
    is_over: bool
    """The last run of each of these DAGs has succeeded since."""
    first_at: Moment
    at: Moment
    dag_id: str
    run_id: str
    task_id: str
    map_index: int


class HomeQuestion(Out):
    """What a task asks people."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    subject: str
    created_at: Moment
    deadline: Moment | None


class HomeDeadline(Out):
    """A deadline that was missed, or is likely to be."""

    dag_id: str
    run_id: str | None
    task_id: str | None
    name: str | None
    deadline_time: Moment
    predicted_at: Moment | None
    is_missed: bool


class HomeLate(Out):
    """A DAG whose next run should have been made."""

    dag_id: str
    due_at: Moment


class HomeStuck(Out):
    """Queued runs of a DAG that do not start."""

    dag_id: str
    is_paused: bool
    count: int
    since: Moment


class HomeImportError(Out):
    """A file that can't be imported."""

    id: int
    file: str
    message: str
    at: Moment


class HomePart(Out):
    """A part of the system."""

    name: Literal["scheduler", "dag_processor", "triggerer"]
    is_healthy: bool
    heartbeat: Moment | None


class HomeCounts(Out):
    """How many there are."""

    dags: int
    active_dags: int
    running_tasks: int
    parallelism: int
    queued_runs: int
    running_runs: int
    succeeded_runs: int
    """Of the last day."""
    failed_runs: int


NightBar = tuple[str, str, Moment | None, Moment | None]
"""Run id, state, start, end."""


class NightRow(Out):
    """A DAG around the present moment."""

    dag_id: str
    runs: list[NightBar]
    """The oldest first."""
    next: list[Moment]


class HomeViewResponse(Out):
    """All that the home page shows."""

    now: Moment
    since: Moment
    """Where the time axis begins."""
    until: Moment
    counts: HomeCounts
    health: list[HomePart]
    causes: list[FailureCause]
    questions: list[HomeQuestion]
    deadlines: list[HomeDeadline]
    late: list[HomeLate]
    stuck: list[HomeStuck]
    import_errors: list[HomeImportError]
    total_import_errors: int
    night: list[NightRow]


class SearchQuery(BaseModel):
    """What is looked for."""

    q: Annotated[str, Field(min_length=1, max_length=250)]
    limit: Annotated[int, Field(ge=1, le=20)] = 6
    """Of each kind."""


class FoundDag(Out):
    dag_id: str
    display_name: str
    is_paused: bool


class FoundRun(Out):
    dag_id: str
    run_id: str
    state: str
    run_after: Moment


class FoundTask(Out):
    dag_id: str
    task_id: str


class FoundAsset(Out):
    id: int
    name: str
    uri: str


class SearchResponse(Out):
    """What was found, the nearest first."""

    dags: list[FoundDag]
    runs: list[FoundRun]
    tasks: list[FoundTask]
    assets: list[FoundAsset]
    connections: list[str]
    variables: list[str]
