"""What tasks say about the assets they make, and read about those they use: outlet, inlet and triggering events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, overload

import pendulum

from tradewind.base.ids import UuidSource
from tradewind.sdk.asset import Asset, AssetAlias, AssetNameRef, AssetRef, AssetUriRef
from tradewind.sdk.context import get_current_context
from tradewind.sdk.exceptions import AirflowRuntimeError
from tradewind.sdk.task_api import AssetEventFacts, AssetEventQuery, task_api

__all__ = [
    "AliasEvent",
    "AssetEvent",
    "InletEvents",
    "InletEventsOf",
    "OutletEvent",
    "OutletEvents",
    "SourceRun",
    "SourceTaskInstance",
    "Touch",
    "TriggeringAssetEvents",
    "touches_of",
]

Key = Asset | AssetAlias | AssetRef


# -- what a task says ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AliasEvent:
    """An asset that a task added to an alias."""

    asset: Asset
    extra: dict[str, Any]
    partition_keys: tuple[str, ...] = ()


@dataclass
class OutletEvent:
    """What the event about one outlet says."""

    key: Key
    extra: dict[str, Any] = field(default_factory=dict)
    """A JSON object that goes with the event; may be set, or changed in place."""
    asset_alias_events: list[AliasEvent] = field(default_factory=list)
    partition_keys: list[str] = field(default_factory=list)

    def add(
        self, asset: Asset, extra: Mapping[str, Any] | None = None, *, partition_keys: str | Iterable[str] = ()
    ) -> None:
        """Of an alias: an asset was updated, and the alias stands for it.

        Raises:
            AirflowRuntimeError: this is the event of an asset, not of an alias.
        """
        if not isinstance(self.key, AssetAlias):
            raise AirflowRuntimeError(f"assets are added to aliases, and {self.key!r} is none")
        if not isinstance(asset, Asset):
            raise TypeError(f"an Asset is added to an alias, not {asset!r}")
        found = AliasEvent(asset, dict(extra or {}), tuple(_texts(partition_keys)))
        if found not in self.asset_alias_events:
            self.asset_alias_events.append(found)

    def add_partitions(self, keys: str | Iterable[str]) -> None:
        """The partitions of the asset that were updated: each gets an event of its own, once."""
        self.partition_keys[:] = dict.fromkeys([*self.partition_keys, *_texts(keys)])


def _texts(keys: str | Iterable[str]) -> list[str]:
    found = [keys] if isinstance(keys, str) else list(keys)
    for key in found:
        if not isinstance(key, str) or not key:
            raise ValueError(f"the key of a partition is a text that is not empty, not {key!r}")
    return found


class OutletEvents(Mapping[Key, OutletEvent]):
    """``outlet_events[asset]``: what the events of this task will say."""

    def __init__(self) -> None:
        self._events: dict[Key, OutletEvent] = {}

    def __getitem__(self, key: Any) -> OutletEvent:
        if not isinstance(key, Asset | AssetAlias | AssetRef):
            raise TypeError(f"Key should be either an asset or an asset alias, not {type(key)}")
        return self._events.setdefault(_plain(key), OutletEvent(key))

    def __iter__(self) -> Iterator[Key]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def __contains__(self, key: object) -> bool:
        return key in self._events

    def for_asset(self, *, name: str | None = None, uri: str | None = None) -> OutletEvent:
        """The event of an asset, by name, URI or both."""
        return self[_asset_key(name, uri)]

    def for_asset_alias(self, *, name: str) -> OutletEvent:
        """The event of an alias."""
        return self[AssetAlias(name)]


def _plain(key: Any) -> Any:
    """The asset, whatever class it is of."""
    return Asset(key.name, key.uri, group=key.group) if isinstance(key, Asset) and type(key) is not Asset else key


def _asset_key(name: str | None, uri: str | None) -> Key:
    if name and uri:
        return Asset(name, uri)
    if name:
        return AssetNameRef(name)
    if uri:
        return AssetUriRef(uri)
    raise ValueError("either 'name' or 'uri' must be provided")


@dataclass(frozen=True)
class Touch:
    """An update that the success of a task tells of."""

    uid: str
    name: str
    uri: str
    group: str
    extra: dict[str, Any]
    aliases: list[str]
    partition_keys: list[str]


def touches_of(outlets: Sequence[Any], events: Any) -> list[Touch]:
    """The updates that a task's success tells of: of all its outlets, and of what it added to its aliases.

    Args:
        outlets: of the task.
        events: `outlet_events` of its context; None: nobody looked at them.
    """
    said: Mapping[Key, OutletEvent] = events if isinstance(events, OutletEvents) else {}
    found: list[Touch] = []
    merged: dict[tuple[str, str, str], tuple[AliasEvent, list[str]]] = {}
    for outlet in outlets:
        event = said.get(_plain(outlet)) if isinstance(outlet, Asset | AssetAlias | AssetRef) else None
        if event is None and isinstance(outlet, Asset):
            event = said.get(AssetNameRef(outlet.name)) or said.get(AssetUriRef(outlet.uri))
        match outlet:
            case Asset():
                found.append(_touch(outlet.name, outlet.uri, outlet.group, event))
            case AssetRef():
                named = isinstance(outlet, AssetNameRef)
                found.append(_touch(outlet.value if named else "", "" if named else outlet.value, "asset", event))
            case AssetAlias() if event is not None:
                for one in event.asset_alias_events:
                    key = (one.asset.name, one.asset.uri, repr((one.extra, one.partition_keys)))
                    merged.setdefault(key, (one, []))[1].append(outlet.name)
            case _:
                pass
    for one, aliases in merged.values():
        asset = one.asset
        found.append(Touch(_new_id(), asset.name, asset.uri, asset.group, one.extra, aliases, list(one.partition_keys)))
    return found


def _touch(name: str, uri: str, group: str, event: OutletEvent | None) -> Touch:
    extra = dict(event.extra) if event is not None else {}
    keys = list(event.partition_keys) if event is not None else []
    return Touch(_new_id(), name, uri, group, extra, [], keys)


def _new_id() -> str:
    return UuidSource().new()


# -- what a task reads -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SourceRun:
    """The run that told of an event. Moments are pendulum DateTimes."""

    dag_id: str
    run_id: str
    run_type: str | None = None
    logical_date: Any = None
    data_interval_start: Any = None
    data_interval_end: Any = None


@dataclass(frozen=True)
class SourceTaskInstance:
    """The task instance that told of an event."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1

    def xcom_pull(self, key: str = "return_value", default: Any = None) -> Any:
        """What it pushed under a key.

        Raises:
            AirflowRuntimeError: no task runs that could ask.
        """
        ti: Any = get_current_context()["ti"]
        return ti.xcom_pull(
            self.task_id, self.dag_id, key, run_id=self.run_id, map_indexes=self.map_index, default=default
        )


