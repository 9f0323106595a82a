"""A log is read by pieces: any part of it, without reading all of it, each line once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind.worker import log_pieces
from tradewind.worker.log_pieces import found_in_log, piece_before, piece_from

LINE = '{"timestamp":"2026-01-01T00:00:00.000001Z","level":"%s","logger":"task","event":"%s"}\n'
COUNT = 20_000


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty thousand lines, of which every thousandth is a warning."""
    path = tmp_path_factory.mktemp("log") / "attempt=1.log"
    path.write_text("".join(LINE % ("warning" if n % 1000 == 0 else "info", f"line {n}") for n in range(1, COUNT + 1)))
    return path


def test_pieces_from_the_end_backwards_have_each_line_once(long_log: Path) -> None:
    numbers: list[int] = []
    before = None
    while before is None or before > 0:
        piece = piece_before(long_log, before)
        assert piece.end == (before if before is not None else piece.size)
        numbers = [number for _, number, _ in piece.lines] + numbers
        assert piece.first_line == piece.lines[0][1]
        before = piece.start
    assert numbers == list(range(1, COUNT + 1))


def test_pieces_from_the_beginning_on_have_each_line_once(long_log: Path) -> None:
    events: list[str] = []
    at, number = 0, None
    while at < long_log.stat().st_size:
        piece = piece_from(long_log, at, number)
        events += [line.event for _, _, line in piece.lines]
        at, number = piece.end, piece.lines[-1][1] + 1
    assert events == [f"line {n}" for n in range(1, COUNT + 1)]


def test_a_byte_in_the_middle_of_a_line_means_that_line(long_log: Path) -> None:
    begin = piece_from(long_log, 0).lines[10][0]
    piece = piece_from(long_log, begin + 30)
    assert (piece.start, piece.lines[0][2].event, piece.first_line) == (begin, "line 11", 11)


def test_a_search_finds_words_in_any_case_and_lines_of_a_level(long_log: Path) -> None:
    found = found_in_log(long_log, 0, "LINE 1999", frozenset())
    assert [number for _, number, _ in found.lines] == [1999, *range(19990, 20000)]
    assert found.end == found.size
    assert len(found_in_log(long_log, 0, None, frozenset({"warning"})).lines) == COUNT // 1000


def test_words_are_found_however_the_file_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "attempt=1.log"
    path.write_text(
        (LINE % ("info", 'say \\"hello\\"')) + (LINE % ("error", "Größe")) + "plain output\n" + (LINE % ("info", "end"))
    )

    def numbers(words: str | None, *levels: str) -> list[int]:
        return [number for _, number, _ in found_in_log(path, 0, words, frozenset(levels)).lines]

    assert numbers('"HELLO"') == [1]
    assert numbers("GRÖSSE") == numbers("größe") == [2]
    assert numbers("Output") == [3]
    assert numbers(None, "info") == [1, 3, 4]
    assert numbers(None, "error", "critical") == [2]
    assert numbers("e", "error") == [2]


def test_a_search_that_stops_can_be_gone_on_with(long_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_pieces, "SEARCHED_BYTES", 100_000)
    numbers: list[int] = []
    at = 0
    while at < long_log.stat().st_size:
        piece = found_in_log(long_log, at, None, frozenset({"warning"}))
        numbers += [number for _, number, _ in piece.lines]
        assert piece.end > at
        at = piece.end
    assert numbers == list(range(1000, COUNT + 1, 1000))


def test_a_line_that_has_not_ended_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "attempt=1.log"
    path.write_text(LINE % ("info", "whole") + '{"timestamp":"20')
    piece = piece_before(path, None)
    assert [line.event for _, _, line in piece.lines] == ["whole"]
    assert piece.end == piece.size, "nothing more can be read yet"
