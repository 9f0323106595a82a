"""DAGs: list, get, details, pause, favourites, delete; tags and statistics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Audit, Call, Desk, masked, may
from tradewind.api.models.dags import (
    DagChoiceQuery,
    DAGCollectionResponse,
    DAGDetailsResponse,
    DAGPatchBody,
    DagQuery,
    DAGResponse,
    DagStatsCollectionResponse,
    DAGTagCollectionResponse,
    PatchDagsQuery,
    TagQuery,
)
from tradewind.api.public.dag_shapes import dag_out, details_out
from tradewind.api.wire import encode, gone, listing, reply
from tradewind.base.errors import Conflict, DatabaseUnavailable, InvalidInput, NotFound
from tradewind.core.events import DagDeleted, Event, PauseSet
from tradewind.core.states import RunState
from tradewind.db import dags, runs, versions
from tradewind.db.dags import DagFilter, DagRecord
from tradewind.db.engine import Tx
from tradewind.db.listing import DateRange, Page, Range
from tradewind.timetables import KINDS

router = APIRouter(tags=["DAG"])

RETURN_AFTER_S = 30.0
"""How long a deleted DAG whose file is there stays away: Airflow's parser leaves a file alone for as long, and a client that
deletes a DAG finds it gone."""
RETURN_LOOKS = 6
"""It is looked ever more seldom whether the scheduler has deleted it; after half an hour it is away."""

Reader = Annotated[Call, may("read", "dag")]
Editor = Annotated[Call, may("edit", "dag")]
Deleter = Annotated[Call, may("delete", "dag")]
Fan = Annotated[Call, may("create", "favorite")]
FormerFan = Annotated[Call, may("delete", "favorite")]


def _filter(call: Call, query: DagChoiceQuery) -> DagFilter:
    return DagFilter(
        workspace=call.workspace,
        tags=query.tags,
        match_all_tags=query.tags_match_mode == "all",
        owners=query.owners,
        dag_id_pattern=query.dag_id_pattern,
        dag_id_prefix=query.dag_id_prefix_pattern,
        exclude_stale=query.exclude_stale,
        paused=query.paused,
        username=call.actor.username,
    )


@router.get("/dags", operation_id="get_dags", response_model=DAGCollectionResponse)
async def get_dags(query: Annotated[DagQuery, Query()], call: Reader) -> Response:
    """DAGs, those that the files no longer hold left out unless asked for."""
    wanted = replace(
        _filter(call, query),
        display_name_pattern=query.dag_display_name_pattern,
        display_name_prefix=query.dag_display_name_prefix_pattern,
        has_import_errors=query.has_import_errors,
        last_run_state=query.last_dag_run_state,
        bundle_name=query.bundle_name,
        bundle_version=query.bundle_version,
        run_start_date=_range(query, "start"),
        run_end_date=_range(query, "end"),
        run_states=query.dag_run_state,
        is_favorite=query.is_favorite,
        timetable_kinds=_kinds(query),
        asset_dependency=query.asset_dependency,
    )
    return await _list(call, wanted, query.page(call.services.settings.api, "dag_id"))


KINDS_BY_CLASS = {
    "AssetOrTimeSchedule": "assets",
    "AssetTriggeredTimetable": "assets",
    "ContinuousTimetable": "continuous",
    "CronDataIntervalTimetable": "cron_interval",
    "CronPartitionTimetable": "cron_partition",
    "CronTriggerTimetable": "cron_trigger",
    "DeltaDataIntervalTimetable": "delta_interval",
    "DeltaTriggerTimetable": "delta_trigger",
    "EventsTimetable": "events",
    "MultipleCronTriggerTimetable": "multi_cron_trigger",
    "NullTimetable": "none",
    "OnceTimetable": "once",
    "PartitionedAssetTimetable": "assets",
    "PartitionedAtRuntime": "none",
}
"""Airflow's names of timetables, by which its clients ask for them."""


def _kinds(query: DagQuery) -> list[str]:
    """The kinds of timetable that the filters leave; an impossible name where they leave none."""
    named = [KINDS_BY_CLASS.get(name.rpartition(".")[2], name) for name in query.timetable_type]
    if query.asset_dependency is not None or query.has_asset_schedule:
        left = ["assets"]
    elif query.has_asset_schedule is None:
        return named
    else:
        left = [kind for kind in KINDS if kind != "assets"]
    return left if not named else [kind for kind in left if kind in named] or ["-"]


