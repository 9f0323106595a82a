"""A sensor that waits for files."""

from __future__ import annotations

import logging
from functools import cached_property
from glob import glob
from pathlib import Path
from typing import Any

from tradewind.providers.standard.hooks.filesystem import FSHook
from tradewind.sdk.sensor import BaseSensorOperator

__all__ = ["FileSensor"]


class FileSensor(BaseSensorOperator):
    """Waits until a file, or a file in a folder, is there.

    Args:
        filepath: a file, a folder, or a pattern with ``*``; relative to the folder of the connection.
        fs_conn_id: the connection.
        recursive: ``**`` in the pattern means folders at any depth.
        deferrable: accepted; the wait stays in the task's process.
        start_from_trigger, trigger_kwargs: accepted; the same.
    """

    template_fields = ("filepath", "fs_conn_id")
    ui_color = "#91818a"

    def __init__(
        self,
        *,
        filepath: Any,
        fs_conn_id: str = FSHook.default_conn_name,
        recursive: bool = False,
        deferrable: bool = False,
        start_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filepath = filepath
        self.fs_conn_id = fs_conn_id
        self.recursive = recursive
        self.deferrable = deferrable
        self.start_from_trigger = start_from_trigger
        self.trigger_kwargs = trigger_kwargs

    @cached_property
    def path(self) -> str:
        """The file in full."""
        return str(Path(FSHook(self.fs_conn_id).get_path().rstrip("/") or "/") / str(self.filepath).lstrip("/"))

    def poke(self, context: Any) -> bool:  # noqa: ARG002 - the shape of a sensor
        """Look once."""
        log = logging.getLogger("tradewind.task")
        log.info("Poking for file %s", self.path)
        for name in glob(self.path, recursive=self.recursive):  # noqa: PTH207 - the pattern is a whole path
            found = Path(name)
            if found.is_file():
                log.info("Found File %s", name)
                return True
            if any(one.is_file() for one in found.rglob("*")):
                return True
        return False
