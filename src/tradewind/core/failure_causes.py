"""Groups failures by their cause: ten tasks that meet the same refusal are one thing to repair."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tradewind.base.own_frame import failure_in

__all__ = ["Failure", "FailureGroup", "grouped", "own_place", "shape_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed task instance."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    at: datetime
    reason: str
    """The last line: what was raised, with its message."""
    error: str | None
    """The traceback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Failures with one cause."""

    kind: str
    """Name of the exception; empty: it was none."""
    newest: Failure
    place: str
    """File and line of the user's own code, of the newest; empty: none is known."""
    count: int
    dag_ids: Sequence[str]
    first_at: datetime


_KIND = re.compile(r"^([A-Za-z_][\w.]*)(?:: |$)")
_VARIABLE = re.compile(
    r"""'[^']*'|"[^"]*"|\b0x[0-9a-f]+\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+(?:[.:,]\d+)*""", re.IGNORECASE
)
LONGEST = 300


def grouped(failures: Iterable[Failure]) -> list[FailureGroup]:
    """The causes, what failed last first.

    Failures are alike when the same was raised with the same words, whatever names and numbers stand between them.
    """
    by_shape: dict[str, list[Failure]] = {}
    for failure in failures:
        by_shape.setdefault(shape_of(failure.reason), []).append(failure)
    found: list[FailureGroup] = []
    for several in by_shape.values():
        newest = max(several, key=lambda one: one.at)
        kind = _KIND.match(newest.reason)
        found.append(
            FailureGroup(
                kind=kind[1].rpartition(".")[2] if kind else "",
                newest=newest,
                place=own_place(newest.error or ""),
                count=len(several),
                dag_ids=sorted({one.dag_id for one in several}),
                first_at=min(one.at for one in several),
            )
        )
    return sorted(found, key=lambda group: group.newest.at, reverse=True)


def shape_of(reason: str) -> str:
    """The words of a reason without what differs from one time to the next: numbers, ids, names in quotes."""
    first = reason.strip().partition("\n")[0][:LONGEST]
    return _VARIABLE.sub("…", first)


def own_place(error: str) -> str:
    """The innermost frame of the user's own code in a traceback, as ``file.py:12``; empty: there is none."""
    found = failure_in(error)
    return f"{found.file}:{found.line}" if found.file else ""
