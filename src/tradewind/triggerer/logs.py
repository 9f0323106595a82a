"""Log lines of triggers, each to the log of the task that waits."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from contextvars import ContextVar

from tradewind.protocol.triggers import Watch
from tradewind.worker.logs import LEVELS, TaskLog

__all__ = ["RoutedHandler", "RoutedOutput", "current_watch"]

current_watch: ContextVar[Watch | None] = ContextVar("current_watch", default=None)
"""The trigger whose code runs."""


def append(watch: Watch, level: str, logger: str, event: str, **fields: str) -> None:
    """Append a line to the log of a task. The file is open no longer than that: there may be thousands."""
    log = TaskLog(watch.log_path)
    try:
        log.write(level, logger, event, trigger=watch.classpath, **fields)
    finally:
        log.close()


class RoutedHandler(logging.Handler):
    """Python's logging: to the log of the trigger's task, else to standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        watch = current_watch.get()
        try:
            event = record.getMessage()
        except Exception:  # noqa: BLE001 - the user's own arguments don't fit the user's own format
            event = f"{record.msg!r} % {record.args!r} (the arguments do not fit the message)"
        fields: dict[str, str] = {}
        if record.exc_info and record.exc_info[0] is not None:
            fields["exception"] = "".join(traceback.format_exception(*record.exc_info))
        level = LEVELS.get(record.levelname, record.levelname.lower())
        if watch is not None and watch.log_path:
            append(watch, level, record.name, event, **fields)
        else:
            print(f"triggerer {level} {record.name}: {event}", *fields.values(), file=sys.__stderr__, flush=True)


class RoutedOutput(io.TextIOBase):
    """Stands in for `sys.stdout`: what a trigger prints goes to its task's log."""

    def __init__(self) -> None:
        self._begun: dict[str, str] = {}
        """Trigger -> the line that it has not ended yet."""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        """Take text; each line that is not empty becomes a line of the log when it has ended."""
        watch = current_watch.get()
        name = "" if watch is None else watch.id
        lines, _, rest = (self._begun.pop(name, "") + text).rpartition("\n")
        if rest:
            self._begun[name] = rest
        _tell(watch, lines)
        return len(text)

    def flush(self) -> None:
        """A line that the trigger has begun counts as ended."""
        watch = current_watch.get()
        _tell(watch, self._begun.pop("" if watch is None else watch.id, ""))


def _tell(watch: Watch | None, lines: str) -> None:
    for line in lines.splitlines():
        if line and watch is not None and watch.log_path:
            append(watch, "info", "task.stdout", line)
        elif line:
            print(line, file=sys.__stderr__, flush=True)
