"""Task logs: structured as JSON by pages, as a stream of lines that follows a running attempt, or as plain text."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from tradewind.api.deps import Call, may
from tradewind.api.models.tasks import ExternalLogUrlResponse, TaskInstancesLogResponse
from tradewind.api.wire import reply
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.db import tasks
from tradewind.db.engine import Tx
from tradewind.worker.logs import LogLine, attempt_log_name, read_log

__all__ = ["FOLLOW_POLL_S", "LogSource", "at_hand", "log_source", "router"]

router = APIRouter(tags=["Task Instance"])

INSTANCE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
PAGE_LINES = 10_000
FOLLOW_POLL_S = 0.25
ALL_LINES = 2**62
LEVELS = {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "error": "ERROR", "critical": "CRITICAL"}

encode = msgspec.json.Encoder().encode


class LogQuery(BaseModel):
    """Which part of which instance's log."""

    full_content: bool = False
    map_index: int = -1
    token: str | None = None


@dataclass(frozen=True, slots=True)
class LogSource:
    """Where a try's log is, and whether more may come."""

    path: Path
    is_live: bool
    key: tuple[str, str, str, int]
    try_number: int


@router.get(
    INSTANCE + "/logs/{try_number}",
    operation_id="get_log",
    response_model=TaskInstancesLogResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}, "text/plain": {}}}},
)
async def get_log(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: int,
    query: Annotated[LogQuery, Query()],
    request: Request,
    call: Annotated[Call, may("read", "log")],
) -> Response:
    """The log of one try. As JSON it comes by pages: `continuation_token` leads on, until the try ended and all is read."""

    def look(tx: Tx) -> LogSource:
        return log_source(tx, call, (dag_id, dag_run_id, task_id, query.map_index), try_number)

    source = await at_hand(call, await call.read(look))
    accept = request.headers.get("accept", "")
    if "application/x-ndjson" in accept:
        return StreamingResponse(_follow(call, source, look), media_type="application/x-ndjson")
    if accept.startswith("text/plain"):
        text = await call.desk.in_thread(
            lambda: "".join(f"{_plain(line)}\n" for line in _lines(source.path, 0, ALL_LINES))
        )
        return Response(text, media_type="text/plain")
    return await _page(call, source, query)


async def _page(call: Call, source: LogSource, query: LogQuery) -> Response:
    offset = _offset(query.token)
    limit = ALL_LINES if query.full_content else PAGE_LINES
    lines = await call.desk.in_thread(lambda: _lines(source.path, offset, limit))
    end = lines[-1].end if lines else offset
    may_have_more = len(lines) >= limit or source.is_live
    return reply(
        {
            "content": [_message(line) for line in lines],
            "continuation_token": f"offset-{end}" if may_have_more else None,
        }
    )


async def _follow(call: Call, source: LogSource, look: Callable[[Tx], LogSource]) -> AsyncGenerator[bytes]:
    """Lines as they come, until the try has ended and all of its log was sent."""
    offset = 0
    while True:
        lines = await call.desk.in_thread(partial(_lines, source.path, offset, PAGE_LINES))
        if lines:
            offset = lines[-1].end
            yield b"".join(encode(_message(line)) + b"\n" for line in lines)
            continue
        if not source.is_live:
            return
        await asyncio.sleep(FOLLOW_POLL_S)
        source = await at_hand(call, await call.read(look))


def log_source(tx: Tx, call: Call, key: tuple[str, str, str, int], try_number: int) -> LogSource:
    """Where the log of a try is.

    Raises:
        NotFound: there is no such instance, or it had no such try.
    """
    dag_id, run_id, task_id, map_index = key
    instance = tasks.get_task(tx, call.workspace, dag_id, run_id, task_id, map_index=map_index)
    attempts = [attempt for attempt in tasks.tries_of(tx, instance) if attempt.try_number == try_number]
    if not attempts and try_number > 0:
        raise NotFound(
            f"TaskInstance {task_id} of run {run_id} has no try {try_number}", task_id=task_id, try_number=try_number
        )
    name = attempt_log_name(dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, try_number=try_number)
    is_live = any(attempt.ended_at is None for attempt in attempts)
    return LogSource(call.services.log_folder / name, is_live, key, try_number)


async def at_hand(call: Call, source: LogSource) -> LogSource:
    """The source with its log in a file of this machine, fetched where it is kept elsewhere by now."""
    store = call.services.remote_logs
    if store is None or source.is_live:
        return source

    def find() -> Path:
        return store.read(source.key, source.try_number) or source.path

    return replace(source, path=await call.desk.in_thread(find))


def _lines(path: Path, offset: int, limit: int) -> list[LogLine]:
    try:
        return list(read_log(path, offset, limit))
    except FileNotFoundError:
        return []


def _message(line: LogLine) -> dict[str, str]:
    message = {"event": line.event, "level": line.level, "logger": line.logger, **line.fields}
    return {"timestamp": line.timestamp, **message} if line.timestamp else message


def _plain(line: LogLine) -> str:
    if line.logger == "task.output":
        return line.event
    return f"[{line.timestamp}] {LEVELS.get(line.level, line.level.upper())} {line.logger}: {line.event}"


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    found = re.fullmatch(r"offset-(\d{1,18})", token)
    if found is None:
        raise InvalidInput("the token is not one that this endpoint gave as continuation_token", token=token)
    return int(found[1])


@router.get(
    INSTANCE + "/externalLogUrl/{try_number}",
    operation_id="get_external_log_url",
    response_model=ExternalLogUrlResponse,
)
async def get_external_log_url(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: int,
    call: Annotated[Call, may("read", "log")],
    map_index: int = -1,
) -> Response:
    """Where the log is outside of this server: nowhere, as long as logs are kept in files."""
    key = (dag_id, dag_run_id, task_id, map_index)
    await call.read(lambda tx: log_source(tx, call, key, try_number))
    raise InvalidInput("Task log handler does not support external logs: logs are files of this server")
