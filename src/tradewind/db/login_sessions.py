"""Sessions of browsers: who is logged in, from where, since when. A session's id is the hash of what its cookie holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from tradewind.db.engine import Tx
from tradewind.db.tables import login_session

__all__ = ["SessionRecord", "add_session", "end_session", "end_sessions", "find_session", "forget_expired", "note_seen",
           "sessions_of"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A session."""

    id: str
    username: str
    created_at: datetime
    expires_at: datetime
    """It ends then, whatever happens."""
    seen_at: datetime
    """When it was used last, to the minute."""
    address: str | None = None
    user_agent: str | None = None


_C = login_session.c
_NAMES = tuple(column.name for column in login_session.columns)
_SESSIONS = select(*login_session.columns)


def _record(row: Sequence[Any]) -> SessionRecord:
    return SessionRecord(**dict(zip(_NAMES, row, strict=True)))


def add_session(tx: Tx, new: SessionRecord) -> None:
    """Insert a session."""
    tx.execute(insert(login_session), {name: getattr(new, name) for name in _NAMES})


def find_session(tx: Tx, session_id: str) -> SessionRecord | None:
    """The session of this id, or None."""
    row = tx.execute(_SESSIONS.where(_C.id == session_id)).first()
    return None if row is None else _record(row)


def sessions_of(tx: Tx, username: str, now: datetime, idle_since: datetime) -> list[SessionRecord]:
    """The sessions of a user that still count, the newest first."""
    live = (_C.username == username, _C.expires_at > now, _C.seen_at > idle_since)
    return [_record(row) for row in tx.execute(_SESSIONS.where(*live).order_by(_C.created_at.desc(), _C.id))]


def note_seen(tx: Tx, session_id: str, now: datetime, before: datetime) -> None:
    """A session was used; written only where the last use known is older than `before`."""
    tx.execute(update(login_session).where(_C.id == session_id, _C.seen_at < before).values(seen_at=now))


def end_session(tx: Tx, session_id: str) -> bool:
    """End a session; whether there was one."""
    return tx.execute(delete(login_session).where(_C.id == session_id)).rowcount > 0


def end_sessions(tx: Tx, username: str, but: str | None = None) -> int:
    """End all sessions of a user but one; how many that were."""
    return tx.execute(delete(login_session).where(_C.username == username, _C.id != (but or ""))).rowcount


def forget_expired(tx: Tx, now: datetime, idle_since: datetime) -> int:
    """Forget sessions that are over; how many that were."""
    return tx.execute(delete(login_session).where(or_(_C.expires_at <= now, _C.seen_at <= idle_since))).rowcount