def _range(query: DagQuery, end: str) -> DateRange | None:
    bounds = Range(*(getattr(query, f"dag_run_{end}_date_{sign}") for sign in ("gte", "gt", "lte", "lt")))
    return bounds if bounds != Range() else None


async def _list(call: Call, wanted: DagFilter, page: Page) -> Response:
    found, total = await call.read(lambda tx: dags.list_dags(tx, wanted, page))
    return listing("dags", [dag_out(dag) for dag in found], total)


@router.patch("/dags", operation_id="patch_dags", response_model=DAGCollectionResponse)
async def patch_dags(
    query: Annotated[PatchDagsQuery, Query()],
    body: DAGPatchBody,
    call: Editor,
) -> Response:
    """Pause or resume all DAGs that the filters find; `dag_id_pattern=~` is all of them."""
    masked(("is_paused",), body.model_dump(), query.update_mask)
    wanted, page = _filter(call, query), query.page(call.services.settings.api, "dag_id")

    def change(tx: Tx) -> tuple[list[DagRecord], list[Event]]:
        if not (query.dag_id_pattern or query.dag_id_prefix_pattern or query.tags or query.owners):
            raise InvalidInput("say which DAGs are meant: by dag_id_pattern (`~` is all of them), tags or owners")
        found, _ = dags.list_dags(tx, wanted, page)
        return found, _pause(tx, found, call.now, is_paused=body.is_paused)

    audit = Audit(event="patch_dags", extra={"is_paused": body.is_paused, "dag_id_pattern": query.dag_id_pattern})
    changed, _ = await call.act(audit, change)
    names = [dag.dag for dag in changed]
    found = await call.read(lambda tx: [dags.get_dag(tx, name) for name in names])
    return listing("dags", [dag_out(dag) for dag in found], len(found))


def _pause(tx: Tx, found: Sequence[DagRecord], now: datetime, *, is_paused: bool) -> list[Event]:
    """Write the switch, which is a plain setting of the DAG, and tell the scheduler."""
    dags.set_paused(tx, [dag.dag for dag in found], now, is_paused=is_paused)
    return [PauseSet(dag.dag, is_paused) for dag in found]


@router.get("/dags/{dag_id}", operation_id="get_dag", response_model=DAGResponse)
async def get_dag(dag_id: str, call: Reader) -> Response:
    """One DAG."""
    return reply(dag_out(await call.read(lambda tx: dags.get_dag(tx, call.dag(dag_id)))))


@router.get("/dags/{dag_id}/details", operation_id="get_dag_details", response_model=DAGDetailsResponse)
async def get_dag_details(dag_id: str, call: Reader) -> Response:
    """One DAG with what only its spec knows."""

    def find(tx: Tx) -> dict[str, object]:
        dag = dags.get_dag(tx, call.dag(dag_id), call.actor.username)
        if dag.version_id is None:
            raise NotFound(f"DAG {dag_id!r} has no version", dag_id=dag_id)
        spec = versions.spec_of_version(tx, call.services.specs, dag.version_id)
        version = versions.get_version(tx, dag.version_id)
        counts = runs.count_by_state(tx, call.workspace, dag_id)
        return details_out(dag, spec, version, active_runs=counts[RunState.RUNNING])

    return reply(await call.read(find))


