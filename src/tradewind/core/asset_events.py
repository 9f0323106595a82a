"""Updates of assets: what a task or somebody outside tells, as rows, and as runs of the DAGs that waited for it."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.core import assets
from tradewind.core.asset_book import QueuedEvent
from tradewind.core.commands import RecordAssetEvent
from tradewind.core.events import AssetEventsDropped, AssetUpdate, AssetUpdated
from tradewind.core.machine import Attempt, Machine
from tradewind.core.runs import start_by_assets
from tradewind.spec import DagKey

__all__ = ["dropped", "told", "updated"]


def told(m: Machine, attempt: Attempt, updates: Sequence[AssetUpdate]) -> None:
    """A task that ended in success updated these assets. All of them are there before any DAG is looked at."""
    facts, ref = attempt.run.facts, attempt.ref
    index = f"[{ref.map_index}]" if ref.map_index >= 0 else ""
    source = f"task {ref.task_id}{index} of DAG {facts.dag.dag_id}, run {facts.run_id}"
    touched: dict[DagKey, None] = {}
    for update in updates:
        key = m.assets.find(facts.dag.workspace, update.name, update.uri)
        record = RecordAssetEvent(
            asset=key,
            update=update,
            at=m.now,
            partition_key=update.partition_key if update.partition_key is not None else facts.partition_key,
            source_dag=facts.dag,
            source_run=facts.uid,
            source_run_id=facts.run_id,
            source_task_id=ref.task_id,
            source_map_index=ref.map_index,
        )
        touched.update(dict.fromkeys(_arrived(m, record, source)))
    start_by_assets(m, touched)


def updated(m: Machine, event: AssetUpdated) -> None:
    """An asset was updated by something that is no task of ours."""
    update = event.update
    key = m.assets.find(event.workspace, update.name, update.uri)
    record = RecordAssetEvent(
        asset=key, update=update, at=event.at, partition_key=update.partition_key, told_by=event.by
    )
    start_by_assets(m, _arrived(m, record, event.by))


def _arrived(m: Machine, record: RecordAssetEvent, source: str) -> list[DagKey]:
    """Record an update, and let it wait; returns the DAGs that it waits for."""
    key, update = record.asset, record.update
    m.rows.append(record)
    m.assets.meet(key)
    for alias in update.aliases:
        m.assets.members.setdefault((key.workspace, alias), {})[key] = None
    event = QueuedEvent(update.uid, key, record.at, update.aliases, record.partition_key, source)
    return [dag for dag in m.assets.consumers(key, update.aliases) if assets.queue(m, m.dags[dag], event)]


def dropped(m: Machine, event: AssetEventsDropped) -> None:
    """Somebody threw away events that wait."""
    assets.forget_events(m, event)
