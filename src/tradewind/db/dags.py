"""DAGs as people see them: lists, one DAG, pausing, favourites, tags, warnings. The parser's side is in `parses`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from tradewind.base.errors import NotFound
from tradewind.db import listing
from tradewind.db import tables as t
from tradewind.db.change_log import Change, note
from tradewind.db.engine import Tx
from tradewind.db.listing import (
    EVERYTHING,
    AnySelect,
    DateRange,
    Page,
    among,
    between,
    by_keys,
    like,
    ordered,
    paged,
    prefixed,
)
from tradewind.db.versions import Specs, specs_of_versions
from tradewind.spec import DagKey, DagSpec

__all__ = [
    "IN_PROCESS", "DagFilter", "DagRecord", "WarningRecord", "any_dag", "get_dag", "list_dags", "list_tags", "list_warnings",
    "newest_specs", "set_favorite", "set_paused",
]  # fmt: skip

IN_PROCESS = "in-process"
"""Bundle of the files that ran on their own: each is kept as it was when it ran, and no server runs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DagRecord:
    """A DAG as lists show it; what only its details need is in the spec of `version_id`."""

    workspace: str
    dag_id: str
    display_name: str
    description: str | None
    is_paused: bool
    is_stale: bool
    bundle_name: str
    bundle_version: str | None
    fileloc: str
    relative_fileloc: str
    version_id: str | None
    """The newest version."""
    owners: list[str]
    owner_links: dict[str, str]
    timetable_kind: str
    timetable_summary: str
    timetable_description: str
    timetable_periodic: bool
    timezone: str
    catchup: bool
    max_active_tasks: int
    max_active_runs: int
    max_consecutive_failed_dag_runs: int
    has_task_concurrency_limits: bool
    has_import_errors: bool
    allowed_run_types: list[str] | None
    last_parsed_at: datetime | None
    last_parse_duration_s: float | None
    last_expired_at: datetime | None
    """When its file was found to hold it no longer."""
    next_run_after: datetime | None
    next_logical_date: datetime | None
    next_interval_start: datetime | None
    next_interval_end: datetime | None
    has_exceeded_max_runs: bool
    tags: tuple[str, ...]
    is_favorite: bool
    """Of the user that the query named."""

    @property
    def dag(self) -> DagKey:
        """Its name in its workspace."""
        return DagKey(self.workspace, self.dag_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DagFilter:
    """Which DAGs; None and empty: no condition."""

    workspace: str = "default"
    dag_ids: Sequence[str] = ()
    dag_id_pattern: str | None = None
    dag_id_prefix: str | None = None
    display_name_pattern: str | None = None
    display_name_prefix: str | None = None
    tags: Sequence[str] = ()
    match_all_tags: bool = False
    owners: Sequence[str] = ()
    exclude_stale: bool = True
    paused: bool | None = None
    has_import_errors: bool | None = None
    bundle_name: str | None = None
    bundle_version: str | None = None
    timetable_kinds: Sequence[str] = ()
    asset_dependency: str | None = None
    """Part of the name or URI of something the DAG waits for."""
    last_run_state: str | None = None
    run_states: Sequence[str] = ()
    """With at least one run in one of these states (and within the bounds below, where given)."""
    run_start_date: DateRange | None = None
    run_end_date: DateRange | None = None
    is_favorite: bool | None = None
    """Of `DagFilter.username`."""
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRecord:
    """Something about a DAG that a person should look at."""

    dag_id: str
    dag_display_name: str
    warning_type: str
    message: str
    timestamp: datetime


_C = t.dag.c
_NAMES = tuple(name for name in DagRecord.__dataclass_fields__ if name not in {"tags", "is_favorite"})


def _of_last_run(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """What the DAG's last run says; an index of runs holds all that is asked for here."""
    runs = select(column).where(t.dag_run.c.workspace == _C.workspace, t.dag_run.c.dag_id == _C.dag_id)
    return runs.order_by(t.dag_run.c.run_after.desc()).limit(1).correlate(t.dag).scalar_subquery()


_SORTS = {
    "dag_id": _C.dag_id,
    "dag_display_name": _C.display_name,
    "is_paused": _C.is_paused,
    "is_stale": _C.is_stale,
    "next_dagrun": _C.next_logical_date,
    "next_dagrun_run_after": _C.next_run_after,
    "last_parsed_time": _C.last_parsed_at,
    "state": _of_last_run(t.dag_run.c.state),
    "last_run_state": _of_last_run(t.dag_run.c.state),
    "start_date": _of_last_run(t.dag_run.c.start_date),
    "last_run_start_date": _of_last_run(t.dag_run.c.start_date),
    "last_run_run_after": _of_last_run(t.dag_run.c.run_after),
}


def _favorite_of(username: str | None) -> ColumnElement[bool]:
    if username is None:
        return false()
    f = t.dag_favorite.c
    return exists().where(f.username == username, f.workspace == _C.workspace, f.dag_id == _C.dag_id)


def _selected(username: str | None) -> AnySelect:
    favorite = literal(value=False) if username is None else _favorite_of(username)
    return select(*(_C[name] for name in _NAMES), favorite.label("is_favorite"))


def get_dag(tx: Tx, dag: DagKey, username: str | None = None) -> DagRecord:
    """A DAG by its name.

    Args:
        username: whose favourites `is_favorite` is about.

    Raises:
        NotFound: no such DAG.
    """
    rows = tx.execute(_selected(username).where(_C.workspace == dag.workspace, _C.dag_id == dag.dag_id)).all()
    if not rows:
        raise NotFound(f"The Dag with ID: `{dag.dag_id}` was not found", dag_id=dag.dag_id)
    return _records(tx, rows)[0]


def any_dag(tx: Tx) -> bool:
    """Whether there are any DAGs; a cheap sign that the database answers."""
    return tx.scalar(select(_C.dag_id).limit(1)) is not None


def list_dags(tx: Tx, wanted: DagFilter, page: Page) -> tuple[list[DagRecord], int]:
    """DAGs by name, and how many there are in all.

    Raises:
        InvalidInput: an unknown name to sort by.
    """
    conditions = _conditions(wanted)
    key = (_C.workspace, _C.dag_id)
    # Rows are wide, and what is asked of last runs is dear: only keys are sorted, and counted on the same way.
    query = ordered(select(*key, func.count().over()).where(*conditions), page, _SORTS, (_C.dag_id,))
    found = listing.rows(tx, query.limit(page.limit).offset(page.offset)) if page.limit else ()
    total = found[0][2] if found else tx.scalar(select(func.count()).select_from(t.dag).where(*conditions))
    return _records(tx, by_keys(tx, _selected(wanted.username), key, [tuple(row[:2]) for row in found])), int(total)


def _conditions(wanted: DagFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_C.workspace == wanted.workspace]
    for name in ("bundle_name", "bundle_version", "has_import_errors"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(_C[name] == value)
    if wanted.paused is not None:
        found.append(_C.is_paused == wanted.paused)
    if wanted.exclude_stale:
        found.append(_C.is_stale == false())
    if wanted.is_favorite is not None:
        favorite = _favorite_of(wanted.username)
        found.append(favorite if wanted.is_favorite else ~favorite)
    found += among(_C.dag_id, wanted.dag_ids) + among(_C.timetable_kind, wanted.timetable_kinds)
    found += like(_C.dag_id, wanted.dag_id_pattern) + prefixed(_C.dag_id, wanted.dag_id_prefix)
    found += like(_C.display_name, wanted.display_name_pattern)
    if wanted.asset_dependency is not None:
        r, part = t.asset_reference.c, f"%{wanted.asset_dependency}%"
        waits = select(r.dag_id).where(r.workspace == _C.workspace, r.kind == "schedule")
        found.append(_C.dag_id.in_(waits.where(or_(*like(r.name, part), *like(r.uri, part)))))
    found += prefixed(_C.display_name, wanted.display_name_prefix)
    if wanted.owners:
        found.append(or_(*(cast(_C.owners, Text).contains(f'"{owner}"', autoescape=True) for owner in wanted.owners)))
    return found + _tagged(wanted) + _with_runs(wanted)


def _tagged(wanted: DagFilter) -> list[ColumnElement[bool]]:
    g = t.dag_tag.c

    def has(tags: Sequence[str]) -> ColumnElement[bool]:
        return exists().where(g.workspace == _C.workspace, g.dag_id == _C.dag_id, g.name.in_(tags))

    if not wanted.tags:
        return []
    return [has([tag]) for tag in wanted.tags] if wanted.match_all_tags else [has(wanted.tags)]


def _with_runs(wanted: DagFilter) -> list[ColumnElement[bool]]:
    r = t.dag_run.c
    found: list[ColumnElement[bool]] = []
    if wanted.last_run_state is not None:
        found.append(_of_last_run(r.state) == wanted.last_run_state)
    bounds = [*between(r.start_date, wanted.run_start_date), *between(r.end_date, wanted.run_end_date)]
    states = among(r.state, wanted.run_states)
    if bounds or states:
        found.append(exists().where(r.workspace == _C.workspace, r.dag_id == _C.dag_id, *states, *bounds))
    return found


def _records(tx: Tx, rows: Sequence[Sequence[Any]]) -> list[DagRecord]:
    dag_ids = [row[1] for row in rows]
    tags: dict[tuple[str, str], list[str]] = {}
    if dag_ids:
        g = t.dag_tag.c
        query = select(g.workspace, g.dag_id, g.name).where(g.dag_id.in_(dag_ids)).order_by(g.name)
        for workspace, dag_id, name in listing.rows(tx, query):
            tags.setdefault((workspace, dag_id), []).append(name)
    return [
        DagRecord(
            **dict(zip(_NAMES, row, strict=False)),
            tags=tuple(tags.get((row[0], row[1]), ())),
            is_favorite=bool(row[-1]),
        )
        for row in rows
    ]


def newest_specs(tx: Tx, specs: Specs, dags: Iterable[DagKey]) -> list[DagSpec]:
    """The specs of the newest versions of these DAGs; unknown DAGs are left out."""
    by_workspace: dict[str, list[str]] = {}
    for dag in dags:
        by_workspace.setdefault(dag.workspace, []).append(dag.dag_id)
    ids: list[str] = []
    for workspace, dag_ids in by_workspace.items():
        query = select(_C.version_id).where(_C.workspace == workspace, _C.dag_id.in_(dag_ids))
        ids += [version_id for version_id in tx.execute(query).scalars() if version_id is not None]
    return list(specs_of_versions(tx, specs, ids).values())


# -- changes ---------------------------------------------------------------------------------------------------------


def set_paused(tx: Tx, dags: Sequence[DagKey], now: datetime, *, is_paused: bool) -> None:
    """Remember whether DAGs are paused; the scheduler must hear of it through a `PauseSet` in its inbox."""
    word = "paused" if is_paused else "unpaused"
    note(tx, [Change(kind="dag", workspace=dag.workspace, dag_id=dag.dag_id, new=word) for dag in dags], now)
    for dag in dags:
        tx.execute(
            update(t.dag).where(_C.workspace == dag.workspace, _C.dag_id == dag.dag_id).values(is_paused=is_paused)
        )


def set_favorite(tx: Tx, dag: DagKey, username: str, *, is_favorite: bool) -> None:
    """Put a DAG among a user's favourites, or take it out.

    Raises:
        NotFound: no such DAG.
    """
    known = get_dag(tx, dag, username)
    row = {"username": username, "workspace": dag.workspace, "dag_id": dag.dag_id}
    if is_favorite and not known.is_favorite:
        tx.execute(insert(t.dag_favorite), row)
    if not is_favorite:
        f = t.dag_favorite.c
        tx.execute(delete(t.dag_favorite).where(and_(*(f[name] == value for name, value in row.items()))))


# -- tags and warnings -----------------------------------------------------------------------------------------------


def list_tags(
    tx: Tx, workspace: str, page: Page, *, pattern: str | None = None, prefix: str | None = None
) -> tuple[list[str], int]:
    """Tags in use, by name, and how many there are in all."""
    name = t.dag_tag.c.name
    conditions = [t.dag_tag.c.workspace == workspace, *like(name, pattern), *prefixed(name, prefix)]
    query = ordered(select(name).distinct().where(*conditions), page, {"name": name}, (name,))
    count = select(func.count(func.distinct(name))).where(*conditions)
    return paged(tx, query, count, page, _first)


def _first(row: Sequence[Any]) -> str:
    return row[0]


def list_warnings(
    tx: Tx, workspace: str, dag_id: str | None = None, warning_type: str | None = None, page: Page = EVERYTHING
) -> tuple[list[WarningRecord], int]:
    """Warnings by DAG, and how many there are in all."""
    w = t.dag_warning.c
    conditions = [w.workspace == workspace]
    if dag_id is not None:
        conditions.append(w.dag_id == dag_id)
    if warning_type is not None:
        conditions.append(w.warning_type == warning_type)
    query = (
        select(w.dag_id, _C.display_name, w.warning_type, w.message, w.timestamp)
        .join(t.dag, and_(_C.workspace == w.workspace, _C.dag_id == w.dag_id))
        .where(*conditions)
    )
    sorts = {"dag_id": w.dag_id, "warning_type": w.warning_type, "message": w.message, "timestamp": w.timestamp}
    query = ordered(query, page, sorts, (w.dag_id, w.warning_type))
    count = select(func.count()).select_from(t.dag_warning).where(*conditions)
    return paged(tx, query, count, page, _warning)


def _warning(row: Sequence[Any]) -> WarningRecord:
    dag_id, display_name, kind, message, timestamp = row
    return WarningRecord(
        dag_id=dag_id, dag_display_name=display_name, warning_type=kind, message=message, timestamp=timestamp
    )
