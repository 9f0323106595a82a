"""Finds anything by a part of its name, a few of each kind, for who types into the palette."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select

from tradewind.db import tables as t
from tradewind.db.engine import Tx
from tradewind.db.listing import AnySelect
from tradewind.db.patterns import begins, resembles

__all__ = [
    "FoundAsset", "FoundDag", "FoundRun", "FoundTask", "found_assets", "found_connections", "found_dags", "found_runs",
    "found_tasks", "found_variables",
]  # fmt: skip

RUNS_LOOKED_AT = 5000
"""The newest ones; what is older is found on its DAG's page."""

_D, _R, _A, _S, _V = t.dag.c, t.dag_run.c, t.asset.c, t.spec_task.c, t.dag_version.c


@dataclass(frozen=True, slots=True)
class FoundDag:
    """A DAG."""

    dag_id: str
    display_name: str
    is_paused: bool


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run."""

    dag_id: str
    run_id: str
    state: str
    run_after: datetime


@dataclass(frozen=True, slots=True)
class FoundTask:
    """A task of a DAG's newest version."""

    dag_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class FoundAsset:
    """An asset."""

    id: int
    name: str
    uri: str


def _part(text: str) -> str:
    """The pattern of what holds a text as it stands; `_` stays any letter, as names are typed with spaces for it."""
    return f"%{text.replace('%', '').replace(' ', '_')}%"


def _nearest(statement: AnySelect, column: ColumnElement[Any], text: str, limit: int) -> AnySelect:
    """The name itself, then what begins with it, then the shortest."""
    rank = case((func.lower(column) == text.lower(), 0), (begins(column, text), 1), else_=2)
    return statement.order_by(rank, func.length(column), column).limit(limit)


def found_dags(tx: Tx, workspace: str, text: str, limit: int) -> list[FoundDag]:
    """DAGs by a part of their id or name."""
    query = select(_D.dag_id, _D.display_name, _D.is_paused).where(
        _D.workspace == workspace,
        _D.is_stale == false(),
        or_(resembles(_D.dag_id, _part(text)), resembles(_D.display_name, _part(text))),
    )
    return [FoundDag(row[0], row[1], bool(row[2])) for row in tx.execute(_nearest(query, _D.dag_id, text, limit))]


def found_runs(tx: Tx, workspace: str, text: str, limit: int) -> list[FoundRun]:
    """Of the newest runs those with this in their id."""
    newest = (
        select(_R.dag_id, _R.run_id, _R.state, _R.run_after)
        .where(_R.workspace == workspace)
        .order_by(_R.run_after.desc())
        .limit(RUNS_LOOKED_AT)
        .subquery()
    )
    query = select(newest).where(resembles(newest.c.run_id, _part(text))).order_by(newest.c.run_after.desc())
    return [FoundRun(*row) for row in tx.execute(query.limit(limit))]


def found_tasks(tx: Tx, workspace: str, text: str, limit: int) -> list[FoundTask]:
    """Tasks by a part of their id."""
    query = (
        select(_D.dag_id, _S.task_id)
        .select_from(
            t.dag.join(t.dag_version, _V.id == _D.version_id).join(
                t.spec_task, and_(_S.spec_hash == _V.spec_hash, resembles(_S.task_id, _part(text)))
            )
        )
        .where(_D.workspace == workspace, _D.is_stale == false())
        .limit(limit)
    )
    return [FoundTask(*row) for row in tx.execute(query)]


def found_assets(tx: Tx, workspace: str, text: str, limit: int) -> list[FoundAsset]:
    """Assets by a part of their name or URI."""
    query = select(_A.id, _A.name, _A.uri).where(
        _A.workspace == workspace, or_(resembles(_A.name, _part(text)), resembles(_A.uri, _part(text)))
    )
    return [FoundAsset(*row) for row in tx.execute(_nearest(query, _A.name, text, limit))]


def found_connections(tx: Tx, workspace: str, text: str, limit: int) -> list[str]:
    """Ids of connections by a part of them."""
    column = t.connection.c.conn_id
    query = select(column).where(t.connection.c.workspace == workspace, resembles(column, _part(text)))
    return list(tx.execute(_nearest(query, column, text, limit)).scalars())


def found_variables(tx: Tx, workspace: str, text: str, limit: int) -> list[str]:
    """Names of variables by a part of them."""
    column = t.variable.c.key
    query = select(column).where(t.variable.c.workspace == workspace, resembles(column, _part(text)))
    return list(tx.execute(_nearest(query, column, text, limit)).scalars())
