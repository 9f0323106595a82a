"""Runs: list, get, trigger, change, delete."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.asset_shapes import events_out
from tradewind.api.deps import Audit, Call, masked, may
from tradewind.api.intervals import about_its_interval
from tradewind.api.models.assets import AssetEventCollectionResponse
from tradewind.api.models.base import around, page_of
from tradewind.api.models.runs import (
    DAGRunCollectionResponse,
    DAGRunPatchBody,
    DagRunQuery,
    DAGRunResponse,
    DAGRunsBatchBody,
    TriggerDAGRunPostBody,
)
from tradewind.api.public.partitions import days_of
from tradewind.api.requests import RunWish, plan_run
from tradewind.api.runs import delete_event, mark_event
from tradewind.api.shapes import run_out
from tradewind.api.wire import gone, listing, reply
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.core.events import Event, RunRequested
from tradewind.db import asset_events, dags, runs, versions
from tradewind.db.engine import Tx
from tradewind.db.keyset import Found
from tradewind.db.runs import RunFilter, RunRecord

router = APIRouter(tags=["DagRun"])


@router.get("/dags/{dag_id}/dagRuns", operation_id="get_dag_runs", response_model=DAGRunCollectionResponse)
async def get_dag_runs(
    dag_id: str, query: Annotated[DagRunQuery, Query()], call: Annotated[Call, may("read", "dag_run")]
) -> Response:
    """Runs of a DAG, or of all DAGs (`~`)."""
    wanted = RunFilter(
        dag_ids=() if dag_id == "~" else (dag_id,),
        states=query.state,
        run_types=query.run_type,
        version_numbers=query.dag_version,
        bundle_version=query.bundle_version,
        conf_contains=query.conf_contains,
        run_after=query.run_after(),
        logical_date=query.logical_date(),
        start_date=query.start_date(),
        end_date=query.end_date(),
        updated_at=query.updated_at(),
        duration=query.duration(),
        run_id_pattern=query.run_id_pattern,
        run_id_prefix=query.run_id_prefix_pattern,
        dag_id_pattern=query.dag_id_pattern,
        dag_id_prefix=query.dag_id_prefix_pattern,
        user_pattern=query.triggering_user_name_pattern,
        user_prefix=query.triggering_user_name_prefix_pattern,
        partition_pattern=query.partition_key_pattern,
        partition_prefix=query.partition_key_prefix_pattern,
        asset_pattern=query.consuming_asset_pattern,
    )
    page = query.page(call.services.settings.api, "id")

    def find(tx: Tx) -> tuple[list[RunRecord], Found]:
        if dag_id != "~":
            dags.get_dag(tx, call.dag(dag_id))
        days = days_of(tx, call, dag_id, query.partition_date_gte, query.partition_date_lte)
        return runs.list_runs(tx, call.workspace, replace(wanted, partition_date=days), page)

    return _listing(*await call.read(find))


@router.post(
    "/dags/{dag_id}/dagRuns/list", operation_id="get_list_dag_runs_batch", response_model=DAGRunCollectionResponse
)
async def get_list_dag_runs_batch(
    dag_id: str, body: DAGRunsBatchBody, call: Annotated[Call, may("read", "dag_run")]
) -> Response:
    """Runs of several DAGs; the path names all of them (`~`), the body picks."""
    if dag_id != "~":
        raise InvalidInput("the batch list is asked for with `~` as dag_id; the body's dag_ids pick the DAGs")
    wanted = RunFilter(
        dag_ids=body.dag_ids or (),
        states=body.states or (),
        conf_contains=body.conf_contains,
        run_after=body.run_after(),
        logical_date=body.logical_date(),
        start_date=body.start_date(),
        end_date=body.end_date(),
        duration=body.duration(),
    )
    page = page_of(call.services.settings.api, body.page_limit, body.page_offset, [body.order_by or "id"])
    return _listing(*await call.read(lambda tx: runs.list_runs(tx, call.workspace, wanted, page)))


def _listing(shown: list[RunRecord], found: Found) -> Response:
    return reply({"dag_runs": [run_out(run) for run in shown], **around(found)})


@router.get("/dags/{dag_id}/dagRuns/{dag_run_id}", operation_id="get_dag_run", response_model=DAGRunResponse)
async def get_dag_run(dag_id: str, dag_run_id: str, call: Annotated[Call, may("read", "dag_run")]) -> Response:
    """One run."""
    return reply(run_out(await call.read(lambda tx: runs.get_run(tx, call.workspace, dag_id, dag_run_id))))


@router.post("/dags/{dag_id}/dagRuns", operation_id="trigger_dag_run", response_model=DAGRunResponse)
async def trigger_dag_run(
    dag_id: str, body: TriggerDAGRunPostBody, call: Annotated[Call, may("create", "dag_run")]
) -> Response:
    """Ask for a run; it starts when the scheduler has room. The answer does not wait for that."""
    return reply(run_out(await request_run(call, dag_id, body)))


async def request_run(call: Call, dag_id: str, body: TriggerDAGRunPostBody) -> RunRecord:
    """Ask for a run.

    Raises:
        NotFound: there is no such DAG.
        InvalidInput: the DAG can't run, or not so.
        Conflict: there is a run of this id or logical date.
    """
    wish = RunWish(
        run_id=body.dag_run_id,
        logical_date=body.logical_date,
        interval_start=body.data_interval_start,
        interval_end=body.data_interval_end,
        run_after=body.run_after,
        conf=body.conf,
        note=body.note,
        partition_key=body.partition_key,
        user=call.actor.username,
    )

    wish = await about_its_interval(call, dag_id, wish)

    def request(tx: Tx) -> tuple[RunRecord, list[Event]]:
        dag = dags.get_dag(tx, call.dag(dag_id))
        if dag.is_stale or dag.version_id is None:
            raise NotFound(f"DAG with dag_id: '{dag_id}' not found: its file no longer holds it", dag_id=dag_id)
        if dag.bundle_name == dags.IN_PROCESS:
            raise InvalidInput(
                f"DAG with dag_id: '{dag_id}' ran in a process of its own only; "
                f"the server runs it once {dag.fileloc} is in the DAGs folder",
                dag_id=dag_id,
            )
        if dag.has_import_errors:
            raise InvalidInput(f"DAG with dag_id: '{dag_id}' has import errors and cannot be triggered", dag_id=dag_id)
        spec = versions.spec_of_version(tx, call.services.specs, dag.version_id)
        now = call.now
        facts = plan_run(call.dag(dag_id), spec, wish, call.services.ids.new(), now)
        runs.insert_requested(tx, facts, now)
        return runs.get_run(tx, call.workspace, dag_id, facts.run_id), [RunRequested(facts)]

    def audit(run: RunRecord) -> Audit:
        extra = body.model_dump(exclude_unset=True)
        return Audit(event="trigger_dag_run", dag_id=dag_id, run_id=run.run_id, extra=extra)

    run, _ = await call.act(audit, request, wait=False)
    return run


@router.patch("/dags/{dag_id}/dagRuns/{dag_run_id}", operation_id="patch_dag_run", response_model=DAGRunResponse)
async def patch_dag_run(
    dag_id: str,
    dag_run_id: str,
    body: DAGRunPatchBody,
    call: Annotated[Call, may("edit", "dag_run")],
    update_mask: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Say how a run ended, queue it again, or write a note."""
    changes = masked(("state", "note"), body.model_dump(exclude_unset=True), update_mask)

    def change(tx: Tx) -> tuple[None, list[Event]]:
        run = runs.get_run(tx, call.workspace, dag_id, dag_run_id)
        return None, run_changes(tx, call, run, changes)

    audit = Audit(event="patch_dag_run", dag_id=dag_id, run_id=dag_run_id, extra=changes)
    _, is_done = await call.act(audit, change)
    run = await call.read(lambda tx: runs.get_run(tx, call.workspace, dag_id, dag_run_id))
    return reply(run_out(run), 200 if is_done else 202)


