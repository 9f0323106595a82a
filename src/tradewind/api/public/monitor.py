"""Version and health: the two questions that anybody may ask."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from tradewind.api.deps import Desk
from tradewind.api.models.base import Out
from tradewind.api.wire import reply
from tradewind.base.errors import DatabaseUnavailable
from tradewind.db.dags import any_dag

router = APIRouter()

Health = Literal["healthy", "unhealthy"]


class VersionInfo(Out):
    version: str
    git_version: str | None


class BaseInfoResponse(Out):
    status: Health | None


class SchedulerInfoResponse(BaseInfoResponse):
    latest_scheduler_heartbeat: str | None


class TriggererInfoResponse(BaseInfoResponse):
    latest_triggerer_heartbeat: str | None


class DagProcessorInfoResponse(BaseInfoResponse):
    latest_dag_processor_heartbeat: str | None


class ApiInfoResponse(BaseInfoResponse):
    problem: str | None


class HealthInfoResponse(Out):
    metadatabase: BaseInfoResponse
    scheduler: SchedulerInfoResponse
    triggerer: TriggererInfoResponse
    dag_processor: DagProcessorInfoResponse | None
    api: ApiInfoResponse


@router.get("/version", operation_id="get_version", response_model=VersionInfo, tags=["Version"])
async def get_version(request: Request) -> Response:
    """The version of this server."""
    desk: Desk = request.app.state.desk
    return reply({"version": desk.services.version, "git_version": None})


@router.get("/monitor/health", operation_id="get_health", response_model=HealthInfoResponse, tags=["Monitor"])
async def get_health(request: Request) -> Response:
    """Whether the database answers, the scheduler, triggerer and DAG processor live, and all routes could be loaded."""
    desk: Desk = request.app.state.desk
    try:
        await desk.read(any_dag)
        database = "healthy"
    except DatabaseUnavailable:
        database = "unhealthy"
    parts = desk.services.health()
    body: dict[str, object] = {"metadatabase": {"status": database}}
    for name in ("scheduler", "triggerer", "dag_processor"):
        part = parts.get(name)
        body[name] = {
            "status": None if part is None else "healthy" if part.is_healthy else "unhealthy",
            f"latest_{name}_heartbeat": part.heartbeat if part is not None else None,
        }
    problem = request.app.state.routes.problem
    body["api"] = {"status": "healthy" if problem is None else "unhealthy", "problem": problem}
    return reply(body)
