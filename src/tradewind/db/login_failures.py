"""Failed log-ins by user and by address, and the locks that grow from them.

Up to a number of failures nothing happens; that one and each after it lock for twice as long as the one before. A name
counts whether or not somebody has it. Failures that are long past are forgotten.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, text, update

from tradewind.db.columns import Moment
from tradewind.db.engine import Tx
from tradewind.db.tables import login_failure

__all__ = ["Bounds", "begin_attempt", "clear", "forget_old", "locked_until", "note_failure", "of_address", "of_user"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """When failures lock, and for how long."""

    failures: int
    """The number of failures from which on it is locked; 0: never."""
    first_s: float
    """Life of the first lock; each one after it lasts twice as long."""
    longest_s: float
    """Life of a lock at most; and how long failures are remembered after the last one."""

    def lock_s(self, failures: int) -> float | None:
        """How long that many failures lock; None: not."""
        if not self.failures or failures < self.failures:
            return None
        return min(self.first_s * 2.0 ** min(failures - self.failures, 40), self.longest_s)


_C = login_failure.c
_MAKE = text(
    "INSERT INTO login_failure (key, failures, last_at) VALUES (:key, 0, :now) ON CONFLICT DO NOTHING"
).bindparams(bindparam("now", type_=Moment))
"""As text, because each dialect's own insert would load that dialect, and one of them is not needed."""


def of_user(username: str) -> str:
    """The key under which a name's failures count."""
    return f"user:{username}"


def of_address(address: str) -> str:
    """The key under which an address's failures count. Of version 6 whole networks are given out: they count as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"address:{address}"
    if parsed.version == 4:
        return f"address:{parsed}"
    if parsed.ipv4_mapped is not None:
        return f"address:{parsed.ipv4_mapped}"
    return f"address:{ipaddress.ip_network((parsed.packed, 64), strict=False)}"


def locked_until(tx: Tx, key: str, now: datetime) -> datetime | None:
    """Until when a key is locked; None: it is not."""
    until = tx.scalar(select(_C.locked_until).where(_C.key == key))
    return until if until is not None and until > now else None


def begin_attempt(tx: Tx, key: str, now: datetime, bounds: Bounds) -> datetime | None:
    """Take up one attempt before its outcome is known, so that many at once are no more than many in a row.

    It counts as a failure until `clear` says otherwise.

    Returns:
        Until when the key is locked: then the attempt must not be made. None: make it.
    """
    row = _locked_row(tx, key, now)
    if row.locked_until is not None and row.locked_until > now:
        return row.locked_until
    _count(tx, key, row, now, bounds)
    return None


def note_failure(tx: Tx, key: str, now: datetime, bounds: Bounds) -> datetime | None:
    """An attempt has failed; until when the key is locked now."""
    return _count(tx, key, _locked_row(tx, key, now), now, bounds)


def _locked_row(tx: Tx, key: str, now: datetime) -> Any:
    """The row of a key, made where it is missing, and held until the transaction ends."""
    tx.execute(_MAKE, {"key": key, "now": now})
    return tx.execute(select(*login_failure.columns).where(_C.key == key).with_for_update()).one()


def _count(tx: Tx, key: str, row: Any, now: datetime, bounds: Bounds) -> datetime | None:
    is_past = row.last_at + timedelta(seconds=2 * bounds.longest_s) < now
    failures = 1 if is_past else row.failures + 1
    lock_s = bounds.lock_s(failures)
    until = None if lock_s is None else now + timedelta(seconds=lock_s)
    tx.execute(update(login_failure).where(_C.key == key).values(failures=failures, last_at=now, locked_until=until))
    return until


def clear(tx: Tx, key: str) -> bool:
    """Forget the failures of a key, and unlock it; whether there were any."""
    return tx.execute(delete(login_failure).where(_C.key == key)).rowcount > 0


def forget_old(tx: Tx, now: datetime, before: datetime) -> int:
    """Forget failures from before a moment that lock nothing; how many keys that were."""
    is_open = or_(_C.locked_until.is_(None), _C.locked_until <= now)
    return tx.execute(delete(login_failure).where(_C.last_at < before, is_open)).rowcount
