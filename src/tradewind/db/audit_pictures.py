"""What a thing looks like, for the audit log: before something was done to it, and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import select

from tradewind.db import tables as t
from tradewind.db.cipher import Cipher
from tradewind.db.connections import find_connection
from tradewind.db.engine import Tx
from tradewind.db.users import find as find_user
from tradewind.db.variables import find_variable

__all__ = ["Picture", "Place", "Secret", "picture"]

Picture = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is compared and never shown."""

    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which thing."""

    workspace: str
    name: str
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int = -1


def picture(tx: Tx, cipher: Cipher, resource: str, place: Place) -> Picture | None:
    """The fields of a thing; None: it is not there, or nothing is known of its kind."""
    read = _READERS.get(resource)
    return None if read is None else read(tx.whole, cipher, place)


def _connection(tx: Tx, cipher: Cipher, place: Place) -> Picture | None:
    found = find_connection(tx, cipher, place.workspace, place.name)
    if found is None:
        return None
    fields: dict[str, object] = {
        name: getattr(found, name) for name in ("conn_type", "description", "login", "schema", "port")
    }
    # The host may be a whole URL with a password in it.
    fields["host"] = Secret(found.host) if found.host and "@" in found.host else found.host
    return fields | {"password": Secret(found.password)} | _extra(found.extra)


def _extra(extra: str | None) -> dict[str, object]:
    """The keys of an extra, each a secret: what is none there is not known."""
    try:
        decoded: object = json.loads(extra) if extra else {}
    except ValueError:
        decoded = None
    if not isinstance(decoded, dict):
        return {"extra": Secret(extra)}
    return {f"extra.{key}": Secret(value) for key, value in cast("dict[str, object]", decoded).items()}


def _variable(tx: Tx, cipher: Cipher, place: Place) -> Picture | None:
    found = find_variable(tx, cipher, place.workspace, place.name)
    return None if found is None else {"value": Secret(found.value), "description": found.description}


def _user(tx: Tx, cipher: Cipher, place: Place) -> Picture | None:  # noqa: ARG001 - as all readers
    found = find_user(tx, place.name)
    if found is None:
        return None
    shown = ("kind", "email", "first_name", "last_name", "description", "is_active", "issuer", "subject")
    roles = sorted(f"{one.role}@{one.workspace}" for one in found.roles)
    return {**{name: getattr(found, name) for name in shown}, "roles": roles, "password": Secret(found.password_hash)}


def _row_of(table: Any, keys: Mapping[str, str], columns: tuple[str, ...]) -> Callable[[Tx, Cipher, Place], Any]:
    """Reads one row of a table by keys, column -> field of the place."""

    def read(tx: Tx, cipher: Cipher, place: Place) -> Picture | None:  # noqa: ARG001 - as all readers
        same = [table.c[column] == getattr(place, field) for column, field in keys.items()]
        row = tx.execute(select(*(table.c[name] for name in columns)).where(*same)).first()
        return None if row is None else dict(zip(columns, row, strict=True))

    return read


def _instance(tx: Tx, cipher: Cipher, place: Place) -> Picture | None:  # noqa: ARG001 - as all readers
    i, r = t.task_instance.c, t.dag_run.c
    row = tx.execute(
        select(i.state, i.try_number, i.note)
        .join(t.dag_run, r.uid == i.run_uid)
        .where(r.workspace == place.workspace, r.dag_id == place.dag_id, r.run_id == place.run_id)
        .where(i.task_id == place.task_id, i.map_index == place.map_index)
    ).first()
    return None if row is None else {"state": row[0], "try_number": row[1], "note": row[2]}


_RUN = {"workspace": "workspace", "dag_id": "dag_id", "run_id": "run_id"}
_READERS: Mapping[str, Callable[[Tx, Cipher, Place], Picture | None]] = {
    "connection": _connection,
    "dag": _row_of(t.dag, {"workspace": "workspace", "dag_id": "dag_id"}, ("is_paused",)),
    "dag_run": _row_of(t.dag_run, _RUN, ("state", "note")),
    "pool": _row_of(
        t.pool, {"workspace": "workspace", "name": "name"}, ("slots", "description", "include_deferred")
    ),
    "role": _row_of(t.role, {"name": "name"}, ("grants", "description")),
    "service_account": _user,
    "task_instance": _instance,
    "token": _row_of(
        t.access_token, {"id": "name"}, ("name", "username", "workspace", "scopes", "expires_at", "revoked_at")
    ),
    "user": _user,
    "variable": _variable,
}  # fmt: skip
