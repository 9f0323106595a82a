"""State stores: values that task instances keep for their next try, and values kept with assets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select

from tradewind.base.errors import InvalidInput, NotFound
from tradewind.db import tables as t
from tradewind.db.bulk import insert, moments, printable
from tradewind.db.engine import Tx
from tradewind.db.listing import Page, paged

__all__ = [
    "AssetStateRecord", "ExpiredState", "Holder", "TaskStateRecord", "Writer", "asset_named", "asset_state",
    "asset_state_keys", "clean_expired", "delete_asset_state", "delete_task_state", "get_asset_state",
    "get_task_state", "list_asset_states", "list_task_states", "name_of_asset", "put_asset_state", "put_task_state", "task_state",
    "task_state_keys",
]  # fmt: skip

_MAX_KEY = 512
_T, _A, _R = t.task_state.c, t.asset_state.c, t.dag_run.c


@dataclass(frozen=True, slots=True)
class Holder:
    """The task instance whose state it is; `map_index` None: all instances of the task."""

    run_uid: str
    task_id: str
    map_index: int | None = -1


@dataclass(frozen=True, slots=True)
class TaskStateRecord:
    """A stored value of a task instance."""

    key: str
    value: str
    """JSON."""
    updated_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a value last."""

    kind: str
    """``task`` or ``api``."""
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None


@dataclass(frozen=True, slots=True)
class AssetStateRecord:
    """A stored value of an asset."""

    key: str
    value: str
    """JSON."""
    updated_at: datetime
    writer: Writer


# -- of task instances -----------------------------------------------------------------------------------------------


def _of(holder: Holder) -> list[ColumnElement[bool]]:
    found = [_T.run_uid == holder.run_uid, _T.task_id == holder.task_id]
    return found if holder.map_index is None else [*found, _T.map_index == holder.map_index]


def _unexpired(now: datetime) -> ColumnElement[bool]:
    return or_(_T.expires_at.is_(None), _T.expires_at > now)


def task_state(tx: Tx, holder: Holder, key: str, now: datetime) -> str | None:
    """A value as JSON; None: not there, or no longer."""
    return tx.scalar(select(_T.value).where(*_of(holder), _T.key == key, _unexpired(now)))


def task_state_keys(tx: Tx, holder: Holder, now: datetime) -> list[str]:
    """The keys that have a value, in order."""
    return list(tx.execute(select(_T.key).where(*_of(holder), _unexpired(now)).order_by(_T.key)).scalars())


def put_task_state(tx: Tx, holder: Holder, key: str, value: str, *, now: datetime, expires_at: datetime | None) -> None:
    """Insert or replace a value.

    Raises:
        InvalidInput: the key is empty or too long.
    """
    moment = moments(tx)
    row = (holder.run_uid, holder.task_id, holder.map_index, _checked(key), printable(value), moment(now),
           moment(expires_at))  # fmt: skip
    _PUT_TASK.run(tx, [row])


_PUT_TASK = insert(
    t.task_state,
    ("run_uid", "task_id", "map_index", "key", "value", "updated_at", "expires_at"),
    "(run_uid, task_id, map_index, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at,"
    " expires_at = excluded.expires_at",
)


def delete_task_state(tx: Tx, holder: Holder, key: str | None = None) -> None:
    """Forget a value; None: all of them."""
    tx.execute(delete(t.task_state).where(*_of(holder), *([] if key is None else [_T.key == key])))


_TASK_STATES = select(_T.key, _T.value, _T.updated_at, _T.expires_at)


def _task_record(row: Sequence[object]) -> TaskStateRecord:
    return TaskStateRecord(*row)  # pyright: ignore[reportArgumentType] - the columns in the order of the fields


def get_task_state(tx: Tx, holder: Holder, key: str) -> TaskStateRecord:
    """A value with its dates.

    Raises:
        NotFound: the instance has none of this key.
    """
    row = tx.execute(_TASK_STATES.where(*_of(holder), _T.key == key)).first()
    if row is None:
        raise NotFound(f"Task state store key {key!r} not found", key=key, task_id=holder.task_id)
    return _task_record(row)


def list_task_states(tx: Tx, holder: Holder, page: Page) -> tuple[list[TaskStateRecord], int]:
    """A page of an instance's values by key, and how many there are in all."""
    conditions = _of(holder)
    count = select(func.count()).select_from(t.task_state).where(*conditions)
    return paged(tx, _TASK_STATES.where(*conditions).order_by(_T.key), count, page, _task_record)


