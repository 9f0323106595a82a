"""XComs as people see them: lists, one value, and values set by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from tradewind.base.errors import Conflict, NotFound
from tradewind.db.engine import Tx
from tradewind.db.keyset import Keys, paged_by_key, unsteered
from tradewind.db.listing import DateRange, Page, among, between, like, prefixed, rows
from tradewind.db.tables import dag, dag_run, dag_version, xcom
from tradewind.db.tables import workspace as workspaces
from tradewind.db.tasks import TaskRecord
from tradewind.protocol.messages import XComValue

__all__ = [
    "XComFilter", "XComRecord", "delete_xcom", "get_xcom", "insert_xcom", "list_xcoms", "oldest_unfinished", "results_of",
    "texts_with_files", "update_xcom",
]  # fmt: skip

LINK_PREFIX = "_link_"


@dataclass(frozen=True, slots=True, kw_only=True)
class XComRecord:
    """A value and where it came from."""

    key: str
    task_id: str
    map_index: int
    dag_id: str
    dag_display_name: str
    run_id: str
    run_uid: str
    logical_date: datetime | None
    run_after: datetime
    timestamp: datetime
    value: str
    """JSON; of a value that is in the artifact store, where it is and what it looks like."""
    kind: str
    spec_hash: str | None
    """The spec of the DAG's newest version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XComFilter:
    """Which values; empty sequences and None: no condition."""

    dag_ids: Sequence[str] = ()
    run_ids: Sequence[str] = ()
    task_ids: Sequence[str] = ()
    keys: Sequence[str] = ()
    map_indexes: Sequence[int] = ()
    logical_date: DateRange | None = None
    run_after: DateRange | None = None
    key_pattern: str | None = None
    key_prefix: str | None = None
    dag_name_pattern: str | None = None
    dag_name_prefix: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix: str | None = None


_JOINED = xcom.join(dag_run, dag_run.c.uid == xcom.c.run_uid).join(
    dag, and_(dag.c.workspace == dag_run.c.workspace, dag.c.dag_id == dag_run.c.dag_id)
)
_WITH_VERSION = _JOINED.outerjoin(dag_version, dag_version.c.id == dag.c.version_id)
_SELECT = select(
    xcom.c.key, xcom.c.task_id, xcom.c.map_index, dag_run.c.dag_id, dag.c.display_name, dag_run.c.run_id,
    xcom.c.run_uid, dag_run.c.logical_date, dag_run.c.run_after, xcom.c.timestamp, xcom.c.value, xcom.c.kind,
    dag_version.c.spec_hash,
).select_from(_WITH_VERSION)  # fmt: skip
_KEY = (xcom.c.run_uid, xcom.c.task_id, xcom.c.map_index, xcom.c.key)

SORTABLE: dict[str, ColumnElement[Any]] = {
    "key": xcom.c.key,
    "dag_id": dag_run.c.dag_id,
    "run_id": dag_run.c.run_id,
    "task_id": xcom.c.task_id,
    "map_index": xcom.c.map_index,
    "timestamp": xcom.c.timestamp,
    "run_after": dag_run.c.run_after,
    "logical_date": dag_run.c.logical_date,
}


def _record(row: Sequence[Any]) -> XComRecord:
    return XComRecord(
        key=row[0],
        task_id=row[1],
        map_index=row[2],
        dag_id=row[3],
        dag_display_name=row[4],
        run_id=row[5],
        run_uid=row[6],
        logical_date=row[7],
        run_after=row[8],
        timestamp=row[9],
        value=row[10],
        kind=row[11],
        spec_hash=row[12],
    )


def list_xcoms(tx: Tx, workspace: str, wanted: XComFilter, page: Page) -> tuple[list[XComRecord], int]:
    """A page of values, and how many match in all.

    Raises:
        InvalidInput: the page sorts by something unknown.
    """
    conditions = [dag_run.c.workspace == workspace]
    values_alone: list[ColumnElement[bool]] = []
    for column, values in (
        (dag_run.c.dag_id, wanted.dag_ids),
        (dag_run.c.run_id, wanted.run_ids),
        (xcom.c.task_id, wanted.task_ids),
        (xcom.c.key, wanted.keys),
        (xcom.c.map_index, wanted.map_indexes),
    ):
        values_alone += among(column, values) if column.table is xcom else []
        conditions += among(column, values)
    conditions += between(dag_run.c.logical_date, wanted.logical_date) + between(dag_run.c.run_after, wanted.run_after)
    for column, pattern, prefix in (
        (xcom.c.key, wanted.key_pattern, wanted.key_prefix),
        (dag.c.display_name, wanted.dag_name_pattern, wanted.dag_name_prefix),
        (dag_run.c.run_id, wanted.run_id_pattern, wanted.run_id_prefix),
        (xcom.c.task_id, wanted.task_id_pattern, wanted.task_id_prefix),
    ):
        values_alone += like(column, pattern) + prefixed(column, prefix) if column.table is xcom else []
        conditions += like(column, pattern) + prefixed(column, prefix)
    counted = select(func.count()).select_from(_JOINED).where(*conditions)
    is_of_all_runs = len(conditions) == 1 + len(values_alone) and tx.whole is tx
    if is_of_all_runs and tx.scalar(select(func.count()).select_from(workspaces)) == 1:
        counted = select(func.count()).select_from(xcom).where(*values_alone)
    if not wanted.dag_ids and not wanted.run_ids:
        conditions[0] = unsteered(tx, conditions[0])
    keys = Keys(_JOINED, conditions, SORTABLE, _KEY, lambda: int(tx.scalar(counted)))
    shown = select(*_KEY, *_SELECT.selected_columns).select_from(_WITH_VERSION)
    return paged_by_key(tx, shown, keys, page, lambda row: _record(row[len(_KEY) :]))


