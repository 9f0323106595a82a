"""Sessions of Airflow's database, which tasks and DAG files have none of: asking for one says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

__all__ = ["NEW_SESSION", "create_session", "provide_session"]

NEW_SESSION: Any = None


def create_session(*_: Any, **__: Any) -> NoReturn:
    """Never.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError(
        "DAG files and tasks have no way to the database, here as in Airflow 3; ask by Variable, Connection, XCom, the "
        "context's `ti` and `dag_run`, or the REST API"
    )


def provide_session(func: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it is; without a session that the caller gives it, its first question fails."""
    return func
