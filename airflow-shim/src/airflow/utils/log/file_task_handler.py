"""`FileTaskHandler`: the log handler that those of provider packages derive from; it writes and reads files of attempts.

Tradewind writes logs of tasks by itself. A handler is used where somebody makes one: to read what Airflow has left in a
remote place, or to send lines there.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TypedDict

import jinja2
from pydantic import BaseModel, ConfigDict

from airflow.configuration import conf
from tradewind.worker.logs import attempt_log_name

__all__ = [
    "FileTaskHandler",
    "LogMessages",
    "LogMetadata",
    "LogResponse",
    "LogSourceInfo",
    "RawLogStream",
    "StreamingLogResponse",
    "StructuredLogMessage",
]

LogSourceInfo = list[str]
"""Where logs have been found."""
LogMessages = list[str]
RawLogStream = Generator[str, None, None]
LogResponse = tuple[LogSourceInfo, LogMessages]
StreamingLogResponse = tuple[LogSourceInfo, list[RawLogStream]]


class StructuredLogMessage(BaseModel):
    """A line of a log, with whatever else belongs to it."""

    model_config = ConfigDict(extra="allow")

    timestamp: datetime | None = None
    event: str


class LogMetadata(TypedDict, total=False):
    """How far somebody has read."""

    end_of_log: bool
    log_pos: int


class FileTaskHandler(logging.Handler):
    """Writes the log of one attempt, told by `set_context`, to its file under a folder.

    Args:
        base_log_folder: the folder.
        max_bytes: begin another file when one is that long; 0: never.
        backup_count: how many of them are kept.
        delay: open the file when the first line comes.
    """

    trigger_should_wrap = True
    inherits_from_empty_operator_log_message = "Operator inherits from empty operator and thus does not have logs"

    def __init__(
        self, base_log_folder: str, max_bytes: int = 0, backup_count: int = 0, delay: bool = False, **_: Any
    ) -> None:
        super().__init__()
        self.handler: logging.Handler | None = None
        self.local_base = str(base_log_folder)
        self.max_bytes = max_bytes
        self.backup_count = backup_count
        self.delay = delay
        self.maintain_propagate = False

    @property
    def supports_task_context_logging(self) -> bool:
        """Whether lines can be written for a task that does not run."""
        return True

    def set_context(self, ti: Any, *, identifier: str | None = None) -> None:  # noqa: ARG002 - for subclasses
        """Write the log of this attempt from now on."""
        path = self._init_file(ti)
        if self.max_bytes > 0:
            self.handler = RotatingFileHandler(
                path, maxBytes=self.max_bytes, backupCount=self.backup_count, encoding="utf-8", delay=self.delay
            )
        else:
            self.handler = logging.FileHandler(path, encoding="utf-8", delay=self.delay)
        if self.formatter is not None:
            self.handler.setFormatter(self.formatter)
        self.handler.setLevel(self.level)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, if it is known whose."""
        if self.handler is not None:
            self.handler.emit(record)

    def flush(self) -> None:
        """Write what waits."""
        if self.handler is not None:
            self.handler.flush()

    def close(self) -> None:
        """Close the file."""
        if self.handler is not None:
            self.handler.close()
        super().close()

    def read(
        self, task_instance: Any, try_number: int | None = None, metadata: LogMetadata | None = None
    ) -> tuple[Iterable[Any], LogMetadata]:
        """The log of an attempt, by default the last, and how far it has been read."""
        number = try_number if try_number is not None else task_instance.try_number
        lines, after = self._read(task_instance, number, metadata)
        return ([lines] if isinstance(lines, str) else lines), after

    # -- for subclasses ---------------------------------------------------------------------------------------------

    def _render_filename(self, ti: Any, try_number: int) -> str:
        """The path of an attempt's log under the folder."""
        template = conf.get("logging", "log_filename_template", fallback="")
        if "{{" in template:
            return jinja2.Template(template).render(ti=ti, try_number=try_number, filename="")
        return attempt_log_name(
            dag_id=ti.dag_id, run_id=ti.run_id, task_id=ti.task_id, map_index=ti.map_index, try_number=try_number
        )

    def _init_file(self, ti: Any, *, identifier: str | None = None) -> str:  # noqa: ARG002 - for subclasses
        path = Path(self.local_base, self._render_filename(ti, ti.try_number))
        path.parent.mkdir(parents=True, exist_ok=True)
        return str(path)

    def _read(self, ti: Any, try_number: int, metadata: LogMetadata | None = None) -> tuple[Any, LogMetadata]:
        """What remote places and the folder have, in that order."""
        relative = self._render_filename(ti, try_number)
        sources, logs = self._read_remote_logs(ti, try_number, metadata)
        if not logs:
            sources, logs = self._read_from_local(Path(self.local_base, relative))
        head = [f"*** {source}" for source in sources]
        lines = [line for text in logs for line in text.splitlines()]
        return [*head, *lines], {"end_of_log": True, "log_pos": len(lines)}

    def _read_remote_logs(
        self,
        ti: Any,  # noqa: ARG002 - for subclasses
        try_number: int,  # noqa: ARG002 - for subclasses
        metadata: Any = None,  # noqa: ARG002 - for subclasses
    ) -> tuple[LogSourceInfo, LogMessages]:
        """Nothing: subclasses know remote places."""
        return [], []

    @staticmethod
    def _read_from_local(worker_log_path: Path) -> tuple[LogSourceInfo, LogMessages]:
        paths = sorted(worker_log_path.parent.glob(worker_log_path.name + "*"))
        return [str(path) for path in paths], [path.read_text(encoding="utf-8", errors="replace") for path in paths]
