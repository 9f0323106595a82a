"""Where in a DAG file we are: the DAG, group and setup scope that a task created now belongs to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tradewind.sdk.dag import DAG
    from tradewind.sdk.group import TaskGroup
    from tradewind.sdk.setup_teardown import Scope

__all__ = [
    "Place",
    "call_site",
    "current_dag",
    "current_group",
    "current_scopes",
    "enter",
    "enter_scope",
    "leave",
    "leave_scope",
    "nowhere",
]


class Place(NamedTuple):
    """A DAG and the group in it that is open."""

    dag: DAG | None
    group: TaskGroup | None


_places: ContextVar[tuple[Place, ...]] = ContextVar("places", default=())
_scopes: ContextVar[tuple[Scope, ...]] = ContextVar("scopes", default=())

_SDK = os.path.dirname(__file__) + "/"  # noqa: PTH120 - pathlib takes longer to load than the rest of this file


def current_dag() -> DAG | None:
    """The DAG whose `with` block is open."""
    places = _places.get()
    return places[-1].dag if places else None


def current_group(dag: DAG | None = None) -> TaskGroup | None:
    """The open group; of this DAG, if one is given."""
    places = _places.get()
    if places and (dag is None or places[-1].dag is dag):
        return places[-1].group
    return dag.task_group if dag is not None else None


def enter(dag: DAG | None, group: TaskGroup | None) -> None:
    """Open a DAG or group; `leave` closes it."""
    _places.set((*_places.get(), Place(dag, group)))


def leave() -> None:
    """Close what was opened last."""
    _places.set(_places.get()[:-1])


def current_scopes() -> tuple[Scope, ...]:
    """The open setup scopes, the outermost first."""
    return _scopes.get()


def enter_scope(scope: Scope) -> None:
    """Open a setup scope."""
    _scopes.set((*_scopes.get(), scope))


def leave_scope() -> None:
    """Close the setup scope that was opened last."""
    _scopes.set(_scopes.get()[:-1])


@contextmanager
def nowhere() -> Iterator[None]:
    """A stretch in which new tasks join no DAG, group or scope: they are rebuilt, not declared."""
    places, scopes = _places.set(()), _scopes.set(())
    try:
        yield
    finally:
        _places.reset(places)
        _scopes.reset(scopes)


def call_site(*, past_constructors: bool = False) -> tuple[str, int]:
    """File and line of the user's code that is declaring something now.

    Args:
        past_constructors: pass over the constructors that lead here, of whatever package: who made the object is asked.
    """
    frame = sys._getframe(1)  # noqa: SLF001 - inspect.stack() reads source files; this costs a microsecond
    while frame is not None:
        name = frame.f_code.co_filename
        is_passed_over = past_constructors and frame.f_code.co_name == "__init__"
        if not (is_passed_over or name.startswith(_SDK) or name.endswith("contextlib.py")):
            return name, frame.f_lineno
        frame = frame.f_back
    return "", 0


DECLARED = "__tradewind_dags__"
"""Global name under which a module keeps the DAGs that were declared while its top level ran."""


def register_dag(dag: DAG) -> None:
    """Note a DAG that was declared while a file is being imported, whether or not a global name holds on to it."""
    frame = sys._getframe(1)  # noqa: SLF001 - the modules whose top level is running are known to the stack only
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            found: list[DAG] = frame.f_globals.setdefault(DECLARED, [])
            if not any(one is dag for one in found):
                found.append(dag)
        frame = frame.f_back
