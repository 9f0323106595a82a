"""The memory of assets: who waits for which, what an alias has stood for, and which events wait for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tradewind.base.errors import InvalidInput
from tradewind.core.events import AssetKey
from tradewind.spec import DagKey, DagSpec
from tradewind.spec.assets import (
    AssetLeaf,
    AssetReference,
    AssetSchedule,
    asset_references,
    asset_schedule,
    is_met,
    leaves,
)

__all__ = ["AssetBook", "QueuedEvent", "Waiting"]

Waiting = dict[AssetKey, list["QueuedEvent"]]
"""What waits, by asset, in order of arrival."""


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """An event as the DAGs that wait for it know it."""

    uid: str
    asset: AssetKey
    at: datetime
    aliases: tuple[str, ...] = ()
    partition_key: str | None = None
    source: str = ""
    """Who told of it, in words: ``task t of DAG d, run r``."""


class AssetBook:
    """All that the core knows of assets."""

    def __init__(self) -> None:
        self.schedules: dict[DagKey, AssetSchedule] = {}
        self._consumers: dict[tuple[str, tuple[str, str, str]], dict[DagKey, None]] = {}
        """By workspace and leaf: the DAGs that wait for it."""
        self.members: dict[tuple[str, str], dict[AssetKey, None]] = {}
        """By workspace and alias: the assets that it has stood for."""
        self.waiting: dict[DagKey, dict[str, Waiting]] = {}
        """By DAG and by partition of it."""
        self._by_name: dict[tuple[str, str], AssetKey] = {}
        self._by_uri: dict[tuple[str, str], AssetKey] = {}

    def know(self, dag: DagKey, spec: DagSpec) -> AssetSchedule | None:
        """Learn what a DAG makes and waits for; returns its schedule by assets, if it has one."""
        references: list[AssetReference] = []
        try:
            schedule = asset_schedule(spec.schedule)
            references = asset_references(spec)
        except InvalidInput:
            schedule = None  # the parser refuses such a file; one of another release has no runs by assets
        for reference in references:
            if reference.leaf.kind == "asset":
                self.meet(AssetKey(dag.workspace, reference.leaf.name, reference.leaf.uri))
        self.leave(dag)
        if schedule is not None:
            self.schedules[dag] = schedule
            for leaf in leaves(schedule.condition):
                self._consumers.setdefault((dag.workspace, leaf.key), {})[dag] = None
        return schedule

    def leave(self, dag: DagKey) -> None:
        """The DAG waits for nothing any more."""
        schedule = self.schedules.pop(dag, None)
        for leaf in leaves(schedule.condition) if schedule is not None else ():
            consumers = self._consumers.get((dag.workspace, leaf.key))
            if consumers is not None:
                consumers.pop(dag, None)
                if not consumers:
                    del self._consumers[dag.workspace, leaf.key]

    def meet(self, asset: AssetKey) -> None:
        """Know an asset by its name and its URI."""
        self._by_name.setdefault((asset.workspace, asset.name), asset)
        self._by_uri.setdefault((asset.workspace, asset.uri), asset)

    def find(self, workspace: str, name: str, uri: str) -> AssetKey:
        """The asset of this name and URI; of the one that is given, where the other is empty."""
        if name and uri:
            return AssetKey(workspace, name, uri)
        known = self._by_name.get((workspace, name)) if name else self._by_uri.get((workspace, uri))
        return known or AssetKey(workspace, name or uri, uri or name)

    def consumers(self, asset: AssetKey, aliases: Iterable[str]) -> list[DagKey]:
        """The DAGs whose condition an event of the asset is part of."""
        keys = [("asset", asset.name, asset.uri), ("name", asset.name, ""), ("uri", "", asset.uri)]
        keys += [("alias", alias, "") for alias in aliases]
        found: dict[DagKey, None] = {}
        for key in keys:
            found.update(self._consumers.get((asset.workspace, key), {}))
        return list(found)

    def is_meant(self, workspace: str, leaf: AssetLeaf, asset: AssetKey) -> bool:
        """Whether a leaf stands for an asset."""
        if leaf.kind == "alias":
            return asset in self.members.get((workspace, leaf.name), {})
        return leaf.names(asset.name, asset.uri)

    def put(self, dag: DagKey, target: str, event: QueuedEvent) -> None:
        """Let an event wait."""
        self.waiting.setdefault(dag, {}).setdefault(target, {}).setdefault(event.asset, []).append(event)

    def is_ready(self, dag: DagKey, target: str) -> bool:
        """Whether what waits for a partition of the DAG is enough."""
        schedule, waiting = self.schedules.get(dag), self.waiting.get(dag, {}).get(target)
        if schedule is None or not waiting:
            return False

        def has(leaf: AssetLeaf) -> bool:
            return any(
                self.is_meant(dag.workspace, leaf, asset)
                and (
                    not schedule.is_partitioned
                    or schedule.mapper(asset.name, asset.uri).is_met(
                        target, {event.partition_key or "" for event in events}
                    )
                )
                for asset, events in waiting.items()
            )

        return is_met(schedule.condition, has)
