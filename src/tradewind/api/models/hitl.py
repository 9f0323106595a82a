"""Bodies, queries and responses about questions to people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from tradewind.api.models.base import Body, ListQuery, Moment, Out, Total
from tradewind.api.models.tasks import StateOrNone, TaskInstanceHistoryResponse, TaskInstanceResponse
from tradewind.db.listing import DateRange, Range

__all__ = [
    "HITLDetail", "HITLDetailCollection", "HITLDetailHistory", "HITLDetailQuery", "HITLDetailResponse", "HITLUser",
    "UpdateHITLDetailPayload",
]  # fmt: skip


class HITLDetailQuery(ListQuery):
    """Filters of the list of questions."""

    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    task_id: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix_pattern: str | None = None
    map_index: int | None = None
    state: list[StateOrNone] = []
    response_received: bool | None = None
    responded_by_user_id: list[str] = []
    responded_by_user_name: list[str] = []
    subject_search: str | None = None
    body_search: str | None = None
    created_at_gte: Moment | None = None
    created_at_gt: Moment | None = None
    created_at_lte: Moment | None = None
    created_at_lt: Moment | None = None

    def created_at(self) -> DateRange:
        return Range(self.created_at_gte, self.created_at_gt, self.created_at_lte, self.created_at_lt)


class UpdateHITLDetailPayload(Body):
    """An answer."""

    chosen_options: list[str] = Field(min_length=1)
    params_input: dict[str, Any] = {}


class HITLUser(Out):
    id: str
    name: str


class HITLDetailResponse(Out):
    responded_by: HITLUser
    responded_at: datetime
    chosen_options: list[str] = Field(min_length=1)
    params_input: dict[str, Any] = {}


class _Question(Out):
    options: list[str] = Field(min_length=1)
    subject: str
    body: str | None
    defaults: list[str] | None
    multiple: bool
    params: dict[str, Any]
    assigned_users: list[HITLUser]
    created_at: datetime
    responded_by_user: HITLUser | None
    responded_at: datetime | None
    chosen_options: list[str] | None
    params_input: dict[str, Any]
    response_received: bool


class HITLDetail(_Question):
    task_instance: TaskInstanceResponse


class HITLDetailHistory(_Question):
    task_instance: TaskInstanceHistoryResponse


class HITLDetailCollection(Total):
    hitl_details: list[HITLDetail]
