"""Provider packages and the connection types that they bring: read from the catalogue, never from their code."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, metadata
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.admin import (
    ConnectionTypeCollectionResponse,
    ConnectionTypeResponse,
    ProviderCollectionResponse,
)
from tradewind.api.wire import listing, reply
from tradewind.base.errors import NotFound
from tradewind.sdk.provider_catalogue import Catalogue, HookRecord, ProviderRecord, installed_catalogue

router = APIRouter()

Reader = Annotated[Call, may("read", "provider")]
Limit = Annotated[int, Query(ge=0)]
Offset = Annotated[int, Query(ge=0)]


async def _catalogue(call: Call) -> Catalogue:
    return await call.desk.in_thread(lambda: installed_catalogue(str(call.services.settings.home)))


@router.get("/providers", operation_id="get_providers", response_model=ProviderCollectionResponse, tags=["Provider"])
async def get_providers(call: Reader, limit: Limit = 50, offset: Offset = 0) -> Response:
    """The installed provider packages."""
    found = list((await _catalogue(call)).providers.values())
    shown = [provider_out(one) for one in found[offset : offset + limit]]
    return listing("providers", shown, len(found))


def provider_out(record: ProviderRecord) -> Mapping[str, object]:
    """`ProviderResponse`."""
    return {
        "package_name": record.package_name,
        "description": record.summary,
        "version": record.version,
        "documentation_url": _documentation(record.package_name),
    }


def _documentation(package: str) -> str | None:
    """What the distribution itself names; it may be gone since the catalogue was made."""
    try:
        urls = metadata(package).get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    named = dict(one.split(", ", 1) for one in urls if ", " in one)
    return named.get("Documentation")


@router.get(
    "/connectionTypes",
    operation_id="get_connection_types",
    response_model=ConnectionTypeCollectionResponse,
    tags=["Connection"],
)
async def get_connection_types(call: Reader, limit: Limit = 1000, offset: Offset = 0) -> Response:
    """Known connection types, with what a form for such a connection shows; other types can be stored as well."""
    found = sorted((await _catalogue(call)).hooks.values(), key=lambda one: one.connection_type)
    shown = [type_out(one) for one in found[offset : offset + limit]]
    return listing("connection_types", shown, len(found))


@router.get(
    "/connectionTypes/{connection_type}",
    operation_id="get_connection_type",
    response_model=ConnectionTypeResponse,
    tags=["Connection"],
)
async def get_connection_type(connection_type: str, call: Reader) -> Response:
    """One connection type."""
    hook = (await _catalogue(call)).hooks.get(connection_type)
    if hook is None:
        raise NotFound(
            f"No installed package brings connection type {connection_type!r}", connection_type=connection_type
        )
    return reply(type_out(hook))


def type_out(hook: HookRecord) -> Mapping[str, object]:
    """`ConnectionTypeResponse`."""
    return {
        "connection_type": hook.connection_type,
        "hook_name": hook.hook_name,
        "hook_class_name": hook.hook_class_name,
        "package_name": hook.package_name,
        "conn_fields": hook.conn_fields,
        "ui_field_behaviour": hook.ui_field_behaviour,
    }
