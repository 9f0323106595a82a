"""Log-ins that were sent to the identity provider and are not back yet. Each is taken once, by who knows its key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from tradewind.db.engine import Tx
from tradewind.db.tables import oidc_login

__all__ = ["PendingLogin", "add", "forget_expired", "pending", "take"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogin:
    """A log-in that is under way."""

    key: str
    """A hash of what the provider sends back and what the browser keeps; neither alone leads here."""
    nonce: str
    verifier: str
    """Of PKCE."""
    next_url: str
    expires_at: datetime


_C = oidc_login.c


def add(tx: Tx, new: PendingLogin) -> None:
    """Insert one."""
    tx.execute(
        insert(oidc_login),
        {
            "state": new.key,
            "nonce": new.nonce,
            "verifier": new.verifier,
            "next_url": new.next_url,
            "expires_at": new.expires_at,
        },
    )


def take(tx: Tx, key: str, now: datetime) -> PendingLogin | None:
    """The log-in under this key, which is gone afterwards; None: there is none, or it took too long."""
    returned = delete(oidc_login).where(_C.state == key).returning(_C.nonce, _C.verifier, _C.next_url, _C.expires_at)
    row = tx.execute(returned).first()
    if row is None or row.expires_at <= now:
        return None
    return PendingLogin(
        key=key, nonce=row.nonce, verifier=row.verifier, next_url=row.next_url, expires_at=row.expires_at
    )


def pending(tx: Tx) -> int:
    """How many are under way."""
    return tx.scalar(select(func.count()).select_from(oidc_login)) or 0


def forget_expired(tx: Tx, now: datetime) -> int:
    """Forget those that took too long; how many that were."""
    return tx.execute(delete(oidc_login).where(_C.expires_at <= now)).rowcount
