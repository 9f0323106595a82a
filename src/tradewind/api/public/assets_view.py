"""What the pages of assets show, each in one answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.assets_views import (
    AssetsGraphQuery,
    AssetsGraphResponse,
    AssetsViewQuery,
    AssetsViewResponse,
    AssetViewResponse,
)
from tradewind.api.wire import reply
from tradewind.core.asset_graph import related
from tradewind.db import asset_events, assets, dag_views
from tradewind.db.asset_events import AssetEventRecord, EventFilter, StartedRun
from tradewind.db.assets import AssetFilter, AssetRecord, Reference
from tradewind.db.engine import Tx
from tradewind.db.listing import Page

router = APIRouter(tags=["UI"])

Reader = Annotated[Call, may("read", "asset")]

EVENTS_SHOWN = 50
ASSETS_DRAWN = 500
STATES_SHOWN = 200
"""DAGs in the graph whose last run is looked up."""


@router.get("/ui/assets", operation_id="ui_assets", response_model=AssetsViewResponse)
async def ui_assets(query: Annotated[AssetsViewQuery, Query()], call: Reader) -> Response:
    """A page of assets, with who makes them and who waits for them."""
    wanted = AssetFilter(name_pattern=query.q.strip() or None)

    def find(tx: Tx) -> dict[str, object]:
        page = Page(query.limit, query.offset, (query.order_by,))
        found, total = assets.list_assets(tx, call.workspace, wanted, page)
        ids = [one.id for one in found]
        uses = _by_asset(assets.references_to(tx, ids))
        last = assets.last_events(tx, ids)
        waiting: dict[int, int] = {}
        for one in assets.queued(tx, call.workspace):
            waiting[one.asset_id] = waiting.get(one.asset_id, 0) + one.count
        return {"assets": [_row(one, uses, last, waiting) for one in found], "total_entries": total}

    return reply(await call.read(find))


def _by_asset(references: Sequence[Reference]) -> dict[int, list[Reference]]:
    found: dict[int, list[Reference]] = {}
    for one in references:
        found.setdefault(one.asset_id, []).append(one)
    return found


def _row(
    asset: AssetRecord,
    uses: dict[int, list[Reference]],
    last: dict[int, tuple[int, datetime]],
    waiting: dict[int, int],
) -> dict[str, object]:
    of_it = uses.get(asset.id, [])
    return {
        "id": asset.id,
        "name": asset.name,
        "uri": asset.uri,
        "group": asset.group,
        "last_event_at": last[asset.id][1] if asset.id in last else None,
        "made_by": _uses(of_it, "outlet"),
        "starts": _waiting_dags(of_it),
        "queued": waiting.get(asset.id, 0),
    }


def _uses(references: Sequence[Reference], kind: str) -> list[dict[str, object]]:
    return [{"dag_id": one.dag_id, "task_id": one.task_id} for one in references if one.kind == kind]


def _waiting_dags(references: Sequence[Reference]) -> list[str]:
    return sorted({one.dag_id for one in references if one.kind == "schedule"})


@router.get("/ui/assets/graph", operation_id="ui_assets_graph", response_model=AssetsGraphResponse)
async def ui_assets_graph(query: Annotated[AssetsGraphQuery, Query()], call: Reader) -> Response:
    """Which DAGs make which assets, and which these start."""
    return reply(await call.read(lambda tx: _graph(tx, call.workspace, query.asset_id)))


def _graph(tx: Tx, workspace: str, asset_id: int | None) -> dict[str, object]:
    """Around an asset, or of all."""
    page = Page(ASSETS_DRAWN, 0, ("name",))
    found, total = assets.list_assets(tx, workspace, AssetFilter(), page)
    if asset_id is not None and all(one.id != asset_id for one in found):
        found.append(assets.get_asset(tx, workspace, asset_id))
    references = assets.references_to(tx, [one.id for one in found])
    edges = sorted({_edge(one) for one in references if one.kind != "inlet"})
    around = {node for edge in edges for node in edge} | {f"asset:{one.id}" for one in found}
    if asset_id is not None:
        around = related(edges, f"asset:{asset_id}")
    dag_ids = sorted(node.removeprefix("dag:") for node in around if node.startswith("dag:"))
    return {
        "nodes": [
            *_asset_nodes(tx, [one for one in found if f"asset:{one.id}" in around]),
            *_dag_nodes(tx, workspace, dag_ids),
        ],
        "edges": [edge for edge in edges if edge[0] in around and edge[1] in around],
        "is_whole": total <= ASSETS_DRAWN,
    }


def _edge(one: Reference) -> tuple[str, str]:
    dag, asset = f"dag:{one.dag_id}", f"asset:{one.asset_id}"
    return (asset, dag) if one.kind == "schedule" else (dag, asset)


def _asset_nodes(tx: Tx, found: Sequence[AssetRecord]) -> list[dict[str, object]]:
    last = assets.last_events(tx, [one.id for one in found])
    return [
        {
            "id": f"asset:{one.id}",
            "kind": "asset",
            "name": one.name,
            "asset_id": one.id,
            "group": one.group,
            "state": None,
            "at": last[one.id][1] if one.id in last else None,
        }
        for one in found
    ]


def _dag_nodes(tx: Tx, workspace: str, dag_ids: Sequence[str]) -> list[dict[str, object]]:
    strips = dag_views.strips(tx, workspace, dag_ids[:STATES_SHOWN], 1)
    return [
        {
            "id": f"dag:{dag_id}",
            "kind": "dag",
            "name": dag_id,
            "asset_id": None,
            "group": "",
            "state": strips[dag_id][-1].state if strips.get(dag_id) else None,
            "at": strips[dag_id][-1].run_after if strips.get(dag_id) else None,
        }
        for dag_id in dag_ids
    ]


@router.get("/ui/assets/{asset_id}", operation_id="ui_asset", response_model=AssetViewResponse)
async def ui_asset(asset_id: int, call: Reader) -> Response:
    """An asset: its last events, what they started, what still waits, and what is around it."""

    def find(tx: Tx) -> dict[str, object]:
        asset = assets.get_asset(tx, call.workspace, asset_id)
        page = Page(EVENTS_SHOWN, 0, ("-timestamp",))
        events, total = asset_events.list_events(tx, call.workspace, EventFilter(asset_id=asset_id), page)
        started: dict[str, list[StartedRun]] = {}
        for run in asset_events.started_runs(tx, [event.uid for event in events]):
            started.setdefault(run.event_uid, []).append(run)
        uses = assets.references_to(tx, [asset_id])
        waiting = assets.queued(tx, call.workspace, asset_id=asset_id)
        return {
            "id": asset.id,
            "name": asset.name,
            "uri": asset.uri,
            "group": asset.group,
            "extra": json.dumps(asset.extra, indent=2, default=str),
            "created_at": asset.created_at,
            "made_by": _uses(uses, "outlet"),
            "read_by": _uses(uses, "inlet"),
            "starts": _waiting_dags(uses),
            "queued": [{"dag_id": one.dag_id, "count": one.count, "since": one.created_at} for one in waiting],
            "events": [_event(event, started.get(event.uid, [])) for event in events],
            "total_events": total,
            "graph": _graph(tx, call.workspace, asset_id),
        }

    return reply(await call.read(find))


def _event(event: AssetEventRecord, started: Sequence[StartedRun]) -> dict[str, object]:
    return {
        "id": event.id,
        "timestamp": event.timestamp,
        "dag_id": event.source_dag_id,
        "run_id": event.source_run_id,
        "task_id": event.source_task_id,
        "map_index": event.source_map_index,
        "told_by": event.told_by,
        "partition_key": event.partition_key,
        "extra": json.dumps(event.extra, default=str) if event.extra else "",
        "started": [(run.dag_id, run.run_id, run.state) for run in started],
    }
