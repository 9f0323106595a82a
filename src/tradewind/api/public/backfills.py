"""Backfills: what they would do, made, listed, paused, resumed, cancelled, and how far they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.backfills import BackfillWish, dates_of, estimate, plan_slots
from tradewind.api.deps import Audit, Call, may
from tradewind.api.intervals import dates_that_it_names
from tradewind.api.models.backfills import (
    BackfillCollectionResponse,
    BackfillPlanResponse,
    BackfillPostBody,
    BackfillProgressResponse,
    BackfillQuery,
    BackfillResponse,
    DryRunBackfillCollectionResponse,
)
from tradewind.api.wire import listing, reply
from tradewind.base.errors import Conflict, NotFound
from tradewind.core.events import BackfillAsked, BackfillChanged, BackfillFacts, Event
from tradewind.core.states import RUN_FINISHED
from tradewind.db import backfills, dags, versions
from tradewind.db.backfills import BackfillRecord, ExistingRun, PlannedSlot, Progress
from tradewind.db.dags import DagRecord
from tradewind.db.engine import Tx
from tradewind.spec import DagSpec
from tradewind.timetables import NextRun

router = APIRouter(tags=["Backfill"], prefix="/backfills")

Reader = Annotated[Call, may("read", "backfill")]
Creator = Annotated[Call, may("create", "backfill")]
Editor = Annotated[Call, may("edit", "backfill")]


def backfill_out(backfill: BackfillRecord) -> dict[str, object]:
    """`BackfillResponse`."""
    return {
        "id": backfill.id,
        "dag_id": backfill.dag_id,
        "dag_display_name": backfill.dag_display_name,
        "from_date": backfill.from_date,
        "to_date": backfill.to_date,
        "dag_run_conf": backfill.conf,
        "is_paused": backfill.is_paused,
        "reprocess_behavior": backfill.reprocess,
        "max_active_runs": backfill.max_active_runs,
        "created_at": backfill.created_at,
        "completed_at": backfill.completed_at,
        "updated_at": backfill.updated_at,
    }


# -- what it would do ------------------------------------------------------------------------------------------------


def _dag_and_spec(tx: Tx, call: Call, dag_id: str) -> tuple[DagRecord, DagSpec]:
    dag = dags.get_dag(tx, call.dag(dag_id))
    if dag.is_stale or dag.version_id is None:
        raise NotFound(f"Could not find dag {dag_id}: its file no longer holds it", dag_id=dag_id)
    return dag, versions.spec_of_version(tx, call.services.specs, dag.version_id)


async def _wish(call: Call, body: BackfillPostBody) -> BackfillWish:
    call.check("create", "backfill", body.dag_id)
    named = await dates_that_it_names(call, body.dag_id, body.from_date, body.to_date)
    return BackfillWish(
        from_date=body.from_date,
        to_date=body.to_date,
        run_backwards=body.run_backwards,
        conf=body.dag_run_conf,
        reprocess=body.reprocess_behavior,
        max_active_runs=body.max_active_runs,
        named=named,
    )


def _existing(tx: Tx, call: Call, dag_id: str, dates: list[NextRun]) -> dict[datetime | str, ExistingRun]:
    keys = [run.partition_key for run in dates if run.partition_key is not None]
    moments = [run.logical_date for run in dates if run.logical_date is not None]
    dag = call.dag(dag_id)
    by_date = backfills.existing_runs(tx, dag, min(moments), max(moments)) if moments else {}
    by_key = backfills.existing_partitions(tx, dag, keys) if keys else {}
    return {**by_date, **by_key}


def _plan(tx: Tx, call: Call, body: BackfillPostBody, dates: list[NextRun]) -> list[PlannedSlot]:
    existing = _existing(tx, call, body.dag_id, dates)
    return plan_slots(dates, existing, body.reprocess_behavior, call.services.ids)


@router.post("/dry_run", operation_id="create_backfill_dry_run", response_model=DryRunBackfillCollectionResponse)
async def create_backfill_dry_run(body: BackfillPostBody, call: Creator) -> Response:
    """The dates for which a backfill would run something."""
    wish = await _wish(call, body)

    def look(tx: Tx) -> list[PlannedSlot]:
        _, spec = _dag_and_spec(tx, call, body.dag_id)
        return _plan(tx, call, body, dates_of(spec, wish, call.now))

    shown = [
        {
            "logical_date": planned.slot.logical_date,
            "partition_key": planned.slot.partition_key,
            "partition_date": planned.slot.partition_date,
        }
        for planned in await call.read(look)
        if planned.skipped is None
    ]
    return listing("backfills", shown, len(shown))


@router.post("/plan", operation_id="plan_backfill", response_model=BackfillPlanResponse)
async def plan_backfill(body: BackfillPostBody, call: Creator) -> Response:
    """What a backfill would do, date by date: make a run, run one again, or leave it; how much work that is, and how
    long it takes if runs take what they took so far."""
    wish = await _wish(call, body)

    def look(tx: Tx) -> dict[str, object]:
        dag, spec = _dag_and_spec(tx, call, body.dag_id)
        dates = dates_of(spec, wish, call.now)
        names = {run.uid: run.run_id for run in _existing(tx, call, body.dag_id, dates).values()}
        slots = _plan(tx, call, body, dates)
        typical = backfills.typical_duration(tx, dag.dag)
        runs = [_planned_out(planned, names) for planned in slots]
        actions = [run["action"] for run in runs]
        cost = estimate(spec, len(runs) - actions.count("skip"), body.max_active_runs, typical)
        return {
            "runs": runs,
            "total_entries": len(runs),
            "to_create": actions.count("create"),
            "to_run_again": actions.count("run_again"),
            "to_skip": actions.count("skip"),
            "task_instances": cost.tasks,
            "estimated_seconds": cost.duration_s,
            "typical_run_seconds": typical,
            "is_dag_paused": dag.is_paused,
        }

    return reply(await call.read(look))


def _planned_out(planned: PlannedSlot, names: dict[str, str]) -> dict[str, object]:
    slot = planned.slot
    action = "skip" if planned.skipped else "run_again" if slot.is_rerun else "create"
    return {
        "logical_date": slot.logical_date,
        "data_interval_start": slot.interval_start,
        "data_interval_end": slot.interval_end,
        "run_after": slot.run_after,
        "partition_key": slot.partition_key,
        "action": action,
        "reason": planned.skipped,
        "dag_run_id": names.get(slot.run_uid),
    }


# -- making one ------------------------------------------------------------------------------------------------------


@router.post("", operation_id="create_backfill", response_model=BackfillResponse)
async def create_backfill(body: BackfillPostBody, call: Creator) -> Response:
    """Make the runs of past dates. They count into a limit of their own, not into the DAG's max_active_runs."""
    now, wish = call.now, await _wish(call, body)

    def make(tx: Tx) -> tuple[int, list[Event]]:
        dag, spec = _dag_and_spec(tx, call, body.dag_id)
        slots = _plan(tx, call, body, dates_of(spec, wish, now))
        on_newest = body.run_on_latest_version
        if on_newest is None:
            on_newest = spec.rerun_with_latest_version is not False
        new = BackfillRecord(
            uid=call.services.ids.new(),
            dag_id=body.dag_id,
            from_date=body.from_date,
            to_date=body.to_date,
            conf=body.dag_run_conf,
            reprocess=body.reprocess_behavior,
            run_backwards=body.run_backwards,
            on_newest=on_newest,
            max_active_runs=body.max_active_runs,
            created_at=now,
            updated_at=now,
            triggering_user=call.actor.username,
        )
        number = backfills.add(tx, dag.dag, new, slots)
        facts = BackfillFacts(
            uid=new.uid,
            dag=dag.dag,
            max_active_runs=new.max_active_runs,
            conf=new.conf,
            user=new.triggering_user,
            on_newest=on_newest,
        )
        return number, [BackfillAsked(facts)]

    extra = body.model_dump(mode="json", exclude_unset=True)
    number, _ = await call.act(Audit(event="create_backfill", dag_id=body.dag_id, extra=extra), make)
    return reply(backfill_out(await call.read(lambda tx: backfills.get(tx, call.workspace, number))))


