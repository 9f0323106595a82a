"""The stream of changes, as server-sent events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from tradewind.api.deps import Call, signed_in
from tradewind.api.models.events import StreamEvent
from tradewind.api.stream import sending
from tradewind.api.stream.view import Cursor, View, Wanted, parse_kinds
from tradewind.base.errors import Forbidden

__all__ = ["router"]

router = APIRouter(tags=["Events"])

HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",  # nginx would hold the events back
}


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


@router.get(
    "/events",
    operation_id="stream_events",
    response_class=EventStream,
    responses={200: {"model": StreamEvent, "description": "Events without end; `data` of each is such an object"}},
)
async def stream_events(
    request: Request,
    call: Annotated[Call, signed_in()],
    types: Annotated[list[str], Query(description="Types of events, also with commas; else all")] = [],  # noqa: B006
    dag_id: Annotated[list[str], Query(description="Only of DAGs that fit; `*` stands for any characters")] = [],  # noqa: B006
    dag_run_id: Annotated[list[str], Query(description="Only of runs that fit")] = [],  # noqa: B006
    asset: Annotated[list[str], Query(description="Only events of assets whose name or URI fits")] = [],  # noqa: B006
    cursor: Annotated[str | None, Query(description="Go on after the event with this id, or from the `oldest`")] = None,
    follow: Annotated[bool, Query(description="False: end when all that there is has been sent")] = True,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """What changes, as it changes: states of runs and task instances, DAGs, asset events, import errors, backfills.

    The id of an event is a cursor: who comes back with it, as `Last-Event-ID` or `cursor`, gets everything that came
    after, nothing twice, also after a restart of the server. Where that is no longer kept, an event `reset` says so.
    Each caller is told of what they may read.
    """
    wanted = Wanted(parse_kinds(types), tuple(dag_id), tuple(dag_run_id), tuple(asset))
    asked: str | Cursor | None = last_event_id or cursor
    if asked is not None and asked != sending.OLDEST:
        asked = Cursor.parse(asked)
    desk, workspace = call.desk, call.workspace

    async def look() -> View:
        actor = await desk.sessions.actor(request, desk, workspace)
        view = View.of(workspace, wanted, actor.rights)
        if not view.seen:
            raise Forbidden(f"{actor.username} may read nothing of what this stream would tell")
        return view

    return EventStream(sending.changes(desk.feed, look, asked, is_followed=follow), headers=HEADERS)
