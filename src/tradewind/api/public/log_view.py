"""A log by pieces, for a page that shows any part of one of any length, and follows it as it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from tradewind.api.deps import Call, may
from tradewind.api.models.task_views import LogPiece, LogPieceQuery
from tradewind.api.public.logs import FOLLOW_POLL_S, LogSource, at_hand, log_source
from tradewind.api.wire import reply
from tradewind.db.engine import Tx
from tradewind.worker.log_pieces import Piece, found_in_log, piece_before, piece_from

router = APIRouter(tags=["UI"])

NOTHING = Piece(size=0, start=0, end=0, first_line=1, lines=[])

encode = msgspec.json.Encoder().encode


@router.get(
    "/ui/dags/{dag_id}/runs/{run_id}/tasks/{task_id}/log/{try_number}",
    operation_id="get_log_piece",
    response_model=LogPiece,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
async def get_log_piece(
    dag_id: str,
    run_id: str,
    task_id: str,
    try_number: int,
    query: Annotated[LogPieceQuery, Query()],
    request: Request,
    call: Annotated[Call, may("read", "log")],
) -> Response:
    """A piece of a log; as `application/x-ndjson` one after the other from `at` on, until the try has ended."""

    def look(tx: Tx) -> LogSource:
        return log_source(tx, call, (dag_id, run_id, task_id, query.map_index), try_number)

    source = await at_hand(call, await call.read(look))
    if "application/x-ndjson" in request.headers.get("accept", ""):
        return StreamingResponse(_follow(call, source, look, query.at or 0), media_type="application/x-ndjson")
    piece = await call.desk.in_thread(partial(_read, source.path, query))
    return reply(_out(piece, source.is_live))


def _read(path: Path, query: LogPieceQuery) -> Piece:
    try:
        if query.search is not None or query.level:
            return found_in_log(path, query.at or 0, query.search, frozenset(query.level))
        return piece_before(path, query.before) if query.at is None else piece_from(path, query.at)
    except FileNotFoundError:
        return NOTHING


def _next(path: Path, at: int, number: int | None) -> Piece:
    try:
        return piece_from(path, at, number)
    except FileNotFoundError:
        return NOTHING


async def _follow(call: Call, source: LogSource, look: Callable[[Tx], LogSource], at: int) -> AsyncGenerator[bytes]:
    number: int | None = None
    while True:
        piece = await call.desk.in_thread(partial(_next, source.path, at, number))
        if piece.lines:
            at, number = piece.end, piece.lines[-1][1] + 1
            yield encode(_out(piece, source.is_live)) + b"\n"
            if piece.end >= piece.size:  # so that one who writes fast is read a few times a second, not line by line
                await asyncio.sleep(FOLLOW_POLL_S)
            continue
        if not source.is_live:
            yield encode(_out(piece, is_live=False)) + b"\n"
            return
        await asyncio.sleep(FOLLOW_POLL_S)
        source = await at_hand(call, await call.read(look))


def _out(piece: Piece, is_live: bool) -> dict[str, object]:
    return {
        "size": piece.size,
        "start": piece.start,
        "end": piece.end,
        "first_line": piece.first_line,
        "is_live": is_live,
        "lines": [
            (begin, number, line.timestamp, line.level, line.logger, line.event, line.fields)
            for begin, number, line in piece.lines
        ],
    }
