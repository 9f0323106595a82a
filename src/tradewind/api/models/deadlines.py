"""Answers about deadlines."""

from __future__ import annotations

from tradewind.api.models.base import ListQuery, Moment, Out, Total

__all__ = ["DeadlineCollectionResponse", "DeadlineQuery", "DeadlineResponse"]


class DeadlineQuery(ListQuery):
    missed: bool | None = None
    """Only those that were missed, or only those that were not."""


class DeadlineResponse(Out):
    id: str
    deadline_time: Moment
    missed: bool
    state: str
    """``pending``, ``met``, ``missed``, or ``void``: neither can be said any more."""
    created_at: Moment
    last_updated_at: Moment
    ended_at: Moment | None
    dag_id: str
    dag_run_id: str | None
    """null: the run that the schedule asks for is not made."""
    task_id: str | None
    alert_name: str | None
    reference_type: str
    run_after: Moment | None
    """When the schedule asks for the run, of a deadline that is about that."""
    reason: str
    predicted_at: Moment | None
    """When the run is likely to end, where that is too late."""


class DeadlineCollectionResponse(Total):
    deadlines: list[DeadlineResponse]
