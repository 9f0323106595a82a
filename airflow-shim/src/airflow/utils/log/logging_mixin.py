"""A logger for a class."""

from __future__ import annotations

import io
import logging
import re
from typing import Any

__all__ = ["ExternalLoggingMixin", "LoggingMixin", "StreamLogWriter", "remove_escape_codes"]


class LoggingMixin:
    """Gives a class `log`, named by `_logger_name` or by the class."""

    _log: logging.Logger | None = None
    _logger_name: str | None = None
    _log_config_logger_name: str | None = None

    def __init__(self, context: Any = None) -> None:  # noqa: ARG002 - Airflow's signature
        super().__init__()

    @property
    def log(self) -> logging.Logger:
        """Where it writes what it does; in a task that is the task's log."""
        if self._log is None:
            kind = type(self)
            name = self._logger_name or f"{kind.__module__}.{kind.__qualname__}"
            prefix = self._log_config_logger_name
            self._log = logging.getLogger(f"{prefix}.{name}" if prefix else name)
        return self._log

    @classmethod
    def logger(cls) -> logging.Logger:
        """The same for the class."""
        return logging.getLogger(cls._logger_name or f"{cls.__module__}.{cls.__qualname__}")


class ExternalLoggingMixin:
    """Marks log handlers whose logs can be seen elsewhere too."""

    @property
    def log_name(self) -> str:
        """What it is called."""
        raise NotImplementedError

    def get_external_log_url(self, task_instance: Any, try_number: int) -> str:
        """Where the log of a task instance can be seen."""
        raise NotImplementedError

    @property
    def supports_external_link(self) -> bool:
        """Whether there is such a place."""
        return False


class StreamLogWriter(io.TextIOBase):
    """A stream whose lines go to a logger.

    Args:
        logger: which.
        level: with which importance.
    """

    def __init__(self, logger: logging.Logger, level: int) -> None:
        super().__init__()
        self.logger = logger
        self.level = level
        self._buffer = ""

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, message: str) -> int:
        """Take a text; what is a whole line of it is logged."""
        *lines, self._buffer = (self._buffer + message).split("\n")
        for line in lines:
            self.logger.log(self.level, remove_escape_codes(line))
        return len(message)

    def flush(self) -> None:
        """Log what is left of a line."""
        if self._buffer:
            self.logger.log(self.level, remove_escape_codes(self._buffer))
            self._buffer = ""


def remove_escape_codes(text: str) -> str:
    """The text without what sets colours in a terminal."""
    return re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
