"""DAGs as the page of all DAGs shows them: a row each, with the last runs as a strip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Text, cast, exists, false, func, or_, select, union_all

from tradewind.core.states import RunState, TaskState
from tradewind.db import tables as t
from tradewind.db.engine import Tx
from tradewind.db.listing import Page, like, ordered, rows

__all__ = [
    "STRIP",
    "DagRow",
    "DagSearch",
    "StripRun",
    "dag_rows",
    "failed_tasks",
    "strips",
    "tags_in_use",
    "unfinished",
]

STRIP = 14
"""Runs in a strip."""
AT_ONCE = 100
"""Strips in one statement; SQLite joins at most 500 selects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DagSearch:
    """Which DAGs; None and empty: no condition. DAGs that their files no longer hold are left out."""

    workspace: str
    username: str
    """Whose favourites are meant."""
    text: str | None = None
    """Part of the id or of the name."""
    tags: Sequence[str] = ()
    """All of them."""
    owners: Sequence[str] = ()
    """Any of them."""
    is_paused: bool | None = None
    last_state: str | None = None
    """Of the last run."""
    only_favorites: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DagRow:
    """A DAG in a list."""

    dag_id: str
    display_name: str
    owners: list[str]
    schedule: str
    schedule_text: str
    """In words; empty: it has none."""
    is_paused: bool
    has_import_errors: bool
    next_run_after: datetime | None
    is_favorite: bool
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class StripRun:
    """A run in a strip."""

    uid: str
    run_id: str
    state: str
    run_after: datetime
    start: datetime | None
    end: datetime | None
    duration: float | None
    """Seconds."""


_D, _R, _I, _G, _F = t.dag.c, t.dag_run.c, t.task_instance.c, t.dag_tag.c, t.dag_favorite.c


def _of_last_run(column: ColumnElement[Any]) -> ColumnElement[Any]:
    runs = select(column).where(_R.workspace == _D.workspace, _R.dag_id == _D.dag_id)
    return runs.order_by(_R.run_after.desc()).limit(1).correlate(t.dag).scalar_subquery()


_SORTS = {
    "name": _D.dag_id,
    "next": _D.next_run_after,
    "last": _of_last_run(_R.run_after),
    "duration": _of_last_run(_R.duration),
}


def dag_rows(tx: Tx, wanted: DagSearch, page: Page) -> tuple[list[DagRow], int]:
    """A page of DAGs, and how many there are in all.

    Raises:
        InvalidInput: an unknown name to sort by.
    """
    conditions = _conditions(wanted)
    query = ordered(select(_D.dag_id).where(*conditions), page, _SORTS, (_D.dag_id,))
    if wanted.last_state is not None:  # looking up every DAG's last run costs the most: it is done once
        all_names = [row[0] for row in rows(tx, query)]
        return _shown(tx, wanted, all_names[page.offset : page.offset + page.limit]), len(all_names)
    names = [row[0] for row in rows(tx, query.limit(page.limit).offset(page.offset))]
    total = page.offset + len(names)
    if not names or len(names) == page.limit:
        total = int(tx.scalar(select(func.count()).select_from(t.dag).where(*conditions)))
    return _shown(tx, wanted, names), total


def _conditions(wanted: DagSearch) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_D.workspace == wanted.workspace, _D.is_stale == false()]
    if wanted.text:
        found.append(or_(*like(_D.dag_id, wanted.text), *like(_D.display_name, wanted.text)))
    if wanted.is_paused is not None:
        found.append(_D.is_paused == wanted.is_paused)
    if wanted.only_favorites:
        found.append(_is_favorite(wanted))
    if wanted.last_state is not None:
        found.append(_of_last_run(_R.state) == wanted.last_state)
    if wanted.owners:
        found.append(or_(*(cast(_D.owners, Text).contains(f'"{owner}"', autoescape=True) for owner in wanted.owners)))
    same = (_G.workspace == _D.workspace, _G.dag_id == _D.dag_id)
    return found + [exists().where(*same, _G.name == tag) for tag in wanted.tags]


