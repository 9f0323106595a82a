"""What the scheduler's memory of assets is rebuilt from: what aliases have stood for, and which events wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tradewind.core.asset_book import QueuedEvent
from tradewind.core.events import AssetKey
from tradewind.db import tables as t
from tradewind.db.engine import Tx
from tradewind.spec import DagKey

__all__ = ["AssetImage", "event_source", "load_assets"]


@dataclass(frozen=True, slots=True)
class AssetImage:
    """The memory of assets."""

    aliases: list[tuple[str, AssetKey]]
    queued: list[tuple[DagKey, str, QueuedEvent]]
    """DAG, partition of it, and event, in order of arrival."""


def load_assets(tx: Tx) -> AssetImage:
    """All that is to be known."""
    a, e, q = t.asset.c, t.asset_event.c, t.asset_queue.c
    members = tx.execute(
        select(t.asset_alias.c.name, a.workspace, a.name, a.uri)
        .join(t.asset_alias_member, t.asset_alias_member.c.alias_id == t.asset_alias.c.id)
        .join(t.asset, a.id == t.asset_alias_member.c.asset_id)
    )
    waiting = tx.execute(
        select(
            e.id, q.workspace, q.dag_id, q.target, q.queued_at, e.uid, a.name, a.uri, e.partition_key, e.source_dag_id,
            e.source_run_id, e.source_task_id, e.source_map_index, e.told_by,
        )
        .join(t.asset_event, e.uid == q.event_uid)
        .join(t.asset, a.id == e.asset_id)
    )  # fmt: skip
    # sorted here: few events wait, but a database that is to order them may read all that there ever were
    in_order = sorted(waiting, key=lambda row: row.id)
    return AssetImage(
        [(alias, AssetKey(workspace, name, uri)) for alias, workspace, name, uri in members],
        [(DagKey(row.workspace, row.dag_id), row.target, _event(row)) for row in in_order],
    )


def _event(row: Any) -> QueuedEvent:
    key = AssetKey(row.workspace, row.name, row.uri)
    return QueuedEvent(row.uid, key, row.queued_at, (), row.partition_key, event_source(row))


def event_source(row: Any) -> str:
    """Who told of an event, in words, from its columns."""
    if row.source_task_id is None:
        return row.told_by or ""
    index = f"[{row.source_map_index}]" if row.source_map_index >= 0 else ""
    return f"task {row.source_task_id}{index} of DAG {row.source_dag_id}, run {row.source_run_id}"
