"""Encrypts again what triggers were given and have said."""

from __future__ import annotations

from sqlalchemy import select, update

from tradewind.db import listing
from tradewind.db.cipher import Cipher, Rotated
from tradewind.db.engine import Tx
from tradewind.db.tables import trigger
from tradewind.db.waits import PLAIN

__all__ = ["rotate_key"]

_C = trigger.c
_SEALED = ("kwargs", "method_kwargs", "event")


def rotate_key(tx: Tx, cipher: Cipher, after: tuple[str, str] = ("", ""), limit: int = 2**31 - 1) -> Rotated:
    """Encrypt what belongs to some triggers, in the order of their ids, again with the first key."""
    query = select(_C.id, *(_C[name] for name in _SEALED)).where(_C.id > after[1]).order_by(_C.id)
    if tx.dialect == "postgresql":
        query = query.with_for_update()  # nobody's change is overwritten
    found, changed = listing.rows(tx, query.limit(limit)), 0
    for key, *texts in found:
        sealed = {name: one for name, one in zip(_SEALED, texts, strict=True) if one not in (None, PLAIN)}
        new = {name: cipher.encrypt(cipher.decrypt(one)) for name, one in sealed.items() if not cipher.is_newest(one)}
        if new:
            tx.execute(update(trigger).where(_C.id == key).values(**new))
            changed += 1
    return Rotated(changed, len(found) - changed, ("", found[-1][0]) if found else None)
