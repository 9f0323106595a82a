"""The log of one attempt: JSON lines appended by the task's own process, so that a SIGKILL loses none.

Every line is one `os.write` on a descriptor opened with O_APPEND. Python's logging and `print` become JSON lines;
what native code and subprocesses write to descriptors 1 and 2 lands in the same file as plain lines. `read_log` reads
both. A full disk never stops the task: lines that can't be written are counted and reported.
"""

from __future__ import annotations

import io
import json
import logging
import mmap
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import msgspec

from tradewind.base.clock import Clock, SystemClock
from tradewind.base.private_files import make_private_folder
from tradewind.worker.secrets_masking import MASKER, Masker

__all__ = [
    "LineWriter",
    "LogLine",
    "Sinks",
    "TaskLog",
    "attempt_log_name",
    "hide_raw_in",
    "lines_in",
    "read_log",
    "safe_segment",
]

MAX_LINE = 64 * 1024
"""Characters of one printed line; a longer one is cut into several."""
PIECE = 1 << 18
OPEN_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
LEVELS = {"DEBUG": "debug", "INFO": "info", "WARNING": "warning", "ERROR": "error", "CRITICAL": "critical"}

JSON_START = '{"timestamp":"'

_line_decoder = msgspec.json.Decoder(dict[str, str | int | float | bool | None])
_quote = json.encoder.encode_basestring  # keeps non-ASCII readable and costs a tenth of json.dumps


def attempt_log_name(*, dag_id: str, run_id: str, task_id: str, map_index: int, try_number: int) -> str:
    """Path of an attempt's log under the log folder."""
    index = f"map_index={map_index}/" if map_index >= 0 else ""
    parts = (f"dag_id={safe_segment(dag_id)}", f"run_id={safe_segment(run_id)}", f"task_id={safe_segment(task_id)}")
    return "/".join(parts) + f"/{index}attempt={try_number}.log"


def safe_segment(name: str) -> str:
    """A name as one path segment: a slash or a leading dot in an id must not lead out of the folder."""
    text = name.replace("/", "%2F").replace("\0", "%00")
    return "%2E" + text[1:] if text in (".", "..") else text


