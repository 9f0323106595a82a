"""What the palette finds by a part of a name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.home_views import SearchQuery, SearchResponse
from tradewind.api.wire import reply
from tradewind.db import search_views
from tradewind.db.engine import Tx

router = APIRouter(tags=["UI"])

LEAST_FOR_RUNS = 3
"""Letters from which on ids of runs and tasks are looked through."""


@router.get("/ui/search", operation_id="ui_search", response_model=SearchResponse)
async def ui_search(query: Annotated[SearchQuery, Query()], call: Annotated[Call, may("read", "dag")]) -> Response:
    """DAGs, runs, tasks, assets, connections and variables by a part of their names, as far as the caller may see them."""
    text, limit, workspace = query.q.strip(), query.limit, call.workspace
    is_long = len(text) >= LEAST_FOR_RUNS

    def find(tx: Tx) -> dict[str, object]:
        return {
            "dags": search_views.found_dags(tx, workspace, text, limit),
            "runs": search_views.found_runs(tx, workspace, text, limit) if is_long else [],
            "tasks": search_views.found_tasks(tx, workspace, text, limit) if is_long else [],
            "assets": search_views.found_assets(tx, workspace, text, limit),
            "connections": search_views.found_connections(tx, workspace, text, limit),
            "variables": search_views.found_variables(tx, workspace, text, limit),
        }

    return reply(await call.read(find))
