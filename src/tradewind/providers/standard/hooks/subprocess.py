"""Runs a program and passes its output on, line by line, while it runs."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tradewind.sdk.hook import BaseHook

__all__ = ["SubprocessHook", "SubprocessResult"]

log = logging.getLogger("tradewind.task")


class SubprocessResult(NamedTuple):
    """How a program ended."""

    exit_code: int
    output: str
    """The last line of its output."""


class SubprocessHook(BaseHook):
    """Runs one program at a time, in a process group of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.sub_process: subprocess.Popen[bytes] | None = None
        self._asked: signal.Signals | None = None
        """What was to be sent since the command was given; where that was before there was a process, it is sent then."""

    def run_command(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        output_encoding: str = "utf-8",
        cwd: str | None = None,
    ) -> SubprocessResult:
        """Run a program to its end; its output and error lines go to the task's log.

        Args:
            command: the program and its arguments.
            env: all of its environment; None: that of this process.
            output_encoding: of its output; what can't be decoded is shown escaped.
            cwd: its folder; None: an empty one, removed afterwards.
        """
        with contextlib.ExitStack() as stack:
            if cwd is None:
                cwd = stack.enter_context(tempfile.TemporaryDirectory(prefix="tradewind-"))
            log.info("Running command: %s", list(command))
            self.sub_process = self._asked = None
            process = subprocess.Popen(
                list(command),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=None if env is None else dict(env),
                start_new_session=True,
                restore_signals=True,
            )
            self.sub_process = process
            line = ""
            assert process.stdout is not None
            try:
                if self._asked is not None:
                    self._signal(self._asked)
                for raw in process.stdout:
                    line = raw.decode(output_encoding, errors="backslashreplace").rstrip()
                    log.info("%s", line)
                process.wait()
            except BaseException:
                self.send_sigkill()
                raise
            finally:
                process.stdout.close()
            log.info("Command exited with return code %s", process.returncode)
        return SubprocessResult(process.returncode, line)

    def send_sigterm(self) -> None:
        """Ask the program and its children to end."""
        self._signal(signal.SIGTERM)

    def send_sigkill(self) -> None:
        """End the program and its children."""
        self._signal(signal.SIGKILL)
        if self.sub_process is not None:
            self.sub_process.wait()

    def _signal(self, number: signal.Signals) -> None:
        self._asked = number
        process = self.sub_process
        if process is None or process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):  # it ended just now
            os.killpg(process.pid, number)