class TaskLog:
    """The file of one attempt, open for appending.

    Args:
        path: the file; its folders are made.
        limit_mb: size at which the log is cut; 0: none.
        on_loss: told once, with the reason, when the first line can't be written.
    """

    def __init__(
        self,
        path: str,
        *,
        limit_mb: int = 0,
        masker: Masker = MASKER,
        clock: Clock | None = None,
        on_loss: Callable[[str], None] | None = None,
    ) -> None:
        self.path = path
        self.lost = 0
        """Lines that could not be written."""
        self.loss_reason = ""
        self._masker = masker
        self._clock = clock or SystemClock()
        self._on_loss = on_loss
        self._limit = limit_mb * 1024 * 1024
        self._is_cut = False
        self._fd = -1
        try:
            try:
                self._fd = os.open(path, OPEN_FLAGS, 0o644)
            except FileNotFoundError:
                make_private_folder(Path(path).parent)
                self._fd = os.open(path, OPEN_FLAGS, 0o644)
            self._size = os.fstat(self._fd).st_size
        except OSError as error:
            self._size = 0
            self._note_loss(error)

    def write(self, level: str, logger: str, event: str, **fields: str | int) -> None:
        """Append a line; secrets in it are masked."""
        masked = self._masker.redact(event)
        now = self._clock.now()
        line = _line(now, level, logger, masked, {k: self._masked(v) for k, v in fields.items()})
        self._append(line.encode("utf-8", "backslashreplace"))

    def _masked(self, value: str | int) -> str | int:
        return self._masker.redact(value) if isinstance(value, str) else value

    def _append(self, data: bytes) -> None:
        if self._is_cut:
            return
        if self._limit and self._size + len(data) > self._limit:
            self._is_cut = True
            limit = self._limit // (1024 * 1024)
            notice = f"the log reached its limit of {limit} MB (logs.task_limit_mb); what follows is left out"
            data = _line(self._clock.now(), "warning", "tradewind.log", notice, {}).encode()
        try:
            if self._fd < 0:
                self.lost += 1
                return
            self._size += os.write(self._fd, data)
        except OSError as error:
            self._note_loss(error)

    def _note_loss(self, error: OSError) -> None:
        self.lost += 1
        if not self.loss_reason:
            self.loss_reason = f"{self.path}: {error.strerror or error}"
            if self._on_loss is not None:
                self._on_loss(self.loss_reason)

    def take_over_outputs(self) -> None:
        """Let descriptors 1 and 2 write to this file."""
        target = self._fd if self._fd >= 0 else os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(target, 1)
        os.dup2(target, 2)
        if target != self._fd:
            os.close(target)

    def hide_raw(self) -> int:
        """Overwrite with stars the secrets in what went to descriptors 1 and 2 past Python, as programs that the task
        started and native code do; nothing is read where nothing did. Returns how many were found.
        """
        pattern = self._masker.compiled_bytes()
        if self._fd < 0 or pattern is None or os.fstat(self._fd).st_size <= self._size:
            return 0
        found = 0
        # Not the descriptor for appending: that one writes to the end, wherever it is told to.
        with Path(self.path).open("r+b") as file, mmap.mmap(file.fileno(), 0) as content:
            for one in pattern.finditer(content):
                content[one.start() : one.end()] = b"*" * (one.end() - one.start())
                found += 1
        return found

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def hide_raw_in(path: str, masker: Masker = MASKER) -> int:
    """As `TaskLog.hide_raw`, for the log of a process that was killed before it could; piece by piece, so that other threads
    get on meanwhile. Returns how many were found.
    """
    pattern = masker.compiled_bytes()
    if pattern is None:
        return 0
    overlap, at, found = masker.longest * 4, 0, 0  # a character has up to four bytes
    with Path(path).open("r+b") as file:
        while True:
            file.seek(at)
            piece = file.read(PIECE + overlap)
            is_last = len(piece) < PIECE + overlap
            for one in pattern.finditer(piece):
                if one.start() >= PIECE and not is_last:
                    break  # its end may be missing, and what is left be taken for another; the next piece has it whole
                file.seek(at + one.start())
                file.write(b"*" * (one.end() - one.start()))
                found += 1
            if is_last:
                return found
            at += PIECE


def _line(now: datetime, level: str, logger: str, event: str, fields: dict[str, str | int]) -> str:
    stamp = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
    more = ""
    for name, value in fields.items():
        more += f',"{name}":{_quote(value) if isinstance(value, str) else value}'
    return f'{{"timestamp":"{stamp}","level":"{level}","logger":{_quote(logger)},"event":{_quote(event)}{more}}}\n'


