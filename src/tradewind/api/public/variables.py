"""Variables. Values of those whose key names a secret come masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.bulk import Verbs, names_in, run_bulk
from tradewind.api.deps import Audit, Call, masked, may
from tradewind.api.models.admin import VariableBody, VariableCollectionResponse, VariableQuery, VariableResponse
from tradewind.api.models.bulk import BulkBody, BulkResponse
from tradewind.api.secrecy import MASK, hide, unhide
from tradewind.api.wire import created, gone, listing, reply
from tradewind.base.errors import InvalidInput
from tradewind.db import variables
from tradewind.db.engine import Tx
from tradewind.db.variables import VariableRecord

router = APIRouter(tags=["Variable"], prefix="/variables")

Reader = Annotated[Call, may("read", "variable")]
Creator = Annotated[Call, may("create", "variable")]
Editor = Annotated[Call, may("edit", "variable")]
Deleter = Annotated[Call, may("delete", "variable")]
Changer = Annotated[Call, may("create", "variable", "edit", "delete")]
FIELDS = ("key", "value", "description", "team_name")


def variable_out(record: VariableRecord) -> dict[str, object]:
    """`VariableResponse`, with secrets hidden."""
    return {
        "key": record.key,
        "value": _value_out(record),
        "description": record.description,
        "is_encrypted": True,
        "team_name": None,
    }


def _value_out(record: VariableRecord) -> str:
    """The value; of a JSON object only what stands under secret keys is hidden, else a secret key hides all."""
    if record.value.startswith(("{", "[")):
        try:
            return msgspec.json.encode(hide(msgspec.json.decode(record.value), record.key)).decode()
        except msgspec.DecodeError:
            pass
    return str(hide(record.value, record.key))


def text_of(value: Any) -> str:
    """A value as it is stored: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _add(tx: Tx, call: Call, body: VariableBody) -> None:
    new = VariableRecord(key=body.key, value=text_of(body.value), description=body.description)
    variables.add_variable(tx, call.services.cipher, call.workspace, new)


def _get(tx: Tx, call: Call, key: str) -> VariableRecord:
    return variables.get_variable(tx, call.services.cipher, call.workspace, key)


def _update(tx: Tx, call: Call, key: str, body: VariableBody, mask: Sequence[str] | None) -> None:
    """Write what was given; what still is the mask that we showed keeps its old value."""
    changes = masked(FIELDS, body.model_dump(exclude_unset=True), mask)
    old = _get(tx, call, key)
    new = VariableRecord(
        key=key,
        value=_unmasked(text_of(changes["value"]), old) if "value" in changes else old.value,
        description=body.description if "description" in changes else old.description,
    )
    variables.put_variable(tx, call.services.cipher, call.workspace, new)


def _unmasked(new: str, old: VariableRecord) -> str:
    if new == MASK:
        return old.value
    if MASK in new and new.startswith(("{", "[")):
        try:
            return unhide(new, old.value)
        except msgspec.DecodeError:
            return new
    return new


def _audit(event: str, key: str) -> Audit:
    return Audit(event=event, extra={"key": key}, about="variable", names=[key])


def _delete(tx: Tx, call: Call, key: str) -> None:
    variables.delete_variable(tx, call.workspace, key)


@router.get("", operation_id="get_variables", response_model=VariableCollectionResponse)
async def get_variables(query: Annotated[VariableQuery, Query()], call: Reader) -> Response:
    """Variables."""
    page = query.page(call.services.settings.api, "key")
    pattern, prefix = query.variable_key_pattern, query.variable_key_prefix_pattern

    def find(tx: Tx) -> tuple[list[VariableRecord], int]:
        return variables.list_variables(tx, call.services.cipher, call.workspace, page, pattern=pattern, prefix=prefix)

    found, total = await call.read(find)
    return listing("variables", [variable_out(one) for one in found], total)


@router.post("", operation_id="post_variable", response_model=VariableResponse, status_code=201)
async def post_variable(body: VariableBody, call: Creator) -> Response:
    """Add a variable."""
    call.check("create", "variable", body.key)

    def add(tx: Tx) -> VariableRecord:
        _add(tx, call, body)
        return _get(tx, call, body.key)

    return created(variable_out(await call.write(_audit("post_variable", body.key), add)))


@router.patch("", operation_id="bulk_variables", response_model=BulkResponse)
async def bulk_variables(body: BulkBody[VariableBody], call: Changer) -> Response:
    """Add, change and delete several variables."""

    def change(tx: Tx) -> dict[str, object]:
        verbs: Verbs[VariableBody] = Verbs(
            check=lambda action, one: call.check(action, "variable", one if isinstance(one, str) else one.key),
            name=lambda one: one.key,
            create=lambda one: _add(tx, call, one),
            update=lambda one, mask: _update(tx, call, one.key, one, mask),
            delete=lambda one: _delete(tx, call, one if isinstance(one, str) else one.key),
        )
        return run_bulk(body, verbs)

    named = names_in(body, lambda one: one.key)
    audit = Audit(event="bulk_variables", extra={"actions": len(body.actions)}, about="variable", names=named)
    return reply(await call.write(audit, change))


@router.get("/{variable_key:path}", operation_id="get_variable", response_model=VariableResponse)
async def get_variable(variable_key: str, call: Reader) -> Response:
    """One variable."""
    return reply(variable_out(await call.read(lambda tx: _get(tx, call, variable_key))))


@router.patch("/{variable_key:path}", operation_id="patch_variable", response_model=VariableResponse)
async def patch_variable(
    variable_key: str, body: VariableBody, call: Editor, update_mask: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Change a variable."""
    if body.key != variable_key:
        raise InvalidInput("Invalid body, key from request body doesn't match uri parameter")

    def change(tx: Tx) -> VariableRecord:
        _update(tx, call, variable_key, body, update_mask)
        return _get(tx, call, variable_key)

    return reply(variable_out(await call.write(_audit("patch_variable", variable_key), change)))


@router.delete("/{variable_key:path}", operation_id="delete_variable", status_code=204)
async def delete_variable(variable_key: str, call: Deleter) -> Response:
    """Delete a variable."""
    await call.write(_audit("delete_variable", variable_key), lambda tx: _delete(tx, call, variable_key))
    return gone()
