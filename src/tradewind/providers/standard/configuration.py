"""Settings that operators look at, in whatever process a DAG file is read or a task runs."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradewind.base.settings import Settings

__all__ = ["default_deferrable", "server_address"]

_YES = {"true", "t", "1", "yes", "on"}


def default_deferrable() -> bool:
    """Whether operators that can wait without a process do so unless told otherwise (``operators.default_deferrable``)."""
    for product in ("TRADEWIND", "AIRFLOW"):
        said = os.environ.get(f"{product}__OPERATORS__DEFAULT_DEFERRABLE")
        if said is not None:
            return said.strip().lower() in _YES
    file = _home() / "tradewind.toml"
    # Most homes have no file, and a DAG file that declares a hundred sensors should not read one a hundred times.
    return file.exists() and _settings(str(file.parent), file.stat().st_mtime_ns).operators.default_deferrable


def server_address() -> str:
    """Where people reach the server."""
    return _settings(str(_home()), 0).base_url


def _home() -> Path:
    return Path(os.environ.get("TRADEWIND_HOME") or Path.home() / ".tradewind")


@lru_cache(maxsize=4)
def _settings(home: str, changed_ns: int) -> Settings:  # noqa: ARG001 - a file that changed is read again
    from tradewind.base.settings import load_settings  # noqa: PLC0415 - few DAG files ask

    return load_settings(os.environ, home=Path(home))
