"""Several executors in one scheduler: their names, how many attempts each may run at once, and how they come to be.

The setting lists them, the first is that of tasks that name none: ``LocalExecutor``, ``fast:LocalExecutor`` (an alias),
or the name of a plug-in of the group ``tradewind.executors``. Local executors under several names are one fleet of
processes with a limit for each name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tradewind.base.entrypoints import load
from tradewind.base.errors import InvalidInput
from tradewind.base.settings import ExecutorSettings, Settings
from tradewind.executors.base import Executor

__all__ = ["GROUP", "NamedExecutor", "build_executors", "capacities", "named_executors", "renewing"]

GROUP = "tradewind.executors"
LOCAL = frozenset({"local", "LocalExecutor", "airflow.executors.local_executor.LocalExecutor"})


@dataclass(frozen=True, slots=True)
class NamedExecutor:
    """An executor as the setting lists it."""

    name: str
    """What it is known by: its alias, else the last part of its kind."""
    kind: str
    """``local``, or the name of a plug-in."""
    capacity: int | None
    """Attempts that it may have at once; None: it shares the scheduler's parallelism with others."""

    @property
    def spellings(self) -> frozenset[str]:
        """All that a task may call it by."""
        return LOCAL | {self.name} if self.kind == "local" and self.name in LOCAL else frozenset({self.name})


def named_executors(settings: ExecutorSettings) -> list[NamedExecutor]:
    """The executors that the setting lists, the default first.

    Raises:
        InvalidInput: none, one name twice, or a capacity of none of them.
    """
    limits = _limits(settings.capacities)
    found: list[NamedExecutor] = []
    for part in filter(None, (part.strip() for part in settings.name.split(","))):
        alias, colon, kind = part.partition(":")
        kind = (kind if colon else alias).strip()
        name = alias.strip() if colon else "local" if kind in LOCAL else kind.rpartition(".")[2]
        if name in {one.name for one in found}:
            raise InvalidInput(f"two executors are called {name!r}; give one of them an alias, as in fast:{kind}")
        found.append(NamedExecutor(name, "local" if kind in LOCAL else kind, _capacity(limits, name)))
    if not found:
        raise InvalidInput("the setting executor.name lists no executor")
    if limits:
        known = ", ".join(one.name for one in found)
        raise InvalidInput(f"executor.capacities names {', '.join(limits)}, but the executors are {known}")
    return found


def _limits(text: str) -> dict[str, int]:
    limits: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = part.partition("=")
        if not number.strip().isdigit() or int(number) < 1:
            raise InvalidInput(f"executor.capacities lists name=number, the number at least 1, not {part!r}")
        limits[name.strip()] = int(number)
    return limits


def _capacity(limits: dict[str, int], name: str) -> int | None:
    for spelling in (name, *sorted(LOCAL)) if name == "local" else (name,):
        if spelling in limits:
            return limits.pop(spelling)
    return None


def capacities(named: Sequence[NamedExecutor]) -> dict[str, tuple[str, int]]:
    """Whatever a task may call an executor with a capacity of its own -> its name and capacity; "" is the default."""
    found = {
        spelling: (one.name, one.capacity) for one in named if one.capacity is not None for spelling in one.spellings
    }
    if named[0].capacity is not None:
        found[""] = (named[0].name, named[0].capacity)
    return found


def build_executors(named: Sequence[NamedExecutor], local: Executor, settings: Settings) -> dict[str, Executor]:
    """Whatever a task may call an executor -> the executor, the default first.

    Args:
        local: the one behind all names of local executors.
        settings: handed to plug-ins, which are called with them and give an `Executor`.

    Raises:
        NotFound: no plug-in has the name of a kind.
        InvalidInput: what the plug-in names is not callable.
    """
    found: dict[str, Executor] = {}
    for one in named:
        executor = local if one.kind == "local" else _from_plugin(one.kind, settings)
        found |= dict.fromkeys([one.name, *sorted(one.spellings - {one.name})], executor)
    return found


def renewing(executors: Iterable[Executor]) -> Callable[[str], None]:
    """What tells each of these executors, once, that a DAG file is to be imported anew."""
    each = {id(executor): executor for executor in executors}

    def renew(relative_fileloc: str) -> None:
        for executor in each.values():
            executor.renew(relative_fileloc)

    return renew


def _from_plugin(kind: str, settings: Settings) -> Executor:
    make = load(GROUP, kind, BUILT_IN)
    if not callable(make):
        raise InvalidInput(f"the plug-in {kind!r} of {GROUP} must be a class or function that makes an executor")
    build: Callable[[Settings], Executor] = make  # pyright: ignore[reportAssignmentType] - the contract of plug-ins
    return build(settings)


BUILT_IN: Mapping[str, str] = {}
