"""Answers what tasks ask in a run of one DAG without a server: XComs in memory, variables and connections from files."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tradewind.core.states import TaskState
from tradewind.sdk.connection import Connection
from tradewind.sdk.exceptions import AirflowRuntimeError
from tradewind.sdk.task_api import (
    AssetEventFacts,
    AssetEventQuery,
    AssetFacts,
    EncodedXCom,
    PreviousRun,
    StatePlace,
    XComAddress,
    task_api,
)

__all__ = ["MemoryApi", "MemoryServer", "read_connections", "read_variables"]

log = logging.getLogger("tradewind.task")


class MemoryServer:
    """What one run leaves behind, for the tasks that follow."""

    def __init__(self, dag_id: str, run_id: str) -> None:
        self.dag_id, self.run_id = dag_id, run_id
        self.xcoms: dict[tuple[str, int], dict[str, EncodedXCom]] = {}
        self._indexes: dict[tuple[str, str], list[int]] = {}
        self.states: dict[tuple[str, int], TaskState | None] = {}
        self.paths: dict[tuple[str, int], str] = {}
        """Of instances in scopes inside of scopes: the numbers of their items, as ``3/0``."""
        self.groups: dict[str, set[str]] = {}
        self.outside = task_api()
        """What answers about variables and connections that the run itself was not given; None: nothing does."""
        self.variables: dict[str, str] = {}
        self.connections: dict[str, Mapping[str, Any]] = {}
        self.stores: dict[tuple[str, ...], dict[str, str]] = {}
        """State stores: of tasks by id and map index, of assets by name or URI."""
        self.asset_events: list[AssetEventFacts] = []
        """What tasks told of assets, in order."""
        self.assets: dict[str, AssetFacts] = {}
        """The assets that the DAG knows, by name."""
        self.triggered: set[tuple[str, str]] = set()
        """Runs of other DAGs that would have been started: DAG id and run id."""
        self.results: list[str] = []
        """The tasks whose values the DAG returns."""
        self.deadlines: dict[tuple[int, str | None], datetime | None] = {}
        """What code said about deadlines, by alert and task."""
        self.run_state: str = "running"
        self.logical_date: datetime | None = None

    def indexes(self, task_id: str, key: str, path: str = "") -> list[int]:
        """The map indexes of a task's instances that left a value of this key behind, in order; in the order of their
        paths, where they are asked for by `path` (``*``: all of them)."""
        if path:
            is_last, path = path.endswith("$"), path.removesuffix("$")
            places = {index: self.paths[task_id, index] for index in self.indexes(task_id, key)}
            found = [
                index
                for index, own in places.items()
                if (path in ("*", own) or own.startswith(f"{path}/"))
                and self.states.get((task_id, index)) is not TaskState.REMOVED
            ]
            ordered = sorted((tuple(map(int, places[index].split("/"))), index) for index in found)
            if is_last:
                ordered = list({place[:-1]: (place, index) for place, index in ordered}.values())
            return [index for _, index in ordered]
        found = self._indexes.get((task_id, key))
        if found is None:
            found = sorted(index for (name, index), values in self.xcoms.items() if name == task_id and key in values)
            self._indexes[task_id, key] = found
        return found

    def keep(self, task_id: str, map_index: int, xcoms: Mapping[str, EncodedXCom]) -> None:
        """Store what an attempt left behind."""
        for key in xcoms:
            self._indexes.pop((task_id, key), None)
        if xcoms:
            self.xcoms.setdefault((task_id, map_index), {}).update(xcoms)

    def forget(self, task_id: str, map_index: int) -> None:
        """Drop the values of an instance: a new attempt starts."""
        for key in self.xcoms.pop((task_id, map_index), {}):
            self._indexes.pop((task_id, key), None)

    def drop(self, task_id: str, map_index: int, key: str) -> None:
        """Drop one value."""
        self.xcoms.get((task_id, map_index), {}).pop(key, None)
        self._indexes.pop((task_id, key), None)


class MemoryApi:
    """The task API of one attempt."""

    def __init__(self, server: MemoryServer, task_id: str, map_index: int) -> None:
        self._server, self._task_id, self._map_index = server, task_id, map_index

    def _is_here(self, where: XComAddress) -> bool:
        server = self._server
        return where.dag_id in {"", server.dag_id} and where.run_id in {"", server.run_id}

    def xcom(self, where: XComAddress) -> EncodedXCom | None:
        """One stored value."""
        if not self._is_here(where):
            return None
        return self._server.xcoms.get((where.task_id, where.map_index), {}).get(where.key)

    def xcoms(self, where: XComAddress) -> list[tuple[int, EncodedXCom]]:
        """The stored values of all instances of a task."""
        if not self._is_here(where):
            return []
        indexes = self._server.indexes(where.task_id, where.key, where.path)
        return [(index, self._server.xcoms[where.task_id, index][where.key]) for index in indexes]

    def xcom_at(self, where: XComAddress, place: int) -> tuple[EncodedXCom | None, int]:
        """Of the values of a task's instances, in order: the one at a place, and how many there are."""
        if not self._is_here(where):
            return None, 0
        indexes = self._server.indexes(where.task_id, where.key, where.path)
        if place >= len(indexes):
            return None, len(indexes)
        return self._server.xcoms[where.task_id, indexes[place]][where.key], len(indexes)

    def push_xcom(self, key: str, value: EncodedXCom) -> None:
        """Store a value now."""
        self._server.keep(self._task_id, self._map_index, {key: value})

    def delete_xcom(self, key: str) -> None:
        """Delete a value of this instance."""
        self._server.drop(self._task_id, self._map_index, key)

    def variable(self, key: str) -> str | None:
        """The text of a variable."""
        found, outside = self._server.variables.get(key), self._server.outside
        return outside.variable(key) if found is None and outside is not None else found

    def set_variable(self, key: str, value: str, description: str | None) -> None:  # noqa: ARG002 - nobody will read it
        """Store a variable for this run."""
        self._server.variables[key] = value

    def delete_variable(self, key: str) -> None:
        """Delete a variable."""
        self._server.variables.pop(key, None)

    def variable_keys(self, prefix: str | None) -> list[str]:
        """Names of variables."""
        return sorted(key for key in self._server.variables if key.startswith(prefix or ""))

    def connection(self, conn_id: str) -> Mapping[str, Any] | None:
        """The fields of a connection."""
        found, outside = self._server.connections.get(conn_id), self._server.outside
        return outside.connection(conn_id) if found is None and outside is not None else found

    def _store(self, where: StatePlace) -> dict[str, str]:
        asset = where.asset_name or where.asset_uri
        key = ("asset", asset) if asset else ("task", self._task_id, str(self._map_index))
        return self._server.stores.setdefault(key, {})

    def state(self, where: StatePlace, key: str) -> str | None:
        """A stored value as JSON."""
        return self._store(where).get(key)

    def set_state(
        self,
        where: StatePlace,
        key: str,
        value: str,
        retention_s: float | None,  # noqa: ARG002 - it lives as long as the run
        *,
        never_expires: bool,  # noqa: ARG002 - the same
    ) -> None:
        """Store a value for this run."""
        self._store(where)[key] = value

    def delete_state(self, where: StatePlace, key: str | None) -> None:
        """Forget a value; None: all of them."""
        store = self._store(where)
        for one in [key] if key is not None else list(store):
            store.pop(one, None)

    def state_keys(self, where: StatePlace) -> list[str]:
        """The keys that have a value."""
        return sorted(self._store(where))

    def tell_deadline(self, alert: int, task_id: str | None, at: datetime | None) -> None:
        """Note when a deadline is; nobody watches it here."""
        self._server.deadlines[alert, task_id] = at

    def task_counts(
        self,
        dag_id: str,
        *,
        task_ids: Sequence[str] = (),
        group_id: str = "",
        run_ids: Sequence[str] = (),
        logical_dates: Sequence[datetime] = (),  # noqa: ARG002 - there is one run
    ) -> dict[str, int]:
        """How many instances there are, by state; those of another DAG are taken as done, so that nobody waits for them."""
        server = self._server
        if dag_id != server.dag_id:
            what = ", ".join(task_ids) or group_id or "its run"
            log.warning("%s %s of DAG %r is taken as done", _ONE_DAG, what, dag_id)
            return {"success": max(len(task_ids), 1)}
        if run_ids and server.run_id not in run_ids:
            return {}
        if not task_ids and not group_id:
            return {server.run_state: 1}
        wanted = set(task_ids) | server.groups.get(group_id, set())
        counts = Counter(str(state) for (task_id, _), state in server.states.items() if task_id in wanted)
        return dict(counts)

    def task_states(
        self,
        dag_id: str,
        *,
        task_ids: Sequence[str] = (),
        group_id: str = "",
        run_ids: Sequence[str] = (),
        logical_dates: Sequence[datetime] = (),
    ) -> dict[str, dict[str, str | None]]:
        """The state of each instance of the run; those of another DAG are taken as done."""
        server = self._server
        if dag_id != server.dag_id:
            what = ", ".join(task_ids) or group_id or "its run"
            log.warning("%s %s of DAG %r is taken as done", _ONE_DAG, what, dag_id)
            names = list(task_ids) or [group_id or "all"]
            runs = [*run_ids, *(f"at {date}" for date in logical_dates)] or ["a run"]
            return {run: dict.fromkeys(names, "success") for run in runs}
        if run_ids and server.run_id not in run_ids:
            return {}
        wanted = set(task_ids) | server.groups.get(group_id, set())
        states = {
            task_id if index < 0 else f"{task_id}_{index}": str(state)
            for (task_id, index), state in server.states.items()
            if task_id in wanted or not wanted
        }
        return {server.run_id: dict(states)}

    def dag_facts(self, dag_id: str) -> Mapping[str, Any] | None:
        """What there is to know of a DAG; of others than the one that runs it is taken that they have what is asked for."""
        server = self._server
        if dag_id != server.dag_id:
            return {"dag_id": dag_id, "is_paused": False, "is_stale": False, "task_ids": _Any(), "group_ids": _Any(),
                    "results": []}  # fmt: skip
        task_ids = list(dict.fromkeys(task_id for task_id, _ in server.states))
        return {"dag_id": dag_id, "is_paused": False, "is_stale": False, "task_ids": task_ids,
                "group_ids": list(server.groups), "results": server.results}  # fmt: skip

    def asset(self, name: str, uri: str) -> AssetFacts | None:
        """An asset of this DAG; one that only other DAGs know is taken to have its name as URI."""
        found = self._server.assets.get(name) if name else None
        return found or AssetFacts(name or uri, uri or name)

    def asset_events(self, query: AssetEventQuery) -> list[AssetEventFacts]:
        """What tasks of this run told of an asset or alias."""
        found = [event for event in self._server.asset_events if _is_wanted(event, query)]
        if not query.ascending:
            found.reverse()
        return found[: query.limit]

    def triggering_events(self) -> list[AssetEventFacts]:
        """None: the run was asked for."""
        return []

    def run_state(self, dag_id: str, run_id: str) -> str | None:
        """The state of a run."""
        if dag_id == self._server.dag_id and run_id == self._server.run_id:
            return self._server.run_state
        if (dag_id, run_id) in self._server.triggered:
            log.warning("%s run %s of DAG %r is taken as a success", _ONE_DAG, run_id, dag_id)
            return "success"
        raise AirflowRuntimeError(f"{_ONE_DAG} the state of run {run_id} of DAG {dag_id!r} is not known")

    def previous_run(self, state: str | None) -> PreviousRun | None:  # noqa: ARG002 - there is none in any state
        """There is no earlier run."""
        return None

    def trigger_run(self, dag_id: str, *, run_id: str = "", **wanted: Any) -> str:
        """Say that a run of another DAG would be started; nothing is."""
        moment = wanted.get("run_after") or wanted.get("logical_date")
        name = run_id or f"manual__{moment.isoformat() if moment is not None else self._server.run_id}"
        log.warning("%s run %s of DAG %r is not started", _ONE_DAG, name, dag_id)
        self._server.triggered.add((dag_id, name))
        return name


