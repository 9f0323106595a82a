"""Reads a log of any length by pieces: from a byte on, up to a byte, its end, or the lines in which something stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tradewind.worker.logs import LogLine, lines_in, read_log

__all__ = ["Piece", "found_in_log", "piece_before", "piece_from"]

PIECE_BYTES = 256 * 1024
PIECE_LINES = 3000
MOST_FOUND = 1000
SEARCHED_BYTES = 32 * 1024 * 1024
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a log."""

    size: int
    start: int
    end: int
    first_line: int
    lines: list[tuple[int, int, LogLine]]
    """Where each begins, its number, and what it says. Two that stand in one line of the file share both."""


def piece_from(path: Path, at: int, number: int | None = None) -> Piece:
    """The piece that begins with the line in which this byte is.

    Args:
        number: the number of that line, where it is known: then nothing before it is read.

    Raises:
        FileNotFoundError: there is no such log (yet).
    """
    with path.open("rb") as file:
        size = _size(file)
        start = min(at, size) if number is not None else _line_start(file, min(at, size))
        first = _number(file, start) if number is None else number
    return _piece(path, size, start, first, size)


def piece_before(path: Path, before: int | None) -> Piece:
    """The piece that ends with the last whole line before this byte; None: with the last line of all.

    Raises:
        FileNotFoundError: there is no such log (yet).
    """
    with path.open("rb") as file:
        size = _size(file)
        until = size if before is None else min(before, size)
        start = _line_start(file, max(0, until - PIECE_BYTES))
        number = _number(file, start)
    return _piece(path, size, start, number, until, from_end=True)


def found_in_log(path: Path, at: int, words: str | None, levels: frozenset[str]) -> Piece:
    """Lines from a byte on that have the words in them, in any case, and one of the levels.

    `end` is where the search stopped: at the end of the log, behind the last line found, or after as much as is read
    at a time.

    Raises:
        FileNotFoundError: there is no such log (yet).
    """
    with path.open("rb") as file:
        size = _size(file)
        start = _line_start(file, min(at, size))
        number = _number(file, start)
        found: list[tuple[int, int, LogLine]] = []
        place, until = start, min(size, start + SEARCHED_BYTES)
        while place < until and len(found) < MOST_FOUND:
            raw = _whole_lines(file, place)
            if not raw:  # a last line without its end
                place = size
                break
            found += _matching(raw, place, number, words or "", levels)
            place, number = place + len(raw), number + raw.count(b"\n")
    return Piece(size, start, place, found[0][1] if found else number, found)


def _whole_lines(file: BinaryIO, at: int) -> bytes:
    """About a block of lines that begin at this byte; empty where no line ends any more."""
    file.seek(at)
    raw = file.read(_BLOCK)
    end = raw.rfind(b"\n") + 1
    return raw[:end] if end else (rest if (rest := raw + file.readline()).endswith(b"\n") else b"")


def _matching(
    raw: bytes, begin: int, number: int, words: str, levels: frozenset[str]
) -> Iterator[tuple[int, int, LogLine]]:
    """The lines among these that are looked for. Only those are decoded in whose bytes the rarest thing stands."""
    wanted = words.casefold()
    if words.isascii() and words.isprintable() and not set(words) & {'"', "\\"}:
        needles = [wanted.encode()] if wanted else [f'"level":"{level}"'.encode() for level in levels]
        if not wanted and "info" in levels:  # also the level of lines that are no JSON
            needles = []
    else:  # it may be written in another way than it reads
        needles = []
    low = raw.lower() if needles else b""
    at = 0
    while at < len(raw):
        if needles:
            hits = [hit for needle in needles if (hit := low.find(needle, at)) >= 0]
            if not hits:
                return
            line_start = low.rfind(b"\n", at, min(hits)) + 1 or at
            number += raw.count(b"\n", at, line_start)
            at = line_start
        after = raw.find(b"\n", at) + 1
        for line in lines_in(raw[at:after], "", begin + after):
            if _fits(line, wanted, levels):
                yield begin + at, number, line
        at = after
        number += 1


def _fits(line: LogLine, wanted: str, levels: frozenset[str]) -> bool:
    if levels and line.level not in levels:
        return False
    return not wanted or any(wanted in text.casefold() for text in (line.event, *line.fields.values()))


def _piece(path: Path, size: int, start: int, number: int, until: int, *, from_end: bool = False) -> Piece:
    found: list[tuple[int, int, LogLine]] = []
    end = start
    for begin, line_number, line in _lines(path, start, number):
        if begin >= until or (not from_end and (len(found) >= PIECE_LINES or begin - start >= PIECE_BYTES)):
            break
        found.append((begin, line_number, line))
        end = line.end
    else:
        if until == size:  # what is left is a line that is still being written
            size = end
    return Piece(size, start, end, number, found)


def _lines(path: Path, start: int, number: int) -> Iterator[tuple[int, int, LogLine]]:
    """Lines with where they begin and their numbers."""
    begin, end = start, None
    for line in read_log(path, start, 2**62):
        if end is not None and line.end != end:
            begin, number = end, number + 1
        end = line.end
        yield begin, number, line


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _line_start(file: BinaryIO, at: int) -> int:
    """Where the line begins that this byte is in."""
    while at > 0:
        block = min(_BLOCK, at)
        file.seek(at - block)
        found = file.read(block).rfind(b"\n")
        if found >= 0:
            return at - block + found + 1
        at -= block
    return 0


def _number(file: BinaryIO, start: int) -> int:
    """The number of the line that begins at this byte, from 1."""
    file.seek(0)
    number, left = 1, start
    while left > 0 and (block := file.read(min(_BLOCK, left))):
        number += block.count(b"\n")
        left -= len(block)
    return number
