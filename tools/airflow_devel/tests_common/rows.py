"""Rows of Airflow's tables that tests make and delete around what they are about: nothing keeps them, and asking for one
is a door to the database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy
from airflow import _refusals, settings
from airflow.utils import session as sessions

from tests_common.doors import OrmClass, Session, needs_internals, needs_orm

OF_THE_SCHEDULER = {"is_task_schedulable"}
TABLES = (_refusals.Table, OrmClass)


class Row:
    """What a test put into a table."""

    def __init__(self, **columns: Any) -> None:
        vars(self).update(columns)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        needs_orm(f"what a row knows of others ({name})")


class Statement:
    """A statement, or a part of one, about tables that are not there."""

    def __init__(self, kind: str = "") -> None:
        self.kind = kind

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Statement:
        return self

    def __eq__(self, other: object) -> Any:
        return self

    def __hash__(self) -> int:
        return id(self)

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __and__ = __or__ = __eq__


class RowSession(Session):
    """A session that forgets what is added and deletes what is not there."""

    def execute(self, statement: Any, *args: Any, **kwargs: Any) -> None:
        """Delete nothing; all else asks for rows."""
        if getattr(statement, "kind", "") != "delete":
            needs_orm("session.execute")


@contextlib.contextmanager
def create_session(*args: Any, **kwargs: Any) -> Iterator[RowSession]:
    """Such a session."""
    yield RowSession()


def install() -> None:
    """Let tests make and delete rows; `select` and `delete` of tables that are there are SQLAlchemy's own."""
    for kind in ("delete", "select"):
        setattr(sqlalchemy, kind, _of_tables(getattr(sqlalchemy, kind), kind))
    setattr(sessions, "create_session", create_session)  # noqa: B010 - the module says it never returns
    setattr(settings, "Session", RowSession)  # noqa: B010 - the same
    setattr(_refusals.Table, "__call__", lambda cls, *args, **columns: Row(**columns))  # noqa: B010
    setattr(_refusals.Table, "__getattr__", _column)  # noqa: B010


def _column(table: type, name: str) -> Statement:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in OF_THE_SCHEDULER:
        needs_internals(f"{table.__name__}.{name}")
    return Statement()


def _of_tables(original: Callable[..., Any], kind: str) -> Callable[..., Any]:
    def statement(*entities: Any, **kwargs: Any) -> Any:
        if any(isinstance(one, (*TABLES, Statement)) for one in entities):
            return Statement(kind)
        return original(*entities, **kwargs)

    return statement
