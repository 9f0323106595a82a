"""What the newest versions of DAGs say of assets, as rows: which there are, who makes and waits for them, who watches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from tradewind.db import tables as t
from tradewind.db.bulk import Bulk, Row, insert, moments
from tradewind.db.engine import Tx
from tradewind.spec import DagKey, DagSpec
from tradewind.spec.assets import AssetReference, AssetWatch, asset_references, asset_watches

__all__ = ["sync_assets"]

WATCHERS = UUID("0f0d9c52-2f1c-4a44-8f0b-6d5d7f1f3f6e")
"""The space in which a watcher's id is made of what it is, so that DAGs that name the same one share it."""


def sync_assets(tx: Tx, dags: Sequence[tuple[DagKey, DagSpec]], now: datetime) -> None:
    """Store what these versions, new or in force again, say of assets.

    Raises:
        InvalidInput: a schedule by assets that this release does not understand.
    """
    if not dags:
        return
    at = moments(tx)(now)
    _FORGET.run(tx, [tuple(dag) for dag, _ in dags])
    _UNWATCH.run(tx, [tuple(dag) for dag, _ in dags])
    references = [(dag, one) for dag, spec in dags for one in asset_references(spec)]
    assets: dict[tuple[str, str, str], Row] = {}
    aliases: dict[tuple[str, str], Row] = {}
    for dag, one in references:
        leaf = one.leaf
        if leaf.kind == "asset":
            extra = msgspec.json.encode(one.extra or {}).decode()
            assets[dag.workspace, leaf.name, leaf.uri] = (dag.workspace, leaf.name, leaf.uri, leaf.group, extra, at, at)
        elif leaf.kind == "alias":
            aliases[dag.workspace, leaf.name] = (dag.workspace, leaf.name, leaf.group)
    _PUT_ASSET.run(tx, list(assets.values()))
    _PUT_ALIAS.run(tx, list(aliases.values()))
    rows = {_key(dag, one): _reference(dag, one, at) for dag, one in references}
    _REFER.run(tx, list(rows.values()))
    watches = [(dag, watch) for dag, spec in dags for watch in asset_watches(spec)]
    _WATCH.run(tx, [_watcher(dag, watch, at) for dag, watch in watches])


def _key(dag: DagKey, one: AssetReference) -> tuple[object, ...]:
    return (dag, one.kind, one.task_id, one.leaf.key)


def _reference(dag: DagKey, one: AssetReference, at: object) -> Row:
    return (*dag, one.kind, one.task_id, one.leaf.kind, one.leaf.name, one.leaf.uri, at, at)


def _watcher(dag: DagKey, watch: AssetWatch, at: object) -> Row:
    asset = watch.asset
    what = f"{dag.workspace}\n{asset.name}\n{asset.uri}\n{watch.name}\n{watch.classpath}\n{watch.kwargs}"
    return (
        watch.name, watch.classpath, watch.kwargs, watch.webhook, watch.secret, str(uuid5(WATCHERS, what)), at,
        *dag, asset.name, asset.uri,
    )  # fmt: skip


_FORGET = Bulk(
    "DELETE FROM asset_reference WHERE workspace = ? AND dag_id = ?",
    "DELETE FROM asset_reference WHERE (workspace, dag_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
)
_UNWATCH = Bulk(
    "DELETE FROM asset_watcher WHERE workspace = ? AND dag_id = ?",
    "DELETE FROM asset_watcher WHERE (workspace, dag_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
)
_PUT_ASSET = insert(
    t.asset,
    ("workspace", "name", "uri", "group_name", "extra", "created_at", "updated_at"),
    "(workspace, name, uri) DO UPDATE SET group_name = excluded.group_name, extra = excluded.extra,"
    " updated_at = excluded.updated_at",
)
_PUT_ALIAS = insert(
    t.asset_alias,
    ("workspace", "name", "group_name"),
    "(workspace, name) DO UPDATE SET group_name = excluded.group_name",
)
_REFER = insert(
    t.asset_reference,
    ("workspace", "dag_id", "kind", "task_id", "leaf", "name", "uri", "created_at", "updated_at"),
)
_WATCHER = (
    "INSERT INTO asset_watcher (name, classpath, kwargs, webhook, secret, trigger_id, created_at, workspace, dag_id,"
    " asset_id)"
)
_WATCH = Bulk(
    f"WITH n(name, class, kwargs, webhook, secret, id, at, workspace, dag, asset, uri) AS (VALUES"
    f" ({', '.join('?' * 11)})) {_WATCHER} SELECT n.name, n.class, n.kwargs, n.webhook, n.secret, n.id, n.at,"
    " n.workspace, n.dag, a.id FROM n JOIN asset a ON a.workspace = n.workspace AND a.name = n.asset AND a.uri = n.uri"
    " WHERE true ON CONFLICT DO NOTHING",
    f"{_WATCHER} SELECT n.name, n.class, n.kwargs, n.webhook, n.secret, n.id, n.at, n.workspace, n.dag, a.id"
    " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],"
    " %s::text[], %s::text[], %s::text[]) AS n(name, class, kwargs, webhook, secret, id, at, workspace, dag, asset, uri)"
    " JOIN asset a ON a.workspace = n.workspace AND a.name = n.asset AND a.uri = n.uri ON CONFLICT DO NOTHING",
)