@router.patch("/dags/{dag_id}", operation_id="patch_dag", response_model=DAGResponse)
async def patch_dag(
    dag_id: str, body: DAGPatchBody, call: Editor, update_mask: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Pause or resume a DAG."""
    masked(("is_paused",), body.model_dump(), update_mask)

    def change(tx: Tx) -> tuple[None, list[Event]]:
        return None, _pause(tx, [dags.get_dag(tx, call.dag(dag_id))], call.now, is_paused=body.is_paused)

    await call.act(Audit(event="patch_dag", dag_id=dag_id, extra=body.model_dump()), change)
    return reply(dag_out(await call.read(lambda tx: dags.get_dag(tx, call.dag(dag_id)))))


@router.delete("/dags/{dag_id}", operation_id="delete_dag", response_model=None)
async def delete_dag(dag_id: str, call: Deleter) -> Response:
    """Forget a DAG and its runs. While its file is there, it comes back half a minute later, as one that has never run."""

    def delete(tx: Tx) -> tuple[DagRecord, list[Event]]:
        dag = dags.get_dag(tx, call.dag(dag_id))
        running = runs.count_by_state(tx, call.workspace, dag_id)[RunState.RUNNING]
        if running:
            raise Conflict(f"DAG {dag_id!r} has {running} running run(s); end them first", dag_id=dag_id)
        return dag, [DagDeleted(dag.dag)]

    dag, is_done = await call.act(Audit(event="delete_dag", dag_id=dag_id), delete)
    if call.services.reparse is not None and not dag.is_stale:  # a file that has not changed is not parsed by itself
        call.desk.later(_parsed_again(call.desk, dag, call.services.reparse))
    return reply(None, 200 if is_done else 202)


async def _parsed_again(desk: Desk, dag: DagRecord, reparse: Callable[[str], None]) -> None:
    """Have the file of a DAG parsed again a while after the scheduler has deleted it, which takes long where it is busy."""
    for look in range(RETURN_LOOKS):
        await asyncio.sleep(RETURN_AFTER_S * 2**look)
        try:
            await desk.read(lambda tx: dags.get_dag(tx, dag.dag))
        except NotFound:
            reparse(dag.relative_fileloc)
            return
        except DatabaseUnavailable:
            continue  # whatever else needs it says so


@router.post("/dags/{dag_id}/favorite", operation_id="favorite_dag", status_code=204)
async def favorite_dag(dag_id: str, call: Fan) -> Response:
    """Mark a DAG as one of your favourites."""

    def mark(tx: Tx) -> None:
        dags.set_favorite(tx, call.dag(dag_id), call.actor.username, is_favorite=True)

    await call.write(Audit(event="favorite_dag", dag_id=dag_id), mark)
    return gone()


@router.post("/dags/{dag_id}/unfavorite", operation_id="unfavorite_dag", status_code=204)
async def unfavorite_dag(dag_id: str, call: FormerFan) -> Response:
    """Take a DAG out of your favourites."""

    def unmark(tx: Tx) -> None:
        if not dags.get_dag(tx, call.dag(dag_id), call.actor.username).is_favorite:
            raise Conflict(f"Dag with id {dag_id!r} is not marked as favorite", dag_id=dag_id)
        dags.set_favorite(tx, call.dag(dag_id), call.actor.username, is_favorite=False)

    await call.write(Audit(event="unfavorite_dag", dag_id=dag_id), unmark)
    return gone()


@router.get("/dagTags", operation_id="get_dag_tags", response_model=DAGTagCollectionResponse)
async def get_dag_tags(query: Annotated[TagQuery, Query()], call: Reader) -> Response:
    """Names of tags."""
    page = query.page(call.services.settings.api, "name")
    pattern, prefix = query.tag_name_pattern, query.tag_name_prefix_pattern
    found, total = await call.read(lambda tx: dags.list_tags(tx, call.workspace, page, pattern=pattern, prefix=prefix))
    return listing("tags", found, total)


class _DagStats(msgspec.Struct, gc=False):
    """One of thousands: made and written at once, and nothing that a collection of garbage has to look at."""

    dag_id: str
    dag_display_name: str
    stats: msgspec.Raw


@router.get("/dagStats", operation_id="get_dag_stats", response_model=DagStatsCollectionResponse)
async def get_dag_stats(call: Reader, dag_ids: Annotated[list[str] | None, Query()] = None) -> Response:
    """How many runs of each DAG are in each state."""

    def find(tx: Tx) -> Response:
        counts = runs.counts_of_dags(tx, call.workspace, dag_ids or ())
        names = runs.dag_names(tx, call.workspace, dag_ids or ())
        stats = cache(_stats)  # thousands of DAGs have the same few counts
        found = [_DagStats(dag_id, name, stats(counts.get(dag_id, runs.NO_RUNS))) for dag_id, name in names.items()]
        return listing("dags", found, len(found))  # encoded here: of ten thousand DAGs it is megabytes

    return await call.read(find)


def _stats(counts: tuple[int, ...]) -> msgspec.Raw:
    """As it is sent."""
    return msgspec.Raw(encode([{"state": state.value, "count": n} for state, n in zip(RunState, counts, strict=True)]))
