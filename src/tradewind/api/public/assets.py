"""Assets: what there is, what was told of them, and telling of them by hand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.asset_shapes import alias_out, assets_out, events_out, queued_out
from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.assets import (
    AliasQuery,
    AssetAliasCollectionResponse,
    AssetCollectionResponse,
    AssetEventCollectionResponse,
    AssetEventQuery,
    AssetEventResponse,
    AssetQuery,
    AssetResponse,
    CreateAssetEventsBody,
    MaterializeAssetBody,
    QueuedEventCollectionResponse,
    QueuedQuery,
)
from tradewind.api.models.runs import DAGRunResponse
from tradewind.api.requests import RunWish, plan_run
from tradewind.api.shapes import run_out
from tradewind.api.wire import listing, reply
from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.core.commands import RecordAssetEvent
from tradewind.core.events import AssetEventsDropped, AssetKey, AssetUpdate, AssetUpdated, Event, RunRequested
from tradewind.db import asset_events, assets, dags, runs, versions
from tradewind.db.asset_events import EventFilter
from tradewind.db.asset_transitions import record_events
from tradewind.db.assets import AssetFilter
from tradewind.db.engine import Tx
from tradewind.db.runs import RunRecord

router = APIRouter(tags=["Asset"], prefix="/assets")

Reader = Annotated[Call, may("read", "asset")]
Creator = Annotated[Call, may("create", "asset")]
Deleter = Annotated[Call, may("delete", "asset")]
Body = dict[str, object]


@router.get("", operation_id="get_assets", response_model=AssetCollectionResponse)
async def get_assets(query: Annotated[AssetQuery, Query()], call: Reader) -> Response:
    """Assets, with who makes and who waits for them."""
    page = query.page(call.services.settings.api, "id")
    wanted = AssetFilter(
        name_pattern=query.name_pattern,
        name_prefix=query.name_prefix_pattern,
        uri_pattern=query.uri_pattern,
        uri_prefix=query.uri_prefix_pattern,
        dag_ids=query.dag_ids,
        only_active=query.only_active,
    )

    def find(tx: Tx) -> tuple[list[Body], int]:
        found, total = assets.list_assets(tx, call.workspace, wanted, page)
        return assets_out(tx, found), total

    return listing("assets", *await call.read(find))


@router.get("/aliases", operation_id="get_asset_aliases", response_model=AssetAliasCollectionResponse)
async def get_asset_aliases(query: Annotated[AliasQuery, Query()], call: Reader) -> Response:
    """Aliases of assets."""
    page = query.page(call.services.settings.api, "id")
    pattern, prefix = query.name_pattern, query.name_prefix_pattern
    found, total = await call.read(
        lambda tx: assets.list_aliases(tx, call.workspace, page, pattern=pattern, prefix=prefix)
    )
    return listing("asset_aliases", [alias_out(one) for one in found], total)


@router.get("/aliases/{asset_alias_id}", operation_id="get_asset_alias")
async def get_asset_alias(asset_alias_id: int, call: Reader) -> Response:
    """One alias."""
    return reply(alias_out(await call.read(lambda tx: assets.get_alias(tx, call.workspace, asset_alias_id))))


@router.get("/events", operation_id="get_asset_events", response_model=AssetEventCollectionResponse)
async def get_asset_events(query: Annotated[AssetEventQuery, Query()], call: Reader) -> Response:
    """What was told of assets, with the runs that it started."""
    page = query.page(call.services.settings.api, "timestamp")
    wanted = EventFilter(
        asset_id=query.asset_id,
        source_dag_id=query.source_dag_id,
        source_task_id=query.source_task_id,
        source_run_id=query.source_run_id,
        source_map_index=query.source_map_index,
        name_pattern=query.name_pattern,
        name_prefix=query.name_prefix_pattern,
        timestamp=query.timestamp(),
    )

    def find(tx: Tx) -> tuple[list[Body], int]:
        found, total = asset_events.list_events(tx, call.workspace, wanted, page)
        return events_out(tx, found), total

    return listing("asset_events", *await call.read(find))


@router.post("/events", operation_id="create_asset_event", response_model=AssetEventResponse)
async def create_asset_event(body: CreateAssetEventsBody, call: Creator) -> Response:
    """Say that an asset was updated; what waits for it starts. The answer does not wait for that."""
    uid, now = call.services.ids.new(), call.now
    by = f"{call.actor.username} over the API"

    def tell(tx: Tx) -> tuple[None, list[Event]]:
        found = assets.get_asset(tx, call.workspace, body.asset_id)
        update = AssetUpdate(
            uid=uid,
            name=found.name,
            uri=found.uri,
            group=found.group,
            extra={**body.extra, "from_rest_api": True},
            partition_key=body.partition_key,
        )
        key = AssetKey(call.workspace, found.name, found.uri)
        record_events(
            tx, [RecordAssetEvent(asset=key, update=update, at=now, partition_key=body.partition_key, told_by=by)]
        )
        return None, [AssetUpdated(call.workspace, update, now, by)]

    await call.act(Audit(event="create_asset_event", extra=body.model_dump(exclude_unset=True)), tell, wait=False)
    return reply(await call.read(lambda tx: events_out(tx, [asset_events.event_by_uid(tx, uid)])[0]))


@router.post("/{asset_id}/materialize", operation_id="materialize_asset", response_model=DAGRunResponse)
async def materialize_asset(asset_id: int, call: Creator, body: MaterializeAssetBody | None = None) -> Response:
    """Ask for a run of the one DAG that makes the asset."""
    asked = body or MaterializeAssetBody.model_validate({})
    wish = RunWish(
        run_id=asked.dag_run_id,
        logical_date=asked.logical_date,
        interval_start=asked.data_interval_start,
        interval_end=asked.data_interval_end,
        run_after=asked.run_after,
        conf=asked.conf,
        note=asked.note,
        run_type="asset_materialization",
        user=call.actor.username,
        partition_key=asked.partition_key,
    )

    def request(tx: Tx) -> tuple[RunRecord, list[Event]]:
        found = assets.get_asset(tx, call.workspace, asset_id)
        makers = {one.dag_id for one in assets.references_to(tx, [asset_id]) if one.kind == "outlet"}
        if not makers:
            raise NotFound(f"No DAG materializes asset with ID: {asset_id} ({found.name})", asset_id=asset_id)
        if len(makers) > 1:
            names = ", ".join(sorted(makers))
            raise Conflict(
                f"More than one DAG materializes asset with ID: {asset_id} ({names}); trigger the one that is meant",
                asset_id=asset_id,
            )
        dag = dags.get_dag(tx, call.dag(makers.pop()))
        if dag.version_id is None or dag.has_import_errors:
            raise InvalidInput(f"DAG with dag_id: '{dag.dag.dag_id}' has import errors and cannot be triggered")
        spec = versions.spec_of_version(tx, call.services.specs, dag.version_id)
        facts = plan_run(dag.dag, spec, wish, call.services.ids.new(), call.now)
        runs.insert_requested(tx, facts, call.now)
        return runs.get_run(tx, call.workspace, dag.dag.dag_id, facts.run_id), [RunRequested(facts)]

    def audit(run: RunRecord) -> Audit:
        return Audit(event="materialize_asset", dag_id=run.dag_id, run_id=run.run_id, extra={"asset_id": asset_id})

    run, _ = await call.act(audit, request, wait=False)
    return reply(run_out(run))


@router.get(
    "/{asset_id}/queuedEvents", operation_id="get_asset_queued_events", response_model=QueuedEventCollectionResponse
)
async def get_asset_queued_events(asset_id: int, query: Annotated[QueuedQuery, Query()], call: Reader) -> Response:
    """The DAGs for which events of the asset wait until the rest of their condition is there."""

    def find(tx: Tx) -> list[Body]:
        found = assets.queued(tx, call.workspace, asset_id=asset_id, before=query.before)
        if not found:
            raise NotFound(f"Queue event with asset_id: `{asset_id}` was not found", asset_id=asset_id)
        return [queued_out(one) for one in found]

    found = await call.read(find)
    return listing("queued_events", found, len(found))


@router.delete("/{asset_id}/queuedEvents", operation_id="delete_asset_queued_events", status_code=204)
async def delete_asset_queued_events(asset_id: int, query: Annotated[QueuedQuery, Query()], call: Deleter) -> Response:
    """Throw away the events of the asset that wait, for all DAGs."""

    def drop(tx: Tx) -> tuple[None, list[Event]]:
        found = assets.get_asset(tx, call.workspace, asset_id)
        if not assets.queued(tx, call.workspace, asset_id=asset_id, before=query.before):
            raise NotFound(f"Queue event with asset_id: `{asset_id}` was not found", asset_id=asset_id)
        key = AssetKey(call.workspace, found.name, found.uri)
        return None, [AssetEventsDropped(call.workspace, None, key, query.before)]

    _, is_done = await call.act(Audit(event="delete_asset_queued_events", extra={"asset_id": asset_id}), drop)
    return Response(status_code=204 if is_done else 202)


@router.get("/{asset_id}", operation_id="get_asset", response_model=AssetResponse)
async def get_asset(asset_id: int, call: Reader) -> Response:
    """One asset."""
    return reply(await call.read(lambda tx: assets_out(tx, [assets.get_asset(tx, call.workspace, asset_id)])[0]))
