"""Rules about airflow.cfg: which options mean something here, under which name, and which have no effect."""

from __future__ import annotations

import configparser
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from tradewind.base.settings import BOOLEAN_WORDS, SECTIONS, Settings
from tradewind.cli.migration.findings import Finding, finding

__all__ = ["Configuration", "read_configuration"]

OLD_PLACES = {
    ("core", "sql_alchemy_conn"): ("database", "sql_alchemy_conn"),
    ("core", "sql_alchemy_pool_size"): ("database", "sql_alchemy_pool_size"),
    ("core", "base_log_folder"): ("logging", "base_log_folder"),
    ("core", "logging_level"): ("logging", "logging_level"),
    ("webserver", "base_url"): ("api", "base_url"),
    ("webserver", "web_server_host"): ("api", "host"),
    ("webserver", "web_server_port"): ("api", "port"),
    ("api", "web_server_host"): ("api", "host"),
    ("scheduler", "parsing_processes"): ("dag_processor", "parsing_processes"),
    ("scheduler", "max_threads"): ("dag_processor", "parsing_processes"),
    ("triggerer", "default_capacity"): ("triggerer", "capacity"),
}
"""Option -> where Airflow 3 has it."""
LOCAL = {"LocalExecutor", "SequentialExecutor", "DebugExecutor", "airflow.executors.local_executor.LocalExecutor"}
NO_NEED = {
    "scheduler": "the engine acts on events and has no loop to tune",
    "dag_processor": "files are watched; they are parsed when they change",
    "webserver": "the API server is Tradewind's",
    "api": "the API server is Tradewind's",
    "api_auth": "tokens are made with a key in the home folder",
    "database": "the database is made and migrated by Tradewind",
    "logging": "logs are written by Tradewind",
    "metrics": "Tradewind sends no metrics to statsd or OpenTelemetry",
    "traces": "Tradewind sends no traces",
    "celery": "there are no Celery workers",
    "celery_broker_transport_options": "there are no Celery workers",
    "celery_kubernetes_executor": "there are no Celery or Kubernetes workers",
    "kubernetes": "tasks run in local processes; the operators of the provider package are another matter",
    "kubernetes_executor": "tasks run in local processes; the operators of the provider package are another matter",
    "local_kubernetes_executor": "tasks run in local processes",
    "dask": "there are no Dask workers",
    "edge": "there are no edge workers",
    "fab": "users are `tradewind users`",
    "execution_api": "workers talk to the scheduler over a socket",
    "cli": "the command line finds its server in the home folder",
    "debug": "there is no debug executor; `tradewind dags test` runs a DAG in one process",
    "admin": "there are no pages of it",
    "ui": "there are no pages of it",
    "usage_data_collection": "nothing is collected",
    "sentry": "errors are in the logs",
    "triggerer": "the triggerer has one setting: triggerer.capacity",
    "workers": "workers are processes of the server",
    "dag_bundles": "DAGs are read from one folder: parsing.dags_folder",
}
"""Section -> why its options have no effect."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an airflow.cfg means here."""

    findings: tuple[Finding, ...]
    settings: Mapping[str, Mapping[str, object]]
    """Section -> key -> value of `tradewind.toml` that say the same."""

    def as_toml(self) -> str:
        """For `tradewind.toml`."""
        lines: list[str] = []
        for section, values in self.settings.items():
            lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()), ""]
        return "\n".join(lines)