@dataclass(frozen=True)
class AssetEvent:
    """An update of an asset that was told of."""

    asset: Asset
    timestamp: Any
    extra: dict[str, Any]
    source_dag_id: str | None = None
    source_run_id: str | None = None
    source_task_id: str | None = None
    source_map_index: int | None = None
    partition_key: str | None = None
    source_aliases: tuple[str, ...] = ()
    id: int | None = None
    source_dag_run: SourceRun | None = None
    """None: a person, a watcher, or something else outside told of it."""

    @property
    def source_task_instance(self) -> SourceTaskInstance | None:
        """Who told of it; None: no task did."""
        if self.source_dag_id is None or self.source_run_id is None or self.source_task_id is None:
            return None
        index = -1 if self.source_map_index is None else self.source_map_index
        return SourceTaskInstance(self.source_dag_id, self.source_run_id, self.source_task_id, index)

    @property
    def uri(self) -> str:
        """The asset's URI."""
        return self.asset.uri

    @property
    def name(self) -> str:
        """The asset's name."""
        return self.asset.name


def _event(facts: AssetEventFacts) -> AssetEvent:
    return AssetEvent(
        asset=Asset(facts.name, facts.uri, group=facts.group),
        timestamp=pendulum.instance(facts.timestamp),
        extra=dict(facts.extra),
        source_dag_id=facts.source_dag_id,
        source_run_id=facts.source_run_id,
        source_task_id=facts.source_task_id,
        source_map_index=facts.source_map_index,
        partition_key=facts.partition_key,
        source_aliases=tuple(facts.aliases),
        id=facts.id,
        source_dag_run=_source_run(facts),
    )


def _source_run(facts: AssetEventFacts) -> SourceRun | None:
    if facts.source_dag_id is None or facts.source_run_id is None:
        return None
    moments = (facts.source_logical_date, facts.source_interval_start, facts.source_interval_end)
    logical_date, start, end = (None if moment is None else pendulum.instance(moment) for moment in moments)
    return SourceRun(facts.source_dag_id, facts.source_run_id, facts.source_run_type, logical_date, start, end)


class InletEventsOf(Sequence[AssetEvent]):
    """The events of an asset or alias, the oldest first; they are asked for when they are looked at."""

    def __init__(self, query: AssetEventQuery) -> None:
        self._query = query
        self._found: list[AssetEvent] | None = None

    def _but(self, **changes: Any) -> InletEventsOf:
        self._query = AssetEventQuery(**{**vars_of(self._query), **changes})
        self._found = None
        return self

    def after(self, after: datetime | str) -> InletEventsOf:
        """Only what happened at this moment or after it."""
        return self._but(after=_moment(after))

    def before(self, before: datetime | str) -> InletEventsOf:
        """Only what happened at this moment or before it."""
        return self._but(before=_moment(before))

    def ascending(self, ascending: bool = True) -> InletEventsOf:
        """The oldest first, or the newest."""
        return self._but(ascending=ascending)

    def limit(self, limit: int) -> InletEventsOf:
        """At most so many."""
        return self._but(limit=limit)

    def _all(self) -> list[AssetEvent]:
        if self._found is None:
            self._found = [_event(facts) for facts in _ask(self._query)]
        return self._found

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[AssetEvent]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> AssetEvent: ...
    @overload
    def __getitem__(self, index: slice) -> list[AssetEvent]: ...
    def __getitem__(self, index: int | slice) -> AssetEvent | list[AssetEvent]:
        if self._found is None and isinstance(index, int) and index < 0 and self._query.limit is None:
            # the newest few, without asking for all that ever happened
            query = AssetEventQuery(**{**vars_of(self._query), "ascending": not self._query.ascending, "limit": -index})
            found = _ask(query)
            if len(found) < -index:
                raise IndexError("list index out of range")
            return _event(found[-index - 1])
        return self._all()[index]


