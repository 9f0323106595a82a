"""Watchers of assets: which of them should run, which webhook leads to which, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, select

from tradewind.core.events import AssetUpdate, AssetUpdated
from tradewind.db import inbox
from tradewind.db import tables as t
from tradewind.db.engine import Tx
from tradewind.spec import DagKey

__all__ = ["Watched", "dag_of", "record_watcher_event", "wanted_watchers", "webhook_watchers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A watcher that should run, or whose webhook should be heard."""

    trigger_id: str
    workspace: str
    dag_id: str
    version_id: str
    """Of the DAG: the code that its class may come from."""
    watcher: str
    classpath: str
    kwargs: str
    name: str
    """Of the asset."""
    uri: str
    secret: str | None


_W, _D, _A = t.asset_watcher.c, t.dag.c, t.asset.c
_SELECT = (
    select(
        _W.trigger_id, _W.workspace, _W.dag_id, _D.version_id, _W.name.label("watcher"), _W.classpath, _W.kwargs,
        _A.name, _A.uri, _W.secret,
    )
    .join(t.dag, and_(_D.workspace == _W.workspace, _D.dag_id == _W.dag_id))
    .join(t.asset, _A.id == _W.asset_id)
    .where(_D.is_stale == false(), _D.version_id.is_not(None))
    .order_by(_W.id)
)  # fmt: skip


def wanted_watchers(tx: Tx) -> list[Watched]:
    """The watchers whose triggers should run: those of DAGs in force, each once, whichever DAG names it."""
    found: dict[str, Watched] = {}
    for row in tx.execute(_SELECT.where(_W.webhook.is_(None))).mappings():
        found.setdefault(row["trigger_id"], Watched(**row))
    return list(found.values())


def webhook_watchers(tx: Tx, workspace: str, path: str) -> list[Watched]:
    """The watchers that listen at a path, each once."""
    found: dict[str, Watched] = {}
    for row in tx.execute(_SELECT.where(_W.workspace == workspace, _W.webhook == path)).mappings():
        found.setdefault(row["trigger_id"], Watched(**row))
    return list(found.values())


def record_watcher_event(tx: Tx, watched: Watched, uid: str, payload: Any, now: datetime) -> int:
    """A watcher's trigger said something: its asset was updated. Returns the row of the inbox.

    Args:
        uid: of the event, made by the caller.
        payload: JSON that goes with the event.
    """
    update = AssetUpdate(uid=uid, name=watched.name, uri=watched.uri, extra={"from_trigger": True, "payload": payload})
    return inbox.post(tx, AssetUpdated(watched.workspace, update, now, f"watcher {watched.watcher}"), now)


def dag_of(watched: Watched) -> DagKey:
    """The DAG whose code names the watcher."""
    return DagKey(watched.workspace, watched.dag_id)
