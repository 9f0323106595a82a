"""Where the values of `conf` come from: the environment, Tradewind's settings, `airflow.cfg`, defaults; and renamed options."""

from __future__ import annotations

import configparser
import os
import shlex
import subprocess
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any

from airflow._defaults import DEFAULTS
from tradewind.base.settings import SECTIONS, Settings, load_settings
from tradewind.sdk.exceptions import AirflowConfigException
from tradewind.sdk.provider_catalogue import catalogue
from tradewind.sdk.secrets import secrets

__all__ = ["ABSENT", "RENAMED", "Sources", "variable_name"]

ABSENT: Any = object()

_WEBSERVER = (
    "workers", "access_logfile", "expose_config", "secret_key", "enable_swagger_ui", "grid_view_sorting_order",
    "log_fetch_timeout_sec", "hide_paused_dags_by_default", "page_size", "default_wrap", "auto_refresh_interval",
    "require_confirmation_dag_change", "instance_name", "base_url",
)  # fmt: skip
_WEB_SERVER = {
    "host": "host",
    "port": "port",
    "worker_timeout": "worker_timeout",
    "ssl_cert": "ssl_cert",
    "ssl_key": "ssl_key",
}
_OF_FAB = (
    "access_denied_message", "expose_hostname", "navbar_color", "navbar_text_color", "navbar_hover_color",
    "navbar_text_hover_color",
)  # fmt: skip

RENAMED: dict[tuple[str, str], tuple[str, str]] = {
    **{("api", key): ("webserver", key) for key in _WEBSERVER},
    **{("api", new): ("webserver", f"web_server_{old}") for new, old in _WEB_SERVER.items()},
    **{("fab", key): ("webserver", key) for key in _OF_FAB},
    ("api", "log_config"): ("api", "access_logfile"),
    ("dag_processor", "refresh_interval"): ("scheduler", "dag_dir_list_interval"),
    ("dag_processor", "parsing_pre_import_modules"): ("scheduler", "parsing_pre_import_modules"),
    ("triggerer", "capacity"): ("triggerer", "default_capacity"),
}
"""Section and key -> those that Airflow had for the same before."""


SECRETS = frozenset(
    {
        ("api", "secret_key"), ("api_auth", "jwt_secret"), ("celery", "broker_url"), ("celery", "flower_basic_auth"),
        ("celery", "result_backend"), ("core", "fernet_key"), ("core", "sql_alchemy_conn"),
        ("database", "sql_alchemy_conn"), ("database", "sql_alchemy_conn_async"),
        ("database", "sql_alchemy_engine_args"), ("secrets", "backend_kwargs"), ("sentry", "sentry_dsn"),
        ("webserver", "secret_key"), ("workers", "secrets_backend_kwargs"),
    }
)  # fmt: skip
"""Settings whose values nobody is to see, apart from passwords and those that provider packages declare."""


class Sources:
    """Looks a key up in all places, the strongest first; values are texts."""

    def set_by_somebody(self, section: str, key: str) -> Any:
        """The value that the environment, our settings or `airflow.cfg` give; `ABSENT`: none does."""
        name = variable_name(section, key)
        if name in os.environ:
            return _expanded(os.environ[name])
        if command := os.environ.get(f"{name}_CMD"):
            return _output(command)
        if secret := os.environ.get(f"{name}_SECRET"):
            return self._secret(secret)
        ours = self._ours.get(name.removeprefix("AIRFLOW__"), ABSENT)
        return ours if ours is not ABSENT else self._in_file(section, key)

    def _in_file(self, section: str, key: str) -> Any:
        file = self._file
        if file.has_option(section, key):
            return _expanded(file.get(section, key))
        if file.has_option(section, f"{key}_cmd"):
            return _output(file.get(section, f"{key}_cmd"))
        if file.has_option(section, f"{key}_secret"):
            return self._secret(file.get(section, f"{key}_secret"))
        return ABSENT

    @staticmethod
    def _secret(path: str) -> Any:
        value = secrets().setting(path)
        return ABSENT if value is None else value

    @staticmethod
    def default(section: str, key: str) -> Any:
        """The default of Airflow, or that of an installed provider package; `ABSENT`: neither has one."""
        if key in DEFAULTS.get(section, {}):
            return DEFAULTS[section][key]
        return catalogue().config_defaults.get((section, key), ABSENT)

    def keys(self, section: str) -> set[str]:
        """The keys of a section that anybody knows."""
        prefix = variable_name(section, "")
        found = {*DEFAULTS.get(section, ()), *(key for one, key in catalogue().config_defaults if one == section)}
        found |= {_plain(name.removeprefix(prefix).lower()) for name in os.environ if name.startswith(prefix)}
        if self._file.has_section(section):
            found |= {_plain(key) for key in self._file.options(section)}
        return found

    def is_secret(self, section: str, key: str) -> bool:
        """Whether nobody is to see the value of a setting."""
        if key.endswith("password") or (section, key) in SECRETS:
            return True
        # Sections of Airflow itself are asked for by every DAG file, and the catalogue takes 20 ms to read.
        return section not in DEFAULTS and (section, key) in self._secrets_of_packages

    @cached_property
    def _secrets_of_packages(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (section.lower(), key.lower())
            for _, sections in catalogue().section("config")
            for section, content in sections.items()
            for key, option in ((content or {}).get("options") or {}).items()
            if option.get("sensitive")
        )

    def sections(self) -> list[str]:
        """The sections that anybody knows."""
        found = {*DEFAULTS, *(section for section, _ in catalogue().config_defaults), *self._file.sections()}
        found |= {
            name.split("__")[1].lower() for name in os.environ if name.startswith("AIRFLOW__") and name.count("__") > 1
        }
        return sorted(found)

    @cached_property
    def _ours(self) -> dict[str, str]:
        """What Tradewind's settings say, by `SECTION__KEY` of Airflow."""
        settings = load_settings({name: text for name, text in os.environ.items() if name.startswith("TRADEWIND")})
        found = {
            "CORE__DAGS_FOLDER": str(settings.dags_folder),
            "LOGGING__BASE_LOG_FOLDER": str(settings.log_folder),
            "CORE__PLUGINS_FOLDER": str(settings.plugins_folder),
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


def variable_name(section: str, key: str) -> str:
    """The name of a setting in the environment."""
    return f"AIRFLOW__{section.replace('.', '_').upper()}__{key.upper()}"


def _plain(key: str) -> str:
    return key.removesuffix("_cmd").removesuffix("_secret")


def _expanded(text: str) -> str:
    """The text with variables of the environment, and a tilde at its start, replaced until nothing changes."""
    while text:
        after = os.path.expanduser(os.path.expandvars(text))  # noqa: PTH111 - the value need not be a path
        if after == text:
            break
        text = after
    return text


def _output(command: str) -> str:
    done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=False)
    if done.returncode:
        raise AirflowConfigException(
            f"Cannot execute {command}. Error code is: {done.returncode}. {done.stderr.strip()}"
        )
    return done.stdout.rstrip("\n")
