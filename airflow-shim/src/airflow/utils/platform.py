"""The machine and its user."""

from __future__ import annotations

import getpass
import sys

__all__ = ["IS_WINDOWS", "get_airflow_git_version", "getuser", "is_tty"]

IS_WINDOWS = sys.platform == "win32"


def getuser() -> str:
    """Name of the user that this process runs as."""
    return getpass.getuser()


def is_tty() -> bool:
    """Whether a person sees the output."""
    return sys.stdout.isatty()


def get_airflow_git_version() -> None:
    """Nothing: this is no build of Airflow."""
    return