def run_changes(tx: Tx, call: Call, run: RunRecord, changes: dict[str, Any]) -> list[Event]:
    """Write the note, and return the event that changes the state, if that was asked for."""
    if "note" in changes:
        runs.set_note(tx, run.uid, changes["note"], call.actor.username, call.now)
    state = changes.get("state")
    return [mark_event(run, state)] if state is not None else []


@router.delete("/dags/{dag_id}/dagRuns/{dag_run_id}", operation_id="delete_dag_run", status_code=204)
async def delete_dag_run(dag_id: str, dag_run_id: str, call: Annotated[Call, may("delete", "dag_run")]) -> Response:
    """Forget a run and all that hangs on it."""

    def delete(tx: Tx) -> tuple[None, list[Event]]:
        return None, [delete_event(runs.get_run(tx, call.workspace, dag_id, dag_run_id))]

    _, is_done = await call.act(Audit(event="delete_dag_run", dag_id=dag_id, run_id=dag_run_id), delete)
    return gone() if is_done else Response(status_code=202)


@router.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/upstreamAssetEvents",
    operation_id="get_upstream_asset_events",
    response_model=AssetEventCollectionResponse,
)
async def get_upstream_asset_events(
    dag_id: str, dag_run_id: str, call: Annotated[Call, may("read", "dag_run")]
) -> Response:
    """The asset events that a run was started by; runs by clock or by hand have none."""

    def find(tx: Tx) -> list[dict[str, object]]:
        run = runs.get_run(tx, call.workspace, dag_id, dag_run_id)
        return events_out(tx, asset_events.events_of_run(tx, run.uid))

    found = await call.read(find)
    return listing("asset_events", found, len(found))