def get_xcom(tx: Tx, instance: TaskRecord, key: str) -> XComRecord:
    """One value of an instance.

    Raises:
        NotFound: the instance has none of this key.
    """
    row = tx.execute(_SELECT.where(*_is(instance, key))).one_or_none()
    if row is None:
        raise NotFound(f"XCom entry with key: `{key}` not found", key=key, task_id=instance.task_id)
    return _record(row)


def results_of(tx: Tx, run_uid: str, task_ids: Sequence[str]) -> dict[str, list[XComRecord]]:
    """What these tasks of a run returned, by task, in the order of map indexes."""
    statement = _SELECT.where(xcom.c.run_uid == run_uid, xcom.c.task_id.in_(task_ids), xcom.c.key == "return_value")
    found: dict[str, list[XComRecord]] = {}
    for row in tx.execute(statement.order_by(*_KEY)):
        record = _record(row)
        found.setdefault(record.task_id, []).append(record)
    return found


def links_of(tx: Tx, instance: TaskRecord) -> dict[str, str]:
    """Links for people that the operator has left: key of the XCom -> address."""
    statement = select(xcom.c.key, xcom.c.value).where(
        xcom.c.run_uid == instance.run_uid,
        xcom.c.task_id == instance.task_id,
        xcom.c.map_index == instance.map_index,
        xcom.c.kind == "json",
        func.substr(xcom.c.key, 1, len(LINK_PREFIX)) == LINK_PREFIX,
    )
    found: dict[str, str] = {}
    for key, encoded in rows(tx, statement.order_by(xcom.c.key)):
        address = msgspec.json.decode(encoded)
        if isinstance(address, str):
            found[key] = address
    return found


def insert_xcom(tx: Tx, instance: TaskRecord, value: XComValue, now: datetime) -> None:
    """Add a value by hand.

    Raises:
        Conflict: the instance has one of this key.
    """
    if tx.scalar(select(xcom.c.key).where(*_is(instance, value.key))) is not None:
        raise Conflict(f"The XCom with key: `{value.key}` with mentioned task instance already exists.", key=value.key)
    row = {
        "run_uid": instance.run_uid,
        "task_id": instance.task_id,
        "map_index": instance.map_index,
        "key": value.key,
        "value": value.value,
        "kind": value.kind,
        "length": value.length,
        "is_none": value.is_none,
        "attempt": instance.attempt,
        "timestamp": now,
    }
    tx.execute(insert(xcom), [row])


def update_xcom(tx: Tx, instance: TaskRecord, value: XComValue, now: datetime) -> None:
    """Replace a value by hand.

    Raises:
        NotFound: the instance has none of this key.
    """
    get_xcom(tx, instance, value.key)
    changed = update(xcom).where(*_is(instance, value.key))
    tx.execute(
        changed.values(value=value.value, kind=value.kind, length=value.length, is_none=value.is_none, timestamp=now)
    )


def delete_xcom(tx: Tx, instance: TaskRecord, key: str) -> None:
    """Delete a value.

    Raises:
        NotFound: the instance has none of this key.
    """
    get_xcom(tx, instance, key)
    tx.execute(delete(xcom).where(*_is(instance, key)))


def _is(instance: TaskRecord, key: str) -> list[ColumnElement[bool]]:
    return [
        xcom.c.run_uid == instance.run_uid,
        xcom.c.task_id == instance.task_id,
        xcom.c.map_index == instance.map_index,
        xcom.c.key == key,
    ]


# -- files in the artifact store -------------------------------------------------------------------------------------


def texts_with_files(tx: Tx) -> Iterator[str]:
    """Stored forms of all values that may name files in the artifact store."""
    query = select(xcom.c.value).where(xcom.c.value.contains('"__tw__"'))
    yield from tx.execute(query.execution_options(yield_per=1000)).scalars()


def oldest_unfinished(tx: Tx) -> datetime | None:
    """When the oldest run began that has not ended: what its tasks write may not be recorded yet."""
    unfinished = dag_run.c.state.in_(("queued", "running"))
    return tx.scalar(select(func.min(func.coalesce(dag_run.c.start_date, dag_run.c.queued_at))).where(unfinished))
