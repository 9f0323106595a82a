"""What waits for a DAG: events of assets, and where the DAG stands in words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.asset_shapes import queued_out
from tradewind.api.consumers import consumer_out
from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.assets import (
    ConsumerResponse,
    QueuedEventCollectionResponse,
    QueuedEventResponse,
    QueuedQuery,
)
from tradewind.api.wire import listing, reply
from tradewind.base.errors import NotFound
from tradewind.core.events import AssetEventsDropped, AssetKey, Event
from tradewind.db import assets, dags
from tradewind.db.assets import QueuedRecord
from tradewind.db.engine import Tx

router = APIRouter(tags=["Asset"], prefix="/dags/{dag_id}/assets")

Reader = Annotated[Call, may("read", "asset")]
Deleter = Annotated[Call, may("delete", "asset")]


def _queued(tx: Tx, call: Call, dag_id: str, asset_id: int | None, query: QueuedQuery) -> list[QueuedRecord]:
    """What waits; NotFound where nothing does, as in Airflow."""
    dags.get_dag(tx, call.dag(dag_id))
    found = assets.queued(tx, call.workspace, dag_id=dag_id, asset_id=asset_id, before=query.before)
    if not found and asset_id is not None:
        raise NotFound(f"Queued event with dag_id: `{dag_id}` and asset_id: `{asset_id}` was not found", dag_id=dag_id)
    if not found:
        raise NotFound(f"Queue event with dag_id: `{dag_id}` was not found", dag_id=dag_id)
    return found


@router.get("/queuedEvents", operation_id="get_dag_asset_queued_events", response_model=QueuedEventCollectionResponse)
async def get_dag_asset_queued_events(dag_id: str, query: Annotated[QueuedQuery, Query()], call: Reader) -> Response:
    """The assets whose events wait for the rest of the DAG's condition."""
    found = await call.read(lambda tx: _queued(tx, call, dag_id, None, query))
    return listing("queued_events", [queued_out(one) for one in found], len(found))


@router.delete("/queuedEvents", operation_id="delete_dag_asset_queued_events", status_code=204)
async def delete_dag_asset_queued_events(
    dag_id: str, query: Annotated[QueuedQuery, Query()], call: Deleter
) -> Response:
    """Throw away all events that wait for the DAG."""

    def drop(tx: Tx) -> tuple[None, list[Event]]:
        _queued(tx, call, dag_id, None, query)
        return None, [AssetEventsDropped(call.workspace, dag_id, None, query.before)]

    _, is_done = await call.act(Audit(event="delete_dag_asset_queued_events", dag_id=dag_id), drop)
    return Response(status_code=204 if is_done else 202)


@router.get("/state", operation_id="get_dag_asset_state", response_model=ConsumerResponse)
async def get_dag_asset_state(dag_id: str, call: Reader) -> Response:
    """Where the DAG stands: what it waits for, what has arrived and from whom, and what started its last run."""
    return reply(await call.read(lambda tx: consumer_out(tx, call.services.specs, call.dag(dag_id))))


@router.get("/{asset_id}/queuedEvents", operation_id="get_dag_asset_queued_event", response_model=QueuedEventResponse)
async def get_dag_asset_queued_event(
    dag_id: str, asset_id: int, query: Annotated[QueuedQuery, Query()], call: Reader
) -> Response:
    """Whether events of one asset wait for the rest of the DAG's condition."""
    return reply(queued_out((await call.read(lambda tx: _queued(tx, call, dag_id, asset_id, query)))[0]))


@router.delete("/{asset_id}/queuedEvents", operation_id="delete_dag_asset_queued_event", status_code=204)
async def delete_dag_asset_queued_event(
    dag_id: str, asset_id: int, query: Annotated[QueuedQuery, Query()], call: Deleter
) -> Response:
    """Throw away the events of one asset that wait for the DAG."""

    def drop(tx: Tx) -> tuple[None, list[Event]]:
        _queued(tx, call, dag_id, asset_id, query)
        found = assets.get_asset(tx, call.workspace, asset_id)
        key = AssetKey(call.workspace, found.name, found.uri)
        return None, [AssetEventsDropped(call.workspace, dag_id, key, query.before)]

    audit = Audit(event="delete_dag_asset_queued_event", dag_id=dag_id, extra={"asset_id": asset_id})
    _, is_done = await call.act(audit, drop)
    return Response(status_code=204 if is_done else 202)
