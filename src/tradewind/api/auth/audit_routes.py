"""The audit log whole: every action with actor, address, before and after; to read, to take away, and to verify."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from tradewind.api.audit_export import csv_head, csv_lines, entry_out, json_lines
from tradewind.api.deps import Call, may
from tradewind.api.models.base import ListQuery, Moment, Out, Total
from tradewind.api.wire import listing, reply
from tradewind.db import audit_chain, audit_entries
from tradewind.db.audit_entries import AuditFilter
from tradewind.db.engine import Tx
from tradewind.db.listing import Range

router = APIRouter(prefix="/auth/audit", tags=["Access"])

Reader = Annotated[Call, may("read", "audit")]
_AT_ONCE = 1000
Format = Literal["jsonl", "csv"]


class AuditConditions(BaseModel):
    """Which entries."""

    owner: str | None = None
    event: str | None = None
    resource: str | None = None
    name: str | None = None
    address: str | None = None
    dag_id: str | None = None
    run_id: str | None = None
    before: Moment | None = None
    after: Moment | None = None

    def filter(self, workspace: str) -> AuditFilter:
        """The conditions as the database wants them."""
        given = self.model_dump(include=set(AuditConditions.model_fields) - {"before", "after"})
        return AuditFilter(workspace=workspace, when=Range(gt=self.after, lt=self.before), **given)


class AuditQuery(ListQuery, AuditConditions):
    pass


class ExportQuery(AuditConditions):
    format: Format = "jsonl"


class VerifyQuery(BaseModel):
    head: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    """The hash that an earlier verification gave: the entry that has it must still be there."""


class AuditEntryResponse(Out):
    id: int
    timestamp: datetime
    workspace: str
    event: str
    owner: str | None
    via: str | None
    address: str | None
    resource: str | None
    name: str | None
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None
    logical_date: datetime | None
    before: Any
    after: Any
    extra: Any
    hash: str | None


class AuditCollectionResponse(Total):
    entries: list[AuditEntryResponse]


class AuditVerdictResponse(Out):
    holds: bool
    entries: int
    first_id: int
    last_id: int
    head: str
    broken_id: int | None
    reason: str | None


@router.get("", operation_id="get_audit_entries", response_model=AuditCollectionResponse)
async def get_audit_entries(query: Annotated[AuditQuery, Query()], call: Reader) -> Response:
    """Who did what to which thing, from where, and what it was before and after; in this workspace."""
    page = query.page(call.services.settings.api, "id")
    wanted = query.filter(call.workspace)

    def find(tx: Tx) -> tuple[list[dict[str, Any]], int]:
        return audit_entries.list_entries(tx.whole, wanted, page)

    found, total = await call.read(find)
    return listing("entries", [entry_out(one) for one in found], total)


@router.get(
    "/export",
    operation_id="export_audit",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}, "text/csv": {}}}},
)
async def export_audit(query: Annotated[ExportQuery, Query()], call: Reader) -> Response:
    """All entries of this workspace in their order, one a line."""
    kind = "text/csv" if query.format == "csv" else "application/x-ndjson"
    wanted = query.filter(call.workspace)
    first = await _some(call, wanted, 0)  # before the answer begins: what the database can't take is told by its status
    return StreamingResponse(_lines(call, wanted, query.format, first), media_type=kind)


async def _some(call: Call, wanted: AuditFilter, after: int) -> list[dict[str, Any]]:
    return await call.read(lambda tx: audit_entries.entries_after(tx.whole, wanted, after, _AT_ONCE))


async def _lines(call: Call, wanted: AuditFilter, form: Format, some: list[dict[str, Any]]) -> AsyncGenerator[str]:
    if form == "csv":
        yield csv_head()
    while True:
        yield csv_lines(some) if form == "csv" else json_lines(some)
        if len(some) < _AT_ONCE:
            return
        some = await _some(call, wanted, some[-1]["id"])


@router.get("/verify", operation_id="verify_audit", response_model=AuditVerdictResponse)
async def verify_audit(query: Annotated[VerifyQuery, Query()], call: Reader) -> Response:
    """Whether every entry, of all workspaces, is as it was written, and none is missing."""

    def look(tx: Tx) -> dict[str, object]:
        found = audit_chain.verify(tx.whole)
        broken_id, reason = (None, None) if found.broken is None else (found.broken.id, found.broken.reason)
        if found.broken is None and query.head and not audit_entries.has_hash(tx.whole, query.head):
            reason = "no entry has the hash given by `head`; it was cut off, or the whole log was written anew"
        return {
            "holds": reason is None, "entries": found.entries, "first_id": found.first_id, "last_id": found.last_id,
            "head": found.head, "broken_id": broken_id, "reason": reason,
        }  # fmt: skip

    return reply(await call.read(look))
