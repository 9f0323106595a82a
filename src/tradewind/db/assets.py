"""Assets: what there is, who makes and waits for it, what is watched, and which events wait for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from tradewind.base.errors import NotFound
from tradewind.db import tables as t
from tradewind.db.engine import Tx
from tradewind.db.listing import Page, like, ordered, paged, prefixed

__all__ = [
    "AliasRecord", "AssetFilter", "AssetRecord", "QueuedRecord", "Reference", "WatcherRecord", "find_asset",
    "get_alias", "get_asset", "last_events", "list_aliases", "list_assets", "members_of", "queued", "references_to",
    "watchers_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRecord:
    """An asset."""

    id: int
    name: str
    uri: str
    group: str
    extra: dict[str, Any]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AliasRecord:
    """An alias."""

    id: int
    name: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFilter:
    """Which assets; None: no condition."""

    name_pattern: str | None = None
    name_prefix: str | None = None
    uri_pattern: str | None = None
    uri_prefix: str | None = None
    dag_ids: Sequence[str] = ()
    only_active: bool = True
    """Only those that some DAG makes, reads or waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """That a DAG waits for an asset, or that one of its tasks makes or reads it."""

    asset_id: int
    kind: str
    dag_id: str
    task_id: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherRecord:
    """A watcher of an asset."""

    id: int
    asset_id: int
    dag_id: str
    name: str
    classpath: str
    trigger_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedRecord:
    """Events of an asset that wait for the rest of a DAG's condition."""

    dag_id: str
    dag_display_name: str
    asset_id: int
    created_at: datetime
    """When the first of them arrived."""
    count: int


_A, _R, _Q, _E, _D = t.asset.c, t.asset_reference.c, t.asset_queue.c, t.asset_event.c, t.dag.c
_SELECT = select(_A.id, _A.name, _A.uri, _A.group_name.label("group"), _A.extra, _A.created_at, _A.updated_at)
_SORTS: dict[str, ColumnElement[Any]] = {
    "id": _A.id,
    "name": _A.name,
    "uri": _A.uri,
    "created_at": _A.created_at,
    "updated_at": _A.updated_at,
}
_MEANT = and_(
    _R.workspace == _A.workspace,
    or_(
        and_(_R.leaf == "asset", _R.name == _A.name, _R.uri == _A.uri),
        and_(_R.leaf == "name", _R.name == _A.name),
        and_(_R.leaf == "uri", _R.uri == _A.uri),
    ),
)
"""That a reference is to an asset."""
_IN_FORCE = and_(_D.workspace == _R.workspace, _D.dag_id == _R.dag_id, _D.is_stale == false())


_NAMES = [str(column.key) for column in _SELECT.selected_columns]


def _asset(row: Sequence[Any]) -> AssetRecord:
    return AssetRecord(**dict(zip(_NAMES, row, strict=True)))


def list_assets(tx: Tx, workspace: str, wanted: AssetFilter, page: Page) -> tuple[list[AssetRecord], int]:
    """A page of assets, and how many match in all."""
    conditions = [
        _A.workspace == workspace,
        *like(_A.name, wanted.name_pattern),
        *prefixed(_A.name, wanted.name_prefix),
        *like(_A.uri, wanted.uri_pattern),
        *prefixed(_A.uri, wanted.uri_prefix),
    ]
    if wanted.dag_ids:
        conditions.append(exists().where(_MEANT, _R.dag_id.in_(wanted.dag_ids)))
    if wanted.only_active:
        is_named = exists().where(_MEANT, _IN_FORCE)
        stood_for = exists().where(t.asset_alias_member.c.asset_id == _A.id)
        conditions.append(or_(is_named, stood_for))
    query = ordered(_SELECT.where(*conditions), page, _SORTS, (_A.id,))
    return paged(tx, query, select(func.count()).select_from(t.asset).where(*conditions), page, _asset)


def get_asset(tx: Tx, workspace: str, asset_id: int) -> AssetRecord:
    """An asset by its number.

    Raises:
        NotFound: there is none.
    """
    row = tx.execute(_SELECT.where(_A.workspace == workspace, _A.id == asset_id)).one_or_none()
    if row is None:
        raise NotFound(f"The Asset with ID: `{asset_id}` was not found", asset_id=asset_id)
    return _asset(row)


def find_asset(tx: Tx, workspace: str, *, name: str = "", uri: str = "") -> AssetRecord | None:
    """The first asset of this name, of this URI, or of both; None: there is none."""
    query = _SELECT.where(_A.workspace == workspace)
    if name:
        query = query.where(_A.name == name)
    if uri:
        query = query.where(_A.uri == uri)
    row = tx.execute(query.order_by(_A.id).limit(1)).first()
    return None if row is None else _asset(row)