class _Any(list[str]):
    """Names of which any is there."""

    def __contains__(self, key: object) -> bool:
        return True


def _is_wanted(event: AssetEventFacts, query: AssetEventQuery) -> bool:
    if query.alias and query.alias not in event.aliases:
        return False
    if (query.name and query.name != event.name) or (query.uri and query.uri != event.uri):
        return False
    is_late_enough = query.after is None or event.timestamp >= query.after
    return is_late_enough and (query.before is None or event.timestamp <= query.before)


_ONE_DAG = "this run is of one DAG in one process:"


def read_variables(path: str | Path) -> dict[str, str]:
    """Variables from a JSON, YAML or ``KEY=value`` file.

    Raises:
        ValueError, TypeError: it is none of these, or not by name.
    """
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in _by_name(path).items()}


def read_connections(path: str | Path) -> dict[str, Mapping[str, Any]]:
    """Connections from a JSON, YAML or ``ID=uri`` file; each is a URI or its fields.

    Raises:
        ValueError, TypeError: it is none of these, or not by name.
    """
    return {
        conn_id: _connection(conn_id, value).to_dict() | _extra(conn_id, value)
        for conn_id, value in _by_name(path).items()
    }


def _connection(conn_id: str, value: Any) -> Connection:
    if isinstance(value, str):
        return (
            Connection.from_json(value, conn_id) if value.lstrip().startswith("{") else Connection(conn_id, uri=value)
        )
    return Connection.from_json(json.dumps(value), conn_id)


def _extra(conn_id: str, value: Any) -> dict[str, Any]:
    return {"extra": _connection(conn_id, value).extra}


def _by_name(path: str | Path) -> dict[str, Any]:
    file = Path(path)
    text = file.read_text(encoding="utf-8")
    match file.suffix:
        case ".json":
            content = json.loads(text)
        case ".yaml" | ".yml":
            import yaml  # noqa: PLC0415 - most runs read no file

            content = yaml.safe_load(text)
        case ".env" | "":
            lines = [line.split("=", 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
            content = {pair[0].strip(): pair[1].strip() for pair in lines if len(pair) == 2}
        case _:
            raise ValueError(f"{file}: a .json, .yaml or .env file is wanted")
    if not isinstance(content, dict):
        raise TypeError(f"{file}: names and their values are wanted, not a {type(content).__name__}")
    return content
