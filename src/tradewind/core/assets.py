"""Which events of assets wait for which DAGs, and when there are enough of them for a run.

Each event waits, for each DAG whose condition it is part of, until the condition holds. Then one run takes all that
waits for the DAG (for one partition of it, where it has partitions). A paused DAG's events wait until it is resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from tradewind.base.errors import InvalidInput
from tradewind.core.asset_book import QueuedEvent, Waiting
from tradewind.core.commands import (
    Command,
    ConsumeAssetEvents,
    CreateRun,
    DropAssetEvents,
    QueueAssetEvent,
    RefuseAssetEvent,
)
from tradewind.core.dag import Dag
from tradewind.core.events import AssetEventsDropped, AssetKey, RunFacts
from tradewind.core.machine import Machine
from tradewind.spec import DagKey
from tradewind.spec.assets import AssetSchedule, leaves

__all__ = ["due", "follow", "forget", "forget_events", "queue"]

MOST_NAMED = 3
"""How many assets the reason of a run names."""


def follow(m: Machine, dag: Dag) -> None:
    """The newest version of a DAG is another: what waits that is no longer part of its condition is dropped."""
    graph = dag.graph
    assert graph is not None
    book = m.assets
    schedule = book.know(dag.key, graph.spec)
    if dag.key not in book.waiting:
        return
    wanted = list(leaves(schedule.condition)) if schedule is not None else []

    def is_out(target: str, event: QueuedEvent) -> bool:
        if schedule is None or (schedule.is_partitioned != bool(target)):
            return True
        return not any(book.is_meant(dag.key.workspace, leaf, event.asset) for leaf in wanted)

    _drop(m, dag.key, is_out)


def forget(m: Machine, dag: DagKey) -> None:
    """The DAG is gone, and its rows with it."""
    m.assets.leave(dag)
    m.assets.waiting.pop(dag, None)


def queue(m: Machine, dag: Dag, event: QueuedEvent) -> bool:
    """Let an event wait for a DAG; whether it does."""
    schedule = m.assets.schedules.get(dag.key)
    if schedule is None or dag.is_stale or schedule.is_partitioned != (event.partition_key is not None):
        return False
    targets = [""]
    if event.partition_key is not None:
        try:
            mapper = schedule.mapper(event.asset.name, event.asset.uri)
            targets = mapper.downstream(event.partition_key)
            for target in targets:
                mapper.missing(target, ())  # what can't be told now can't be told later
        except InvalidInput as error:
            m.rows.append(RefuseAssetEvent(dag.key, event.uid, m.now, error.message))
            return False
    for target in targets:
        m.assets.put(dag.key, target, event)
        m.rows.append(QueueAssetEvent(dag.key, event.uid, event.asset, target, event.at))
    return True


def forget_events(m: Machine, event: AssetEventsDropped) -> None:
    """Somebody threw away events that wait."""

    def is_out(_: str, one: QueuedEvent) -> bool:
        is_meant = event.asset is None or one.asset == event.asset
        return is_meant and (event.before is None or one.at < event.before)

    for dag in list(m.assets.waiting):
        if dag.workspace == event.workspace and event.dag_id in (None, dag.dag_id):
            _drop(m, dag, is_out)


def _drop(m: Machine, dag: DagKey, is_out: Callable[[str, QueuedEvent], bool]) -> None:
    dropped: list[tuple[str, str]] = []
    left: dict[str, Waiting] = {}
    for target, waiting in m.assets.waiting.get(dag, {}).items():
        for asset, events in waiting.items():
            dropped += [(target, event.uid) for event in events if is_out(target, event)]
            kept = [event for event in events if not is_out(target, event)]
            if kept:
                left.setdefault(target, {})[asset] = kept
    if left:
        m.assets.waiting[dag] = left
    else:
        m.assets.waiting.pop(dag, None)
    if dropped:
        m.rows.append(DropAssetEvents(dag, tuple(dropped)))


def due(m: Machine, dag: Dag) -> Iterator[RunFacts]:
    """Create, one by one, the runs that what waits is enough for. The caller takes each into memory at once."""
    if dag.is_paused or dag.is_stale or not _allows(dag):
        return
    for target in list(m.assets.waiting.get(dag.key, ())):
        if m.assets.is_ready(dag.key, target):
            yield _start(m, dag, target)


def _allows(dag: Dag) -> bool:
    graph = dag.graph
    if graph is None:
        return False
    allowed = graph.spec.allowed_run_types
    return allowed is None or "asset_triggered" in allowed


def _start(m: Machine, dag: Dag, target: str) -> RunFacts:
    assert dag.newest is not None
    by_target = m.assets.waiting[dag.key]
    waiting = by_target.pop(target)
    if not by_target:
        del m.assets.waiting[dag.key]
    events = sorted((event for of in waiting.values() for event in of), key=lambda event: (event.at, event.uid))
    facts = RunFacts(
        uid=m.ids.new(),
        dag=dag.key,
        run_id=f"asset_triggered__{m.now.isoformat()}_{m.ids.new()[-8:]}",
        run_type="asset_triggered",
        logical_date=None,
        interval_start=None,
        interval_end=None,
        run_after=m.now,
        queued_at=m.now,
        version_id=dag.newest,
        triggered_by="asset",
        partition_key=target or None,
        partition_date=_date(m.assets.schedules[dag.key], target, events),
        reason=_reason(target, events),
    )
    commands: list[Command] = [
        CreateRun(facts),
        ConsumeAssetEvents(facts.uid, dag.key, target, tuple(event.uid for event in events)),
    ]
    m.rows += commands
    return facts


def _date(schedule: AssetSchedule, target: str, events: Iterable[QueuedEvent]) -> datetime | None:
    """The moment that a partition begins at, as the first of its assets' mappers that knows time says."""
    if not target:
        return None
    dates = (schedule.mapper(event.asset.name, event.asset.uri).date(target) for event in events)
    return next((date for date in dates if date is not None), None)


def _reason(target: str, events: list[QueuedEvent]) -> str:
    """Why the run was made: ``asset a was updated at ... by task t of DAG d, run r; ...``."""
    latest: dict[AssetKey, QueuedEvent] = {}
    counts: dict[AssetKey, int] = {}
    for event in events:
        latest[event.asset] = event
        counts[event.asset] = counts.get(event.asset, 0) + 1
    parts: list[str] = []
    for asset, event in list(latest.items())[:MOST_NAMED]:
        times = "" if counts[asset] == 1 else f" {counts[asset]} times, last"
        by = f" by {event.source}" if event.source else ""
        parts.append(f"asset {asset.name} was updated{times} at {event.at.isoformat()}{by}")
    if len(latest) > MOST_NAMED:
        parts.append(f"{len(latest) - MOST_NAMED} more assets were updated")
    partition = f"partition {target} is complete: " if target else ""
    return partition + "; ".join(parts)
