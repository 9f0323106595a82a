"""What operators of an installation look into: the event log, processes, settings, what is installed."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.admin import (
    Config,
    EventLogCollectionResponse,
    EventLogQuery,
    EventLogResponse,
    JobCollectionResponse,
    JobQuery,
    PluginCollectionResponse,
    PluginImportErrorCollectionResponse,
)
from tradewind.api.secrecy import MASK
from tradewind.api.wire import listing, reply
from tradewind.base.errors import NotFound
from tradewind.base.settings import Settings
from tradewind.db import event_logs, processes
from tradewind.db.engine import Tx
from tradewind.db.event_logs import EventFilter, EventRecord
from tradewind.db.listing import Page, Range
from tradewind.db.processes import ProcessFilter
from tradewind.db.runs import dag_names

router = APIRouter()

ALIVE_WITHIN = timedelta(seconds=30)

# -- the event log ---------------------------------------------------------------------------------------------------


def _event_out(record: EventRecord, names: dict[str, str]) -> dict[str, object]:
    return {
        "event_log_id": record.id,
        "when": record.timestamp,
        "dag_id": record.dag_id,
        "task_id": record.task_id,
        "run_id": record.run_id,
        "map_index": record.map_index,
        "try_number": record.try_number,
        "event": record.event,
        "logical_date": record.logical_date,
        "owner": record.owner,
        "extra": record.extra,
        "dag_display_name": names.get(record.dag_id or ""),
        "task_display_name": record.task_id,
    }


def _shown(tx: Tx, call: Call, found: list[EventRecord]) -> list[dict[str, object]]:
    named = sorted({one.dag_id for one in found if one.dag_id is not None})
    names = dag_names(tx, call.workspace, named) if named else {}
    return [_event_out(one, names) for one in found]


@router.get("/eventLogs", operation_id="get_event_logs", response_model=EventLogCollectionResponse, tags=["Event Log"])
async def get_event_logs(
    query: Annotated[EventLogQuery, Query()], call: Annotated[Call, may("read", "event_log")]
) -> Response:
    """Who did what, when."""
    wanted = EventFilter(
        workspace=call.workspace,
        dag_id=query.dag_id,
        task_id=query.task_id,
        run_id=query.run_id,
        map_index=query.map_index,
        try_number=query.try_number,
        owner=query.owner,
        event=query.event,
        excluded_events=query.excluded_events,
        included_events=query.included_events,
        when=Range(gt=query.after, lt=query.before),
        dag_id_pattern=query.dag_id_pattern,
        dag_id_prefix=query.dag_id_prefix_pattern,
        task_id_pattern=query.task_id_pattern,
        task_id_prefix=query.task_id_prefix_pattern,
        run_id_pattern=query.run_id_pattern,
        run_id_prefix=query.run_id_prefix_pattern,
        owner_pattern=query.owner_pattern,
        owner_prefix=query.owner_prefix_pattern,
        event_pattern=query.event_pattern,
        event_prefix=query.event_prefix_pattern,
    )
    page = query.page(call.services.settings.api, "id")

    def find(tx: Tx) -> tuple[list[dict[str, object]], int]:
        found, total = event_logs.list_events(tx, wanted, page)
        return _shown(tx, call, found), total

    return listing("event_logs", *await call.read(find))


@router.get(
    "/eventLogs/{event_log_id}", operation_id="get_event_log", response_model=EventLogResponse, tags=["Event Log"]
)
async def get_event_log(event_log_id: int, call: Annotated[Call, may("read", "event_log")]) -> Response:
    """One entry."""
    found = await call.read(lambda tx: _shown(tx, call, [event_logs.get_event(tx, call.workspace, event_log_id)]))
    return reply(found[0])


# -- processes -------------------------------------------------------------------------------------------------------


@router.get("/jobs", operation_id="get_jobs", response_model=JobCollectionResponse, tags=["Job"])
async def get_jobs(query: Annotated[JobQuery, Query()], call: Annotated[Call, may("read", "job")]) -> Response:
    """Long-lived processes: schedulers, DAG processors, triggerers."""
    wanted = ProcessFilter(
        kind=query.job_type,
        state=query.job_state,
        hostname=query.hostname,
        alive_since=call.now - ALIVE_WITHIN if query.is_alive else None,
        started=query.start_date(),
        ended=query.end_date(),
    )
    page = query.page(call.services.settings.api, "id")
    if query.executor_class is not None:
        page = Page(0)  # processes have no executor class of their own
    found, total = await call.read(lambda tx: processes.list_processes(tx, wanted, page))
    jobs = [
        {
            "id": one.id,
            "dag_id": None,
            "state": one.state,
            "job_type": one.kind,
            "start_date": one.started_at,
            "end_date": one.ended_at,
            "latest_heartbeat": one.heartbeat_at,
            "executor_class": None,
            "hostname": one.hostname,
            "unixname": one.username,
            "dag_display_name": None,
        }
        for one in found
    ]
    return listing("jobs", jobs, total if query.executor_class is None else 0)


# -- settings --------------------------------------------------------------------------------------------------------


def config_sections(settings: Settings) -> dict[str, dict[str, str]]:
    """All settings by section and key, as text; passwords, also those in URLs, are hidden."""
    return {
        section.name: {
            key.name: _hidden(str(getattr(getattr(settings, section.name), key.name)), key.metadata["is_secret"])
            for key in fields(getattr(settings, section.name))
        }
        for section in fields(settings)
        if section.name != "home"
    }


def _hidden(value: str, is_secret: bool = False) -> str:
    """Stars for a secret, a URL without its password and query; anything else as it is."""
    if is_secret and value:
        return MASK
    parts = urlsplit(value)
    if not parts.scheme or "@" not in parts.netloc:
        return value
    login, _, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{login.partition(':')[0]}:***@{host}", parts.path, "", ""))


def _config_reply(request: Request, sections: dict[str, dict[str, str]]) -> Response:
    if request.headers.get("accept", "").startswith("text/plain"):
        lines = [
            f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in options.items())
            for name, options in sections.items()
        ]
        return Response("\n".join(lines), media_type="text/plain")
    body = [
        {"name": name, "options": [{"key": key, "value": value} for key, value in options.items()]}
        for name, options in sections.items()
    ]
    return reply({"sections": body})


TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get("/config", operation_id="get_config", response_model=Config, responses=TEXT, tags=["Config"])
async def get_config(
    request: Request, call: Annotated[Call, may("read", "config")], section: str | None = None
) -> Response:
    """The settings of this server."""
    sections = config_sections(call.services.settings)
    if section is not None:
        if section not in sections:
            raise NotFound(f"Section {section} not found; there are {', '.join(sections)}", section=section)
        sections = {section: sections[section]}
    return _config_reply(request, sections)


@router.get(
    "/config/section/{section}/option/{option}",
    operation_id="get_config_value",
    response_model=Config,
    responses=TEXT,
    tags=["Config"],
)
async def get_config_value(
    section: str, option: str, request: Request, call: Annotated[Call, may("read", "config")]
) -> Response:
    """One setting."""
    value = config_sections(call.services.settings).get(section, {}).get(option)
    if value is None:
        raise NotFound(f"Option [{section}/{option}] not found.", section=section, option=option)
    return _config_reply(request, {section: {option: value}})


# -- what is installed -----------------------------------------------------------------------------------------------


async def _plugins(call: Call) -> dict[str, Any]:
    return await call.desk.in_thread(call.desk.plugins.get)


@router.get("/plugins", operation_id="get_plugins", response_model=PluginCollectionResponse, tags=["Plugin"])
async def get_plugins(
    call: Annotated[Call, may("read", "plugin")],
    limit: Annotated[int, Query(ge=0)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Plugins, and what they bring; `not_supported` names what has no effect here. They are loaded in a process apart."""
    found = (await _plugins(call))["plugins"]
    return listing("plugins", found[offset : offset + limit], len(found))


@router.get(
    "/plugins/importErrors",
    operation_id="import_errors",
    response_model=PluginImportErrorCollectionResponse,
    tags=["Plugin"],
)
async def import_errors(call: Annotated[Call, may("read", "plugin")]) -> Response:
    """Plugins that can't be loaded, and why."""
    errors = (await _plugins(call))["errors"]
    return listing("import_errors", [{"source": one, "error": why} for one, why in errors.items()], len(errors))
