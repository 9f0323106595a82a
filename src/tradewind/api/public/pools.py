"""Pools. The scheduler hears of each change through its inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.bulk import Verbs, names_in, run_bulk
from tradewind.api.deps import Audit, Call, masked, may
from tradewind.api.models.admin import PoolBody, PoolCollectionResponse, PoolPatchBody, PoolQuery, PoolResponse
from tradewind.api.models.bulk import BulkBody, BulkResponse
from tradewind.api.wire import created, gone, listing, reply
from tradewind.base.errors import InvalidInput
from tradewind.core.events import Event, PoolSet
from tradewind.db import pools
from tradewind.db.engine import Tx
from tradewind.db.pools import DEFAULT_POOL, PoolRecord, PoolUsage

router = APIRouter(tags=["Pool"], prefix="/pools")

Reader = Annotated[Call, may("read", "pool")]
Creator = Annotated[Call, may("create", "pool")]
Editor = Annotated[Call, may("edit", "pool")]
Deleter = Annotated[Call, may("delete", "pool")]
Changer = Annotated[Call, may("create", "pool", "edit", "delete")]
FIELDS = ("slots", "description", "include_deferred", "pool", "name", "team_name")


def pool_out(pool: PoolRecord, usage: PoolUsage) -> dict[str, object]:
    """`PoolResponse`."""
    occupied = usage.running + usage.queued + (usage.deferred if pool.include_deferred else 0)
    return {
        "name": pool.name,
        "slots": pool.slots,
        "description": pool.description,
        "include_deferred": pool.include_deferred,
        "occupied_slots": occupied,
        "running_slots": usage.running,
        "queued_slots": usage.queued,
        "scheduled_slots": usage.scheduled,
        "open_slots": pool.slots - occupied if pool.slots >= 0 else -1,
        "deferred_slots": usage.deferred,
        "team_name": None,
    }


def _shown(tx: Tx, call: Call, found: Sequence[PoolRecord]) -> list[dict[str, object]]:
    used = pools.usage(tx.whole, call.workspace, [pool.name for pool in found])
    return [pool_out(pool, used.get(pool.name, PoolUsage())) for pool in found]


def _set(call: Call, pool: PoolRecord) -> Event:
    return PoolSet(call.workspace, pool.name, pool.slots, pool.include_deferred)


def _add(tx: Tx, call: Call, body: PoolBody) -> Event:
    new = PoolRecord(
        name=body.name, slots=body.slots, description=body.description, include_deferred=body.include_deferred
    )
    pools.add_pool(tx, call.workspace, new)
    return _set(call, new)


def _update(tx: Tx, call: Call, name: str, given: dict[str, object], mask: Sequence[str] | None) -> Event:
    changes = masked(FIELDS, given, mask)
    named = changes.pop("pool", None) or changes.pop("name", None)
    changes.pop("name", None)
    changes.pop("team_name", None)
    if named not in {None, name}:
        raise InvalidInput("Invalid body, pool name from request body doesn't match uri parameter", pool=named)
    if name == DEFAULT_POOL and set(changes) - {"slots", "include_deferred"}:
        raise InvalidInput("Only slots and included_deferred can be modified on Default Pool", pool=name)
    changes = {field: value for field, value in changes.items() if field == "description" or value is not None}
    new = replace(pools.get_pool(tx, call.workspace, name), **changes)
    pools.update_pool(tx, call.workspace, new)
    return _set(call, new)


def _delete(tx: Tx, call: Call, name: str) -> Event:
    pools.delete_pool(tx, call.workspace, name)
    return PoolSet(call.workspace, name, None)


@router.get("", operation_id="get_pools", response_model=PoolCollectionResponse)
async def get_pools(query: Annotated[PoolQuery, Query()], call: Reader) -> Response:
    """Pools with their use."""
    page = query.page(call.services.settings.api, "name")
    pattern, prefix = query.pool_name_pattern, query.pool_name_prefix_pattern

    def find(tx: Tx) -> tuple[list[dict[str, object]], int]:
        found, total = pools.list_pools(tx, call.workspace, page, pattern=pattern, prefix=prefix)
        return _shown(tx, call, found), total

    return listing("pools", *await call.read(find))


@router.post("", operation_id="post_pool", response_model=PoolResponse, status_code=201)
async def post_pool(body: PoolBody, call: Creator) -> Response:
    """Add a pool."""
    call.check("create", "pool", body.name)
    audit = Audit(event="post_pool", extra=body.model_dump(), about="pool", names=[body.name])
    await call.act(audit, lambda tx: (None, [_add(tx, call, body)]))
    return created(await _one(call, body.name))


@router.patch("", operation_id="bulk_pools", response_model=BulkResponse)
async def bulk_pools(body: BulkBody[PoolBody], call: Changer) -> Response:
    """Add, change and delete several pools."""

    def change(tx: Tx) -> tuple[dict[str, object], list[Event]]:
        events: list[Event] = []
        verbs: Verbs[PoolBody] = Verbs(
            check=lambda action, one: call.check(action, "pool", one if isinstance(one, str) else one.name),
            name=lambda one: one.name,
            create=lambda one: events.append(_add(tx, call, one)),
            update=lambda one, mask: events.append(
                _update(tx, call, one.name, one.model_dump(exclude_unset=True), mask)
            ),
            delete=lambda one: events.append(_delete(tx, call, one if isinstance(one, str) else one.name)),
        )
        return run_bulk(body, verbs), events

    named = names_in(body, lambda one: one.name)
    audit = Audit(event="bulk_pools", extra=body.model_dump(), about="pool", names=named)
    answer, _ = await call.act(audit, change)
    return reply(answer)


async def _one(call: Call, name: str) -> dict[str, object]:
    return await call.read(lambda tx: _shown(tx, call, [pools.get_pool(tx, call.workspace, name)])[0])


@router.get("/{pool_name:path}", operation_id="get_pool", response_model=PoolResponse)
async def get_pool(pool_name: str, call: Reader) -> Response:
    """One pool with its use."""
    return reply(await _one(call, pool_name))


@router.patch("/{pool_name:path}", operation_id="patch_pool", response_model=PoolResponse)
async def patch_pool(
    pool_name: str, body: PoolPatchBody, call: Editor, update_mask: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Change a pool."""
    given = body.model_dump(exclude_unset=True)
    audit = Audit(event="patch_pool", extra={"name": pool_name, **given}, about="pool", names=[pool_name])
    await call.act(audit, lambda tx: (None, [_update(tx, call, pool_name, given, update_mask)]))
    return reply(await _one(call, pool_name))


@router.delete("/{pool_name:path}", operation_id="delete_pool", status_code=204)
async def delete_pool(pool_name: str, call: Deleter) -> Response:
    """Delete a pool; instances that name it wait until it is there again."""
    audit = Audit(event="delete_pool", extra={"name": pool_name}, about="pool", names=[pool_name])
    await call.act(audit, lambda tx: (None, [_delete(tx, call, pool_name)]))
    return gone()
