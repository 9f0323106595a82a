"""Versions of DAGs: a version is a spec and the code it came from, each kept once by its hash."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import func, select

from tradewind.base.errors import NotFound
from tradewind.db import tables as t
from tradewind.db.bulk import insert
from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Page, among, ordered, paged
from tradewind.spec import DagKey, DagSpec, codec

__all__ = [
    "Specs", "VersionFilter", "VersionRecord", "add_specs", "add_version", "get_version", "list_versions", "source_of", "spec_of_version",
    "specs_of_versions",
    "version_of_dag",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord:
    """A stored version of a DAG."""

    id: str
    dag: DagKey
    version_number: int
    spec_hash: str
    code_hash: str
    bundle_name: str
    bundle_version: str | None
    """The snapshot of the bundle that holds its code."""
    relative_fileloc: str
    created_at: datetime


class Specs:
    """Decoded specs by hash, shared by the threads of a process; those not used for longest are let go."""

    def __init__(self, capacity: int = 2000) -> None:
        self._capacity = capacity
        self._specs: OrderedDict[str, DagSpec] = OrderedDict()
        self._lock = Lock()

    def of(self, tx: Tx, hashes: Iterable[str]) -> dict[str, DagSpec]:
        """The specs with these hashes; unknown ones are left out."""
        found: dict[str, DagSpec] = {}
        missing: list[str] = []
        with self._lock:
            for key in set(hashes):
                if key in self._specs:
                    self._specs.move_to_end(key)
                    found[key] = self._specs[key]
                else:
                    missing.append(key)
        for chunk in _chunks(missing):
            rows = tx.execute(select(t.spec.c.hash, t.spec.c.content).where(t.spec.c.hash.in_(chunk)))
            found |= {row.hash: codec.decode(row.content.encode()) for row in rows}
        with self._lock:
            self._specs |= {key: found[key] for key in missing if key in found}
            while len(self._specs) > self._capacity:
                self._specs.popitem(last=False)
        return found


_CHUNK = 500
"""Values in one IN list, at most."""


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def specs_of_versions(tx: Tx, specs: Specs, version_ids: Iterable[str]) -> dict[str, DagSpec]:
    """Version id -> spec; unknown ids are left out."""
    hashes: dict[str, str] = {}
    for chunk in _chunks(sorted(set(version_ids))):
        rows = tx.execute(select(t.dag_version.c.id, t.dag_version.c.spec_hash).where(t.dag_version.c.id.in_(chunk)))
        hashes |= {row.id: row.spec_hash for row in rows}
    known = specs.of(tx, hashes.values())
    return {version_id: known[key] for version_id, key in hashes.items()}


def spec_of_version(tx: Tx, specs: Specs, version_id: str) -> DagSpec:
    """The spec of a version.

    Raises:
        NotFound: no such version.
    """
    found = specs_of_versions(tx, specs, [version_id])
    if version_id not in found:
        raise NotFound(f"there is no DAG version {version_id!r}", version_id=version_id)
    return found[version_id]


_ADD_SPEC = insert(t.spec, ("hash", "content"))
_ADD_SPEC_TASK = insert(
    t.spec_task,
    ("spec_hash", "task_id", "retries", "operator", "pool", "pool_slots", "queue", "executor", "priority_weight"),
)
_ADD_CODE = insert(t.dag_code, ("hash", "source"))


def add_specs(tx: Tx, specs: Mapping[str, DagSpec], sources: Mapping[str, str]) -> None:
    """Keep specs and sources by their hashes; those known already are passed over."""
    known = {row[0] for row in tx.execute(select(t.spec.c.hash).where(t.spec.c.hash.in_(list(specs))))}
    new = {key: spec for key, spec in specs.items() if key not in known}
    _ADD_SPEC.run(tx, [(key, codec.encode(spec).decode()) for key, spec in new.items()])
    _ADD_SPEC_TASK.run(
        tx,
        [
            (key, task.task_id, task.retries, task.task_type, task.pool, task.pool_slots, task.queue, task.executor,
             task.priority_weight)
            for key, spec in new.items() for task in spec.tasks
        ],
    )  # fmt: skip
    _ADD_CODE.run(tx, list(sources.items()))


def add_version(tx: Tx, version: VersionRecord) -> int:
    """Insert a version under the next number of its DAG, and return that number. `version.version_number` is not used."""
    c = t.dag_version.c
    last = tx.scalar(
        select(func.max(c.version_number)).where(c.workspace == version.dag.workspace, c.dag_id == version.dag.dag_id)
    )
    number: int = (last or 0) + 1
    tx.execute(
        t.dag_version.insert(),
        {
            "id": version.id,
            "workspace": version.dag.workspace,
            "dag_id": version.dag.dag_id,
            "version_number": number,
            "spec_hash": version.spec_hash,
            "code_hash": version.code_hash,
            "bundle_name": version.bundle_name,
            "bundle_version": version.bundle_version,
            "relative_fileloc": version.relative_fileloc,
            "created_at": version.created_at,
        },
    )
    return number


# -- reading ---------------------------------------------------------------------------------------------------------

_C = t.dag_version.c
_VERSIONS = select(
    _C.id, _C.workspace, _C.dag_id, _C.version_number, _C.spec_hash, _C.code_hash, _C.bundle_name, _C.bundle_version,
    _C.relative_fileloc, _C.created_at,
)  # fmt: skip


def get_version(tx: Tx, version_id: str) -> VersionRecord:
    """A version by its id.

    Raises:
        NotFound: no such version.
    """
    row = tx.execute(_VERSIONS.where(_C.id == version_id)).first()
    if row is None:
        raise NotFound(f"there is no DAG version {version_id!r}", version_id=version_id)
    return _record(row)


def version_of_dag(tx: Tx, dag: DagKey, version_number: int | None = None) -> VersionRecord:
    """A version of a DAG by its number; None: the newest.

    Raises:
        NotFound: no such DAG or version.
    """
    query = _VERSIONS.where(_C.workspace == dag.workspace, _C.dag_id == dag.dag_id)
    if version_number is None:
        query = query.order_by(_C.version_number.desc()).limit(1)
    else:
        query = query.where(_C.version_number == version_number)
    row = tx.execute(query).first()
    if row is None:
        which = "" if version_number is None else f" number {version_number}"
        raise NotFound(f"DAG {dag.dag_id!r} has no version{which}", dag_id=dag.dag_id, version_number=version_number)
    return _record(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFilter:
    """Which versions; None and empty: no condition."""

    dag: DagKey | None = None
    workspace: str = "default"
    version_numbers: Sequence[int] = ()
    bundle_name: str | None = None
    bundle_version: str | None = None


_SORTS = {
    "id": _C.id, "version_number": _C.version_number, "bundle_name": _C.bundle_name, "bundle_version": _C.bundle_version,
    "created_at": _C.created_at, "dag_id": _C.dag_id,
}  # fmt: skip


def list_versions(
    tx: Tx, wanted: VersionFilter | None = None, page: Page = EVERYTHING
) -> tuple[list[VersionRecord], int]:
    """Versions, by DAG and number, and how many there are in all.

    Raises:
        InvalidInput: an unknown name to sort by.
    """
    wanted = wanted or VersionFilter()
    conditions = [_C.workspace == wanted.workspace, *among(_C.version_number, wanted.version_numbers)]
    if wanted.dag is not None:
        conditions += [_C.workspace == wanted.dag.workspace, _C.dag_id == wanted.dag.dag_id]
    if wanted.bundle_name is not None:
        conditions.append(_C.bundle_name == wanted.bundle_name)
    if wanted.bundle_version is not None:
        conditions.append(_C.bundle_version == wanted.bundle_version)
    query = ordered(_VERSIONS.where(*conditions), page, _SORTS, (_C.dag_id, _C.version_number))
    return paged(tx, query, select(func.count()).select_from(t.dag_version).where(*conditions), page, _record)


def source_of(tx: Tx, version_id: str) -> str:
    """The text of the DAG file of a version.

    Raises:
        NotFound: no such version.
    """
    text = tx.scalar(
        select(t.dag_code.c.source).join(t.dag_version, _C.code_hash == t.dag_code.c.hash).where(_C.id == version_id)
    )
    if text is None:
        raise NotFound(f"there is no DAG version {version_id!r}", version_id=version_id)
    return text


def _record(row: Sequence[Any]) -> VersionRecord:
    version_id, workspace, dag_id, number, spec_hash, code_hash, bundle, snapshot, file, created_at = row
    return VersionRecord(
        id=version_id,
        dag=DagKey(workspace, dag_id),
        version_number=number,
        spec_hash=spec_hash,
        code_hash=code_hash,
        bundle_name=bundle,
        bundle_version=snapshot,
        relative_fileloc=file,
        created_at=created_at,
    )
