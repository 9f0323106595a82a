"""The states of a run on a terminal, and in a log."""

from __future__ import annotations

import io

from rich.console import Console

from tradewind.cli.board import _Table, open_board


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_each_change_is_a_line_and_waiting_is_none() -> None:
    out = io.StringIO()
    with open_board("my run", ["a", "b"], out) as board:
        for state in ("scheduled", "queued", "running", "running", "success"):
            board.set("a", -1, state)
        board.set("b", 2, "failed")
        board.end("failed")
    lines = [line.split("s  ", 1)[1] for line in out.getvalue().splitlines()]
    assert lines == ["my run", "a: running", "a: success", "b[2]: failed", "the run ended: failed"]


def _drawn(table: _Table) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(table.drawn())
    return console.file.getvalue()


def test_a_mapped_task_is_one_line_with_its_instances_counted() -> None:
    table = _Table("run", ["mapped"])
    table.set("mapped", -1, None)
    for index, state in enumerate(["success", "running", "success"]):
        table.set("mapped", index, state)
    assert "running 2/3" in _drawn(table)
    table.set("mapped", 1, "failed")
    assert "failed 3/3" in _drawn(table)


def test_tasks_are_shown_in_their_order_before_they_start() -> None:
    table = _Table("run", ["first", "second"])
    text = _drawn(table)
    assert text.index("first") < text.index("second")
    assert "0 of 2 done" in text


def test_the_live_table_ends_with_the_state_of_the_run() -> None:
    out = _Terminal()
    with open_board("run", ["a"], out) as board:
        board.set("a", -1, "success")
        board.end("success")
    assert out.getvalue().rstrip().endswith("success") or "success" in out.getvalue()
