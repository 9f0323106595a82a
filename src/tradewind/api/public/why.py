"""Why is this not running, why does it wait, why did it fail? Our own addition beside Airflow's operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.why import WhyResponse
from tradewind.api.wire import reply
from tradewind.core.why import Cause, why_dag, why_run, why_task
from tradewind.db import why
from tradewind.db.engine import Tx

router = APIRouter(tags=["Why"])


def _cause(cause: Cause) -> dict[str, object]:
    return {
        "code": cause.code,
        "sentence": cause.sentence,
        "fix": cause.fix,
        "facts": dict(cause.facts),
        "because": [_cause(one) for one in cause.because],
    }


def _answer(dag_id: str, causes: Sequence[Cause], **about: object) -> Response:
    shown = {"dag_id": dag_id, "run_id": None, "task_id": None, "map_index": None, "state": None, **about}
    return reply({**shown, "causes": [_cause(cause) for cause in causes]})


async def _server(call: Call) -> why.Server:
    health = await call.desk.in_thread(call.services.health)
    scheduler, triggerer = health.get("scheduler"), health.get("triggerer")
    return why.Server(
        now=call.now,
        is_scheduler_alive=scheduler is not None and scheduler.is_healthy,
        scheduler_beat=None if scheduler is None else scheduler.heartbeat,
        is_triggerer_alive=triggerer is not None and triggerer.is_healthy,
        parallelism=call.services.settings.executor.parallelism,
    )


@router.get("/dags/{dag_id}/why", operation_id="why_dag", response_model=WhyResponse)
async def explain_dag(dag_id: str, call: Annotated[Call, may("read", "dag")]) -> Response:
    """Why no new run of the DAG starts now, or when it will."""
    server = await _server(call)
    scene = await call.read(lambda tx: why.dag_scene(tx, call.services.specs, call.dag(dag_id), server))
    return _answer(dag_id, why_dag(scene))


@router.get("/dags/{dag_id}/dagRuns/{dag_run_id}/why", operation_id="why_dag_run", response_model=WhyResponse)
async def explain_run(dag_id: str, dag_run_id: str, call: Annotated[Call, may("read", "dag_run")]) -> Response:
    """Why the run is in its state."""
    server = await _server(call)
    scene = await call.read(lambda tx: why.run_scene(tx, call.services.specs, call.dag(dag_id), dag_run_id, server))
    return _answer(dag_id, why_run(scene), run_id=dag_run_id, state=scene.state.value)


@router.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/why",
    operation_id="why_task_instance",
    response_model=WhyResponse,
)
async def explain_task(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    call: Annotated[Call, may("read", "task_instance")],
    map_index: Annotated[int, Query(ge=-1)] = -1,
) -> Response:
    """Why the task instance is in its state; of a mapped task without an index, its first one that is not successful."""
    server = await _server(call)
    name = why.InstanceName(dag_run_id, task_id, map_index)

    def explain(tx: Tx) -> tuple[list[Cause], int, str | None]:
        scene = why.task_scene(tx, call.services.specs, call.dag(dag_id), name, server)
        state = scene.instance.state
        return why_task(scene), scene.instance.map_index, None if state is None else state.value

    causes, index, state = await call.read(explain)
    return _answer(dag_id, causes, run_id=dag_run_id, task_id=task_id, map_index=index, state=state)
