"""Connections: where other systems are and how to log in there; passwords and extras are encrypted at rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.db import listing
from tradewind.db.cipher import Cipher, Rotated
from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Page, like, ordered, paged, prefixed
from tradewind.db.tables import connection

__all__ = [
    "ConnectionRecord", "add_connection", "delete_connection", "find_connection", "get_connection", "list_connections",
    "rotate_key", "update_connection",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRecord:
    """A connection with its secrets in the clear."""

    conn_id: str
    conn_type: str
    description: str | None = None
    host: str | None = None
    login: str | None = None
    password: str | None = None
    schema: str | None = None
    port: int | None = None
    extra: str | None = None
    """JSON text, usually."""


_C = connection.c
_NAMES = tuple(ConnectionRecord.__dataclass_fields__)
_SECRET = frozenset({"password", "extra"})
_MAYBE = ("host", "login", "schema", "description")
"""Encrypted where a URL in it holds a password."""
_SEALED = "fernet:"
_HAS_LOGIN = re.compile(r"//[^/\s@]*:[^/\s]*@")
_CONNECTIONS = select(*(_C[name] for name in _NAMES))
_SORTS = {
    "conn_id": _C.conn_id, "connection_id": _C.conn_id, "id": _C.conn_id, "conn_type": _C.conn_type,
    "description": _C.description, "host": _C.host, "port": _C.port, "team_name": _C.workspace,
}  # fmt: skip


def _reader(cipher: Cipher) -> Callable[[Sequence[Any]], ConnectionRecord]:
    def record(row: Sequence[Any]) -> ConnectionRecord:
        values = dict(zip(_NAMES, row, strict=True))
        for name in _SECRET:
            if values[name] is not None:
                values[name] = cipher.decrypt(values[name])
        for name in _MAYBE:
            if values[name] is not None and values[name].startswith(_SEALED):
                values[name] = cipher.decrypt(values[name].removeprefix(_SEALED))
        cipher.tell(values)
        return ConnectionRecord(**values)

    return record


def _values(cipher: Cipher, new: ConnectionRecord) -> dict[str, object]:
    values: dict[str, Any] = {name: getattr(new, name) for name in _NAMES}
    for name in _SECRET:
        if values[name] is not None:
            values[name] = cipher.encrypt(values[name])
    for name in _MAYBE:
        if values[name] is not None and (_HAS_LOGIN.search(values[name]) or values[name].startswith(_SEALED)):
            values[name] = _SEALED + cipher.encrypt(values[name])
    return values


def find_connection(tx: Tx, cipher: Cipher, workspace: str, conn_id: str) -> ConnectionRecord | None:
    """A connection by its id, or None."""
    row = tx.execute(_CONNECTIONS.where(_C.workspace == workspace, _C.conn_id == conn_id)).first()
    return None if row is None else _reader(cipher)(row)


def get_connection(tx: Tx, cipher: Cipher, workspace: str, conn_id: str) -> ConnectionRecord:
    """A connection by its id.

    Raises:
        NotFound: no such connection.
    """
    found = find_connection(tx, cipher, workspace, conn_id)
    if found is None:
        raise NotFound(f"The Connection with connection_id: `{conn_id}` was not found", connection_id=conn_id)
    return found


def list_connections(
    tx: Tx,
    cipher: Cipher,
    workspace: str,
    page: Page = EVERYTHING,
    *,
    pattern: str | None = None,
    prefix: str | None = None,
) -> tuple[list[ConnectionRecord], int]:
    """Connections by id, and how many there are in all."""
    conditions = [_C.workspace == workspace, *like(_C.conn_id, pattern), *prefixed(_C.conn_id, prefix)]
    query = ordered(_CONNECTIONS.where(*conditions), page, _SORTS, (_C.conn_id,))
    count = select(func.count()).select_from(connection).where(*conditions)
    return paged(tx, query, count, page, _reader(cipher))


def add_connection(tx: Tx, cipher: Cipher, workspace: str, new: ConnectionRecord) -> None:
    """Insert a connection.

    Raises:
        Conflict: the id is taken.
        InvalidInput: the id is empty or too long.
    """
    _check(new)
    if tx.scalar(select(_C.conn_id).where(_C.workspace == workspace, _C.conn_id == new.conn_id)) is not None:
        raise Conflict(f"The Connection with connection_id: `{new.conn_id}` already exists", connection_id=new.conn_id)
    tx.execute(insert(connection), {"workspace": workspace, **_values(cipher, new)})


def update_connection(tx: Tx, cipher: Cipher, workspace: str, new: ConnectionRecord) -> None:
    """Replace a connection of the same id.

    Raises:
        NotFound: no such connection.
    """
    same = (_C.workspace == workspace, _C.conn_id == new.conn_id)
    if tx.execute(update(connection).where(*same).values(**_values(cipher, new))).rowcount == 0:
        raise NotFound(f"The Connection with connection_id: `{new.conn_id}` was not found", connection_id=new.conn_id)


def delete_connection(tx: Tx, workspace: str, conn_id: str) -> None:
    """Remove a connection.

    Raises:
        NotFound: no such connection.
    """
    if tx.execute(delete(connection).where(_C.workspace == workspace, _C.conn_id == conn_id)).rowcount == 0:
        raise NotFound(f"The Connection with connection_id: `{conn_id}` was not found", connection_id=conn_id)


def rotate_key(tx: Tx, cipher: Cipher, after: tuple[str, str] = ("", ""), limit: int = 2**31 - 1) -> Rotated:
    """Encrypt the secrets of some connections, in the order of their ids, again with the first key."""
    later = (_C.workspace > after[0]) | ((_C.workspace == after[0]) & (_C.conn_id > after[1]))
    query = select(_C.workspace, *(_C[name] for name in _NAMES)).where(later).order_by(_C.workspace, _C.conn_id)
    if tx.dialect == "postgresql":
        query = query.with_for_update()  # nobody's change is overwritten
    found, changed = listing.rows(tx, query.limit(limit)), 0
    for workspace, *values in found:
        row = dict(zip(_NAMES, values, strict=True))
        sealed = [row[name] for name in _SECRET] + [row[name] for name in _MAYBE if _is_sealed(row[name])]
        if all(one is None or cipher.is_newest(one.removeprefix(_SEALED)) for one in sealed):
            continue
        update_connection(tx, cipher, workspace, _reader(cipher)(values))
        changed += 1
    return Rotated(changed, len(found) - changed, (found[-1][0], found[-1][1]) if found else None)


def _is_sealed(value: str | None) -> bool:
    return value is not None and value.startswith(_SEALED)


def _check(new: ConnectionRecord) -> None:
    if not 1 <= len(new.conn_id) <= 250:
        raise InvalidInput("the id of a connection has 1 to 250 characters", conn_id=new.conn_id)
