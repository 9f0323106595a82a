"""What waits for a DAG, event by event, and what it made of others; for people who ask where the DAG stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tradewind.db import tables as t
from tradewind.db.asset_images import event_source
from tradewind.db.engine import Tx
from tradewind.db.keyset import unindexed
from tradewind.spec import DagKey

__all__ = ["WaitingEvent", "last_run", "members", "refusals", "waiting_for"]

MOST_REFUSALS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEvent:
    """An event that waits for the rest of a DAG's condition."""

    uid: str
    name: str
    uri: str
    target: str
    """The partition of the DAG; empty: it has none."""
    partition_key: str | None
    """That of the asset."""
    queued_at: datetime
    source: str
    """Who told of it, in words."""


_A, _E, _Q = t.asset.c, t.asset_event.c, t.asset_queue.c


def waiting_for(tx: Tx, dag: DagKey) -> list[WaitingEvent]:
    """What waits for a DAG, in order of arrival."""
    query = (
        select(
            _E.uid, _A.name, _A.uri, _Q.target, _E.partition_key, _Q.queued_at, _E.source_dag_id, _E.source_run_id,
            _E.source_task_id, _E.source_map_index, _E.told_by,
        )
        .join(t.asset_event, _E.uid == _Q.event_uid)
        .join(t.asset, _A.id == _E.asset_id)
        .where(_Q.workspace == dag.workspace, _Q.dag_id == dag.dag_id)
        .order_by(_E.id)
    )  # fmt: skip
    return [
        WaitingEvent(
            uid=row.uid,
            name=row.name,
            uri=row.uri,
            target=row.target,
            partition_key=row.partition_key,
            queued_at=row.queued_at,
            source=event_source(row),
        )
        for row in tx.execute(query)
    ]


def members(tx: Tx, workspace: str) -> dict[str, set[tuple[str, str]]]:
    """Alias -> name and URI of the assets that it has stood for."""
    query = (
        select(t.asset_alias.c.name, _A.name, _A.uri)
        .join(t.asset_alias_member, t.asset_alias_member.c.alias_id == t.asset_alias.c.id)
        .join(t.asset, _A.id == t.asset_alias_member.c.asset_id)
        .where(t.asset_alias.c.workspace == workspace)
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for alias, name, uri in tx.execute(query):
        found.setdefault(alias, set()).add((name, uri))
    return found


def last_run(tx: Tx, dag: DagKey) -> dict[str, object] | None:
    """The last run that assets started, with the reason; None: there is none."""
    r = t.dag_run.c
    row = (
        tx.execute(
            select(r.run_id, r.run_after, r.state, r.partition_key, r.reason)
            .where(r.workspace == dag.workspace, r.dag_id == dag.dag_id, r.run_type == "asset_triggered")
            .order_by(r.run_after.desc(), unindexed(tx, r.uid).desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else {str(name): value for name, value in row.items()}


def refusals(tx: Tx, dag: DagKey) -> list[dict[str, object]]:
    """The last events that the DAG's partitions could not take, with the reason."""
    f = t.asset_refusal.c
    query = (
        select(_E.id.label("event_id"), _A.name.label("asset"), _E.partition_key, f.at, f.reason)
        .join(t.asset_event, _E.uid == f.event_uid)
        .join(t.asset, _A.id == _E.asset_id)
        .where(f.workspace == dag.workspace, f.dag_id == dag.dag_id)
        .order_by(_E.id.desc())
        .limit(MOST_REFUSALS)
    )
    return [{str(name): value for name, value in row.items()} for row in tx.execute(query).mappings()]
