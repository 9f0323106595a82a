"""What tasks ask about assets: which there are, what was told of them, and what started the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tradewind.db import asset_events, assets
from tradewind.db.asset_events import AssetEventRecord, EventsOf
from tradewind.db.engine import Tx
from tradewind.protocol import messages as m
from tradewind.protocol.waits import AssetEventInfo

__all__ = ["asset_reply", "events_reply"]


def asset_reply(tx: Tx, workspace: str, ask: m.GetAsset) -> m.AssetReply:
    """The asset of a name or URI."""
    found = assets.find_asset(tx, workspace, name=ask.name, uri=ask.uri)
    if found is None:
        return m.AssetReply(found=False)
    return m.AssetReply(found=True, name=found.name, uri=found.uri, group=found.group, extra=found.extra)


def events_reply(tx: Tx, workspace: str, run_uid: str, ask: m.GetAssetEvents) -> m.AssetEventsReply:
    """Events of an asset or alias, or those that started the run."""
    if ask.name or ask.uri or ask.alias:
        wanted = EventsOf(
            workspace=workspace,
            name=ask.name,
            uri=ask.uri,
            alias=ask.alias,
            after=ask.after,
            before=ask.before,
            ascending=ask.ascending,
            limit=ask.limit,
        )
        found = asset_events.events_of(tx, wanted)
    else:
        found = asset_events.events_of_run(tx, run_uid)
    return m.AssetEventsReply(events=_infos(tx, workspace, found))


def _infos(tx: Tx, workspace: str, found: Sequence[AssetEventRecord]) -> list[AssetEventInfo]:
    aliases = asset_events.aliases_of(tx, [event.uid for event in found])
    runs = asset_events.source_runs(tx, workspace, found)
    infos = [
        AssetEventInfo(
            id=event.id,
            name=event.name,
            uri=event.uri,
            group=event.group,
            timestamp=event.timestamp,
            extra=event.extra,
            source_dag_id=event.source_dag_id,
            source_run_id=event.source_run_id,
            source_task_id=event.source_task_id,
            source_map_index=event.source_map_index,
            partition_key=event.partition_key,
            aliases=aliases.get(event.uid, []),
        )
        for event in found
    ]
    return [_with_source(info, runs.get((info.source_dag_id or "", info.source_run_id or ""))) for info in infos]


def _with_source(info: AssetEventInfo, run: Mapping[str, Any] | None) -> AssetEventInfo:
    if run is None:
        return info
    facts = ("run_type", "logical_date", "interval_start", "interval_end")
    return msgspec.structs.replace(info, **{f"source_{name}": run[name] for name in facts})
