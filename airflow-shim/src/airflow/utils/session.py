"""Sessions of Airflow's database, which tasks and DAG files have none of: using one says so."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec, TypeVar

from airflow._refusals import RefusedAttribute, refuse

__all__ = ["NEW_SESSION", "NoSession", "create_session", "create_session_async", "provide_session"]

P = ParamSpec("P")
R = TypeVar("R")

NEW_SESSION: Any = None


class NoSession:
    """What a function gets that wants a session: each question to it is refused."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        refuse(f"there is no session to {name} with", kind=RefusedAttribute)

    def __bool__(self) -> bool:
        return False


def create_session(*_: Any, **__: Any) -> NoReturn:
    """Never.

    Raises:
        RuntimeError: always.
    """
    refuse("there is no session")


create_session_async = create_session


def provide_session(func: Callable[P, R]) -> Callable[P, R]:
    """The function; without a session that the caller gives it, its first question to the database is refused."""
    parameters = list(inspect.signature(func).parameters)
    place = parameters.index("session") if "session" in parameters else len(parameters)

    @functools.wraps(func)
    def with_session(*args: P.args, **kwargs: P.kwargs) -> R:
        if len(args) > place or kwargs.get("session") is not None or place == len(parameters):
            return func(*args, **kwargs)
        kwargs["session"] = NoSession()
        return func(*args, **kwargs)

    return with_session
