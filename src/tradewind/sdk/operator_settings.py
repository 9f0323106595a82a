"""Settings that operators look at, in whatever process a DAG file is read or a task runs."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.sdk.authoring_errors import InvalidArgument

if TYPE_CHECKING:
    from tradewind.base.settings import Settings

__all__ = ["default_deferrable", "sensor_timeout_s", "server_address"]

_YES = {"true", "t", "1", "yes", "on"}
_WEEK_S = 7 * 24 * 3600.0


def default_deferrable() -> bool:
    """Whether operators that can wait without a process do so unless told otherwise (``operators.default_deferrable``)."""
    said = _said("TRADEWIND__OPERATORS__DEFAULT_DEFERRABLE", "AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE")
    if said is not None:
        return said.strip().lower() in _YES
    settings = _of_file()
    return settings is not None and settings.operators.default_deferrable


def sensor_timeout_s() -> float:
    """Seconds after which a sensor gives up that does not say (``operators.sensor_timeout_s``).

    Raises:
        InvalidArgument: the environment says something that is no number.
    """
    said = _said("TRADEWIND__OPERATORS__SENSOR_TIMEOUT_S", "AIRFLOW__SENSORS__DEFAULT_TIMEOUT")
    if said is not None:
        try:
            return float(said)
        except ValueError as error:
            raise InvalidArgument(
                f"the default time-out of sensors must be a number of seconds, not {said!r}"
            ) from error
    settings = _of_file()
    return _WEEK_S if settings is None else settings.operators.sensor_timeout_s


def server_address() -> str:
    """Where people reach the server."""
    said = _said("TRADEWIND__API__BASE_URL", "AIRFLOW__API__BASE_URL")  # a task of a server: the server says it
    return said.rstrip("/") if said else _settings(str(_home()), 0).base_url


def _said(*names: str) -> str | None:
    return next((os.environ[name] for name in names if name in os.environ), None)


def _of_file() -> Settings | None:
    file = _home() / "tradewind.toml"
    # Most homes have no file, and a DAG file that declares a hundred sensors should not read one a hundred times.
    return _settings(str(file.parent), file.stat().st_mtime_ns) if file.exists() else None


def _home() -> Path:
    return Path(os.environ.get("TRADEWIND_HOME") or Path.home() / ".tradewind")


@lru_cache(maxsize=4)
def _settings(home: str, changed_ns: int) -> Settings:  # noqa: ARG001 - a file that changed is read again
    from tradewind.base.settings import load_settings  # noqa: PLC0415 - few DAG files ask

    return load_settings(os.environ, home=Path(home))
