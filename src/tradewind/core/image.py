"""Runs as rows tell them: what is handed to the core to rebuild its memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tradewind.core.commands import SaveTask
from tradewind.core.events import RunFacts
from tradewind.core.states import RunState

__all__ = ["RunImage", "TaskImage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskImage:
    """A task instance as rows tell it, to rebuild a run after a restart or take-over."""

    save: SaveTask
    pushed: frozenset[str] = frozenset()
    lengths: tuple[tuple[str, int], ...] = ()
    """What its success reported, for expansions still to come."""
    path: tuple[int, ...] = ()
    """Of an instance in scopes inside of scopes: the numbers of its items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunImage:
    """An unfinished run as rows tell it. Finished runs are loaded only when something asks for them."""

    facts: RunFacts
    state: RunState
    start_date: datetime | None
    end_date: datetime | None
    clear_number: int
    tasks: Sequence[TaskImage]
    retries: int = 0
    retry_at: datetime | None = None
