"""An operator that runs a bash command or script."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Container
from functools import cached_property
from pathlib import Path
from typing import Any

from tradewind.providers.standard.hooks.subprocess import SubprocessHook, SubprocessResult
from tradewind.sdk.exceptions import AirflowException, AirflowSkipException
from tradewind.sdk.operator import BaseOperator

__all__ = ["BashOperator"]


def _same(output: str) -> str:
    return output


class BashOperator(BaseOperator):
    """Runs a command in bash; the last line of its output is the task's value.

    Args:
        bash_command: the command, or a file ending in ``.sh`` or ``.bash`` that is rendered as a template.
        env: environment variables; without `append_env` they are all that the command sees.
        append_env: add them to those of this process.
        output_encoding: of the output.
        skip_on_exit_code: exit code, or codes, that mean: skip this task.
        cwd: folder to run in; None: an empty one.
        output_processor: makes the task's value of the last line.
    """

    template_fields = ("bash_command", "env", "cwd")
    template_fields_renderers = {"bash_command": "bash", "env": "json"}  # noqa: RUF012 - Airflow's shape
    template_ext = (".sh", ".bash")
    ui_color = "#f0ede4"

    def __init__(
        self,
        *,
        bash_command: Any,
        env: dict[str, str] | None = None,
        append_env: bool = False,
        output_encoding: str = "utf-8",
        skip_on_exit_code: int | Container[int] | None = 99,
        cwd: str | None = None,
        output_processor: Callable[[str], Any] = _same,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bash_command = bash_command
        self.env = env
        self.append_env = append_env
        self.output_encoding = output_encoding
        self.skip_on_exit_code: Container[int] = (
            ()
            if skip_on_exit_code is None
            else [skip_on_exit_code]
            if isinstance(skip_on_exit_code, int)
            else skip_on_exit_code
        )
        self.cwd = cwd
        self.output_processor = output_processor

    @cached_property
    def subprocess_hook(self) -> SubprocessHook:
        """What runs the command."""
        return SubprocessHook()

    def get_env(self, context: Any) -> dict[str, str]:  # noqa: ARG002 - subclasses look at it
        """The environment of the command; facts about the task are always in it."""
        facts = {name: value for name, value in os.environ.items() if name.startswith("AIRFLOW_CTX_")}
        if self.env is None:
            return dict(os.environ)
        return {**(os.environ if self.append_env else {}), **facts, **self.env}

    def execute(self, context: Any) -> Any:
        """Run it.

        Raises:
            AirflowSkipException: it ended with a code that means skip.
            AirflowException: it failed, or there is no bash, or no such folder.
        """
        bash = shutil.which("bash") or "bash"
        if self.cwd is not None:
            if not Path(self.cwd).exists():
                raise AirflowException(f"Can not find the cwd: {self.cwd}")
            if not Path(self.cwd).is_dir():
                raise AirflowException(f"The cwd {self.cwd} must be a directory")
        result = self._run(bash, self.get_env(context))
        if result.exit_code in self.skip_on_exit_code:
            raise AirflowSkipException(f"Bash command returned exit code {result.exit_code}. Skipping.")
        if result.exit_code != 0:
            raise AirflowException(
                f"Bash command failed. The command returned a non-zero exit code {result.exit_code}."
            )
        return self.output_processor(result.output)

    def _run(self, bash: str, env: dict[str, str]) -> SubprocessResult:
        command = self.bash_command
        if "\n" not in command and len(command) < 100_000:
            return self.subprocess_hook.run_command([bash, "-c", command], env, self.output_encoding, self.cwd)
        # A script goes through a file: one argument of a program may not be longer than 128 KiB.
        with tempfile.NamedTemporaryFile("w", suffix=".sh", encoding="utf-8", prefix="tradewind-") as file:
            file.write(command)
            file.flush()
            return self.subprocess_hook.run_command([bash, file.name], env, self.output_encoding, self.cwd)

    def on_kill(self) -> None:
        """End the command and its children."""
        self.subprocess_hook.send_sigterm()
