"""XComs: what tasks handed on, and values set by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.tasks import (
    XComCollectionResponse,
    XComCreateBody,
    XComEntryQuery,
    XComQuery,
    XComResponseNative,
    XComResponseString,
    XComUpdateBody,
)
from tradewind.api.public.task_instances import INSTANCE
from tradewind.api.shapes import tasks_by_id, xcom_out
from tradewind.api.wire import created, gone, listing, reply
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.db import dags, runs, tasks, xcoms
from tradewind.db.engine import Tx
from tradewind.db.tasks import TaskRecord
from tradewind.db.xcoms import XComFilter, XComRecord
from tradewind.protocol.messages import XComValue
from tradewind.sdk.xcom_codec import unsafe_tag
from tradewind.worker.xcom import open_artifacts

router = APIRouter(tags=["XCom"])
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
"""What a browser may draw as it is: nothing in it runs."""
MOST_LOOKED_INTO = 8 * 1024 * 1024
"""Bytes of a JSON file in which another one's name is looked for: to take it apart holds up everybody else."""
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)

ENTRIES = INSTANCE + "/xcomEntries"
Reader = Annotated[Call, may("read", "xcom")]
Creator = Annotated[Call, may("create", "xcom")]
Editor = Annotated[Call, may("edit", "xcom")]
Deleter = Annotated[Call, may("delete", "xcom")]


def _some(value: str) -> tuple[str, ...]:
    """A part of the path as a filter; `~` is all."""
    return () if value == "~" else (value,)


@router.get(ENTRIES, operation_id="get_xcom_entries", response_model=XComCollectionResponse)
async def get_xcom_entries(
    dag_id: str, dag_run_id: str, task_id: str, query: Annotated[XComQuery, Query()], call: Reader
) -> Response:
    """XComs of a task of a run, without their values; `~` as DAG, run or task means all of them."""
    indexes = tuple(index for index in (query.map_index, query.map_index_filter) if index is not None)
    wanted = XComFilter(
        dag_ids=_some(dag_id),
        run_ids=_some(dag_run_id),
        task_ids=_some(task_id),
        keys=(query.xcom_key,) if query.xcom_key is not None else (),
        map_indexes=indexes[:1],
        logical_date=query.logical_date(),
        run_after=query.run_after(),
        key_pattern=query.xcom_key_pattern,
        key_prefix=query.xcom_key_prefix_pattern,
        dag_name_pattern=query.dag_display_name_pattern,
        dag_name_prefix=query.dag_display_name_prefix_pattern,
        run_id_pattern=query.run_id_pattern,
        run_id_prefix=query.run_id_prefix_pattern,
        task_id_pattern=query.task_id_pattern,
        task_id_prefix=query.task_id_prefix_pattern,
    )
    page = query.page(call.services.settings.api)

    def find(tx: Tx) -> tuple[list[dict[str, object]], int]:
        if "~" not in (dag_id, dag_run_id):
            runs.get_run(tx, call.workspace, dag_id, dag_run_id)
        elif dag_id != "~":
            dags.get_dag(tx, call.dag(dag_id))
        found, total = xcoms.list_xcoms(tx, call.workspace, wanted, page)
        return _shown(tx, call, found), total

    return listing("xcom_entries", *await call.read(find))


def _shown(tx: Tx, call: Call, found: Sequence[XComRecord]) -> list[dict[str, object]]:
    """The entries without their values, with names that only the spec knows."""
    specs = call.services.specs.of(tx, {one.spec_hash for one in found if one.spec_hash is not None})
    by_hash = {key: tasks_by_id(spec) for key, spec in specs.items()}
    return [xcom_out(one, by_hash.get(one.spec_hash or "", {}).get(one.task_id)) for one in found]


def _native(tx: Tx, call: Call, record: XComRecord) -> dict[str, object]:
    return {**_shown(tx, call, [record])[0], "value": msgspec.json.decode(record.value)}


@router.get(
    ENTRIES + "/{xcom_key:path}", operation_id="get_xcom_entry", response_model=XComResponseNative | XComResponseString
)
async def get_xcom_entry(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    xcom_key: str,
    query: Annotated[XComEntryQuery, Query()],
    call: Reader,
) -> Response:
    """One value, as JSON; `stringify` makes a string of it.

    A value that is in the artifact store comes as the description that is kept in the database. It is never unpacked
    here, `deserialize` or not: that would run code of the task's libraries in the server.
    """

    def find(tx: Tx) -> dict[str, object]:
        instance = tasks.get_task(tx, call.workspace, dag_id, dag_run_id, task_id, map_index=query.map_index)
        return _native(tx, call, xcoms.get_xcom(tx, instance, xcom_key))

    found = await call.read(find)
    value = found["value"]
    if query.stringify and value is not None and not isinstance(value, str):
        found["value"] = msgspec.json.encode(value).decode()
    return reply(found)


