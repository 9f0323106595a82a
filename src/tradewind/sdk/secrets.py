"""Secrets from outside: connections and variables of a secrets backend and of the environment, before those of the server.

User code's own processes ask the backend (those that parse DAG files, run tasks, callbacks and triggers); the server never
does, so that it imports no code of others. What is set: `[secrets]` of the settings, under Airflow's names too.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tradewind.base.errors import InvalidInput
from tradewind.sdk.exceptions import AirflowConfigException, AirflowSecretsBackendAccessDenied

if TYPE_CHECKING:
    from tradewind.base.settings import SecretsSettings

__all__ = ["ENVIRONMENT_PREFIXES", "Secrets", "environment_text", "secrets"]

ENVIRONMENT_PREFIXES = {
    "connection": ("TRADEWIND_CONN_", "AIRFLOW_CONN_"),
    "variable": ("TRADEWIND_VAR_", "AIRFLOW_VAR_"),
}
_METHODS = {"connection": "get_connection", "variable": "get_variable"}

_is_asking: ContextVar[bool] = ContextVar("is_asking_secrets_backend", default=False)
"""A backend that looks for a connection of its own is not asked for that again."""

log = logging.getLogger("tradewind.task.secrets")


def environment_text(kind: str, name: str) -> str | None:
    """What the environment says of a connection or variable; None: nothing."""
    for prefix in ENVIRONMENT_PREFIXES[kind]:
        text = os.environ.get(prefix + name.upper())
        if text is not None:
            return text
    return None


class Secrets:
    """Where secrets are looked for before the server is asked: the backend first, where there is one, then the environment.

    Args:
        settings: which backend.
    """

    def __init__(self, settings: SecretsSettings) -> None:
        self._place = settings.workers_backend or settings.backend
        self._arguments = settings.workers_backend_kwargs if settings.workers_backend else settings.backend_kwargs
        self._ttl_s = settings.cache_ttl_s if settings.use_cache else 0.0
        self._backend: Any = None
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def connection(self, conn_id: str) -> Any:
        """A connection as text or object; None: neither place has it."""
        return self._found("connection", conn_id)

    def variable(self, key: str) -> str | None:
        """The text of a variable; None: neither place has it."""
        return self._found("variable", key)

    def setting(self, name: str) -> str | None:
        """The text of a setting that only the backend knows; None: it does not have it.

        Raises:
            AirflowConfigException: there is no backend that could be asked.
        """
        backend = self.backend()
        if backend is None:
            raise AirflowConfigException(f"the setting is the secret {name!r}, and there is no secrets backend to ask")
        return backend.get_config(name)

    def _found(self, kind: str, name: str) -> Any:
        if self._place and not _is_asking.get():
            found = self._asked(kind, name)
            if found is not None:
                return found
        return environment_text(kind, name)

    def _asked(self, kind: str, name: str) -> Any:
        """What the backend answers. One that fails is told in the log, and the next place is looked at."""
        kept = self._kept.get((kind, name))
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        backend = self.backend()
        token = _is_asking.set(True)
        try:
            answer = getattr(backend, _METHODS[kind])(name)
        except AirflowSecretsBackendAccessDenied:
            raise
        except Exception:
            log.exception("The secrets backend %s failed for the %s %r; the environment and the server are asked next",
                          type(backend).__name__, kind, name)  # fmt: skip
            return None
        finally:
            _is_asking.reset(token)
        if answer is not None and self._ttl_s:
            self._kept[kind, name] = (time.monotonic() + self._ttl_s, answer)
        return answer

    def backend(self) -> Any:
        """The backend, made at the first use; None: none is set.

        Raises:
            AirflowConfigException: what is set can't be imported, or does not take its arguments.
        """
        if not self._place:
            return None
        with self._lock:
            if self._backend is None:
                self._backend = self._made()
        return self._backend

    def _made(self) -> Any:
        module, _, name = self._place.replace(":", ".").rpartition(".")
        try:
            arguments = json.loads(self._arguments or "{}")
            if not isinstance(arguments, dict):
                raise TypeError(f"its arguments must be a JSON object, not {type(arguments).__name__}")  # noqa: TRY301 - told with the others
            return getattr(import_module(module), name)(**arguments)
        except Exception as error:
            raise AirflowConfigException(
                f"The secrets backend {self._place!r} can't be made: {type(error).__name__}: {error}"
            ) from error


def secrets() -> Secrets:
    """Those of this process, by its settings and environment as they are now."""
    return _secrets_of(_settings())


@cache
def _secrets_of(settings: SecretsSettings) -> Secrets:
    return Secrets(settings)


def _settings() -> SecretsSettings:
    """The settings; read anew only where something they come from may have changed."""
    sources = ("TRADEWIND_HOME", "AIRFLOW_HOME", "AIRFLOW_CONFIG")
    named = ("TRADEWIND__SECRETS__", "AIRFLOW__SECRETS__", "AIRFLOW__WORKERS__SECRETS_")
    relevant = [(name, text) for name, text in os.environ.items() if name in sources or name.startswith(named)]
    return _read(tuple(sorted(relevant)))


@cache
def _read(environment: tuple[tuple[str, str], ...]) -> SecretsSettings:
    from tradewind.base.settings import load_settings  # noqa: PLC0415 - DAG files that ask for no secret start sooner

    values = dict(environment)
    with_files = {**_file_values(values), **values}
    for section, key in (("SECRETS", "BACKEND"), ("SECRETS", "BACKEND_KWARGS")):
        if command := values.get(f"AIRFLOW__{section}__{key}_CMD"):
            with_files.setdefault(f"AIRFLOW__{section}__{key}", _output(command))
    return load_settings(with_files).secrets


def _file_values(environment: dict[str, str]) -> dict[str, str]:
    """What `airflow.cfg` says, by the names that the environment would have; the environment wins."""
    home = environment.get("AIRFLOW_HOME", "")
    path = environment.get("AIRFLOW_CONFIG") or (f"{home}/airflow.cfg" if home else "")
    if not os.path.isfile(path):  # noqa: PTH113 - pathlib takes 10 ms to load
        return {}
    from configparser import RawConfigParser  # noqa: PLC0415 - only where there is such a file

    parser = RawConfigParser()
    parser.read(path, encoding="utf-8")
    return {
        f"AIRFLOW__{section.upper()}__{key.upper()}": text
        for section in ("secrets", "workers")
        if parser.has_section(section)
        for key, text in parser.items(section)
        if text
    }


def _output(command: str) -> str:
    import shlex  # noqa: PLC0415 - where a command tells the setting
    import subprocess  # noqa: PLC0415 - as above

    done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=False)
    if done.returncode:
        raise InvalidInput(f"the command of a secrets setting failed: {command}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")
