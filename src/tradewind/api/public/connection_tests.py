"""Tests of connections that take their time: ask for one, and come back for the result with its token."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from tradewind.api.audit import Pictures, Source
from tradewind.api.audit import record as record_entry
from tradewind.api.connection_tests import ConnectionTest
from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.admin import (
    AsyncConnectionTestResponse,
    ConnectionTestQueuedResponse,
    ConnectionTestRequestBody,
)
from tradewind.api.problems import Unprocessable
from tradewind.api.public.connections import check_may_test, tested, tested_fields
from tradewind.api.wire import reply
from tradewind.base.errors import NotFound
from tradewind.db import connections
from tradewind.db.connections import ConnectionRecord
from tradewind.db.engine import Tx
from tradewind.executors.named import named_executors
from tradewind.sdk.connection_testing import try_connection

router = APIRouter(tags=["Connection"], prefix="/connections")


@router.get("/enqueue-test", operation_id="get_connection_test", response_model=AsyncConnectionTestResponse)
async def get_connection_test(
    call: Annotated[Call, may("read", "connection")],
    token: Annotated[str, Header(alias="Airflow-Connection-Test-Token")],
) -> Response:
    """How far a test is that was asked for, and what the hook said."""
    test = call.desk.connection_tests.get(call.workspace, token)
    call.check("read", "connection", test.connection_id)
    return reply({**_out(test), "result_message": test.message, "created_at": test.created_at})


@router.post(
    "/enqueue-test",
    operation_id="enqueue_connection_test",
    response_model=ConnectionTestQueuedResponse,
    status_code=202,
)
async def enqueue_connection_test(
    body: ConnectionTestRequestBody, call: Annotated[Call, may("edit", "connection")]
) -> Response:
    """Have a connection tested in a process of its own; with `commit_on_success` one that works is stored.

    Fields left out are those of the stored connection. Tests run beside the server, whatever executor and queue are named.
    """
    check_may_test(call, body.connection_id)
    if body.commit_on_success:
        call.check("create", "connection", body.connection_id)
    _check_executor(call, body.executor)
    record = await call.read(lambda tx: tested(tx, call, body))
    source = Source(call.actor, call.workspace, call.address)

    def attempt() -> tuple[bool, str]:
        went_well, message = try_connection(tested_fields(record))
        if went_well and body.commit_on_success:
            with call.services.database.write() as tx:
                said = _audit("store_tested_connection", body)
                pictures = Pictures(tx, call.services.cipher, call.workspace, said)
                _store(tx, call, record)
                record_entry(tx, source, said, call.now, pictures.difference())
        return went_well, message

    def start(_: Tx) -> ConnectionTest:
        return call.desk.connection_tests.start(call.workspace, body.connection_id, attempt)

    return reply(_out(await call.write(_audit("enqueue_connection_test", body), start)), 202)


def _audit(event: str, body: ConnectionTestRequestBody) -> Audit:
    extra = {"connection_id": body.connection_id, "commit_on_success": body.commit_on_success}
    return Audit(event=event, extra=extra, about="connection", names=[body.connection_id])


def _out(test: ConnectionTest) -> dict[str, object]:
    return {"token": test.token, "connection_id": test.connection_id, "state": test.state}


def _check_executor(call: Call, name: str | None) -> None:
    known = named_executors(call.services.settings.executor)
    if name is not None and not any(name in one.spellings for one in known):
        names = ", ".join(one.name for one in known)
        raise Unprocessable(f"There is no executor {name!r} here; there are {names}", executor=name)


def _store(tx: Tx, call: Call, record: ConnectionRecord) -> None:
    """Add the connection that works, or change the one of its name."""
    try:
        old = connections.get_connection(tx, call.services.cipher, call.workspace, record.conn_id)
    except NotFound:
        connections.add_connection(tx, call.services.cipher, call.workspace, record)
        return
    fields = {name: value for name, value in tested_fields(record).items() if name != "conn_id"}
    connections.update_connection(tx, call.services.cipher, call.workspace, replace(old, **fields))
