"""A sensor that waits for files."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from tradewind.providers.standard.hooks.filesystem import FSHook
from tradewind.providers.standard.triggers.file import FileTrigger, is_there
from tradewind.sdk.exceptions import AirflowException
from tradewind.sdk.operator_settings import default_deferrable
from tradewind.sdk.sensor import BaseSensorOperator
from tradewind.sdk.trigger import StartTriggerArgs

__all__ = ["FileSensor"]

log = logging.getLogger("tradewind.task")


class FileSensor(BaseSensorOperator):
    """Waits until a file, or a file in a folder, is there.

    Args:
        filepath: a file, a folder, or a pattern with ``*``; relative to the folder of the connection.
        fs_conn_id: the connection.
        recursive: ``**`` in the pattern means folders at any depth.
        deferrable: wait without a process; None: as ``operators.default_deferrable`` says.
        start_from_trigger: wait from the start, before any process runs the task; `filepath` is a whole path then.
        trigger_kwargs: arguments of the trigger, where the task starts from it.
    """

    template_fields = ("filepath", "fs_conn_id")
    ui_color = "#91818a"

    def __init__(
        self,
        *,
        filepath: Any,
        fs_conn_id: str = FSHook.default_conn_name,
        recursive: bool = False,
        deferrable: bool | None = None,
        start_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filepath = filepath
        self.fs_conn_id = fs_conn_id
        self.recursive = recursive
        self.deferrable = default_deferrable() if deferrable is None else deferrable
        self.start_from_trigger = start_from_trigger and self.deferrable
        if self.start_from_trigger:
            given = {"filepath": str(filepath), "recursive": recursive, "poke_interval": self.poke_interval}
            self.start_trigger_args = StartTriggerArgs(
                trigger_cls=f"{FileTrigger.__module__}.{FileTrigger.__qualname__}",
                trigger_kwargs={**given, **(trigger_kwargs or {})},
                next_method="execute_complete",
                timeout=timedelta(seconds=self.timeout),
            )

    @cached_property
    def path(self) -> str:
        """The file in full."""
        return str(Path(FSHook(self.fs_conn_id).get_path().rstrip("/") or "/") / str(self.filepath).lstrip("/"))

    def poke(self, context: Any) -> bool:  # noqa: ARG002 - the shape of a sensor
        """Look once."""
        log.info("Poking for file %s", self.path)
        found = is_there(self.path, recursive=self.recursive)
        if found is not None:
            log.info("Found File %s", found)
        return found is not None

    def execute(self, context: Any) -> Any:
        """Wait, in this process or without one."""
        if not self.deferrable:
            return super().execute(context)
        if self.poke(context):
            return None
        trigger = FileTrigger(filepath=self.path, recursive=self.recursive, poke_interval=self.poke_interval)
        return self.defer(trigger=trigger, method_name="execute_complete", timeout=self.timeout)

    def execute_complete(self, context: Any, event: Any = None) -> None:  # noqa: ARG002 - the shape of a resumption
        """The file is there.

        Raises:
            AirflowException: it is not.
        """
        if not event:
            raise AirflowException(f"{self.task_id} task failed as {self.filepath} not found.")
        log.info("%s completed successfully as %s found.", self.task_id, self.filepath)
