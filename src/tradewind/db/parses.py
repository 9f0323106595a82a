"""What the parser found, stored: versions where spec or code are new, files gone, import errors, tags, warnings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, select, tuple_, update

from tradewind.base.ids import IdSource
from tradewind.db import tables as t
from tradewind.db.asset_sync import sync_assets
from tradewind.db.bulk import insert, moments, printable
from tradewind.db.change_log import Change, note
from tradewind.db.engine import Tx
from tradewind.db.versions import VersionRecord, add_specs, add_version
from tradewind.spec import DagKey, DagSpec, spec_hash

__all__ = [
    "AddedVersion", "Closure", "ParsedFile", "StoredParse", "dag_files", "forget_files", "parsed_files",
    "snapshots_in_use", "store_parse",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """One DAG file as the parser saw it."""

    workspace: str
    bundle_name: str
    bundle_version: str | None
    """The snapshot that holds the code."""
    relative_fileloc: str
    """Path inside the bundle, ``/`` separated."""
    fileloc: str
    """Path of the file people edit."""
    code_hash: str
    """Hash of the file and all it imports from the bundle."""
    source: str
    closure: Mapping[str, str] = field(default_factory=dict[str, str])
    """Path in the bundle -> content hash, of the file and all it imports."""
    duration_s: float = 0.0
    dags: Sequence[DagSpec] = ()
    error: str | None = None
    """The traceback where the file could not be imported; `dags` are empty then."""
    warnings: Sequence[tuple[str, str, str]] = ()
    """DAG id, kind, sentence."""


@dataclass(frozen=True, slots=True)
class AddedVersion:
    """What the scheduler must hear about a DAG: a version that is new, or in force again."""

    dag: DagKey
    version_id: str
    spec: DagSpec
    is_paused: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class StoredParse:
    """What changed for the scheduler."""

    added: list[AddedVersion]
    stale: list[DagKey]


@dataclass(frozen=True, slots=True)
class Closure:
    """What a file and its imports looked like when it was last parsed."""

    code_hash: str
    files: dict[str, str]


def parsed_files(tx: Tx, workspace: str, bundle_name: str) -> dict[str, Closure]:
    """The files of a bundle that were parsed before, by path in the bundle."""
    c = t.parsed_file.c
    rows = tx.execute(
        select(c.relative_fileloc, c.code_hash, c.closure).where(c.workspace == workspace, c.bundle_name == bundle_name)
    )
    return {row.relative_fileloc: Closure(row.code_hash, row.closure) for row in rows}


def dag_files(tx: Tx, workspace: str, bundle_name: str) -> dict[str, str]:
    """The DAGs of a bundle that are in force: DAG id -> path of its file."""
    c = t.dag.c
    rows = tx.execute(
        select(c.dag_id, c.relative_fileloc).where(
            c.workspace == workspace, c.bundle_name == bundle_name, c.is_stale.is_(False)
        )
    )
    return {row.dag_id: row.relative_fileloc for row in rows}


def snapshots_in_use(tx: Tx, workspace: str, bundle_name: str) -> set[str]:
    """The snapshots of a bundle that versions are bound to."""
    c = t.dag_version.c
    rows = tx.execute(select(c.bundle_version).distinct().where(c.workspace == workspace, c.bundle_name == bundle_name))
    return {row.bundle_version for row in rows if row.bundle_version is not None}


def store_parse(
    tx: Tx, files: Sequence[ParsedFile], ids: IdSource, now: datetime, *, paused_by_default: bool
) -> StoredParse:
    """Store the result of parsing some files.

    A DAG gets a new version when its spec or code is new. One that its file no longer holds becomes stale. A file with
    an error leaves its DAGs as they were, marked as having import errors.

    Args:
        paused_by_default: whether a DAG that does not say starts paused.
    """
    digests = {id(spec): spec_hash(spec) for file in files for spec in file.dags}
    storing = _Storing(tx, ids, now, paused_by_default, digests, StoredParse([], []), [])
    good = [file for file in files if file.error is None]
    add_specs(
        tx,
        {digests[id(spec)]: spec for file in good for spec in file.dags},
        {file.code_hash: printable(file.source) or "" for file in good if file.dags},
    )
    for file in files:
        _remember_file(tx, file, now)
        if file.error is None:
            _store_good(storing, file)
        else:
            _store_bad(storing, file, file.error)
    sync_assets(tx, [(added.dag, added.spec) for added in storing.changes.added], now)
    stale = [_changed(dag, "stale") for dag in storing.changes.stale]
    note(tx, [*storing.told, *stale], now)
    return storing.changes


@dataclass(frozen=True, slots=True)
class _Storing:
    """What storing one file needs to know beside the file."""

    tx: Tx
    ids: IdSource
    now: datetime
    paused_by_default: bool
    digests: Mapping[int, str]
    """id() of a spec -> its hash."""
    changes: StoredParse
    told: list[Change]
    """What people who watch are told."""


def forget_files(
    tx: Tx, workspace: str, bundle_name: str, relative_filelocs: Collection[str], now: datetime
) -> list[DagKey]:
    """Files are gone: their DAGs become stale, their import errors vanish.

    Returns:
        The DAGs that became stale.
    """
    stale: list[DagKey] = []
    told: list[Change] = []
    for path in sorted(relative_filelocs):
        here = _dags_of_file(tx, workspace, bundle_name, path)
        for table in (t.parsed_file, t.import_error):
            c = table.c
            gone = tx.execute(
                delete(table).where(c.workspace == workspace, c.bundle_name == bundle_name, c.relative_fileloc == path)
            )
            if table is t.import_error and gone.rowcount:
                told.append(_error_of((workspace, bundle_name, path), here, "removed"))
        stale += [DagKey(workspace, dag_id) for dag_id, row in here.items() if not row.is_stale]
    _mark_stale(tx, stale, now)
    note(tx, [*told, *(_changed(dag, "stale") for dag in stale)], now)
    return stale


# -- one file --------------------------------------------------------------------------------------------------------

_REMEMBER = insert(
    t.parsed_file,
    ("workspace", "bundle_name", "relative_fileloc", "code_hash", "closure", "parsed_at", "duration_s"),
    "(workspace, bundle_name, relative_fileloc) DO UPDATE SET code_hash = excluded.code_hash,"
    " closure = excluded.closure, parsed_at = excluded.parsed_at, duration_s = excluded.duration_s",
)
_PUT_ERROR = insert(
    t.import_error,
    ("workspace", "bundle_name", "relative_fileloc", "fileloc", "stacktrace", "timestamp"),
    "(workspace, bundle_name, relative_fileloc) DO UPDATE SET fileloc = excluded.fileloc,"
    " stacktrace = excluded.stacktrace, timestamp = excluded.timestamp",
)
_ADD_TAG = insert(t.dag_tag, ("workspace", "dag_id", "name"))
_PUT_WARNING = insert(
    t.dag_warning,
    ("workspace", "dag_id", "warning_type", "message", "timestamp"),
    "(workspace, dag_id, warning_type) DO UPDATE SET message = excluded.message, timestamp = excluded.timestamp",
)


def _remember_file(tx: Tx, file: ParsedFile, now: datetime) -> None:
    closure = msgspec.json.encode(dict(file.closure)).decode()
    key = (file.workspace, file.bundle_name, file.relative_fileloc)
    _REMEMBER.run(tx, [(*key, file.code_hash, closure, moments(tx)(now), file.duration_s)])


def _store_bad(storing: _Storing, file: ParsedFile, error: str) -> None:
    tx, now = storing.tx, storing.now
    key = (file.workspace, file.bundle_name, file.relative_fileloc)
    storing.told.append(_error_of(key, _dags_of_file(tx, *key), "added"))
    _PUT_ERROR.run(tx, [(*key, file.fileloc, printable(error), moments(tx)(now))])
    tx.execute(update(t.dag).where(*_of_file(*key)).values(has_import_errors=True, last_parsed_at=now))


def _store_good(storing: _Storing, file: ParsedFile) -> None:
    tx, changes = storing.tx, storing.changes
    key = (file.workspace, file.bundle_name, file.relative_fileloc)
    c = t.import_error.c
    mended = tx.execute(
        delete(t.import_error).where(c.workspace == key[0], c.bundle_name == key[1], c.relative_fileloc == key[2])
    )
    here = {spec.dag_id for spec in file.dags}
    before = _dags_of_file(tx, *key)
    if mended.rowcount:
        storing.told.append(_error_of(key, before, "removed"))
    gone = [DagKey(file.workspace, dag_id) for dag_id in before if dag_id not in here and not before[dag_id].is_stale]
    _mark_stale(tx, gone, storing.now)
    changes.stale.extend(gone)
    known = _dags(tx, [DagKey(file.workspace, dag_id) for dag_id in here])
    for spec in file.dags:
        row = known.get(spec.dag_id)
        if row is None:
            changes.added.append(_add_dag(storing, file, spec))
        else:
            changes.added.extend(_update_dag(storing, file, spec, row))
    _replace_labels(tx, file, storing.now)


def _add_dag(storing: _Storing, file: ParsedFile, spec: DagSpec) -> AddedVersion:
    dag = DagKey(file.workspace, spec.dag_id)
    is_paused = spec.is_paused_upon_creation
    if is_paused is None:
        is_paused = storing.paused_by_default
    version_id = storing.ids.new()
    shown = _shown(file, spec, version_id, storing.now)
    storing.tx.execute(t.dag.insert(), {**dag._asdict(), **shown, "is_paused": is_paused})
    _add_version(storing, file, spec, version_id)
    storing.told.append(_changed(dag, "added"))
    return AddedVersion(dag, version_id, spec, is_paused, is_new=True)


def _update_dag(storing: _Storing, file: ParsedFile, spec: DagSpec, row: Any) -> list[AddedVersion]:
    dag = DagKey(file.workspace, spec.dag_id)
    is_new = (row.spec_hash, row.code_hash) != (storing.digests[id(spec)], file.code_hash)
    version_id = storing.ids.new() if is_new else row.version_id
    same = (t.dag.c.workspace == dag.workspace, t.dag.c.dag_id == dag.dag_id)
    storing.tx.execute(update(t.dag).where(*same).values(_shown(file, spec, version_id, storing.now)))
    if is_new:
        _add_version(storing, file, spec, version_id)
    if not (is_new or row.is_stale):
        return []
    storing.told.append(_changed(dag, "updated"))
    return [AddedVersion(dag, version_id, spec, row.is_paused, is_new)]


def _add_version(storing: _Storing, file: ParsedFile, spec: DagSpec, version_id: str) -> None:
    version = VersionRecord(
        id=version_id,
        dag=DagKey(file.workspace, spec.dag_id),
        version_number=0,
        spec_hash=storing.digests[id(spec)],
        code_hash=file.code_hash,
        bundle_name=file.bundle_name,
        bundle_version=file.bundle_version,
        relative_fileloc=file.relative_fileloc,
        created_at=storing.now,
    )
    add_version(storing.tx, version)


def _shown(file: ParsedFile, spec: DagSpec, version_id: str, now: datetime) -> dict[str, object]:
    """The columns of `dag` that a parse decides."""
    kind = spec.schedule.kind
    return {
        "display_name": spec.display_name or spec.dag_id,
        "description": spec.description,
        "is_stale": False,
        "bundle_name": file.bundle_name,
        "bundle_version": file.bundle_version,
        "fileloc": file.fileloc,
        "relative_fileloc": file.relative_fileloc,
        "version_id": version_id,
        "owners": list(spec.owners),
        "owner_links": dict(spec.owner_links),
        "timetable_kind": kind,
        "timetable_summary": spec.schedule.summary,
        "timetable_description": spec.schedule.description,
        "timetable_periodic": kind not in _NOT_PERIODIC and not spec.schedule.args.get("is_irregular"),
        "timezone": spec.timezone,
        "catchup": spec.catchup,
        "max_active_tasks": spec.max_active_tasks,
        "max_active_runs": spec.max_active_runs,
        "max_consecutive_failed_dag_runs": spec.max_consecutive_failed_dag_runs,
        "has_task_concurrency_limits": any(
            task.max_active_tis_per_dag is not None or task.max_active_tis_per_dagrun is not None for task in spec.tasks
        ),
        "has_import_errors": False,
        "allowed_run_types": None if spec.allowed_run_types is None else list(spec.allowed_run_types),
        "last_parsed_at": now,
        "last_parse_duration_s": file.duration_s,
        "last_expired_at": None,
    }


_NOT_PERIODIC = frozenset({"none", "once", "assets", "events"})


def _replace_labels(tx: Tx, file: ParsedFile, now: datetime) -> None:
    """Tags and warnings of all DAGs of the file."""
    for table in (t.dag_tag, t.dag_warning):
        here = [spec.dag_id for spec in file.dags]
        tx.execute(delete(table).where(table.c.workspace == file.workspace, table.c.dag_id.in_(here)))
    tags = [(file.workspace, spec.dag_id, tag) for spec in file.dags for tag in sorted(set(spec.tags))]
    _ADD_TAG.run(tx, tags)
    at = moments(tx)(now)
    warnings = {(dag_id, kind): message for dag_id, kind, message in file.warnings}
    _PUT_WARNING.run(tx, [(file.workspace, *key, printable(message), at) for key, message in warnings.items()])


def _changed(dag: DagKey, word: str) -> Change:
    return Change(kind="dag", workspace=dag.workspace, dag_id=dag.dag_id, new=word)


def _error_of(key: tuple[str, str, str], dags: Collection[str], word: str) -> Change:
    workspace, bundle_name, path = key
    return Change(
        kind="import_error", workspace=workspace, name=path, where=bundle_name, new=word, dag_ids=tuple(sorted(dags))
    )


# -- rows ------------------------------------------------------------------------------------------------------------


def _of_file(workspace: str, bundle_name: str, path: str) -> tuple[ColumnElement[bool], ...]:
    c = t.dag.c
    return (c.workspace == workspace, c.bundle_name == bundle_name, c.relative_fileloc == path)


_KNOWN = select(
    t.dag.c.dag_id, t.dag.c.is_paused, t.dag.c.is_stale, t.dag.c.version_id,
    t.dag_version.c.spec_hash, t.dag_version.c.code_hash,
).outerjoin(t.dag_version, t.dag_version.c.id == t.dag.c.version_id)  # fmt: skip


def _dags_of_file(tx: Tx, workspace: str, bundle_name: str, path: str) -> dict[str, Any]:
    return {row.dag_id: row for row in tx.execute(_KNOWN.where(*_of_file(workspace, bundle_name, path)))}


def _dags(tx: Tx, dags: Sequence[DagKey]) -> dict[str, Any]:
    return {row.dag_id: row for row in tx.execute(_KNOWN.where(_named(dags)))} if dags else {}


def _named(dags: Sequence[DagKey]) -> ColumnElement[bool]:
    return tuple_(t.dag.c.workspace, t.dag.c.dag_id).in_([tuple(dag) for dag in dags])


def _mark_stale(tx: Tx, dags: Sequence[DagKey], now: datetime) -> None:
    if dags:
        tx.execute(
            update(t.dag).where(_named(dags)).values(is_stale=True, last_expired_at=now, has_import_errors=False)
        )
