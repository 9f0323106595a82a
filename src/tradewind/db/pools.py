"""Pools: how many slots there are, and how many of them are taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.core.events import PoolSet
from tradewind.db import listing
from tradewind.db.engine import Tx
from tradewind.db.listing import Page, like, ordered, paged, prefixed
from tradewind.db.tables import pool, task_instance

__all__ = [
    "DEFAULT_POOL", "PoolRecord", "PoolUsage", "add_pool", "all_pools", "delete_pool", "get_pool", "list_pools",
    "update_pool", "usage",
]  # fmt: skip

DEFAULT_POOL = "default_pool"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRecord:
    """A pool."""

    name: str
    slots: int
    """-1: no limit."""
    description: str | None = None
    include_deferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolUsage:
    """Slots that task instances hold or wait for, by state."""

    running: int = 0
    queued: int = 0
    scheduled: int = 0
    deferred: int = 0


_C = pool.c
_POOLS = select(_C.name, _C.slots, _C.description, _C.include_deferred)
_SORTS = {"id": _C.name, "name": _C.name, "pool": _C.name, "slots": _C.slots, "description": _C.description}


def _record(row: Sequence[Any]) -> PoolRecord:
    name, slots, description, include_deferred = row
    return PoolRecord(name=name, slots=slots, description=description, include_deferred=include_deferred)


def get_pool(tx: Tx, workspace: str, name: str) -> PoolRecord:
    """A pool by its name.

    Raises:
        NotFound: no such pool.
    """
    row = tx.execute(_POOLS.where(_C.workspace == workspace, _C.name == name)).first()
    if row is None:
        raise NotFound(f"The Pool with name: `{name}` was not found", pool=name)
    return _record(row)


def list_pools(
    tx: Tx, workspace: str, page: Page, *, pattern: str | None = None, prefix: str | None = None
) -> tuple[list[PoolRecord], int]:
    """Pools by name, and how many there are in all."""
    conditions = [_C.workspace == workspace, *like(_C.name, pattern), *prefixed(_C.name, prefix)]
    query = ordered(_POOLS.where(*conditions), page, _SORTS, (_C.name,))
    return paged(tx, query, select(func.count()).select_from(pool).where(*conditions), page, _record)


def all_pools(tx: Tx) -> list[PoolSet]:
    """Every pool of every workspace, as the core wants to hear of it."""
    rows = listing.rows(tx, select(_C.workspace, _C.name, _C.slots, _C.include_deferred))
    return [PoolSet(workspace, name, slots, include_deferred) for workspace, name, slots, include_deferred in rows]


_HELD = {"running": "running", "restarting": "running", "queued": "queued", "scheduled": "scheduled",
         "deferred": "deferred"}  # fmt: skip


def usage(tx: Tx, workspace: str, names: Collection[str] | None = None) -> dict[str, PoolUsage]:
    """Slots taken and waited for, by pool; a pool that no instance names is left out.

    Args:
        names: only these pools; None: all.
    """
    i = task_instance.c
    query = (
        select(i.pool, i.state, func.sum(i.pool_slots))
        .where(i.workspace == workspace, i.state.in_(_HELD))
        .group_by(i.pool, i.state)
    )
    if names is not None:
        query = query.where(i.pool.in_(names))
    counts: dict[str, dict[str, int]] = {}
    for name, state, slots in listing.rows(tx, query):
        of = counts.setdefault(name, {})
        of[_HELD[state]] = of.get(_HELD[state], 0) + int(slots)
    return {name: PoolUsage(**of) for name, of in counts.items()}


def add_pool(tx: Tx, workspace: str, new: PoolRecord) -> None:
    """Insert a pool; the scheduler must hear of it through a `PoolSet`.

    Raises:
        Conflict: the name is taken.
        InvalidInput: fewer than -1 slots.
    """
    _check(new)
    if tx.scalar(select(_C.name).where(_C.workspace == workspace, _C.name == new.name)) is not None:
        raise Conflict(f"there is a pool {new.name!r} already", pool=new.name)
    tx.execute(insert(pool), {"workspace": workspace, **_values(new)})


def update_pool(tx: Tx, workspace: str, new: PoolRecord) -> None:
    """Replace a pool of the same name; the scheduler must hear of it through a `PoolSet`.

    Raises:
        NotFound: no such pool.
        InvalidInput: fewer than -1 slots.
    """
    _check(new)
    done = tx.execute(update(pool).where(_C.workspace == workspace, _C.name == new.name).values(**_values(new)))
    if done.rowcount == 0:
        raise NotFound(f"The Pool with name: `{new.name}` was not found", pool=new.name)


def delete_pool(tx: Tx, workspace: str, name: str) -> None:
    """Remove a pool; the scheduler must hear of it through a `PoolSet` without slots.

    Raises:
        NotFound: no such pool.
        InvalidInput: the default pool, which is always there.
    """
    if name == DEFAULT_POOL:
        raise InvalidInput("Default Pool can't be deleted", pool=name)
    if tx.execute(delete(pool).where(_C.workspace == workspace, _C.name == name)).rowcount == 0:
        raise NotFound(f"The Pool with name: `{name}` was not found", pool=name)


def _check(new: PoolRecord) -> None:
    if new.slots < -1:
        raise InvalidInput("a pool has -1 (no limit), 0 or more slots", slots=new.slots)
    if not 1 <= len(new.name) <= 250:
        raise InvalidInput("the name of a pool has 1 to 250 characters", pool=new.name)


def _values(new: PoolRecord) -> dict[str, object]:
    return {
        "name": new.name,
        "slots": new.slots,
        "description": new.description,
        "include_deferred": new.include_deferred,
    }