def vars_of(query: AssetEventQuery) -> dict[str, Any]:
    """The fields of a query."""
    return {name: getattr(query, name) for name in AssetEventQuery.__dataclass_fields__}


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _ask(query: AssetEventQuery) -> list[AssetEventFacts]:
    api = task_api()
    if api is None:
        raise AirflowRuntimeError("events of assets can be asked for only while a task runs")
    return api.asset_events(query)


class InletEvents(Mapping[Any, InletEventsOf]):
    """``inlet_events[asset]``: the events of the task's inlets; by asset, alias, or place in the list of inlets."""

    def __init__(self, inlets: Sequence[Any]) -> None:
        self._inlets = [one for one in inlets if isinstance(one, Asset | AssetAlias | AssetRef)]
        self._all = list(inlets)

    def __getitem__(self, key: Any) -> InletEventsOf:
        if isinstance(key, int):
            key = self._all[key]
        if not isinstance(key, Asset | AssetAlias | AssetRef):
            raise TypeError(f"`key` is of unknown type {type(key).__name__}")
        if not any(_same(key, one) for one in self._inlets):
            raise KeyError(key)
        match key:
            case AssetAlias():
                return InletEventsOf(AssetEventQuery(alias=key.name))
            case AssetNameRef():
                return InletEventsOf(AssetEventQuery(name=key.value))
            case AssetUriRef():
                return InletEventsOf(AssetEventQuery(uri=key.value))
            case _:
                return InletEventsOf(AssetEventQuery(name=getattr(key, "name", ""), uri=getattr(key, "uri", "")))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._inlets)

    def __len__(self) -> int:
        return len(self._all)

    def for_asset(self, *, name: str | None = None, uri: str | None = None) -> InletEventsOf:
        """The events of an asset, by name, URI or both."""
        return self[_asset_key(name, uri)]

    def for_asset_alias(self, *, name: str) -> InletEventsOf:
        """The events that came by an alias."""
        return self[AssetAlias(name)]

    @staticmethod
    def asset_named(name: str) -> Asset | None:
        """The asset of this name; None: there is none."""
        api = task_api()
        found = api.asset(name, "") if api is not None else None
        return None if found is None else Asset(found.name, found.uri, group=found.group, extra=dict(found.extra))


def _same(key: Key, inlet: Key) -> bool:
    """Whether both mean one asset, as far as that can be told here."""
    if key == inlet:
        return True
    name, uri = (getattr(key, part, None) for part in ("name", "uri"))
    other_name, other_uri = (getattr(inlet, part, None) for part in ("name", "uri"))
    if isinstance(key, AssetAlias) or isinstance(inlet, AssetAlias):
        return False
    if isinstance(key, AssetRef) or isinstance(inlet, AssetRef):
        return (name is not None and name == other_name) or (uri is not None and uri == other_uri)
    return False


class TriggeringAssetEvents(Mapping[Any, list[AssetEvent]]):
    """``triggering_asset_events``: the events that started the run, by asset, and by alias they came through."""

    def __init__(self) -> None:
        api = task_api()
        self._events: dict[Any, list[AssetEvent]] = {}
        for facts in api.triggering_events() if api is not None else ():
            event = _event(facts)
            self._events.setdefault(event.asset, []).append(event)
            for alias in facts.aliases:
                self._events.setdefault(AssetAlias(alias), []).append(event)

    def __getitem__(self, key: Any) -> list[AssetEvent]:
        if isinstance(key, AssetRef):
            found = [event for asset, of in self._events.items() for event in of if _same(key, asset)]
            if not found:
                raise KeyError(key)
            return found
        return self._events[_plain(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def all_events(self) -> list[AssetEvent]:
        """All of them, each once."""
        return [event for key, of in self._events.items() if isinstance(key, Asset) for event in of]

    def for_asset(self, *, name: str | None = None, uri: str | None = None) -> list[AssetEvent]:
        """The events of an asset, by name, URI or both."""
        return self[_asset_key(name, uri)]

    def for_asset_alias(self, *, name: str) -> list[AssetEvent]:
        """The events that came by an alias."""
        return self[AssetAlias(name)]
