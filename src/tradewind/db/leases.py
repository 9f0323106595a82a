"""Who owns which shard: rows of (shard, owner, epoch, expiry), decided by the database's own clock.

A scheduler takes or renews leases in one statement. A new owner raises the epoch, so that a commit which names an
old epoch finds nothing: `fence` then refuses it. Two schedulers can believe that they own a shard, but only one of
them can commit.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import text

from tradewind.base.errors import LeaseLost
from tradewind.db.engine import Tx
from tradewind.spec import DagKey

__all__ = ["ALL_SHARDS", "SHARDS", "Lease", "acquire_or_extend", "fence", "leases", "release", "shard_of"]

SHARDS = 64
ALL_SHARDS = tuple(range(SHARDS))


@dataclass(frozen=True, slots=True)
class Lease:
    """A shard that somebody owns. `expires_in_s` is negative once the lease has run out."""

    shard: int
    owner: str
    epoch: int
    expires_in_s: float


def shard_of(dag: DagKey) -> int:
    """The shard of a DAG: the same in every process and release."""
    return zlib.crc32(f"{dag.workspace}/{dag.dag_id}".encode()) % SHARDS


_NOW = {
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
    "postgresql": "extract(epoch from clock_timestamp())::double precision",
}
_HELD = {
    "sqlite": f"SELECT shard, epoch FROM lease WHERE owner = ? AND expires_at > {_NOW['sqlite']}",
    "postgresql": f"SELECT shard, epoch FROM lease WHERE owner = %s AND expires_at > {_NOW['postgresql']}",
}
_TAKING = 7_238_012
"""PostgreSQL's advisory lock on the leases as a whole."""
_ACQUIRE = {
    dialect: text(f"""
        INSERT INTO lease (shard, owner, epoch, expires_at)
        SELECT {source}, :owner, 1, {now} + :ttl FROM {wanted} WHERE true
        ON CONFLICT (shard) DO UPDATE SET
            epoch = lease.epoch + CASE WHEN lease.owner = excluded.owner THEN 0 ELSE 1 END,
            owner = excluded.owner, expires_at = excluded.expires_at
        WHERE lease.owner = excluded.owner OR lease.expires_at < {now}
        RETURNING shard, epoch""")
    for dialect, now, source, wanted in (
        ("sqlite", _NOW["sqlite"], "value", "json_each(:shards)"),
        ("postgresql", _NOW["postgresql"], "value::int", "json_array_elements_text(CAST(:shards AS json)) AS w(value)"),
    )
}
_LIST = {
    dialect: text(f"SELECT shard, owner, epoch, expires_at - {now} FROM lease ORDER BY shard")
    for dialect, now in _NOW.items()
}


def acquire_or_extend(tx: Tx, owner: str, shards: Iterable[int], ttl_s: float) -> dict[int, int]:
    """Take shards that are free or whose lease ran out, and renew those already owned.

    Args:
        owner: the identity of this scheduler process, never used before.
        ttl_s: life of the lease from now, in seconds.

    Returns:
        shard -> epoch of those now owned; the others belong to somebody else.
    """
    wanted = "[" + ",".join(str(shard) for shard in sorted(shards)) + "]"
    _after_commits_under_way(tx)
    rows = tx.execute(_ACQUIRE[tx.dialect], {"owner": owner, "ttl": ttl_s, "shards": wanted})
    return {row.shard: row.epoch for row in rows}


def release(tx: Tx, owner: str) -> None:
    """Give all leases of an owner back, so that the next one need not wait; the epochs stay."""
    _after_commits_under_way(tx)
    tx.execute(text("UPDATE lease SET expires_at = 0 WHERE owner = :owner"), {"owner": owner})


def fence(tx: Tx, owner: str, epochs: Mapping[int, int]) -> None:
    """Hold the leases for the rest of this transaction.

    Args:
        epochs: shard -> epoch of what this transaction is about to change.

    Raises:
        LeaseLost: at least one of them is not ours any more; `facts["shards"]` says which.
    """
    if tx.dialect == "sqlite":  # the write lock is held: nobody else can take a lease before the commit
        rows = tx.raw.execute(_HELD["sqlite"], (owner,)).fetchall()
    else:
        with tx.raw.pipeline():
            # Shared by commits, exclusive to whoever takes leases: one lock instead of one for each shard's row.
            tx.raw.execute(f"SELECT pg_advisory_xact_lock_shared({_TAKING})")
            rows = tx.raw.execute(_HELD["postgresql"], (owner,)).fetchall()
    held = dict(rows)
    lost = sorted(shard for shard, epoch in epochs.items() if held.get(shard) != epoch)
    if lost:
        raise LeaseLost(f"{len(lost)} shards belong to another scheduler now", shards=lost)


def _after_commits_under_way(tx: Tx) -> None:
    """Wait until no fenced transaction is open, and let none begin before this one ends."""
    if tx.dialect == "postgresql":
        tx.execute(text(f"SELECT pg_advisory_xact_lock({_TAKING})"))


def leases(tx: Tx) -> list[Lease]:
    """All leases, also those that ran out."""
    return [Lease(*row) for row in tx.execute(_LIST[tx.dialect])]
