"""A DAG called as a function over REST: start a run and wait for what it returns, in one request; and results of runs.

What a DAG returns is what its result tasks returned: the value of one, a dict by task id of several, null of none.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.results import DagRunResultResponse, ExecuteResponse
from tradewind.api.models.runs import TriggerDAGRunPostBody
from tradewind.api.public.dag_runs import request_run
from tradewind.api.selection import spec_of_run
from tradewind.api.shapes import run_out
from tradewind.api.stream.feed import heard
from tradewind.api.wire import reply
from tradewind.core.states import RUN_FINISHED
from tradewind.db import runs, xcoms
from tradewind.db.engine import Tx
from tradewind.db.runs import RunRecord
from tradewind.db.xcoms import XComRecord
from tradewind.sdk.artifacts import ArtifactStore
from tradewind.sdk.task_api import EncodedXCom
from tradewind.sdk.xcom_codec import plain
from tradewind.worker.xcom import open_artifacts

__all__ = ["result_tasks", "returned", "router"]

router = APIRouter(tags=["DagRun"])

LONGEST_WAIT_S = 3600


@router.post("/dags/{dag_id}/dagRuns/execute", operation_id="execute_dag", response_model=ExecuteResponse)
async def execute_dag(
    dag_id: str,
    body: TriggerDAGRunPostBody,
    call: Annotated[Call, may("create", "dag_run")],
    timeout_s: Annotated[float, Query(gt=0, le=LONGEST_WAIT_S)] = 60.0,
) -> Response:
    """Start a run and wait for its end: the answer has its state and what the DAG returns.

    Where the run takes longer than `timeout_s`, the answer (202) says how far it is; the run goes on.
    """
    call.check("read", "xcom", dag_id)
    run = await _ended(call, await request_run(call, dag_id, body), timeout_s)
    is_finished = run.state in RUN_FINISHED
    result = await _result(call, run) if is_finished else None
    return reply({"dag_run": run_out(run), "is_finished": is_finished, "result": result}, 200 if is_finished else 202)


@router.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/result", operation_id="get_dag_run_result", response_model=DagRunResultResponse
)
async def get_dag_run_result(dag_id: str, dag_run_id: str, call: Annotated[Call, may("read", "dag_run")]) -> Response:
    """What a run returned; so far, if it has not ended."""
    call.check("read", "xcom", dag_id)
    run = await call.read(lambda tx: runs.get_run(tx, call.workspace, dag_id, dag_run_id))
    tasks = await call.read(lambda tx: result_tasks(tx, call, run))
    return reply(
        {
            "dag_id": run.dag_id,
            "dag_run_id": run.run_id,
            "state": run.state,
            "result_task_ids": tasks,
            "result": await _result(call, run),
        }
    )


def result_tasks(tx: Tx, call: Call, run: RunRecord) -> list[str]:
    """The tasks of a run whose values are what its DAG returns."""
    return [task.task_id for task in spec_of_run(tx, call, run).tasks if task.returns_dag_result]


def returned(values: list[XComRecord], store: ArtifactStore) -> Any:
    """What a task returned, as plain JSON; of a mapped task the list of what its instances returned."""
    found = [_plain(one, store) for one in values]
    if values and values[0].map_index >= 0:
        return found
    return found[0] if found else None


def _plain(record: XComRecord, store: ArtifactStore) -> Any:
    stored = EncodedXCom(record.value, record.kind)
    if record.kind == "json_file":  # JSON that is too large for the database; other files are only described
        stored = EncodedXCom(store.get(plain(stored)["name"]).decode())
    return plain(stored)


async def _result(call: Call, run: RunRecord) -> Any:
    def find(tx: Tx) -> Any:
        wanted = result_tasks(tx, call, run)
        if not wanted:
            return None
        store = open_artifacts(call.services.settings.artifact_url)
        found = xcoms.results_of(tx, run.uid, wanted)
        values = {task_id: returned(found.get(task_id, []), store) for task_id in wanted}
        return values[wanted[0]] if len(wanted) == 1 else values

    return await call.read(find)


async def _ended(call: Call, run: RunRecord, timeout_s: float) -> RunRecord:
    """The run once it has ended, or when the time is over."""
    key = (run.dag_id, run.run_id)
    until = asyncio.get_running_loop().time() + timeout_s
    async with call.desk.feed.watching(call.workspace, *key) as news:
        while True:
            run = await call.read(lambda tx: runs.get_run(tx, call.workspace, *key))
            if run.state in RUN_FINISHED or not await heard(news, until) or call.desk.feed.is_over:
                return run