def _is_favorite(wanted: DagSearch) -> ColumnElement[bool]:
    return exists().where(_F.username == wanted.username, _F.workspace == _D.workspace, _F.dag_id == _D.dag_id)


def _shown(tx: Tx, wanted: DagSearch, names: Sequence[str]) -> list[DagRow]:
    if not names:
        return []
    columns = (
        _D.dag_id, _D.display_name, _D.owners, _D.timetable_summary, _D.timetable_description, _D.is_paused,
        _D.has_import_errors, _D.next_run_after, _is_favorite(wanted), _D.timetable_kind,
    )  # fmt: skip
    tags: dict[str, list[str]] = {}
    of_these = select(_G.dag_id, _G.name).where(_G.workspace == wanted.workspace, _G.dag_id.in_(names))
    for dag_id, tag in rows(tx, of_these.order_by(_G.name)):
        tags.setdefault(dag_id, []).append(tag)
    query = select(*columns).where(_D.workspace == wanted.workspace, _D.dag_id.in_(names))
    found = {
        row[0]: DagRow(
            dag_id=row[0],
            display_name=row[1],
            owners=row[2],
            schedule=row[3],
            schedule_text="" if row[9] == "none" else row[4],
            is_paused=row[5],
            has_import_errors=row[6],
            next_run_after=row[7],
            is_favorite=bool(row[8]),
            tags=tags.get(row[0], ()),
        )
        for row in rows(tx, query)
    }
    return [found[name] for name in names if name in found]


def strips(tx: Tx, workspace: str, dag_ids: Sequence[str], count: int = STRIP) -> dict[str, list[StripRun]]:
    """DAG -> its last runs, the oldest first; each DAG's are read along an index, and no more of them than asked for."""
    found: dict[str, list[StripRun]] = {dag_id: [] for dag_id in dag_ids}
    for first in range(0, len(dag_ids), AT_ONCE):
        each = [select(_last_runs(workspace, dag_id, count)) for dag_id in dag_ids[first : first + AT_ONCE]]
        for dag_id, *run in tx.execute(union_all(*each)):
            found[dag_id].append(StripRun(*run))
    for runs in found.values():
        runs.reverse()
    return found


def _last_runs(workspace: str, dag_id: str, count: int) -> Subquery:
    columns = (_R.dag_id, _R.uid, _R.run_id, _R.state, _R.run_after, _R.start_date, _R.end_date, _R.duration)
    query = select(*columns).where(_R.workspace == workspace, _R.dag_id == dag_id)
    return query.order_by(_R.run_after.desc()).limit(count).subquery()


def unfinished(tx: Tx, workspace: str, dag_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """DAG -> how many of its runs are queued and running; DAGs without any are left out."""
    query = select(_R.dag_id, _R.state, func.count()).where(
        _R.workspace == workspace, _R.dag_id.in_(dag_ids), _R.state.in_((RunState.QUEUED, RunState.RUNNING))
    )
    found: dict[str, dict[str, int]] = {}
    for dag_id, state, count in tx.execute(query.group_by(_R.dag_id, _R.state)):
        found.setdefault(dag_id, {})[state] = count
    return found


def failed_tasks(tx: Tx, runs: Sequence[str]) -> dict[str, int]:
    """Run's uid -> how many of its instances have failed."""
    if not runs:
        return {}
    query = select(_I.run_uid, func.count()).where(_I.run_uid.in_(runs), _I.state == TaskState.FAILED.value)
    return dict(tuple(row) for row in tx.execute(query.group_by(_I.run_uid)))


def tags_in_use(tx: Tx, workspace: str, limit: int) -> list[str]:
    """Names of tags in their order."""
    query = select(_G.name).distinct().where(_G.workspace == workspace).order_by(_G.name).limit(limit)
    return list(tx.execute(query).scalars())
