"""`conf`: Airflow's settings, read from Tradewind's own, the environment, `airflow.cfg` and Airflow's defaults.

For each key the first that has it wins: `AIRFLOW__SECTION__KEY` (also `..._CMD` and `..._SECRET`), Tradewind's setting
that means the same, `airflow.cfg`, the defaults of Airflow, those that installed provider packages declare.
"""

from __future__ import annotations

import configparser
import json
import logging
import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from airflow._defaults import DEFAULTS
from airflow.utils.module_loading import import_string
from tradewind.base.settings import SECTIONS, Settings, load_settings
from tradewind.sdk.exceptions import AirflowConfigException

__all__ = ["AirflowConfigParser", "conf", "get_airflow_home"]

log = logging.getLogger(__name__)

YES = {"t", "true", "1", "yes", "on"}
NO = {"f", "false", "0", "no", "off"}
ABSENT: Any = object()


def get_airflow_home() -> str:
    """The home folder."""
    return str(load_settings(os.environ).home)


class AirflowConfigParser:
    """Airflow's settings by section and key; neither minds case. Values are texts unless the method says otherwise."""

    def get(self, section: str, key: str, fallback: Any = ABSENT, **_: Any) -> Any:
        """The text of a setting.

        Args:
            section, key: which.
            fallback: returned where nobody has set it and Airflow has no default.

        Raises:
            AirflowConfigException: it has no value, and no fallback was given.
        """
        value = self._found(section.lower(), key.lower())
        if fallback is not ABSENT and value in (ABSENT, None):
            return fallback  # a default of None is no value: Airflow looks on
        if value is not ABSENT:
            return value
        raise AirflowConfigException(f"section/key [{section}/{key}] not found in config")

    def get_mandatory_value(self, section: str, key: str, **options: Any) -> str:
        """The text of a setting that must have one.

        Raises:
            ValueError: it has none.
        """
        value = self.get(section, key, **options)
        if value is None:
            raise ValueError(f"The value {section}/{key} should be set!")
        return str(value)

    def getboolean(self, section: str, key: str, **options: Any) -> bool:
        """A setting that is yes or no.

        Raises:
            AirflowConfigException: it is neither.
        """
        value = self.get(section, key, **options)
        word = str(value).lower().strip()
        if word in YES | NO:
            return word in YES
        raise AirflowConfigException(
            f'Failed to convert value to bool. Please check "{key}" key in "{section}": {value!r}'
        )

    def getint(self, section: str, key: str, **options: Any) -> int:
        """A setting that is a whole number."""
        return self._typed(int, section, key, options)

    def getfloat(self, section: str, key: str, **options: Any) -> float:
        """A setting that is a number."""
        return self._typed(float, section, key, options)

    def getlist(self, section: str, key: str, delimiter: str = ",", **options: Any) -> list[str]:
        """A setting that is a list of texts."""
        value = self.get(section, key, **options)
        if value is None or isinstance(value, list):
            return value or []
        return [part.strip() for part in str(value).split(delimiter) if part.strip()]

    def getjson(self, section: str, key: str, fallback: Any = ABSENT, **options: Any) -> Any:
        """A setting that is JSON.

        Raises:
            AirflowConfigException: it is not.
        """
        value = self.get(section, key, fallback=fallback if fallback is ABSENT else None, **options)
        if value is None or value == "":
            return None if fallback is ABSENT else fallback
        try:
            return json.loads(value)
        except ValueError as error:
            raise AirflowConfigException(f"Unable to parse [{section}] {key} as valid json") from error

    def getimport(self, section: str, key: str, **options: Any) -> Any:
        """The object that a setting names; None where it is empty.

        Raises:
            AirflowConfigException: there is no such object.
        """
        name = self.get(section, key, **options)
        if not name:
            return None
        try:
            return import_string(name)
        except ImportError as error:
            raise AirflowConfigException(
                f'The object could not be loaded. Please check "{key}" key in "{section}": {name!r}'
            ) from error

    def getsection(self, section: str) -> dict[str, Any] | None:
        """All of a section that is set, or None."""
        name = section.lower()
        prefix = f"AIRFLOW__{_variable(name)}__"
        keys = {*DEFAULTS.get(name, ()), *self._provider_defaults.get(name, ())}
        keys |= {one.removeprefix(prefix).lower() for one in os.environ if one.startswith(prefix)}
        if self._file.has_section(name):
            keys |= set(self._file.options(name))
        found = {key: self._found(name, key) for key in sorted(keys)}
        return {key: value for key, value in found.items() if value is not ABSENT} or None

    def has_option(self, section: str, option: str) -> bool:
        """Whether a setting has a value."""
        return self._found(section.lower(), option.lower()) not in (ABSENT, None)

    def has_section(self, section: str) -> bool:
        """Whether anything of a section is set."""
        return self.getsection(section) is not None

    def get_default_value(self, section: str, key: str, fallback: Any = None, **_: Any) -> Any:
        """Airflow's default of a setting."""
        return DEFAULTS.get(section.lower(), {}).get(key.lower(), fallback)

    def set(self, section: str, option: str, value: str) -> None:
        """Set for this process, as if by the environment."""
        os.environ[f"AIRFLOW__{_variable(section.lower())}__{option.upper()}"] = value

    # -- where values come from -----------------------------------------------------------------------------------

    def _typed(self, kind: type[Any], section: str, key: str, options: Mapping[str, Any]) -> Any:
        value = self.get(section, key, **options)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError as error:
            raise AirflowConfigException(
                f'Failed to convert value to {kind.__name__}. Please check "{key}" key in "{section}": {value!r}'
            ) from error

    def _found(self, section: str, key: str) -> Any:
        variable = f"AIRFLOW__{_variable(section)}__{key.upper()}"
        if variable in os.environ:
            return os.environ[variable]
        if command := os.environ.get(f"{variable}_CMD"):
            return _output(command)
        ours = self._ours.get(f"{_variable(section)}__{key.upper()}", ABSENT)
        if ours is not ABSENT:
            return ours
        if self._file.has_option(section, key):
            return self._file.get(section, key)
        for table in (DEFAULTS, self._provider_defaults):
            if key in table.get(section, {}):
                return table[section][key]
        return ABSENT

    @cached_property
    def _ours(self) -> dict[str, str]:
        """What Tradewind's settings say, by `SECTION__KEY` of Airflow."""
        settings = load_settings({name: text for name, text in os.environ.items() if name.startswith("TRADEWIND")})
        found = {
            "CORE__DAGS_FOLDER": str(settings.dags_folder),
            "LOGGING__BASE_LOG_FOLDER": str(settings.log_folder),
            "CORE__PLUGINS_FOLDER": str(settings.home / "plugins"),
        }
        plain = Settings(home=settings.home)
        for section in SECTIONS:
            part, default = getattr(settings, section), getattr(plain, section)
            for one in fields(part):
                name, value = one.metadata.get("airflow"), getattr(part, one.name)
                if name and name != "DATABASE__SQL_ALCHEMY_CONN" and value != getattr(default, one.name):
                    found[name] = str(value)
        return found

    @cached_property
    def _file(self) -> configparser.RawConfigParser:
        """`airflow.cfg`, where there is one."""
        parser = configparser.RawConfigParser()
        home = os.environ.get("AIRFLOW_HOME", "")
        path = os.environ.get("AIRFLOW_CONFIG") or (str(Path(home) / "airflow.cfg") if home else "")
        if path and Path(path).is_file():
            parser.read(path, encoding="utf-8")
        return parser

    @cached_property
    def _provider_defaults(self) -> dict[str, dict[str, Any]]:
        """Defaults that installed provider packages declare."""
        found: dict[str, dict[str, Any]] = {}
        for entry in entry_points(group="apache_airflow_provider"):
            try:
                info = entry.load()()
            except Exception:
                log.warning("provider package %s can't say what it has", entry.name, exc_info=True)
                continue
            for section, about in (info.get("config") or {}).items():
                for key, option in (about.get("options") or {}).items():
                    found.setdefault(section.lower(), {})[key.lower()] = option.get("default")
        return found


def _variable(section: str) -> str:
    return section.replace(".", "_").upper()


def _output(command: str) -> str:
    return subprocess.run(shlex.split(command), capture_output=True, text=True, check=True).stdout.rstrip("\n")


conf = AirflowConfigParser()
