"""Shows on a terminal how far a long check is; says nothing where nobody watches, or when it is short."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

__all__ = ["Progress"]

LONG = 40
"""Files from which on a stage is shown."""


class Progress:
    """The stages of a check; use it as a context manager."""

    def __init__(self) -> None:
        self._bars: Bars | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def begin(self, what: str, total: int) -> None:
        """A stage begins."""
        self._end()
        if total >= LONG and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress as Bars

            self._bars = Bars(console=Console(stderr=True), transient=True)
            self._bars.start()
            self._task = self._bars.add_task(what, total=total)

    def tick(self) -> None:
        """One more is done; called by several threads."""
        bars, task = self._bars, self._task
        if bars is not None and task is not None:
            bars.advance(task)

    def _end(self) -> None:
        if self._bars is not None:
            self._bars.stop()
        self._bars = self._task = None
