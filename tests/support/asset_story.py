"""Stories about assets: DAGs that wait for them, events that arrive, and the rows that both leave behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.story import Story
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.core.asset_book import QueuedEvent
from tradewind.spec import DagKey, DagSpec, Json, ScheduleSpec, TaskSpec

__all__ = ["AssetStory", "alias", "all_of", "any_of", "asset", "consumer", "key", "producer", "ref"]


def asset(name: str, **more: Json) -> dict[str, Json]:
    """An asset as a spec holds it."""
    return {"type": "asset", "name": name, "uri": f"s3://{name}", "group": "asset", "extra": {}, **more}


def alias(name: str) -> dict[str, Json]:
    return {"type": "alias", "name": name, "group": "asset"}


def ref(**by: str) -> dict[str, Json]:
    return {"type": "ref", **by}


def all_of(*parts: Json) -> dict[str, Json]:
    return {"type": "all", "of": list(parts)}


def any_of(*parts: Json) -> dict[str, Json]:
    return {"type": "any", "of": list(parts)}


def key(name: str) -> e.AssetKey:
    return e.AssetKey("default", name, f"s3://{name}")


def consumer(name: str, condition: Json, *, partitions: Json = None, **more: Any) -> DagSpec:
    """A DAG of one task that waits for assets."""
    args: dict[str, Json] = {"condition": condition}
    if partitions is not None:
        args["partitions"] = partitions
    return DagSpec(dag_id=name, schedule=ScheduleSpec("assets", args), tasks=(TaskSpec(task_id="use"),), **more)


def producer(name: str = "p", *names: str) -> DagSpec:
    """A DAG of one task that makes assets."""
    outlets = tuple(asset(one) for one in names)
    return DagSpec(dag_id=name, schedule=ScheduleSpec("none"), tasks=(TaskSpec(task_id="make", outlets=outlets),))


class AssetStory(Story):
    """A story whose rows know about assets."""

    def __init__(self, **limits: float) -> None:
        super().__init__(**limits)
        self.recorded: dict[str, c.RecordAssetEvent] = {}
        self.queued: dict[tuple[DagKey, str], list[str]] = {}
        self.consumed: dict[str, tuple[str, ...]] = {}
        self.refused: list[c.RefuseAssetEvent] = []
        self.aliases: list[tuple[str, e.AssetKey]] = []
        self.made: dict[str, list[e.RunFacts]] = {}
        """Runs that events started, by DAG."""
        self._events = 0

    def apply(self, event: e.Event) -> list[c.Command]:
        said = super().apply(event)
        for command in said:
            match command:
                case c.RecordAssetEvent():
                    assert command.update.uid not in self.recorded, "an event is recorded twice"
                    self.recorded[command.update.uid] = command
                    self.aliases += [(name, command.asset) for name in command.update.aliases]
                case c.QueueAssetEvent(dag, uid, _, target):
                    assert uid in self.recorded
                    self.queued.setdefault((dag, target), []).append(uid)
                case c.DropAssetEvents(dag, gone):
                    for target, uid in gone:
                        self.queued[dag, target].remove(uid)
                case c.ConsumeAssetEvents(uid, dag, target, taken):
                    assert uid not in self.consumed
                    for one in taken:
                        self.queued[dag, target].remove(one)
                    self.consumed[uid] = taken
                case c.RefuseAssetEvent():
                    self.refused.append(command)
                case c.CreateRun(facts) if facts.run_type == "asset_triggered":
                    self.made.setdefault(facts.dag.dag_id, []).append(facts)
                case _:
                    pass
        return said

    def update(self, *names: str, partition: str | None = None, aliases: tuple[str, ...] = ()) -> AssetStory:
        """Somebody outside says that assets are new, one after the other; returns the story."""
        self.said = []
        for name in names:
            self._events += 1
            update = e.AssetUpdate(
                uid=f"e{self._events}", name=name, uri=f"s3://{name}", aliases=aliases, partition_key=partition
            )
            self.apply(e.AssetUpdated("default", update, self.now, "ann over the API"))
        return self

    def make(self, *names: str, run: str, dag: str = "p", **more: Any) -> AssetStory:
        """A run of the producer, whose task tells of these assets when it succeeds."""
        self.run(run, dag=dag)
        attempt = self.rows.newest(run, "make", -1)
        updates: list[e.AssetUpdate] = []
        for name in names:
            self._events += 1
            updates.append(e.AssetUpdate(uid=f"e{self._events}", name=name, uri=f"s3://{name}", **more))
        self.said = []
        self.apply(e.AttemptStarted(attempt, self.now))
        self.apply(e.AttemptSucceeded(attempt, self.now, assets=tuple(updates)))
        return self

    def runs_of(self, dag: str) -> list[tuple[str, ...]]:
        """The runs that events started, each as the events it was started by."""
        return [self.consumed[facts.uid] for facts in self.made.get(dag, [])]

    def waiting(self, dag: str, target: str = "") -> list[str]:
        """The events that wait for a DAG."""
        return self.queued.get((DagKey("default", dag), target), [])

    def restart(self) -> AssetStory:
        """A new core from the rows."""
        super().restart()
        rows = [(dag, target, uid) for (dag, target), uids in self.queued.items() for uid in uids]
        rows.sort(key=lambda row: list(self.recorded).index(row[2]))
        events = [(dag, target, self._image(uid)) for dag, target, uid in rows]
        self.shard.load_assets(self.aliases, events)
        self.rest()
        return self

    def _image(self, uid: str) -> QueuedEvent:
        record = self.recorded[uid]
        return replace(
            QueuedEvent(uid, record.asset, record.at, (), record.partition_key), source=record.told_by or "task"
        )
