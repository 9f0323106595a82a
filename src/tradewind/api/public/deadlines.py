"""Deadlines of DAGs and runs: which are met, missed, or still to come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.deadlines import DeadlineCollectionResponse, DeadlineQuery
from tradewind.api.wire import listing
from tradewind.db import dags, deadlines, runs
from tradewind.db.deadlines import DeadlineRecord
from tradewind.db.engine import Tx

router = APIRouter(tags=["Deadlines"], prefix="/dags/{dag_id}")

Reader = Annotated[Call, may("read", "dag_run")]


def deadline_out(record: DeadlineRecord) -> dict[str, object]:
    """`DeadlineResponse`."""
    return {
        "id": record.id,
        "deadline_time": record.deadline_time,
        "missed": record.state == "missed",
        "state": record.state,
        "created_at": record.created_at,
        "last_updated_at": record.updated_at,
        "ended_at": record.ended_at,
        "dag_id": record.dag_id,
        "dag_run_id": record.run_id,
        "task_id": record.task_id,
        "alert_name": record.name,
        "reference_type": record.reference,
        "run_after": record.run_after,
        "reason": record.reason,
        "predicted_at": record.predicted_at,
    }


@router.get("/deadlines", operation_id="get_dag_deadlines", response_model=DeadlineCollectionResponse)
async def get_dag_deadlines(dag_id: str, query: Annotated[DeadlineQuery, Query()], call: Reader) -> Response:
    """Deadlines of a DAG, the latest first: of its runs, of tasks in them, and of the run that is expected next."""
    page = query.page(call.services.settings.api, "-deadline_time")

    def find(tx: Tx) -> tuple[list[DeadlineRecord], int]:
        dags.get_dag(tx, call.dag(dag_id))
        return deadlines.list_deadlines(tx, call.dag(dag_id), page, is_missed=query.missed)

    found, total = await call.read(find)
    return listing("deadlines", [deadline_out(one) for one in found], total)


@router.get(
    "/dagRuns/{dag_run_id}/deadlines",
    operation_id="get_dag_run_deadlines",
    response_model=DeadlineCollectionResponse,
)
async def get_dag_run_deadlines(
    dag_id: str, dag_run_id: str, query: Annotated[DeadlineQuery, Query()], call: Reader
) -> Response:
    """Deadlines of a run and its tasks, the latest first."""
    page = query.page(call.services.settings.api, "-deadline_time")

    def find(tx: Tx) -> tuple[list[DeadlineRecord], int]:
        runs.get_run(tx, call.workspace, dag_id, dag_run_id)
        return deadlines.list_deadlines(tx, call.dag(dag_id), page, run_id=dag_run_id, is_missed=query.missed)

    found, total = await call.read(find)
    return listing("deadlines", [deadline_out(one) for one in found], total)