# -- looking at them -------------------------------------------------------------------------------------------------


@router.get("", operation_id="list_backfills", response_model=BackfillCollectionResponse)
async def list_backfills(query: Annotated[BackfillQuery, Query()], call: Reader) -> Response:
    """Backfills of a DAG, or of all (`~`)."""
    page = query.page(call.services.settings.api, "id")
    dag_id = None if query.dag_id == "~" else query.dag_id
    found, total = await call.read(lambda tx: backfills.list_backfills(tx, call.workspace, dag_id, page))
    return listing("backfills", [backfill_out(one) for one in found], total)


@router.get("/{backfill_id}", operation_id="get_backfill", response_model=BackfillResponse)
async def get_backfill(backfill_id: int, call: Reader) -> Response:
    """One backfill."""
    return reply(backfill_out(await call.read(lambda tx: backfills.get(tx, call.workspace, backfill_id))))


@router.get("/{backfill_id}/progress", operation_id="get_backfill_progress", response_model=BackfillProgressResponse)
async def get_backfill_progress(backfill_id: int, call: Reader) -> Response:
    """How many of its dates are done, how their runs ended, and what is left."""

    def look(tx: Tx) -> tuple[BackfillRecord, Progress]:
        found = backfills.get(tx, call.workspace, backfill_id)
        return found, backfills.progress(tx, found)

    found, progress = await call.read(look)
    finished = sum(progress.states.get(state.value, 0) for state in RUN_FINISHED)
    if found.completed_at is not None:
        state = "cancelled" if found.is_cancelled else "completed"
    else:
        state = "paused" if found.is_paused else "running"
    return reply(
        {
            "id": found.id,
            "state": state,
            "total": progress.total,
            "waiting": progress.waiting,
            "finished": finished,
            "gone": progress.gone,
            "runs": progress.states,
            "skipped": progress.skipped,
        }
    )


