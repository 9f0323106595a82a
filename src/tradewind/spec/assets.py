"""What a schedule by assets says, read out of its JSON: the condition, and how partitions of one asset are those of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from tradewind.base.errors import InvalidInput
from tradewind.spec.model import DagSpec, Json, ScheduleSpec, TaskSpec
from tradewind.timetables.partitions import IDENTITY, Mapper, mapper_of

__all__ = [
    "AllOf",
    "AnyOf",
    "AssetLeaf",
    "AssetReference",
    "AssetSchedule",
    "AssetWatch",
    "Condition",
    "asset_expression",
    "asset_references",
    "asset_schedule",
    "asset_watches",
    "is_met",
    "leaf_of",
    "leaves",
]

LeafKind = Literal["asset", "name", "uri", "alias"]


@dataclass(frozen=True, slots=True)
class AssetLeaf:
    """Something a condition waits for: an asset, one that is named by its name or its URI alone, or an alias."""

    kind: LeafKind
    name: str = ""
    uri: str = ""
    group: str = "asset"

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells leaves apart."""
        return self.kind, self.name, self.uri

    @property
    def label(self) -> str:
        """The name that people know it by."""
        return self.name or self.uri

    def names(self, name: str, uri: str) -> bool:
        """Whether this asset is the one meant; what an alias stands for is not known here."""
        match self.kind:
            case "asset":
                return (self.name, self.uri) == (name, uri)
            case "name":
                return self.name == name
            case "uri":
                return self.uri == uri
            case "alias":
                return False


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Met when one of its parts is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Met when all of its parts are."""

    parts: tuple[Condition, ...]


Condition = AssetLeaf | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class AssetSchedule:
    """A schedule by assets."""

    condition: Condition
    is_partitioned: bool = False
    """A run for each partition of the DAG, as the partitions of its assets arrive; else a run for the assets whole."""
    default_mapper: Mapper = IDENTITY
    mappers: tuple[tuple[AssetLeaf, Mapper], ...] = ()

    def mapper(self, name: str, uri: str) -> Mapper:
        """How partitions of an asset are those of the DAG."""
        return next((mapper for leaf, mapper in self.mappers if leaf.names(name, uri)), self.default_mapper)


@dataclass(frozen=True, slots=True)
class AssetReference:
    """That a DAG waits for an asset (`schedule`), or that a task makes (`outlet`) or reads (`inlet`) it."""

    kind: Literal["schedule", "outlet", "inlet"]
    leaf: AssetLeaf
    task_id: str = ""
    extra: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class AssetWatch:
    """A watcher of an asset: a trigger whose events are updates of it."""

    asset: AssetLeaf
    name: str
    classpath: str
    kwargs: str
    """JSON as the XCom codec writes it."""
    webhook: str | None = None
    """The path of `POST /assets/webhooks/{path}` that it listens at, if it is a webhook."""
    secret: str | None = None
    """Name of the variable that the calls of the webhook are signed with."""


def asset_schedule(schedule: ScheduleSpec) -> AssetSchedule | None:
    """The schedule by assets; None where runs come from a clock or from people only.

    Raises:
        InvalidInput: it is none that this release understands.
    """
    if schedule.kind != "assets" or "condition" not in schedule.args:
        return None
    condition = _condition(schedule.args["condition"])
    partitions = schedule.args.get("partitions")
    if partitions is None:
        return AssetSchedule(condition)
    found = _object(partitions)
    pairs = [_list(pair) for pair in _list(found.get("mappers", []))]
    return AssetSchedule(
        condition,
        is_partitioned=True,
        default_mapper=mapper_of(found.get("default", {"kind": "identity"})),
        mappers=tuple((leaf_of(leaf), mapper_of(mapper)) for leaf, mapper in pairs),
    )


def is_met(condition: Condition, has: Callable[[AssetLeaf], bool]) -> bool:
    """Whether a condition holds.

    Args:
        has: whether a leaf does.
    """
    match condition:
        case AssetLeaf():
            return has(condition)
        case AnyOf(parts):
            return any(is_met(part, has) for part in parts)
        case AllOf(parts):
            return all(is_met(part, has) for part in parts)


def leaves(condition: Condition) -> Iterator[AssetLeaf]:
    """What a condition is made of, each once, in order."""
    seen: set[tuple[str, str, str]] = set()
    for leaf in _leaves(condition):
        if leaf.key not in seen:
            seen.add(leaf.key)
            yield leaf


def _leaves(condition: Condition) -> Iterator[AssetLeaf]:
    if isinstance(condition, AssetLeaf):
        yield condition
    else:
        for part in condition.parts:
            yield from _leaves(part)


def asset_expression(condition: Condition) -> Json:
    """The condition in the form in which Airflow's REST API shows it."""
    match condition:
        case AssetLeaf(kind="asset", name=name, uri=uri, group=group):
            return {"asset": {"uri": uri, "name": name, "group": group}}
        case AssetLeaf(kind="alias", name=name, group=group):
            return {"alias": {"name": name, "group": group}}
        case AssetLeaf(kind="name", name=name):
            return {"asset_ref": {"name": name}}
        case AssetLeaf(uri=uri):
            return {"asset_ref": {"uri": uri}}
        case AnyOf(parts):
            return {"any": [asset_expression(part) for part in parts]}
        case AllOf(parts):
            return {"all": [asset_expression(part) for part in parts]}


