"""Where a DAG that waits for assets stands, from its schedule and the rows of what waits; also in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tradewind.base.errors import InvalidInput, NotFound
from tradewind.db import asset_queue, dags, versions
from tradewind.db.asset_queue import WaitingEvent
from tradewind.db.dags import DagRecord
from tradewind.db.engine import Tx
from tradewind.db.versions import Specs
from tradewind.spec import DagKey
from tradewind.spec.assets import AnyOf, AssetLeaf, AssetSchedule, Condition, asset_expression, asset_schedule, leaves

__all__ = ["consumer_out"]

Body = dict[str, object]
MOST_MISSING = 50
"""How many missing partitions of a rollup are listed."""


def consumer_out(tx: Tx, specs: Specs, dag_key: DagKey) -> Body:
    """`ConsumerResponse`.

    Raises:
        NotFound: no such DAG.
        InvalidInput: it does not wait for assets.
    """
    dag = dags.get_dag(tx, dag_key)
    if dag.version_id is None:
        raise NotFound(f"DAG {dag_key.dag_id!r} has no version yet", dag_id=dag_key.dag_id)
    schedule = asset_schedule(versions.spec_of_version(tx, specs, dag.version_id).schedule)
    if schedule is None:
        raise InvalidInput(f"DAG {dag_key.dag_id!r} is not scheduled by assets", dag_id=dag_key.dag_id)
    waiting: dict[str, list[WaitingEvent]] = {}
    for event in asset_queue.waiting_for(tx, dag_key):
        waiting.setdefault(event.target, []).append(event)
    members = asset_queue.members(tx, dag_key.workspace)
    parts = [_part(schedule, target, events, members) for target, events in waiting.items()]
    if not parts:
        parts = [] if schedule.is_partitioned else [_part(schedule, "", [], members)]
    return {
        "dag_id": dag_key.dag_id,
        "is_paused": dag.is_paused,
        "asset_expression": asset_expression(schedule.condition),
        "is_partitioned": schedule.is_partitioned,
        "words": _words(dag, schedule, parts),
        "waiting": parts,
        "last_run": asset_queue.last_run(tx, dag_key),
        "refused": asset_queue.refusals(tx, dag_key),
    }


def _part(
    schedule: AssetSchedule, target: str, events: list[WaitingEvent], members: dict[str, set[tuple[str, str]]]
) -> Body:
    by_leaf = {leaf.key: _leaf(schedule, leaf, target, events, members) for leaf in leaves(schedule.condition)}
    found = list(by_leaf.values())
    missing = _needed(schedule.condition, lambda leaf: _missing(by_leaf[leaf.key]))
    there = [f"{one['name']} arrived {_at(one['arrived_at'])} {one['source']}" for one in found if one["events"]]
    words = f"waiting for {missing}" if missing else "complete"
    if there:
        words += f"; {', '.join(there)}"
    return {"partition_key": target or None, "assets": found, "words": words}


def _needed(condition: Condition, missing: Callable[[AssetLeaf], str], *, inside: bool = False) -> str:
    """What is still needed for a condition to hold, such as ``b and (c or d)``; empty: nothing."""
    if isinstance(condition, AssetLeaf):
        return missing(condition)
    parts = [_needed(part, missing, inside=True) for part in condition.parts]
    is_any = isinstance(condition, AnyOf)
    if is_any and not all(parts):
        return ""
    needed = list(dict.fromkeys(part for part in parts if part))
    words = (" or " if is_any else " and ").join(needed)
    return f"({words})" if inside and len(needed) > 1 else words


def _missing(one: Body) -> str:
    gone = one["missing_partitions"]
    if one["events"] and not gone:
        return ""
    if isinstance(gone, list) and gone and one["events"]:
        return f"{len(gone)} more partitions of {one['name']}"  # pyright: ignore[reportUnknownArgumentType] - a list of ours
    return str(one["name"])


def _at(moment: object) -> str:
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else ""


def _leaf(
    schedule: AssetSchedule,
    leaf: AssetLeaf,
    target: str,
    events: list[WaitingEvent],
    members: dict[str, set[tuple[str, str]]],
) -> Body:
    def is_meant(event: WaitingEvent) -> bool:
        if leaf.kind == "alias":
            return (event.name, event.uri) in members.get(leaf.name, set())
        return leaf.names(event.name, event.uri)

    meant = [event for event in events if is_meant(event)]
    gone: list[str] = []
    if schedule.is_partitioned and target and meant:
        mapper = schedule.mapper(meant[0].name, meant[0].uri)
        gone = mapper.missing(target, {event.partition_key or "" for event in meant})[:MOST_MISSING]
        if mapper.is_met(target, {event.partition_key or "" for event in meant}):
            gone = []
    last = meant[-1] if meant else None
    return {
        "kind": leaf.kind,
        "name": leaf.label,
        "arrived_at": meant[0].queued_at if meant else None,
        "events": len(meant),
        "source": None if last is None else f"from {last.source}" if last.source else "",
        "missing_partitions": gone,
    }


def _words(dag: DagRecord, schedule: AssetSchedule, parts: list[Body]) -> str:
    if dag.is_paused:
        return "the DAG is paused: events wait until it is resumed"
    if schedule.is_partitioned:
        return f"{len(parts)} partitions are waited for" if parts else "waiting for the first event of a partition"
    return str(parts[0]["words"])
