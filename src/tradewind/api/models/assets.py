"""Bodies, queries and responses about assets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from tradewind.api.models.base import Body, ListQuery, Moment, Note, Out, Total
from tradewind.db.listing import DateRange, Range

__all__ = [
    "AssetAliasCollectionResponse", "AssetAliasResponse", "AssetCollectionResponse", "AssetEventCollectionResponse",
    "AssetEventQuery", "AssetEventResponse", "AssetQuery", "AssetResponse", "AliasQuery", "ConsumerResponse",
    "CreateAssetEventsBody", "DagRunAssetReference", "MaterializeAssetBody", "QueuedEventCollectionResponse",
    "QueuedEventResponse", "QueuedQuery", "WebhookResponse",
]  # fmt: skip


class AssetQuery(ListQuery):
    """Filters of the list of assets."""

    name_pattern: str | None = None
    name_prefix_pattern: str | None = None
    uri_pattern: str | None = None
    uri_prefix_pattern: str | None = None
    dag_ids: list[str] = []
    only_active: bool = True


class AliasQuery(ListQuery):
    """Filters of the list of aliases."""

    name_pattern: str | None = None
    name_prefix_pattern: str | None = None


class AssetEventQuery(ListQuery):
    """Filters of the list of events."""

    asset_id: int | None = None
    source_dag_id: str | None = None
    source_task_id: str | None = None
    source_run_id: str | None = None
    source_map_index: int | None = None
    name_pattern: str | None = None
    name_prefix_pattern: str | None = None
    timestamp_gte: Moment | None = None
    timestamp_gt: Moment | None = None
    timestamp_lte: Moment | None = None
    timestamp_lt: Moment | None = None

    def timestamp(self) -> DateRange:
        return Range(self.timestamp_gte, self.timestamp_gt, self.timestamp_lte, self.timestamp_lt)


class QueuedQuery(BaseModel):
    """Which queued events."""

    before: Moment | None = None
    """Only those that arrived before."""


class AssetEventAccessControl(Body):
    consumer_teams: list[str] | None = None
    allow_global: bool = True


class CreateAssetEventsBody(Body):
    """Somebody says that an asset was updated."""

    asset_id: int
    partition_key: str | None = Field(None, max_length=250)
    extra: dict[str, Any] = {}
    access_control: AssetEventAccessControl | None = None


class MaterializeAssetBody(Body):
    """A request for a run of the DAG that makes an asset."""

    dag_run_id: str | None = None
    data_interval_start: Moment | None = None
    data_interval_end: Moment | None = None
    logical_date: Moment | None = None
    run_after: Moment | None = None
    conf: dict[str, Any] | None = None
    note: Note = None
    partition_key: str | None = Field(None, max_length=250)


class AssetAliasResponse(Out):
    id: int
    name: str
    group: str


class AssetAliasCollectionResponse(Total):
    asset_aliases: list[AssetAliasResponse]


class DagScheduleAssetReference(Out):
    dag_id: str
    created_at: datetime
    updated_at: datetime


class TaskAssetReference(DagScheduleAssetReference):
    task_id: str


class AssetWatcherResponse(Out):
    name: str
    trigger_id: int
    created_date: datetime


class LastAssetEventResponse(Out):
    id: int | None
    timestamp: datetime | None


class AssetResponse(Out):
    id: int
    name: str
    uri: str
    group: str
    extra: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    scheduled_dags: list[DagScheduleAssetReference]
    producing_tasks: list[TaskAssetReference]
    consuming_tasks: list[TaskAssetReference]
    aliases: list[AssetAliasResponse]
    watchers: list[AssetWatcherResponse]
    last_asset_event: LastAssetEventResponse | None


class AssetCollectionResponse(Total):
    assets: list[AssetResponse]


class DagRunAssetReference(Out):
    run_id: str
    dag_id: str
    logical_date: datetime | None
    start_date: datetime
    end_date: datetime | None
    state: str
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    partition_key: str | None
    triggering: bool


class AssetEventResponse(Out):
    id: int
    asset_id: int
    uri: str | None
    name: str | None
    group: str | None
    extra: dict[str, Any] | None
    source_task_id: str | None
    source_dag_id: str | None
    source_run_id: str | None
    source_map_index: int
    created_dagruns: list[DagRunAssetReference]
    timestamp: datetime
    partition_key: str | None


class AssetEventCollectionResponse(Total):
    asset_events: list[AssetEventResponse]


class QueuedEventResponse(Out):
    dag_id: str
    asset_id: int
    created_at: datetime
    dag_display_name: str


class QueuedEventCollectionResponse(Total):
    queued_events: list[QueuedEventResponse]


class ConsumerAsset(Out):
    """One thing that a DAG waits for."""

    kind: str
    """``asset``, ``name``, ``uri`` or ``alias``."""
    name: str
    arrived_at: datetime | None
    """When the first event that waits arrived; null: it has not."""
    events: int
    source: str | None
    """Who told of the last event."""
    missing_partitions: list[str]
    """Of an asset whose partitions are rolled up: those that have not arrived."""


class ConsumerPartition(Out):
    """A partition of the DAG (null: the DAG has none), and what of it has arrived."""

    partition_key: str | None
    assets: list[ConsumerAsset]
    words: str


class ConsumerRefusal(Out):
    event_id: int
    asset: str
    partition_key: str | None
    at: datetime
    reason: str


class ConsumerRun(Out):
    run_id: str
    run_after: datetime
    state: str
    partition_key: str | None
    reason: str | None


class ConsumerResponse(Out):
    """Where a DAG that waits for assets stands."""

    dag_id: str
    is_paused: bool
    asset_expression: dict[str, Any]
    is_partitioned: bool
    words: str
    waiting: list[ConsumerPartition]
    last_run: ConsumerRun | None
    refused: list[ConsumerRefusal]


class WebhookResponse(Out):
    """The assets that a call of a webhook updated."""

    path: str
    assets: list[str]
    event_uids: list[str]