def read_configuration(path: Path) -> Configuration:
    """Look at an airflow.cfg."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        text = path.read_text(encoding="utf-8")
        parser.read_string(text)
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        message = getattr(error, "message", "") or str(error)
        return Configuration((finding("TW405", getattr(error, "lineno", None) or 1, " ".join(message.split())),), {})
    lines = _lines(text)
    found: list[Finding] = []
    said: dict[str, dict[str, object]] = {}
    for section in parser.sections():
        for key, value in parser.items(section):
            found += _option(
                section.lower(), key.lower(), value or "", lines.get((section.lower(), key.lower()), 1), said
            )
    return Configuration(tuple(sorted(found, key=lambda one: one.line)), said)


def _option(section: str, key: str, value: str, line: int, said: dict[str, dict[str, object]]) -> Iterator[Finding]:
    shown = f"[{section}] {key}"
    refused = _refused(section, key, value)
    if refused:
        yield finding("TW404", line, f"{shown} = {value}", refused)
        return
    place = OLD_PLACES.get((section, key), (section, key))
    ours = OURS.get(place)
    if ours is not None:
        yield from _ours(ours, shown, value, line, said)
    elif section in NO_NEED or section == "core":
        yield finding(
            "TW403",
            line,
            f"{shown} has no effect",
            NO_NEED.get(section, "leave it out; code that asks `conf` for it gets the value"),
        )
    else:
        yield finding(
            "TW402",
            line,
            f"{shown} is read by code and packages that ask for it",
            f"leave it in airflow.cfg, or set AIRFLOW__{_upper(section)}__{key.upper()}",
        )


def _ours(
    ours: tuple[str, str, type], shown: str, value: str, line: int, said: dict[str, dict[str, object]]
) -> Iterator[Finding]:
    section, key, kind = ours
    if (section, key) == ("db", "url"):
        yield finding(
            "TW403",
            line,
            f"{shown} names Airflow's database",
            "Tradewind needs a database of its own: db.url in tradewind.toml, or SQLite in the home folder",
        )
        return
    if (section, key) == ("executor", "name"):
        return  # a local one, which is the default
    typed = _typed(value, kind)
    if typed is None:
        yield finding("TW404", line, f"{shown} = {value}", f"write a {kind.__name__} into {section}.{key}")
        return
    if typed and (section, key) in SECRET:
        name = f"TRADEWIND__{section.upper()}__{key.upper()}"
        yield finding("TW401", line, f"{shown} is {section}.{key} here", f"a secret, not shown: give it to {name}")
        return
    if typed != "":
        said.setdefault(section, {})[key] = typed
    yield finding(
        "TW401", line, f"{shown} is {section}.{key} here", f"tradewind.toml: [{section}] {key} = {json.dumps(typed)}"
    )


def _refused(section: str, key: str, value: str) -> str:
    """What can be done where an option asks for something that is not supported; empty: it does not."""
    match section, key:
        case "core", "executor":
            others = [
                name for name in value.split(",") if name.strip().rpartition(":")[2] not in LOCAL and name.strip()
            ]
            return "use local executors: executor.name, executor.parallelism" if others else ""
        case "core", "enable_xcom_pickling" if value.strip().lower() in {"true", "t", "1", "yes", "on"}:
            return (
                "return what JSON holds, or a frame, array, figure or object that the codec knows; pickles are not read"
            )
        case "core", "xcom_backend" if value and not value.endswith("BaseXCom"):
            return "values are stored by Tradewind; large ones go to worker.artifact_url, which may be an object store"
        case "state_store", "backend" if value and "Metastore" not in value:
            return "state stores are kept in Tradewind's database"
        case "core", "multi_team" if value.strip().lower() in {"true", "t", "1"}:
            return "there is one team"
        case "core", "auth_manager" if value and "simple_auth_manager" not in value:
            return "users are `tradewind users`"
        case "core", "security" if value.strip().lower() == "kerberos":
            return "renew the ticket outside of Tradewind"
        case _:
            return ""


def _typed(value: str, kind: type) -> object | None:
    text = value.strip()
    if kind is bool:
        return BOOLEAN_WORDS.get(text.lower())
    try:
        return kind(text)
    except ValueError:
        return None


def _lines(text: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("[") and "]" in bare:
            section = bare[1 : bare.index("]")].lower()
        elif bare and not bare.startswith(("#", ";")) and not line[:1].isspace():
            key = bare.replace(":", "=", 1).partition("=")[0].strip().lower()
            found.setdefault((section, key), number)
    return found


def _our_settings() -> dict[tuple[str, str], tuple[str, str, type]]:
    found: dict[tuple[str, str], tuple[str, str, type]] = {}
    kinds: dict[str, Any] = get_type_hints(Settings)
    for section in SECTIONS:
        for one in fields(kinds[section]):
            name: str = one.metadata.get("airflow", "")
            if name:
                theirs, _, key = name.lower().partition("__")
                found[theirs, key] = (section, one.name, type(one.default))
    return found


def _secret_settings() -> frozenset[tuple[str, str]]:
    kinds: dict[str, Any] = get_type_hints(Settings)
    return frozenset(
        (section, one.name) for section in SECTIONS for one in fields(kinds[section]) if one.metadata.get("is_secret")
    )


def _upper(section: str) -> str:
    return section.replace(".", "_").upper()


OURS = _our_settings()
"""(section, key) of Airflow -> section, key and type of the setting that means the same."""
SECRET = _secret_settings()
"""(section, key) of our settings whose values nobody is shown."""
