"""Webhooks of assets: a call from outside is an update. The caller signs it with the watcher's secret, or has a token."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tradewind.api.auth import Actor, in_role
from tradewind.api.auth.addresses import address_of
from tradewind.api.deps import Audit, Call, Desk, May
from tradewind.api.models.assets import WebhookResponse
from tradewind.api.permissions import check
from tradewind.api.wire import refusal, reply
from tradewind.api.workspaces import workspace_of
from tradewind.base.errors import InvalidInput, NotFound, Unauthenticated
from tradewind.core.events import AssetUpdate, AssetUpdated, Event
from tradewind.db import asset_watchers, variables
from tradewind.db.asset_watchers import Watched
from tradewind.db.engine import Tx

router = APIRouter(tags=["Asset"], prefix="/assets/webhooks")

SIGNATURES = ("x-tradewind-signature", "x-hub-signature-256")
"""Headers that may hold ``sha256=`` and the HMAC of the body in hexadecimal digits; the second is GitHub's."""
LARGEST = 1_000_000
"""Bytes of a body."""
UPDATES = May(("create",), "asset")


@router.post(
    "/{path:path}",
    operation_id="call_asset_webhook",
    status_code=202,
    response_model=WebhookResponse,
    responses={
        400: refusal("The body is no JSON, or too long"),
        401: refusal("The call is not signed, and there is no token"),
        403: refusal("The token is of somebody who may not update assets"),
        404: refusal("No watcher listens at this path"),
        503: refusal("The database does not answer"),
    },
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": {}}}}},
)
async def call_asset_webhook(
    path: str, request: Request, partition_key: Annotated[str | None, Query(max_length=250)] = None
) -> Response:
    """Say that the assets whose watchers listen at this path were updated; the body, JSON, goes with the event."""
    desk: Desk = request.app.state.desk
    name, body = path.strip("/"), await _body(request)
    workspace = workspace_of(request)
    found, keys = await desk.read(lambda tx: _watchers(tx, desk, workspace, name))
    signed = [one for one in found if _is_signed(request, body, keys.get(one.secret or ""))]
    if signed:
        actor = in_role(f"webhook {name}", "User")
    else:
        actor = await _caller(request, desk)
        signed = found
    if not signed:
        raise NotFound(f"no watcher of an asset listens at the webhook {name!r}", path=name)
    call = Call(desk, actor, workspace, UPDATES, address_of(request, desk.sessions.trusted_proxies))
    payload, now = _payload(body), desk.services.clock.now()
    updates = [
        AssetUpdate(
            uid=desk.services.ids.new(),
            name=one.name,
            uri=one.uri,
            extra={"from_webhook": name, "payload": payload},
            partition_key=partition_key,
        )
        for one in signed
    ]
    events: list[Event] = [AssetUpdated(workspace, update, now, f"webhook {name}") for update in updates]
    await call.act(Audit(event="call_asset_webhook", extra={"path": name}), lambda _: (None, events), wait=False)
    answer = {"path": name, "assets": [one.name for one in signed], "event_uids": [one.uid for one in updates]}
    return reply(answer, 202)


async def _body(request: Request) -> bytes:
    """The body, of which no more is taken than may be: who sends it is not known yet."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise InvalidInput(f"the body of a webhook's call has at most {LARGEST} bytes")
    return bytes(body)


def _watchers(tx: Tx, desk: Desk, workspace: str, name: str) -> tuple[list[Watched], dict[str, str]]:
    """Who listens, and the secrets by name of their variable."""
    found = asset_watchers.webhook_watchers(tx, workspace, name)
    names = {one.secret for one in found if one.secret}
    keys: dict[str, str] = {}
    for one in names:
        variable = variables.find_variable(tx, desk.services.cipher, workspace, one)
        if variable is not None and variable.value:
            keys[one] = variable.value
    return found, keys


def _is_signed(request: Request, body: bytes, key: str | None) -> bool:
    if not key:
        return False
    wanted = b"sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest().encode()
    return any(hmac.compare_digest(wanted, request.headers.get(header, "").encode()) for header in SIGNATURES)


async def _caller(request: Request, desk: Desk) -> Actor:
    """The one whose token came with the call.

    Raises:
        Unauthenticated: neither a signature that holds nor a token.
        Forbidden: the token is of somebody who may not update assets.
    """
    if request.headers.get("authorization") is None:
        raise Unauthenticated(
            "the call is not signed by the watcher's secret (X-Tradewind-Signature: sha256=HMAC of the body), and there "
            "is no `Authorization: Bearer TOKEN`"
        )
    actor = await desk.sessions.actor(request, desk, workspace_of(request))
    check(actor.rights, "create", "asset", None)
    return actor


def _payload(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError as error:
        raise InvalidInput(f"the body of a webhook's call is JSON, and this is none: {error}") from error
