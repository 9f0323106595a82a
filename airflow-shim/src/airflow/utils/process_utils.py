"""The environment of this process, and programs that it runs."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager

__all__ = ["execute_in_subprocess", "patch_environ"]

log = logging.getLogger(__name__)


@contextmanager
def patch_environ(new_env_variables: Mapping[str, str]) -> Generator[None]:
    """Set variables of the environment while the block runs."""
    before = {name: os.environ.get(name) for name in new_env_variables}
    os.environ.update(new_env_variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def execute_in_subprocess(cmd: list[str], cwd: str | None = None, env: dict[str, str] | None = None) -> None:
    """Run a program, and log what it prints.

    Raises:
        subprocess.CalledProcessError: it did not end with 0.
    """
    log.info("Executing cmd: %s", " ".join(shlex.quote(part) for part in cmd))
    with subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cwd, env=env) as process:
        assert process.stdout is not None
        for line in process.stdout:
            log.info("%s", line.decode(errors="replace").rstrip())
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, cmd)