@dataclass(frozen=True, slots=True)
class ExpiredState:
    """A value whose time is over."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    key: str


def clean_expired(tx: Tx, now: datetime, *, dry_run: bool = False) -> list[ExpiredState]:
    """Delete the values whose time is over, and return which."""
    over = _T.expires_at <= now
    rows = tx.execute(
        select(_R.dag_id, _R.run_id, _T.task_id, _T.map_index, _T.key)
        .join(t.dag_run, _R.uid == _T.run_uid)
        .where(over)
        .order_by(_R.dag_id, _R.run_id, _T.task_id, _T.map_index, _T.key)
    )
    found = [ExpiredState(*row) for row in rows]
    if not dry_run:
        tx.execute(delete(t.task_state).where(over))
    return found


# -- of assets -------------------------------------------------------------------------------------------------------


def _of_asset(workspace: str, asset: str) -> list[ColumnElement[bool]]:
    return [_A.workspace == workspace, _A.asset == asset]


def asset_named(tx: Tx, workspace: str, name: str, uri: str) -> str:
    """The name by which an asset keeps its state: its own, or of the asset with this URI."""
    if name:
        return name
    c = t.asset.c
    return tx.scalar(select(c.name).where(c.workspace == workspace, c.uri == uri).limit(1)) or uri


def name_of_asset(tx: Tx, workspace: str, asset_id: int) -> str | None:
    """The name of an asset; None: no such asset."""
    c = t.asset.c
    return tx.scalar(select(c.name).where(c.workspace == workspace, c.id == asset_id))


def asset_state(tx: Tx, workspace: str, asset: str, key: str) -> str | None:
    """A value as JSON; None: not there."""
    return tx.scalar(select(_A.value).where(*_of_asset(workspace, asset), _A.key == key))


def asset_state_keys(tx: Tx, workspace: str, asset: str) -> list[str]:
    """The keys that have a value, in order."""
    return list(tx.execute(select(_A.key).where(*_of_asset(workspace, asset)).order_by(_A.key)).scalars())


def put_asset_state(tx: Tx, workspace: str, asset: str, key: str, value: str, *, writer: Writer, now: datetime) -> None:
    """Insert or replace a value.

    Raises:
        InvalidInput: the key is empty or too long.
    """
    row = (workspace, asset, _checked(key), printable(value), moments(tx)(now), writer.kind, writer.dag_id,
           writer.run_id, writer.task_id, writer.map_index)  # fmt: skip
    _PUT_ASSET.run(tx, [row])


_WRITER = ("by_kind", "by_dag_id", "by_run_id", "by_task_id", "by_map_index")
_PUT_ASSET = insert(
    t.asset_state,
    ("workspace", "asset", "key", "value", "updated_at", *_WRITER),
    "(workspace, asset, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, "
    + ", ".join(f"{name} = excluded.{name}" for name in _WRITER),
)


def delete_asset_state(tx: Tx, workspace: str, asset: str, key: str | None = None) -> None:
    """Forget a value; None: all of them."""
    tx.execute(delete(t.asset_state).where(*_of_asset(workspace, asset), *([] if key is None else [_A.key == key])))


_ASSET_STATES = select(_A.key, _A.value, _A.updated_at, *(_A[name] for name in _WRITER))


def _asset_record(row: Sequence[object]) -> AssetStateRecord:
    key, value, updated_at, *writer = row
    return AssetStateRecord(key, value, updated_at, Writer(*writer))  # pyright: ignore[reportArgumentType] - as selected


def get_asset_state(tx: Tx, workspace: str, asset: str, key: str) -> AssetStateRecord:
    """A value with who wrote it.

    Raises:
        NotFound: the asset has none of this key.
    """
    row = tx.execute(_ASSET_STATES.where(*_of_asset(workspace, asset), _A.key == key)).first()
    if row is None:
        raise NotFound(f"Asset state store key {key!r} not found", key=key, asset=asset)
    return _asset_record(row)


def list_asset_states(tx: Tx, workspace: str, asset: str, page: Page) -> tuple[list[AssetStateRecord], int]:
    """A page of an asset's values by key, and how many there are in all."""
    conditions = _of_asset(workspace, asset)
    count = select(func.count()).select_from(t.asset_state).where(*conditions)
    return paged(tx, _ASSET_STATES.where(*conditions).order_by(_A.key), count, page, _asset_record)


def _checked(key: str) -> str:
    if not 1 <= len(key) <= _MAX_KEY or "\0" in key:
        raise InvalidInput(f"the key of a stored value has 1 to {_MAX_KEY} characters", key=key[:100])
    return key