def references_to(tx: Tx, asset_ids: Sequence[int]) -> list[Reference]:
    """Who waits for these assets, makes and reads them; DAGs that their files no longer hold are left out."""
    query = (
        select(_A.id.label("asset_id"), _R.kind, _R.dag_id, _R.task_id, _R.created_at, _R.updated_at)
        .select_from(t.asset.join(t.asset_reference, _MEANT).join(t.dag, _IN_FORCE))
        .where(_A.id.in_(asset_ids))
        .order_by(_R.dag_id, _R.task_id)
    )
    return [Reference(**row) for row in tx.execute(query).mappings()]


def members_of(tx: Tx, asset_ids: Sequence[int]) -> dict[int, list[AliasRecord]]:
    """Asset -> the aliases that have stood for it."""
    m, a = t.asset_alias_member.c, t.asset_alias.c
    query = select(m.asset_id, a.id, a.name, a.group_name).join(t.asset_alias, a.id == m.alias_id)
    found: dict[int, list[AliasRecord]] = {}
    for asset_id, *alias in tx.execute(query.where(m.asset_id.in_(asset_ids)).order_by(a.name)):
        found.setdefault(asset_id, []).append(AliasRecord(*alias))
    return found


def watchers_of(tx: Tx, asset_ids: Sequence[int]) -> list[WatcherRecord]:
    """The watchers of these assets."""
    w = t.asset_watcher.c
    query = select(w.id, w.asset_id, w.dag_id, w.name, w.classpath, w.trigger_id, w.created_at)
    query = query.where(w.asset_id.in_(asset_ids)).order_by(w.id)
    return [WatcherRecord(**row) for row in tx.execute(query).mappings()]


def last_events(tx: Tx, asset_ids: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """Asset -> number and moment of its last event; one without an event is left out."""
    last = select(func.max(_E.id)).where(_E.asset_id.in_(asset_ids)).group_by(_E.asset_id)
    query = select(_E.asset_id, _E.id, _E.timestamp).where(_E.id.in_(last))
    return {asset_id: (event_id, at) for asset_id, event_id, at in tx.execute(query)}


def queued(
    tx: Tx,
    workspace: str,
    *,
    dag_id: str | None = None,
    asset_id: int | None = None,
    before: datetime | None = None,
) -> list[QueuedRecord]:
    """What waits, by DAG and asset.

    Args:
        dag_id: only for this DAG.
        asset_id: only of this asset.
        before: only what arrived before.
    """
    query = (
        select(_Q.dag_id, _D.display_name, _E.asset_id, func.min(_Q.queued_at), func.count())
        .join(t.asset_event, _E.uid == _Q.event_uid)
        .join(t.dag, and_(_D.workspace == _Q.workspace, _D.dag_id == _Q.dag_id))
        .where(_Q.workspace == workspace)
        .group_by(_Q.dag_id, _D.display_name, _E.asset_id)
        .order_by(_Q.dag_id, _E.asset_id)
    )
    if dag_id is not None:
        query = query.where(_Q.dag_id == dag_id)
    if asset_id is not None:
        query = query.where(_E.asset_id == asset_id)
    if before is not None:
        query = query.where(_Q.queued_at < before)
    return [
        QueuedRecord(dag_id=dag, dag_display_name=name, asset_id=asset, created_at=at, count=count)
        for dag, name, asset, at, count in tx.execute(query)
    ]


# -- aliases ---------------------------------------------------------------------------------------------------------

_L = t.asset_alias.c
_ALIASES = select(_L.id, _L.name, _L.group_name)


def list_aliases(
    tx: Tx, workspace: str, page: Page, *, pattern: str | None = None, prefix: str | None = None
) -> tuple[list[AliasRecord], int]:
    """A page of aliases, and how many there are in all."""
    conditions = [_L.workspace == workspace, *like(_L.name, pattern), *prefixed(_L.name, prefix)]
    query = ordered(_ALIASES.where(*conditions), page, {"id": _L.id, "name": _L.name}, (_L.id,))
    count = select(func.count()).select_from(t.asset_alias).where(*conditions)
    return paged(tx, query, count, page, lambda row: AliasRecord(*row))


def get_alias(tx: Tx, workspace: str, alias_id: int) -> AliasRecord:
    """An alias by its number.

    Raises:
        NotFound: there is none.
    """
    row = tx.execute(_ALIASES.where(_L.workspace == workspace, _L.id == alias_id)).one_or_none()
    if row is None:
        raise NotFound(f"The AssetAlias with ID: `{alias_id}` was not found", asset_alias_id=alias_id)
    return AliasRecord(*row)
