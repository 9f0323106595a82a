"""Updates of assets in a run of this process: what later tasks of the run can read of them."""

from __future__ import annotations

from datetime import datetime

from tradewind.core.events import RunFacts
from tradewind.protocol.waits import AssetTouch
from tradewind.sdk.task_api import AssetEventFacts

__all__ = ["asset_event_facts"]


def asset_event_facts(run: RunFacts, task: tuple[str, int], at: datetime, touch: AssetTouch) -> list[AssetEventFacts]:
    """The events that a touch stands for: one for each partition."""
    task_id, map_index = task
    return [
        AssetEventFacts(
            name=touch.name or touch.uri,
            uri=touch.uri or touch.name,
            group=touch.group,
            timestamp=at,
            extra=touch.extra,
            source_dag_id=run.dag.dag_id,
            source_run_id=run.run_id,
            source_task_id=task_id,
            source_map_index=map_index,
            partition_key=key,
            aliases=touch.aliases,
            source_run_type=run.run_type,
            source_logical_date=run.logical_date,
            source_interval_start=run.interval_start,
            source_interval_end=run.interval_end,
        )
        for key in (touch.partition_keys or [run.partition_key])
    ]
