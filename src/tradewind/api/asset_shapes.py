"""Records of assets in the shape that Airflow's clients expect."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.db import asset_events, assets
from tradewind.db.asset_events import AssetEventRecord, StartedRun
from tradewind.db.assets import AliasRecord, AssetRecord, QueuedRecord, Reference
from tradewind.db.engine import Tx

__all__ = ["alias_out", "assets_out", "events_out", "queued_out"]

Body = dict[str, object]


def assets_out(tx: Tx, found: Sequence[AssetRecord]) -> list[Body]:
    """`AssetResponse`, with a number of queries that does not depend on how many there are."""
    ids = [one.id for one in found]
    references: dict[int, list[Reference]] = {}
    for reference in assets.references_to(tx, ids):
        references.setdefault(reference.asset_id, []).append(reference)
    aliases, last = assets.members_of(tx, ids), assets.last_events(tx, ids)
    watchers: dict[int, dict[str, Body]] = {}
    for one in assets.watchers_of(tx, ids):
        shown: Body = {"name": one.name, "trigger_id": one.id, "created_date": one.created_at}
        watchers.setdefault(one.asset_id, {}).setdefault(one.trigger_id, shown)
    return [
        {
            "id": one.id,
            "name": one.name,
            "uri": one.uri,
            "group": one.group,
            "extra": one.extra,
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "scheduled_dags": _references(references.get(one.id, ()), "schedule"),
            "producing_tasks": _references(references.get(one.id, ()), "outlet"),
            "consuming_tasks": _references(references.get(one.id, ()), "inlet"),
            "aliases": [alias_out(alias) for alias in aliases.get(one.id, ())],
            "watchers": list(watchers.get(one.id, {}).values()),
            "last_asset_event": dict(zip(("id", "timestamp"), last.get(one.id, (None, None)), strict=True)),
        }
        for one in found
    ]


def _references(references: Sequence[Reference], kind: str) -> list[Body]:
    found: list[Body] = []
    for one in references:
        if one.kind != kind:
            continue
        shown: Body = {"dag_id": one.dag_id, "created_at": one.created_at, "updated_at": one.updated_at}
        found.append(shown if kind == "schedule" else {**shown, "task_id": one.task_id})
    return found


def alias_out(alias: AliasRecord) -> Body:
    """`AssetAliasResponse`."""
    return {"id": alias.id, "name": alias.name, "group": alias.group}


def events_out(tx: Tx, found: Sequence[AssetEventRecord]) -> list[Body]:
    """`AssetEventResponse`, with the runs that each event started."""
    started: dict[str, list[Body]] = {}
    for run in asset_events.started_runs(tx, [event.uid for event in found]):
        started.setdefault(run.event_uid, []).append(_run_out(run))
    return [
        {
            "id": event.id,
            "asset_id": event.asset_id,
            "uri": event.uri,
            "name": event.name,
            "group": event.group,
            "extra": event.extra,
            "source_task_id": event.source_task_id,
            "source_dag_id": event.source_dag_id,
            "source_run_id": event.source_run_id,
            "source_map_index": event.source_map_index,
            "created_dagruns": started.get(event.uid, []),
            "timestamp": event.timestamp,
            "partition_key": event.partition_key,
        }
        for event in found
    ]


def _run_out(run: StartedRun) -> Body:
    return {
        "run_id": run.run_id,
        "dag_id": run.dag_id,
        "logical_date": run.logical_date,
        # Airflow's clients insist on a moment, also for a run that waits for its turn
        "start_date": run.start_date or run.run_after,
        "end_date": run.end_date,
        "state": run.state,
        "data_interval_start": run.interval_start,
        "data_interval_end": run.interval_end,
        "partition_key": run.partition_key,
        "triggering": True,
    }


def queued_out(one: QueuedRecord) -> Body:
    """`QueuedEventResponse`."""
    return {
        "dag_id": one.dag_id,
        "asset_id": one.asset_id,
        "created_at": one.created_at,
        "dag_display_name": one.dag_display_name,
    }
