"""State stores: what task instances keep for their next try, and what is kept with assets."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.base import page_of
from tradewind.api.models.states import (
    AssetStateStoreBody,
    AssetStateStoreCollectionResponse,
    AssetStateStoreResponse,
    TaskStateStoreBody,
    TaskStateStoreCollectionResponse,
    TaskStateStorePatchBody,
    TaskStateStoreResponse,
)
from tradewind.api.public.task_instances import INSTANCE
from tradewind.api.wire import gone, listing, reply
from tradewind.base.errors import NotFound
from tradewind.db import runs, state_store, tasks
from tradewind.db.engine import Tx
from tradewind.db.state_store import AssetStateRecord, Holder, TaskStateRecord, Writer

router = APIRouter()

OF_TASK = INSTANCE + "/state-store"
OF_ASSET = "/assets/{asset_id}/state-store"
KEY = "/{key:path}"
Reader = Annotated[Call, may("read", "task_instance")]
Editor = Annotated[Call, may("edit", "task_instance")]
AssetReader = Annotated[Call, may("read", "asset")]
AssetEditor = Annotated[Call, may("edit", "asset")]
MapIndex = Annotated[int, Query(ge=-1)]
Limit = Annotated[int | None, Query(ge=0)]
Offset = Annotated[int, Query(ge=0)]
TASK: list[str | Enum] = ["Task State Store"]
ASSET: list[str | Enum] = ["Asset State Store"]


def _task_out(record: TaskStateRecord) -> dict[str, object]:
    return {
        "key": record.key,
        "value": msgspec.json.decode(record.value),
        "updated_at": record.updated_at,
        "expires_at": record.expires_at,
    }


def _encoded(call: Call, value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    limit = call.services.settings.state_store.max_value_storage_bytes
    if 0 < limit < len(text):
        sentence = f"value exceeds max_value_storage_bytes ({limit}); raise it in [state_store], or set it to 0"
        raise RequestValidationError([{"type": "value_error", "loc": ("body", "value"), "msg": sentence}])
    return text


# -- of task instances -----------------------------------------------------------------------------------------------

Address = tuple[str, str, str, int]
"""DAG, run, task, map index."""


def _holder(tx: Tx, call: Call, where: Address) -> Holder:
    """The instance that is addressed.

    Raises:
        NotFound: there is none.
    """
    dag_id, run_id, task_id, map_index = where
    instance = tasks.get_task(tx, call.workspace, dag_id, run_id, task_id, map_index=map_index)
    return Holder(instance.run_uid, instance.task_id, map_index)


def _holder_to_read(tx: Tx, call: Call, where: Address) -> Holder:
    """Reading asks only for the run: state may be left of an instance that is gone."""
    dag_id, run_id, task_id, map_index = where
    return Holder(runs.get_run(tx, call.workspace, dag_id, run_id).uid, task_id, map_index)


def _audit(event: str, where: Address, key: str | None = None) -> Audit:
    dag_id, run_id, task_id, map_index = where
    extra = {} if key is None else {"key": key}
    return Audit(event=event, dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, extra=extra)


@router.get(
    OF_TASK, operation_id="list_task_state_store", response_model=TaskStateStoreCollectionResponse, tags=TASK
)  # fmt: skip
async def list_task_state_store(
    dag_id: str, dag_run_id: str, task_id: str, call: Reader, map_index: MapIndex = -1, limit: Limit = None,
    offset: Offset = 0,
) -> Response:  # fmt: skip
    """What a task instance has stored, by key."""
    where, page = (dag_id, dag_run_id, task_id, map_index), page_of(call.services.settings.api, limit, offset, [])

    def find(tx: Tx) -> tuple[list[TaskStateRecord], int]:
        return state_store.list_task_states(tx, _holder_to_read(tx, call, where), page)

    found, total = await call.read(find)
    return listing("task_state_store", [_task_out(one) for one in found], total)


@router.get(OF_TASK + KEY, operation_id="get_task_state_store", response_model=TaskStateStoreResponse, tags=TASK)
async def get_task_state_store(
    dag_id: str, dag_run_id: str, task_id: str, key: str, call: Reader, map_index: MapIndex = -1
) -> Response:
    """One value."""
    where = (dag_id, dag_run_id, task_id, map_index)
    record = await call.read(lambda tx: state_store.get_task_state(tx, _holder_to_read(tx, call, where), key))
    return reply(_task_out(record))


@router.put(OF_TASK + KEY, operation_id="set_task_state_store", status_code=204, tags=TASK)
async def set_task_state_store(
    dag_id: str, dag_run_id: str, task_id: str, key: str, body: TaskStateStoreBody, call: Editor,
    map_index: MapIndex = -1,
) -> Response:  # fmt: skip
    """Add or replace a value."""
    where, text = (dag_id, dag_run_id, task_id, map_index), _encoded(call, body.value)
    days = call.services.settings.state_store.default_retention_days
    default = call.now + timedelta(days=days) if days else None
    expires_at = body.expires_at if isinstance(body.expires_at, datetime) else default if body.expires_at else None

    def store(tx: Tx) -> None:
        state_store.put_task_state(tx, _holder(tx, call, where), key, text, now=call.now, expires_at=expires_at)

    await call.write(_audit("set_task_state_store", where, key), store)
    return gone()


@router.patch(OF_TASK + KEY, operation_id="patch_task_state_store", response_model=None, tags=TASK)
async def patch_task_state_store(
    dag_id: str, dag_run_id: str, task_id: str, key: str, body: TaskStateStorePatchBody, call: Editor,
    map_index: MapIndex = -1,
) -> Response:  # fmt: skip
    """Replace a value that is there; it expires when it would have."""
    where, text = (dag_id, dag_run_id, task_id, map_index), _encoded(call, body.value)

    def store(tx: Tx) -> None:
        holder = _holder(tx, call, where)
        old = state_store.get_task_state(tx, holder, key)
        state_store.put_task_state(tx, holder, key, text, now=call.now, expires_at=old.expires_at)

    await call.write(_audit("patch_task_state_store", where, key), store)
    return reply(None)


@router.delete(OF_TASK + KEY, operation_id="delete_task_state_store", status_code=204, tags=TASK)
async def delete_task_state_store(
    dag_id: str, dag_run_id: str, task_id: str, key: str, call: Editor, map_index: MapIndex = -1
) -> Response:
    """Forget a value, if it is there."""
    where = (dag_id, dag_run_id, task_id, map_index)

    def delete(tx: Tx) -> None:
        state_store.delete_task_state(tx, _holder(tx, call, where), key)

    await call.write(_audit("delete_task_state_store", where, key), delete)
    return gone()


@router.delete(OF_TASK, operation_id="clear_task_state_store", status_code=204, tags=TASK)
async def clear_task_state_store(
    dag_id: str, dag_run_id: str, task_id: str, call: Editor, map_index: MapIndex = -1, all_map_indices: bool = False
) -> Response:
    """Forget all that an instance has stored, or (`all_map_indices`) all that any instance of the task has."""
    where = (dag_id, dag_run_id, task_id, map_index)

    def delete(tx: Tx) -> None:
        if all_map_indices:
            run = runs.get_run(tx, call.workspace, dag_id, dag_run_id)
            state_store.delete_task_state(tx, Holder(run.uid, task_id, None))
        else:
            state_store.delete_task_state(tx, _holder(tx, call, where))

    await call.write(_audit("clear_task_state_store", where), delete)
    return gone()


# -- of assets -------------------------------------------------------------------------------------------------------


def _asset_name(tx: Tx, call: Call, asset_id: int) -> str:
    name = state_store.name_of_asset(tx, call.workspace, asset_id)
    if name is None:
        raise NotFound(f"Asset with id {asset_id!r} not found", asset_id=asset_id)
    return name


def _asset_out(record: AssetStateRecord) -> dict[str, object]:
    return {
        "key": record.key,
        "value": msgspec.json.decode(record.value),
        "updated_at": record.updated_at,
        "last_updated_by": asdict(record.writer),
    }


@router.get(
    OF_ASSET, operation_id="list_asset_state_store", response_model=AssetStateStoreCollectionResponse, tags=ASSET
)  # fmt: skip
async def list_asset_state_store(
    asset_id: int, call: AssetReader, limit: Limit = None, offset: Offset = 0
) -> Response:  # fmt: skip
    """What is kept with an asset, by key."""
    page = page_of(call.services.settings.api, limit, offset, [])

    def find(tx: Tx) -> tuple[list[AssetStateRecord], int]:
        return state_store.list_asset_states(tx, call.workspace, _asset_name(tx, call, asset_id), page)

    found, total = await call.read(find)
    return listing("asset_state_store", [_asset_out(one) for one in found], total)


@router.get(OF_ASSET + KEY, operation_id="get_asset_state_store", response_model=AssetStateStoreResponse, tags=ASSET)
async def get_asset_state_store(asset_id: int, key: str, call: AssetReader) -> Response:
    """One value."""

    def find(tx: Tx) -> AssetStateRecord:
        return state_store.get_asset_state(tx, call.workspace, _asset_name(tx, call, asset_id), key)

    return reply(_asset_out(await call.read(find)))


@router.put(OF_ASSET + KEY, operation_id="set_asset_state_store", status_code=204, tags=ASSET)
async def set_asset_state_store(asset_id: int, key: str, body: AssetStateStoreBody, call: AssetEditor) -> Response:
    """Add or replace a value."""
    text = _encoded(call, body.value)

    def store(tx: Tx) -> None:
        asset = _asset_name(tx, call, asset_id)
        state_store.put_asset_state(tx, call.workspace, asset, key, text, writer=Writer("api"), now=call.now)

    await call.write(Audit(event="set_asset_state_store", extra={"asset_id": asset_id, "key": key}), store)
    return gone()


@router.delete(OF_ASSET + KEY, operation_id="delete_asset_state_store", status_code=204, tags=ASSET)
async def delete_asset_state_store(asset_id: int, key: str, call: AssetEditor) -> Response:
    """Forget a value, if it is there."""

    def delete(tx: Tx) -> None:
        state_store.delete_asset_state(tx, call.workspace, _asset_name(tx, call, asset_id), key)

    await call.write(Audit(event="delete_asset_state_store", extra={"asset_id": asset_id, "key": key}), delete)
    return gone()


@router.delete(OF_ASSET, operation_id="clear_asset_state_store", status_code=204, tags=ASSET)
async def clear_asset_state_store(asset_id: int, call: AssetEditor) -> Response:
    """Forget all that is kept with an asset."""

    def delete(tx: Tx) -> None:
        state_store.delete_asset_state(tx, call.workspace, _asset_name(tx, call, asset_id))

    await call.write(Audit(event="clear_asset_state_store", extra={"asset_id": asset_id}), delete)
    return gone()