@router.get(
    INSTANCE + "/xcomContents/{xcom_key:path}",
    operation_id="get_xcom_content",
    response_class=Response,
    responses={200: {"description": "The file", "content": {"application/octet-stream": {}}}},
)
async def get_xcom_content(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    xcom_key: str,
    call: Reader,
    map_index: int = -1,
    name: Annotated[str | None, Query(description="of a file; that of the whole value unless given")] = None,
) -> Response:
    """The file of a value in the artifact store: a picture, a Parquet file, an array. It is handed on as it is.

    A value with several files in it, like a dict of figures, tells the name of each.
    """

    def find(tx: Tx) -> Any:
        instance = tasks.get_task(tx, call.workspace, dag_id, dag_run_id, task_id, map_index=map_index)
        return msgspec.json.decode(xcoms.get_xcom(tx, instance, xcom_key).value)

    store = open_artifacts(call.services.settings.artifact_url)

    def read() -> tuple[dict[str, Any], bytes]:
        about = _file_of(value, xcom_key, name)
        if name in {None, about["name"]}:
            return about, store.get(about["name"])
        outer = store.get(about["name"])
        if len(outer) > MOST_LOOKED_INTO:
            raise InvalidInput(
                f"the XCom {xcom_key!r} is too large to look for a file in it: {len(outer)} bytes, and {MOST_LOOKED_INTO} are "
                "the most; without a name it is handed out whole"
            )
        try:
            inner = _file_of(msgspec.json.decode(outer), xcom_key, name)
        except msgspec.DecodeError as error:
            raise NotFound(f"the XCom {xcom_key!r} has no file {name!r}: its own is no JSON") from error
        return inner, store.get(inner["name"])

    value = await call.read(find)
    try:
        about, data = await call.desk.in_thread(read)
    except FileNotFoundError as error:
        raise NotFound(f"a file of the XCom {xcom_key!r} is gone: {error}") from error
    media_type = str(about.get("media_type"))
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/octet-stream"
    kind = "inline" if media_type in PICTURES else "attachment"
    headers = {
        "content-disposition": f'{kind}; filename="{about["name"]}"',
        "x-content-type-options": "nosniff",
        # A file is named by its content; that of a key is another one after the next try.
        "cache-control": "private, no-cache" if name is None else "private, max-age=31536000, immutable",
    }
    return Response(data, media_type=media_type, headers=headers)


def _file_of(value: Any, key: str, name: str | None) -> dict[str, Any]:
    """What a value says of its file: of the one with this name, wherever it is inside, or of the JSON file that may
    have it inside.

    Raises:
        NotFound: it has none.
    """
    if name is None and not (isinstance(value, dict) and value.get("__tw__") == "file"):  # pyright: ignore[reportUnknownMemberType] - JSON
        raise NotFound(f"the XCom {key!r} has no file of its own: its value is in the database")
    left: list[Any] = [value]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left.extend(one)  # pyright: ignore[reportUnknownArgumentType] - JSON
        elif isinstance(one, dict):
            about: dict[str, Any] = one
            if about.get("__tw__") != "file":
                left.extend(about.values())
            elif not isinstance(about.get("name"), str):
                raise NotFound(f"the XCom {key!r} looks like a file and names none")
            elif name in {None, about["name"]} or (one is value and about.get("format") == "json"):
                return about
    raise NotFound(f"the XCom {key!r} has no file {name!r}")


def _stored(key: str, value: Any) -> XComValue:
    """The value as it is stored.

    Raises:
        InvalidInput: a task that reads it would open a file or load a class that the caller has named.
    """
    try:
        tag = unsafe_tag(value)
    except RecursionError as error:
        raise InvalidInput("the value is nested too deeply") from error
    if tag is not None:
        raise InvalidInput(
            f"a value set by hand is plain JSON; one with `__tw__` {tag[:50]!r} names a file or a class, which only tasks store",
            tag=tag[:50],
        )
    length = len(value) if isinstance(value, list | dict) else None
    return XComValue(key=key, value=msgspec.json.encode(value).decode(), length=length, is_none=value is None)


async def _set(call: Call, key: tuple[str, str, str, int], value: XComValue, *, is_new: bool) -> dict[str, object]:
    dag_id, run_id, task_id, map_index = key

    def store(tx: Tx) -> dict[str, object]:
        instance: TaskRecord = tasks.get_task(tx, call.workspace, dag_id, run_id, task_id, map_index=map_index)
        if is_new:
            xcoms.insert_xcom(tx, instance, value, call.now)
        else:
            xcoms.update_xcom(tx, instance, value, call.now)
        return _native(tx, call, xcoms.get_xcom(tx, instance, value.key))

    audit = Audit(
        event="create_xcom_entry" if is_new else "update_xcom_entry",
        dag_id=dag_id,
        run_id=run_id,
        task_id=task_id,
        map_index=map_index,
        extra={"key": value.key},
    )
    return await call.write(audit, store)


@router.post(ENTRIES, operation_id="create_xcom_entry", response_model=XComResponseNative, status_code=201)
async def create_xcom_entry(
    dag_id: str, dag_run_id: str, task_id: str, body: XComCreateBody, call: Creator
) -> Response:
    """Add a value by hand."""
    key = (dag_id, dag_run_id, task_id, body.map_index)
    return created(await _set(call, key, _stored(body.key, body.value), is_new=True))


@router.patch(ENTRIES + "/{xcom_key:path}", operation_id="update_xcom_entry", response_model=XComResponseNative)
async def update_xcom_entry(
    dag_id: str, dag_run_id: str, task_id: str, xcom_key: str, body: XComUpdateBody, call: Editor
) -> Response:
    """Replace a value by hand."""
    key = (dag_id, dag_run_id, task_id, body.map_index)
    return reply(await _set(call, key, _stored(xcom_key, body.value), is_new=False))


@router.delete(ENTRIES + "/{xcom_key:path}", operation_id="delete_xcom_entry", status_code=204)
async def delete_xcom_entry(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    xcom_key: str,
    call: Deleter,
    map_index: int = -1,
) -> Response:
    """Delete a value."""

    def delete(tx: Tx) -> None:
        instance = tasks.get_task(tx, call.workspace, dag_id, dag_run_id, task_id, map_index=map_index)
        xcoms.delete_xcom(tx, instance, xcom_key)

    audit = Audit(
        event="delete_xcom_entry",
        dag_id=dag_id,
        run_id=dag_run_id,
        task_id=task_id,
        map_index=map_index,
        extra={"key": xcom_key},
    )
    await call.write(audit, delete)
    return gone()
