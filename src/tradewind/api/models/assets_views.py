"""Models of the pages of assets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tradewind.api.models.base import Moment, Out, Total

__all__ = ["AssetViewResponse", "AssetsGraphQuery", "AssetsGraphResponse", "AssetsViewQuery", "AssetsViewResponse"]


class AssetsViewQuery(BaseModel):
    """Which assets."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    offset: Annotated[int, Field(ge=0)] = 0
    order_by: Literal["name", "-name", "created_at", "-created_at"] = "name"
    q: Annotated[str, Field(max_length=1500)] = ""
    """Part of the name."""


class AssetUse(Out):
    """A DAG that has to do with an asset."""

    dag_id: str
    task_id: str
    """Empty: the DAG as a whole."""


class AssetsViewRow(Out):
    """An asset."""

    id: int
    name: str
    uri: str
    group: str
    last_event_at: Moment | None
    made_by: list[AssetUse]
    starts: list[str]
    """DAGs that wait for it."""
    queued: int
    """Its events that wait for the rest of a DAG's condition."""


class AssetsViewResponse(Total):
    """A page of assets."""

    assets: list[AssetsViewRow]


class AssetViewEvent(Out):
    """An event."""

    id: int
    timestamp: Moment
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int
    told_by: str | None
    partition_key: str | None
    extra: str
    """JSON."""
    started: list[tuple[str, str, str]]
    """DAG, run and its state."""


class AssetViewQueued(Out):
    """Events that wait."""

    dag_id: str
    count: int
    since: Moment


class AssetsGraphQuery(BaseModel):
    """Around what."""

    asset_id: int | None = None
    """What leads to this asset and what comes after it; none: everything."""


class AssetsGraphNode(Out):
    """A DAG or an asset."""

    id: str
    kind: Literal["dag", "asset"]
    name: str
    asset_id: int | None
    group: str
    state: str | None
    """Of a DAG's last run."""
    at: Moment | None
    """When that run was due, or the last event was."""


class AssetsGraphResponse(Out):
    """What makes and what waits for which asset."""

    nodes: list[AssetsGraphNode]
    edges: list[tuple[str, str]]
    is_whole: bool
    """False: there is more than is shown."""


class AssetViewResponse(Out):
    """An asset with its last events."""

    id: int
    name: str
    uri: str
    group: str
    extra: str
    """JSON."""
    created_at: Moment
    made_by: list[AssetUse]
    read_by: list[AssetUse]
    starts: list[str]
    queued: list[AssetViewQueued]
    events: list[AssetViewEvent]
    total_events: int
    graph: AssetsGraphResponse
    """What leads to it, and what comes after it."""