# -- changing one ----------------------------------------------------------------------------------------------------


async def _change(call: Call, backfill_id: int, verb: str, *, is_paused: bool, is_cancelled: bool = False) -> Response:
    def change(tx: Tx) -> tuple[BackfillRecord, list[Event]]:
        found = backfills.get(tx, call.workspace, backfill_id)
        if found.completed_at is not None:
            raise Conflict("Backfill is already completed.", backfill_id=backfill_id)
        return found, [BackfillChanged(found.uid, call.dag(found.dag_id), is_paused, is_cancelled)]

    def audit(found: BackfillRecord) -> Audit:
        return Audit(event=verb, dag_id=found.dag_id, extra={"backfill_id": backfill_id})

    _, is_done = await call.act(audit, change)
    found = await call.read(lambda tx: backfills.get(tx, call.workspace, backfill_id))
    return reply(backfill_out(found), 200 if is_done else 202)


# `airflowctl` 0.1.5 sends POST to the next three, where the API has PUT.
@router.post("/{backfill_id}/pause", operation_id="pause_backfill_by_post", include_in_schema=False)
@router.put("/{backfill_id}/pause", operation_id="pause_backfill", response_model=BackfillResponse)
async def pause_backfill(backfill_id: int, call: Editor) -> Response:
    """Begin no more of its runs; those that have begun go on."""
    return await _change(call, backfill_id, "pause_backfill", is_paused=True)


@router.post("/{backfill_id}/unpause", operation_id="unpause_backfill_by_post", include_in_schema=False)
@router.put("/{backfill_id}/unpause", operation_id="unpause_backfill", response_model=BackfillResponse)
async def unpause_backfill(backfill_id: int, call: Editor) -> Response:
    """Go on."""
    return await _change(call, backfill_id, "unpause_backfill", is_paused=False)


@router.post("/{backfill_id}/cancel", operation_id="cancel_backfill_by_post", include_in_schema=False)
@router.put("/{backfill_id}/cancel", operation_id="cancel_backfill", response_model=BackfillResponse)
async def cancel_backfill(backfill_id: int, call: Editor) -> Response:
    """End it: queued runs of it fail, running ones go on, no more are made."""
    return await _change(call, backfill_id, "cancel_backfill", is_paused=True, is_cancelled=True)