def asset_references(spec: DagSpec) -> list[AssetReference]:
    """All assets that a DAG has to do with."""
    found: list[AssetReference] = []
    schedule = asset_schedule(spec.schedule)
    if schedule is not None:
        extras = dict(_extras(spec.schedule.args.get("condition")))
        found += [AssetReference("schedule", leaf, extra=extras.get(leaf.key)) for leaf in leaves(schedule.condition)]
    for task in spec.tasks:
        found += _of_task(task)
    return found


def _of_task(task: TaskSpec) -> Iterator[AssetReference]:
    kinds: tuple[tuple[Literal["outlet", "inlet"], Sequence[Json]], ...] = (
        ("outlet", task.outlets),
        ("inlet", task.inlets),
    )
    for kind, values in kinds:
        for value in values:
            if isinstance(value, dict) and value.get("type") in _LEAVES:
                yield AssetReference(kind, leaf_of(value), task.task_id, _extra(value))


def asset_watches(spec: DagSpec) -> list[AssetWatch]:
    """The watchers of all assets that a DAG has to do with, each once."""
    found: dict[tuple[str, str, str], AssetWatch] = {}
    values: list[object] = [value for task in spec.tasks for value in (*task.outlets, *task.inlets)]
    if spec.schedule.kind == "assets":
        values.append(spec.schedule.args.get("condition"))
    for value in values:
        for asset in _assets(value):
            leaf = leaf_of(asset)
            for raw in _list(asset.get("watchers", [])):
                watcher = _object(raw)
                webhook, secret = watcher.get("webhook"), watcher.get("secret")
                watch = AssetWatch(
                    leaf,
                    str(watcher.get("name")),
                    str(watcher.get("classpath")),
                    str(watcher.get("kwargs", "{}")),
                    webhook if isinstance(webhook, str) else None,
                    secret if isinstance(secret, str) else None,
                )
                found.setdefault((leaf.name, leaf.uri, watch.name), watch)
    return list(found.values())


# -- reading JSON ----------------------------------------------------------------------------------------------------

_LEAVES = ("asset", "alias", "ref")


def leaf_of(raw: object) -> AssetLeaf:
    """An asset, alias or reference from its JSON.

    Raises:
        InvalidInput: it is none.
    """
    value = _object(raw)
    name, uri, group = str(value.get("name", "")), str(value.get("uri", "")), str(value.get("group", "asset"))
    match value.get("type"):
        case "asset":
            return AssetLeaf("asset", name, uri, group)
        case "alias":
            return AssetLeaf("alias", name, group=group)
        case "ref" if name:
            return AssetLeaf("name", name)
        case "ref" if uri:
            return AssetLeaf("uri", uri=uri)
        case other:
            raise InvalidInput(f"no schedule can wait for {other!r}")


def _condition(raw: object) -> Condition:
    value = _object(raw)
    if value.get("type") in ("any", "all"):
        parts = tuple(_condition(part) for part in _list(value.get("of")))
        return AnyOf(parts) if value["type"] == "any" else AllOf(parts)
    return leaf_of(value)


def _assets(raw: object) -> Iterator[dict[str, object]]:
    if not isinstance(raw, dict):
        return
    value = cast("dict[str, object]", raw)
    if value.get("type") == "asset":
        yield value
    elif value.get("type") in ("any", "all"):
        for part in _list(value.get("of")):
            yield from _assets(part)


def _extras(raw: object) -> Iterator[tuple[tuple[str, str, str], Mapping[str, Json] | None]]:
    for asset in _assets(raw):
        yield leaf_of(asset).key, _extra(asset)


def _extra(value: Mapping[str, object]) -> Mapping[str, Json] | None:
    extra = value.get("extra")
    return cast("Mapping[str, Json]", extra) if isinstance(extra, dict) else None


def _object(raw: object) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise InvalidInput(f"a schedule by assets holds {raw!r} where an object belongs")
    return cast("dict[str, object]", raw)


def _list(raw: object) -> list[object]:
    if not isinstance(raw, list | tuple):
        raise InvalidInput(f"a schedule by assets holds {raw!r} where a list belongs")
    return list(cast("list[object]", raw))