class _RawWriter(io.RawIOBase):
    """The `buffer` of a `LineWriter`, for code that prints bytes."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride] - any buffer is taken
        raw = bytes(data)
        self._writer.write(raw.decode("utf-8", "backslashreplace"))
        return len(raw)


class LineWriter(io.TextIOBase):
    """Stands in for `sys.stdout` or `sys.stderr`: each printed line becomes a line of the log."""

    def __init__(self, log: TaskLog, logger: str, level: str, fd: int, masker: Masker = MASKER) -> None:
        self._log = log
        self._logger = logger
        self._level = level
        self._fd = fd
        self._masker = masker
        self._partial = ""
        self._raw = _RawWriter(self)

    encoding = "utf-8"  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride] - as on a real stream
    errors = "backslashreplace"  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride] - same

    @property
    def buffer(self) -> _RawWriter:
        """The stream of bytes beneath."""
        return self._raw

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self._fd

    def write(self, text: str, /) -> int:
        """Take text; whole lines go to the log at once, a part of one waits for its end or a flush."""
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - print passes what the user gave
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if "\n" not in text and "\r" not in text and len(self._partial) + len(text) < MAX_LINE:
            self._partial += text
            return len(text)
        lines = (self._partial + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._partial = lines.pop()
        for line in lines:
            self._put(line)
        while len(self._partial) >= MAX_LINE:
            self._partial = self._put_piece(self._partial)
        return len(text)

    def _put(self, line: str) -> None:
        while len(line) > MAX_LINE:
            line = self._put_piece(line)
        self._log.write(self._level, self._logger, line)

    def _put_piece(self, line: str) -> str:
        # A secret may have arrived only in part, hence the margin; a cut through a whole one is moved before it.
        at = self._masker.safe_cut(line, max(1, MAX_LINE - self._masker.longest)) or MAX_LINE
        self._log.write(self._level, self._logger, line[:at])
        return line[at:]

    def flush(self) -> None:
        """Write a line that has not ended yet; unless it may be the beginning of a secret."""
        if self._partial and not self._masker.longest:
            partial, self._partial = self._partial, ""
            self._put(partial)

    def finish(self) -> None:
        """Write what is left."""
        partial, self._partial = self._partial, ""
        if partial:
            self._put(partial)


class _Handler(logging.Handler):
    """Python's logging, into the log."""

    def __init__(self, log: TaskLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event = record.getMessage()
        except Exception:  # noqa: BLE001 - the user's own arguments don't fit the user's own format
            event = f"{record.msg!r} % {record.args!r} (the arguments do not fit the message)"
        level = LEVELS.get(record.levelname, record.levelname.lower())
        if record.exc_info and record.exc_info[0] is not None:
            text = "".join(traceback.format_exception(*record.exc_info))
            self._log.write(level, record.name, event, exception=text)
        else:
            self._log.write(level, record.name, event)


class Sinks:
    """Sends logging, `print` and descriptors 1 and 2 of this process to a log, and gives them back."""

    def __init__(self, log: TaskLog, level: str = "INFO") -> None:
        self._log = log
        self._before = (sys.stdout, sys.stderr)
        self._out = LineWriter(log, "task.stdout", "info", 1)
        self._err = LineWriter(log, "task.stderr", "error", 2)
        root = logging.getLogger()
        self._handlers, self._level = list(root.handlers), root.level
        root.handlers[:] = [_Handler(log)]
        root.setLevel(level)
        log.take_over_outputs()
        sys.stdout, sys.stderr = self._as_text(self._out), self._as_text(self._err)

    @staticmethod
    def _as_text(writer: LineWriter) -> TextIO:
        return writer  # pyright: ignore[reportReturnType] - it has all of TextIO that print and logging use

    def finish(self) -> None:
        """Write what was printed without an end of line."""
        self._out.finish()
        self._err.finish()

    def give_back(self) -> None:
        """Undo, for a process that goes on after the attempt."""
        self.finish()
        sys.stdout, sys.stderr = self._before
        root = logging.getLogger()
        root.handlers[:] = self._handlers
        root.setLevel(self._level)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line as it was read."""

    timestamp: str
    """UTC, ISO 8601; empty for a plain line before the first JSON line."""
    level: str
    logger: str
    event: str
    fields: dict[str, str]
    end: int
    """Offset in the file after this line: where to go on reading."""


def read_log(path: str | Path, offset: int = 0, limit: int = 1000) -> Iterator[LogLine]:
    """Lines from `offset` bytes on, at most `limit`; a last line without its end is left for the next time.

    Raises:
        FileNotFoundError: there is no such log (yet).
    """
    with Path(path).open("rb") as file:
        file.seek(offset)
        stamp = ""
        left = limit
        while left > 0 and (raw := file.readline()).endswith(b"\n"):
            offset += len(raw)
            for line in lines_in(raw, stamp, offset):
                stamp = line.timestamp
                left -= 1
                yield line


def lines_in(raw: bytes, stamp: str, end: int) -> Iterator[LogLine]:
    """What stands in one line of the file: mostly one line; two where a process left its last one open.

    Args:
        stamp: the timestamp of a line that has none.
        end: the offset behind it.
    """
    text = raw.decode("utf-8", "replace").rstrip("\r\n")
    start = text.find(JSON_START)
    found = _json_line(text[start:], end) if start >= 0 else None
    if found is None:
        yield LogLine(stamp, "info", "task.output", text, {}, end)
        return
    if start > 0:  # a subprocess left its last line open
        yield LogLine(stamp, "info", "task.output", text[:start], {}, end)
    yield found


def _json_line(text: str, end: int) -> LogLine | None:
    try:
        fields = _line_decoder.decode(text)
    except msgspec.MsgspecError:
        return None
    known = {name: value if isinstance(value, str) else str(value) for name, value in fields.items()}
    head = [known.pop(name, "") for name in ("timestamp", "level", "logger", "event")]
    return LogLine(*head, fields=known, end=end)
