"""A sensor that runs a bash command."""

from __future__ import annotations

import os
import shutil
from functools import cached_property
from typing import Any

from tradewind.providers.standard.hooks.subprocess import SubprocessHook
from tradewind.sdk.exceptions import AirflowFailException
from tradewind.sdk.sensor import BaseSensorOperator

__all__ = ["BashSensor"]


class BashSensor(BaseSensorOperator):
    """Waits until a command ends with exit code 0.

    Args:
        bash_command: the command, or a ``.sh`` file that is rendered as a template.
        env: all of its environment; None: that of this process.
        output_encoding: of the output.
        retry_exit_code: the one code that means: not yet. Any other fails. None: every code but 0 means not yet.
    """

    template_fields = ("bash_command", "env")
    template_ext = (".sh", ".bash")

    def __init__(
        self,
        *,
        bash_command: Any,
        env: dict[str, str] | None = None,
        output_encoding: str = "utf-8",
        retry_exit_code: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bash_command = bash_command
        self.env = env
        self.output_encoding = output_encoding
        self.retry_exit_code = retry_exit_code

    @cached_property
    def subprocess_hook(self) -> SubprocessHook:
        """What runs the command."""
        return SubprocessHook()

    def poke(self, context: Any) -> bool:  # noqa: ARG002 - the shape of a sensor
        """Run it once.

        Raises:
            AirflowFailException: it ended with a code that is neither 0 nor `retry_exit_code`.
        """
        env = dict(os.environ) if self.env is None else self.env
        command = [shutil.which("bash") or "bash", "-c", self.bash_command]
        code = self.subprocess_hook.run_command(command, env, self.output_encoding).exit_code
        if code == 0:
            return True
        if self.retry_exit_code is not None and code != self.retry_exit_code:
            raise AirflowFailException(f"Command exited with code {code}.")
        return False

    def on_kill(self) -> None:
        """End the command and its children."""
        self.subprocess_hook.send_sigterm()
