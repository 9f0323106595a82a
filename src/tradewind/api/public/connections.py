"""Connections. Passwords never leave the server; secret keys of `extra` come masked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.bulk import Verbs, names_in, run_bulk
from tradewind.api.deps import Audit, Call, masked, may
from tradewind.api.models.admin import (
    ConnectionBody,
    ConnectionCollectionResponse,
    ConnectionQuery,
    ConnectionResponse,
    ConnectionTestResponse,
)
from tradewind.api.models.bulk import BulkBody, BulkResponse
from tradewind.api.secrecy import MASK, hide, unhide, without_login
from tradewind.api.wire import created, gone, listing, reply
from tradewind.base.errors import Conflict, Forbidden, InvalidInput, NotFound
from tradewind.db import connections
from tradewind.db.connections import ConnectionRecord
from tradewind.db.engine import Tx
from tradewind.sdk.connection_testing import try_connection

__all__ = ["check_may_test", "connection_out", "router", "tested", "tested_fields"]

router = APIRouter(tags=["Connection"], prefix="/connections")

Reader = Annotated[Call, may("read", "connection")]
Creator = Annotated[Call, may("create", "connection")]
Editor = Annotated[Call, may("edit", "connection")]
Deleter = Annotated[Call, may("delete", "connection")]
Changer = Annotated[Call, may("create", "connection", "edit", "delete")]
FIELDS = ("conn_type", "description", "host", "login", "schema", "port", "password", "extra", "team_name")
TESTED = ("conn_type", "description", "host", "login", "schema", "port", "password", "extra")


def connection_out(record: ConnectionRecord) -> dict[str, object]:
    """`ConnectionResponse`, with secrets hidden."""
    return {
        "connection_id": record.conn_id,
        "conn_type": record.conn_type,
        "description": without_login(record.description),
        "host": without_login(record.host),
        "login": without_login(record.login),
        "schema": without_login(record.schema),
        "port": record.port,
        "password": MASK if record.password else None,
        "extra": _extra_out(record.extra),
        "team_name": None,
    }


def _extra_out(extra: str | None) -> str | None:
    if not extra:
        return extra
    try:
        return msgspec.json.encode(hide(msgspec.json.decode(extra))).decode()
    except msgspec.DecodeError:
        return MASK


def _record(body: ConnectionBody) -> ConnectionRecord:
    _check_extra(body.extra)
    return ConnectionRecord(
        conn_id=body.connection_id,
        conn_type=body.conn_type,
        description=body.description,
        host=body.host,
        login=body.login,
        password=body.password,
        schema=body.schema_,
        port=body.port,
        extra=body.extra,
    )


def _check_extra(extra: str | None) -> None:
    if extra:
        try:
            decoded = msgspec.json.decode(extra)
        except msgspec.DecodeError as error:
            raise InvalidInput(f"The `extra` field must be a valid JSON object, but: {error}", name="extra") from error
        if not isinstance(decoded, dict):
            raise InvalidInput("The `extra` field must be a JSON object such as {}", name="extra")


def _changes(body: ConnectionBody, old: ConnectionRecord, mask: Sequence[str] | None) -> dict[str, Any]:
    """The fields to write; what still is the mask that we showed keeps its old value."""
    given = body.model_dump(exclude_unset=True, by_alias=True, include={*FIELDS, "schema_"})
    changes = masked(FIELDS, given, mask)
    changes.pop("team_name", None)
    if changes.get("password") == MASK:
        del changes["password"]
    for name in ("description", "host", "login", "schema"):
        if name in changes and MASK in str(changes[name]) and changes[name] == without_login(getattr(old, name)):
            del changes[name]
    extra = changes.get("extra")
    if isinstance(extra, str):
        _check_extra(extra)
        changes["extra"] = unhide(extra, old.extra)
    return changes


def _audit(event: str, connection_id: str, **extra: object) -> Audit:
    said = {"connection_id": connection_id, **extra}
    return Audit(event=event, extra=said, about="connection", names=[connection_id])


@router.get("", operation_id="get_connections", response_model=ConnectionCollectionResponse)
async def get_connections(query: Annotated[ConnectionQuery, Query()], call: Reader) -> Response:
    """Connections."""
    page = query.page(call.services.settings.api, "connection_id")
    pattern, prefix = query.connection_id_pattern, query.connection_id_prefix_pattern

    def find(tx: Tx) -> tuple[list[ConnectionRecord], int]:
        return connections.list_connections(
            tx, call.services.cipher, call.workspace, page, pattern=pattern, prefix=prefix
        )

    found, total = await call.read(find)
    return listing("connections", [connection_out(one) for one in found], total)


@router.post("", operation_id="post_connection", response_model=ConnectionResponse, status_code=201)
async def post_connection(body: ConnectionBody, call: Creator) -> Response:
    """Add a connection."""
    call.check("create", "connection", body.connection_id)
    record = _record(body)

    def add(tx: Tx) -> None:
        connections.add_connection(tx, call.services.cipher, call.workspace, record)

    await call.write(_audit("post_connection", body.connection_id, conn_type=body.conn_type), add)
    return created(connection_out(record))


@router.patch("", operation_id="bulk_connections", response_model=BulkResponse)
async def bulk_connections(body: BulkBody[ConnectionBody], call: Changer) -> Response:
    """Add, change and delete several connections."""

    def change(tx: Tx) -> dict[str, object]:
        verbs: Verbs[ConnectionBody] = Verbs(
            check=lambda action, one: call.check(
                action, "connection", one if isinstance(one, str) else one.connection_id
            ),
            name=lambda one: one.connection_id,
            create=lambda one: connections.add_connection(tx, call.services.cipher, call.workspace, _record(one)),
            update=lambda one, mask: _update(tx, call, one.connection_id, one, mask),
            delete=lambda one: connections.delete_connection(
                tx, call.workspace, one if isinstance(one, str) else one.connection_id
            ),
        )
        return run_bulk(body, verbs)

    named = names_in(body, lambda one: one.connection_id)
    audit = Audit(event="bulk_connections", extra={"actions": len(body.actions)}, about="connection", names=named)
    return reply(await call.write(audit, change))


def _update(tx: Tx, call: Call, connection_id: str, body: ConnectionBody, mask: Sequence[str] | None) -> None:
    old = connections.get_connection(tx, call.services.cipher, call.workspace, connection_id)
    new = replace(old, **_changes(body, old, mask))
    connections.update_connection(tx, call.services.cipher, call.workspace, new)


@router.post("/test", operation_id="test_connection", response_model=ConnectionTestResponse)
async def test_connection(body: ConnectionBody, call: Editor) -> Response:
    """Let the hook of a connection try it, in a process of its own; fields left out are those of the stored one."""
    check_may_test(call, body.connection_id)
    fields = tested_fields(await call.read(lambda tx: tested(tx, call, body)))
    # Not one of the few threads for the database: a host that does not answer takes its time.
    went_well, message = await asyncio.to_thread(try_connection, fields)
    return reply({"status": went_well, "message": message})


def tested(tx: Tx, call: Call, body: ConnectionBody) -> ConnectionRecord:
    """The connection that a test is about; fields left out are those of the stored one.

    Raises:
        InvalidInput: `extra` is no JSON object.
    """
    _check_extra(body.extra)
    try:
        old = connections.get_connection(tx, call.services.cipher, call.workspace, body.connection_id)
    except NotFound:
        return _record(body)
    return replace(old, **_changes(body, old, None))


def tested_fields(record: ConnectionRecord) -> dict[str, Any]:
    """What a hook is given of a connection."""
    return {name: getattr(record, name) for name in (*TESTED, "conn_id")}


def check_may_test(call: Call, connection_id: str) -> None:
    """Raises:
    Forbidden: connections are not tested here, or not by the caller.
    """
    call.check("edit", "connection", connection_id)
    allowed = call.services.settings.api.test_connection.lower()
    if allowed != "enabled":
        raise Forbidden("Testing connections is disabled on this server (api.test_connection)")
    if not call.actor.rights.decide("edit", "config").allowed:
        raise Forbidden("Testing a connection runs the code of its hook on the server, and needs the role Admin")


@router.post("/defaults", operation_id="create_default_connections", status_code=204)
async def create_default_connections(call: Creator) -> Response:
    """Add the connections that examples expect; those that are there stay as they are."""

    for default in DEFAULTS:
        call.check("create", "connection", default.conn_id)

    def add(tx: Tx) -> None:
        for record in DEFAULTS:
            try:
                connections.add_connection(tx, call.services.cipher, call.workspace, record)
            except Conflict:
                continue

    named = [default.conn_id for default in DEFAULTS]
    await call.write(Audit(event="create_default_connections", about="connection", names=named), add)
    return gone()


DEFAULTS = tuple(
    ConnectionRecord(
        conn_id=conn_id, conn_type=conn_type, host=host, port=port, login=login, schema=schema, extra=extra
    )
    for conn_id, conn_type, host, port, login, schema, extra in (
        ("fs_default", "fs", None, None, None, None, '{"path": "/"}'),
        ("http_default", "http", "https://www.httpbin.org/", None, None, None, None),
        ("postgres_default", "postgres", "postgres", 5432, "postgres", "postgres", None),
        ("sqlite_default", "sqlite", "sqlite_default.db", None, None, None, None),
        ("ssh_default", "ssh", "localhost", None, None, None, None),
        ("redis_default", "redis", "redis", 6379, None, None, '{"db": 0}'),
        ("aws_default", "aws", None, None, None, None, None),
    )
)


@router.get("/{connection_id}", operation_id="get_connection", response_model=ConnectionResponse)
async def get_connection(connection_id: str, call: Reader) -> Response:
    """One connection."""

    def find(tx: Tx) -> ConnectionRecord:
        return connections.get_connection(tx, call.services.cipher, call.workspace, connection_id)

    return reply(connection_out(await call.read(find)))


@router.patch("/{connection_id}", operation_id="patch_connection", response_model=ConnectionResponse)
async def patch_connection(
    connection_id: str,
    body: ConnectionBody,
    call: Editor,
    update_mask: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Change a connection."""
    if body.connection_id != connection_id:
        raise InvalidInput("The connection_id in the request body does not match the URL parameter")

    def change(tx: Tx) -> ConnectionRecord:
        _update(tx, call, connection_id, body, update_mask)
        return connections.get_connection(tx, call.services.cipher, call.workspace, connection_id)

    fields = sorted(body.model_fields_set)
    return reply(connection_out(await call.write(_audit("patch_connection", connection_id, fields=fields), change)))


@router.delete("/{connection_id}", operation_id="delete_connection", status_code=204)
async def delete_connection(connection_id: str, call: Deleter) -> Response:
    """Delete a connection."""

    def delete(tx: Tx) -> None:
        connections.delete_connection(tx, call.workspace, connection_id)

    await call.write(_audit("delete_connection", connection_id), delete)
    return gone()
