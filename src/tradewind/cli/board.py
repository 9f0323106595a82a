"""The states of a run's tasks on a terminal: one line a task, changed in place; plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from tradewind.cli.output import STATE_COLOURS

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

__all__ = ["Board", "open_board"]

SIGNS = {
    "success": "✓", "failed": "✗", "upstream_failed": "✗", "skipped": "-", "running": "▶", "up_for_retry": "↻",
    "up_for_reschedule": "⏱", "deferred": "⏱",
}  # fmt: skip
UNFINISHED = {None, "scheduled", "queued", "running", "up_for_retry", "up_for_reschedule", "deferred", "restarting"}


class Board(Protocol):
    """Where states are shown."""

    def set(self, task_id: str, map_index: int, state: str | None) -> None:
        """This instance is now in this state."""
        ...

    def end(self, state: str) -> None:
        """The run has ended."""
        ...


@contextmanager
def open_board(title: str, tasks: Sequence[str], out: TextIO) -> Generator[Board]:
    """A board for a run; `tasks` in the order in which they are shown."""
    if not out.isatty():
        yield _Lines(title, out)
        return
    from rich.console import Console
    from rich.live import Live

    board = _Table(title, tasks)
    with Live(get_renderable=board.drawn, console=Console(file=out, highlight=False), refresh_per_second=8) as live:
        board.live = live
        yield board


class _Lines:
    """One line a change, for logs and pipes."""

    def __init__(self, title: str, out: TextIO) -> None:
        self._out = out
        self._states: dict[tuple[str, int], str | None] = {}
        self._began = time.monotonic()
        self._say(title)

    def set(self, task_id: str, map_index: int, state: str | None) -> None:
        key = (task_id, map_index)
        if state is None or self._states.get(key) == state:
            return
        self._states[key] = state
        if state not in {"scheduled", "queued"}:
            self._say(f"{task_id}{f'[{map_index}]' if map_index >= 0 else ''}: {state}")

    def end(self, state: str) -> None:
        self._say(f"the run ended: {state}")

    def _say(self, text: str) -> None:
        self._out.write(f"{time.monotonic() - self._began:7.2f} s  {text}\n")
        self._out.flush()


class _Row:
    """One task with all its mapped instances."""

    def __init__(self) -> None:
        self.states: dict[int, str | None] = {}
        self.began: float | None = None
        self.ended: float | None = None

    def set(self, map_index: int, state: str | None) -> None:
        if map_index >= 0:
            self.states.pop(-1, None)  # the task as it was before it was expanded
        self.states[map_index] = state
        now = time.monotonic()
        if self.began is None and state not in {None, "scheduled", "queued"}:
            self.began = now
        self.ended = None if any(known in UNFINISHED for known in self.states.values()) else self.ended or now

    def state(self) -> str | None:
        """One word for all instances: the worst that has ended so badly, or what they are still at."""
        found = set(self.states.values())
        for state in (
            "failed",
            "upstream_failed",
            "running",
            "up_for_retry",
            "up_for_reschedule",
            "deferred",
            "queued",
            "scheduled",
        ):
            if state in found:
                return state
        return "success" if "success" in found else next(iter(found), None)


class _Table:
    """A table that is drawn again and again."""

    def __init__(self, title: str, tasks: Sequence[str]) -> None:
        self._title = title
        self._rows = {task_id: _Row() for task_id in tasks}
        self._began = time.monotonic()
        self._end: str | None = None
        self.live: Live | None = None

    def set(self, task_id: str, map_index: int, state: str | None) -> None:
        self._rows.setdefault(task_id, _Row()).set(map_index, state)

    def end(self, state: str) -> None:
        self._end = state
        if self.live is not None:
            self.live.refresh()

    def drawn(self) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        now = time.monotonic()
        table = Table.grid(padding=(0, 2))
        table.title = Text(self._title, style="bold")
        table.title_justify = "left"
        for task_id, row in self._rows.items():
            state = row.state()
            took = "" if row.began is None else f"{(row.ended or now) - row.began:.1f} s"
            style = STATE_COLOURS.get(state or "", "dim")
            table.add_row(
                Text(f" {SIGNS.get(state or '', '·')}", style=style),
                task_id,
                Text(_words(row, state), style=style),
                Text(took, style="dim"),
            )
        counts = Counter(state for row in self._rows.values() for state in row.states.values())
        summary = f"{counts['success']} of {max(counts.total(), len(self._rows))} done, {now - self._began:.0f} s"
        table.add_row("", Text(self._end or summary, style=STATE_COLOURS.get(self._end or "", "dim")))
        return table


def _words(row: _Row, state: str | None) -> str:
    if -1 in row.states or not row.states:
        return state or ""
    done = sum(known not in UNFINISHED for known in row.states.values())
    return f"{state or ''} {done}/{len(row.states)}"
