"""Variables and connections as they are stored, in clear: the API hides secrets, but whoever holds the database and its key
may read, and needs to when copying them elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from tradewind.base.errors import NotFound
from tradewind.db import connections as connection_table
from tradewind.db import variables as variable_table
from tradewind.db.cipher import cipher_of
from tradewind.sdk.connection import Connection

if TYPE_CHECKING:
    from tradewind.cli.session import Session
    from tradewind.db.connections import ConnectionRecord

__all__ = ["all_connections", "all_variables", "stored_connection", "variable_value"]

WORKSPACE = "default"


def variable_value(session: Session, key: str) -> str | None:
    """The value of a variable, from a server elsewhere as it shows it; None: there is none."""
    if session.is_remote:
        try:
            return session.client.get("variables", key)["value"]
        except NotFound:
            return None
    cipher = cipher_of(session.settings)
    with session.database.read() as tx:
        found = variable_table.find_variable(tx, cipher, WORKSPACE, key)
    return found.value if found else None


def all_variables(session: Session) -> list[tuple[str, str, str | None]]:
    """Key, value and description of every variable."""
    session.only_here()
    cipher = cipher_of(session.settings)
    with session.database.read() as tx:
        found, _ = variable_table.list_variables(tx, cipher, WORKSPACE)
    return [(row.key, row.value, row.description) for row in found]


def stored_connection(session: Session, conn_id: str) -> Connection | None:
    """A connection; None: there is none."""
    session.only_here()
    cipher = cipher_of(session.settings)
    with session.database.read() as tx:
        found = connection_table.find_connection(tx, cipher, WORKSPACE, conn_id)
    return _connection(found) if found else None


def all_connections(session: Session) -> list[Connection]:
    """Every connection."""
    session.only_here()
    cipher = cipher_of(session.settings)
    with session.database.read() as tx:
        found, _ = connection_table.list_connections(tx, cipher, WORKSPACE)
    return [_connection(row) for row in found]


def _connection(row: ConnectionRecord) -> Connection:
    return Connection(**asdict(row))
