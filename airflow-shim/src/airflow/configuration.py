"""`conf`: Airflow's settings, read from Tradewind's own, the environment, `airflow.cfg` and Airflow's defaults.

For each key the first that has it wins: `AIRFLOW__SECTION__KEY` (also `..._CMD` and `..._SECRET`), Tradewind's setting
that means the same, `airflow.cfg`, the defaults of Airflow, those that installed provider packages declare.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from functools import cached_property
from typing import Any, NoReturn, TypeVar

from airflow._conf_sources import ABSENT, RENAMED, Sources, variable_name
from airflow.utils.module_loading import import_string
from tradewind.base.settings import load_settings
from tradewind.sdk.exceptions import AirflowConfigException
from tradewind.sdk.secrets import secrets
from tradewind.sdk.task_api import mask_secret

__all__ = ["AirflowConfigParser", "conf", "ensure_secrets_loaded", "get_airflow_home", "initialize_secrets_backends"]

log = logging.getLogger(__name__)

YES = {"t", "true", "1", "yes", "on"}
NO = {"f", "false", "0", "no", "off"}
OLD_NAMES = {old: new for new, old in RENAMED.items()}

E = TypeVar("E", bound=Enum)


def get_airflow_home() -> str:
    """The home folder."""
    return str(load_settings(os.environ).home)


def __getattr__(name: str) -> Any:
    if name == "AIRFLOW_HOME":
        return os.environ.get("AIRFLOW_HOME") or get_airflow_home()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class AirflowConfigParser:
    """Airflow's settings by section and key; neither minds case. Values are texts unless the method says otherwise."""

    deprecated_options = RENAMED

    def get(self, section: str, key: str, fallback: Any = ABSENT, **_: Any) -> Any:
        """The text of a setting.

        Args:
            section, key: which; names that Airflow had for it before do too, with a warning.
            fallback: returned where nobody has set it and there is no default.

        Raises:
            AirflowConfigException: it has no value, and no fallback was given.
        """
        value = self._found(section.lower(), key.lower())
        if value is not ABSENT and value and self._sources.is_secret(section.lower(), key.lower()):
            mask_secret(str(value))
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

    def get_mandatory_list_value(self, section: str, key: str, **options: Any) -> list[str]:
        """A setting that is a list of texts and must be there.

        Raises:
            ValueError: it is not.
        """
        value = self.getlist(section, key, **options)
        if value is None:
            raise ValueError(f"The value {section}/{key} should be set!")
        return value

    def getboolean(self, section: str, key: str, **options: Any) -> bool:
        """A setting that is yes or no.

        Raises:
            AirflowConfigException: it is neither.
        """
        value = self.get(section, key, **options)
        word = str(value).lower().partition("#")[0].strip()
        return word in YES if word in YES | NO else _refuse(section, key, "bool", value)

    def getint(self, section: str, key: str, **options: Any) -> int:
        """A setting that is a whole number."""
        return self._typed(int, section, key, options)

    def getfloat(self, section: str, key: str, **options: Any) -> float:
        """A setting that is a number."""
        return self._typed(float, section, key, options)

    def gettimedelta(self, section: str, key: str, fallback: Any = None, **options: Any) -> timedelta | None:
        """A setting that is a number of seconds."""
        value = self.get(section, key, fallback=fallback, **options)
        if not value:
            return fallback
        if isinstance(value, timedelta):
            return value
        try:
            return timedelta(seconds=int(value))
        except (ValueError, OverflowError):
            _refuse(section, key, "timedelta", value)

    def getlist(self, section: str, key: str, delimiter: str = ",", **options: Any) -> Any:
        """A setting that is a list of texts."""
        value = self.get(section, key, **options)
        if value is None or isinstance(value, list):
            return value if "fallback" in options else value or []
        return [part.strip() for part in str(value).split(delimiter) if part.strip()]

    def getenum(self, section: str, key: str, enum_class: type[E], **options: Any) -> E:
        """A setting that is the name of a member of an enum.

        Raises:
            AirflowConfigException: there is no such member.
        """
        value = self.get(section, key, **options)
        for name in (str(value), str(options.get("fallback"))):
            if name in enum_class.__members__:
                return enum_class[name]
        return _refuse(section, key, f"one of {', '.join(enum_class.__members__)}", value)

    def getenumlist(self, section: str, key: str, enum_class: type[E], delimiter: str = ",", **options: Any) -> list[E]:
        """A setting that is a list of names of an enum's members; other words are told in the log and left out."""
        words = self.getlist(section, key, delimiter, **options) or []
        if unknown := [word for word in words if word not in enum_class.__members__]:
            log.warning("[%s] %s: %s is passed over; there are %s",
                        section, key, ", ".join(unknown), ", ".join(enum_class.__members__))  # fmt: skip
        return [enum_class[word] for word in words if word in enum_class.__members__]

    def getjson(self, section: str, key: str, fallback: Any = None, **options: Any) -> Any:
        """A setting that is JSON; the fallback where it is empty.

        Raises:
            AirflowConfigException: it is no JSON.
        """
        value = self.get(section, key, fallback=None, **options)
        if value is None or value == "":
            return fallback
        try:
            return json.loads(value)
        except ValueError as error:
            raise AirflowConfigException(f"Unable to parse [{section}] {key!r} as valid json") from error

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
                f'The object could not be loaded. Please check "{key}" key in "{section}" section. '
                f'Current value: "{name}".'
            ) from error

    def getsection(self, section: str, team_name: str | None = None) -> dict[str, Any] | None:  # noqa: ARG002 - Airflow's
        """All of a section that has a value, numbers and truth values as such; None: there is no such section."""
        name = section.lower()
        keys = sorted(key for key in self._sources.keys(name) if not _is_old_name(name, key))
        found = {key: self._found(name, key) for key in keys}
        return {key: _guessed(value) for key, value in found.items() if value is not ABSENT} or None

    def as_dict(self, display_source: bool = False, display_sensitive: bool = False, **_: Any) -> dict[str, Any]:
        """All sections; what has a secret's name is hidden unless `display_sensitive`."""
        from tradewind.worker.secrets_masking import is_sensitive  # noqa: PLC0415 - for those few who ask

        found: dict[str, dict[str, Any]] = {}
        for section in self.sections():
            for key, value in (self.getsection(section) or {}).items():
                hides = not display_sensitive and value and (self._sources.is_secret(section, key) or is_sensitive(key))
                shown = "< hidden >" if hides else "" if value is None else str(value)
                found.setdefault(section, {})[key] = (shown, "config") if display_source else shown
        return found

    def sections(self) -> list[str]:
        """The names of the sections."""
        return self._sources.sections()

    def has_option(self, section: str, option: str, **_: Any) -> bool:
        """Whether a setting has a value."""
        return self._found(section.lower(), option.lower()) not in (ABSENT, None)

    def has_section(self, section: str) -> bool:
        """Whether anything of a section is set."""
        return self.getsection(section) is not None

    def get_default_value(self, section: str, key: str, fallback: Any = None, **_: Any) -> Any:
        """The default of a setting."""
        value = self._sources.default(section.lower(), key.lower())
        return fallback if value in (ABSENT, None) else value

    def set(self, section: str, option: str, value: str | None = None) -> None:
        """Set for this process and those it starts, as if by the environment."""
        os.environ[variable_name(section, option)] = "" if value is None else str(value)

    def add_section(self, section: str) -> None:
        """Nothing: a section is there once something in it is set."""

    def remove_option(self, section: str, option: str, remove_default: bool = True) -> None:  # noqa: ARG002 - Airflow's
        """Take back what the environment sets."""
        os.environ.pop(variable_name(section, option), None)

    # -- looking up -----------------------------------------------------------------------------------------------

    @cached_property
    def _sources(self) -> Sources:
        return Sources()

    def _typed(self, kind: type[Any], section: str, key: str, options: Mapping[str, Any]) -> Any:
        value = self.get(section, key, **options)
        if value is None and "fallback" in options:
            return None
        try:
            return kind(value)
        except (ValueError, TypeError):
            _refuse(section, key, kind.__name__, value)

    def _found(self, section: str, key: str) -> Any:
        if _is_old_name(section, key):
            new = OLD_NAMES[section, key]
            _tell(f"[{section}] {key} is called [{new[0]}] {new[1]} now: read that instead")
            section, key = new
        value = self._sources.set_by_somebody(section, key)
        if value is ABSENT and (section, key) in RENAMED:
            old = RENAMED[section, key]
            value = self._sources.set_by_somebody(*old)
            if value is not ABSENT:
                _tell(f"[{old[0]}] {old[1]} is set, which is called [{section}] {key} now: set that instead")
        return self._sources.default(section, key) if value is ABSENT else value


def _is_old_name(section: str, key: str) -> bool:
    return (section, key) in OLD_NAMES and (section, key) not in RENAMED


def _tell(what: str) -> None:
    warnings.warn(what, FutureWarning, stacklevel=5)


def _refuse(section: str, key: str, kind: str, value: Any) -> NoReturn:
    raise AirflowConfigException(
        f'Failed to convert value to {kind}. Please check "{key}" key in "{section}" section. Current value: "{value}".'
    )


def _guessed(value: Any) -> Any:
    """The value as a number or truth value, where it looks like one."""
    if not isinstance(value, str):
        return value
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return {"true": True, "t": True, "false": False, "f": False}.get(value.lower(), value)


def initialize_secrets_backends(default_backends: Any = None) -> list[Any]:  # noqa: ARG001 - Airflow's signature
    """The secrets backends of this process, in the order in which they are asked."""
    from airflow.secrets.environment_variables import EnvironmentVariablesBackend  # noqa: PLC0415 - it asks for `conf`

    backend = secrets().backend()
    return [*([] if backend is None else [backend]), EnvironmentVariablesBackend()]


ensure_secrets_loaded = initialize_secrets_backends

conf = AirflowConfigParser()
