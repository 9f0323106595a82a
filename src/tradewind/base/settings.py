"""One typed settings object: built once at the composition root, passed down by part.

Sources, the later wins: defaults, `tradewind.toml`, the environment, flags. The environment speaks
`TRADEWIND__SECTION__KEY`; where a key means the same in Airflow, `AIRFLOW__SECTION__KEY` is honoured too
(see `Setting.airflow`), and the first of the two wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, cast, get_type_hints

from tradewind.base.api_settings import ApiSettings
from tradewind.base.auth_settings import AuthSettings
from tradewind.base.errors import InvalidInput
from tradewind.base.oidc_settings import OidcSettings
from tradewind.base.setting import setting as _setting

__all__ = [
    "BOOLEAN_WORDS",
    "ApiSettings",
    "AuthSettings",
    "DbSettings",
    "ExecutorSettings",
    "LogSettings",
    "OidcSettings",
    "OperatorSettings",
    "ParsingSettings",
    "SchedulerSettings",
    "SecretsSettings",
    "Settings",
    "SmtpSettings",
    "StateStoreSettings",
    "WorkerSettings",
    "load_settings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DbSettings:
    url: str = _setting(
        "", "SQLAlchemy URL of the metadata database; empty: SQLite in the home folder.", "DATABASE__SQL_ALCHEMY_CONN"
    )
    sqlite_synchronous: str = _setting("NORMAL", "SQLite's synchronous level: NORMAL or FULL.")
    pool_size: int = _setting(
        8, "Connections kept open to PostgreSQL by one process.", "DATABASE__SQL_ALCHEMY_POOL_SIZE"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerSettings:
    max_batch: int = _setting(200, "Changes in one transaction, at most.")
    lease_ttl_s: float = _setting(15.0, "Seconds after which a silent scheduler loses its shards.")
    lease_renew_s: float = _setting(5.0, "Seconds between renewals of the leases.")
    max_losses: int = _setting(3, "Attempts of a task instance that may be lost without costing a retry.")
    queue_timeout_s: float = _setting(600.0, "Seconds an attempt may stay queued.", "SCHEDULER__TASK_QUEUED_TIMEOUT")
    inbox_poll_s: float = _setting(10.0, "Seconds between looks into the inbox when no bell rings.")
    catchup_by_default: bool = _setting(False, "catchup of DAGs that do not say.", "SCHEDULER__CATCHUP_BY_DEFAULT")
    create_cron_data_intervals: bool = _setting(
        False,
        "Cron strings make data-interval timetables instead of trigger ones.",
        "SCHEDULER__CREATE_CRON_DATA_INTERVALS",
    )
    create_delta_data_intervals: bool = _setting(
        False,
        "Timedeltas make data-interval timetables instead of trigger ones.",
        "SCHEDULER__CREATE_DELTA_DATA_INTERVALS",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorSettings:
    name: str = _setting(
        "local",
        "Executors, with commas between them; the first is that of tasks that name none. `fast:LocalExecutor` gives one a name.",
        "CORE__EXECUTOR",
    )
    parallelism: int = _setting(32, "Attempts at once on one scheduler.", "CORE__PARALLELISM")
    capacities: str = _setting(
        "", "Attempts at once on single executors, as `fast=4,slow=1`; they do not count into the parallelism."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    isolation: str = _setting("fork", "Isolation of tasks that name none: fork, spawn or reuse.")
    reuse_limit: int = _setting(1000, "Attempts that one reused process runs before it is replaced.")
    kill_grace_s: float = _setting(5.0, "Seconds between SIGTERM and SIGKILL.", "CORE__KILLED_TASK_CLEANUP_TIME")
    idle_zygote_s: float = _setting(600.0, "Seconds after which a warm process that had no work is let go.")
    memory_limit_mb: int = _setting(0, "Address space one task may use, in MB; 0: no limit.")
    callback_timeout_s: float = _setting(300.0, "Seconds a callback of a task or DAG may take.")
    xcom_inline_kb: int = _setting(16, "XComs larger than this go to the artifact store.")
    artifact_url: str = _setting("", "Folder or fsspec URL of the artifact store; empty: in the home folder.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggererSettings:
    capacity: int = _setting(20_000, "Triggers that wait in one process at once.", "TRIGGERER__CAPACITY")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsingSettings:
    dags_folder: str = _setting("", "Folder of the DAG files; empty: `dags` in the home folder.", "CORE__DAGS_FOLDER")
    timeout_s: float = _setting(30.0, "Seconds that importing one DAG file may take.", "CORE__DAGBAG_IMPORT_TIMEOUT")
    processes: int = _setting(2, "Files parsed at once.", "DAG_PROCESSOR__PARSING_PROCESSES")
    rescan_s: float = _setting(60.0, "Seconds between full looks at the folder, for what watching can't see.")
    ignore_syntax: str = _setting("glob", "Patterns in .airflowignore: glob or regexp.", "CORE__DAG_IGNORE_FILE_SYNTAX")
    plugins_folder: str = _setting(
        "", "Folder of plugins; empty: `plugins` in the home folder.", "CORE__PLUGINS_FOLDER"
    )
    dags_are_paused_at_creation: bool = _setting(True, "New DAGs start paused.", "CORE__DAGS_ARE_PAUSED_AT_CREATION")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    folder: str = _setting("", "Folder of task logs; empty: `logs` in the home folder.", "LOGGING__BASE_LOG_FOLDER")
    level: str = _setting("INFO", "Level of the server's own log.", "LOGGING__LOGGING_LEVEL")
    task_limit_mb: int = _setting(100, "Size at which one attempt's log is cut, in MB; 0: no limit.")
    remote: bool = _setting(
        False, "Logs of ended attempts are uploaded, and read from there.", "LOGGING__REMOTE_LOGGING"
    )
    remote_folder: str = _setting(
        "", "Where to, such as s3://bucket/logs; a provider package must know it.", "LOGGING__REMOTE_BASE_LOG_FOLDER"
    )
    remote_conn_id: str = _setting("", "Connection to that store.", "LOGGING__REMOTE_LOG_CONN_ID")
    sensitive_names: str = _setting(
        "",
        "More words, with commas between them, that make a variable or field of this name a secret.",
        "CORE__SENSITIVE_VAR_CONN_NAMES",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSettings:
    default_deferrable: bool = _setting(
        False,
        "Operators that can wait without a process do so unless a DAG says otherwise.",
        "OPERATORS__DEFAULT_DEFERRABLE",
    )
    sensor_timeout_s: float = _setting(
        604_800.0, "Seconds after which a sensor gives up that does not say.", "SENSORS__DEFAULT_TIMEOUT"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateStoreSettings:
    default_retention_days: int = _setting(
        30, "Days that a task's stored state is kept; 0: for good.", "STATE_STORE__DEFAULT_RETENTION_DAYS"
    )
    clear_on_success: bool = _setting(
        False, "A task that succeeds leaves no stored state behind.", "STATE_STORE__CLEAR_ON_SUCCESS"
    )
    max_value_storage_bytes: int = _setting(
        65_535, "Size of a value that the REST API takes, in bytes; 0: any.", "STATE_STORE__MAX_VALUE_STORAGE_BYTES"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    days: int = _setting(0, "Days that ended runs, their values, old versions and the event log are kept; 0: for good.")
    changes_s: int = _setting(3600, "Seconds that the stream of changes goes back, for clients that were away.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    host: str = _setting(
        "", "Mail server for `email` of tasks; empty: that of the connection smtp_default.", "SMTP__SMTP_HOST"
    )
    port: int = _setting(25, "Its port.", "SMTP__SMTP_PORT")
    user: str = _setting("", "User to log in as; empty: no log-in.", "SMTP__SMTP_USER")
    password: str = _setting("", "Password to log in with.", "SMTP__SMTP_PASSWORD", is_secret=True)
    starttls: bool = _setting(True, "Go over to TLS, where the server offers it.", "SMTP__SMTP_STARTTLS")
    ssl: bool = _setting(False, "TLS from the first byte on.", "SMTP__SMTP_SSL")
    mail_from: str = _setting("tradewind@localhost", "Sender of mails.", "SMTP__SMTP_MAIL_FROM")
    timeout_s: float = _setting(30.0, "Seconds to wait for the mail server.", "SMTP__SMTP_TIMEOUT")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsSettings:
    backend: str = _setting(
        "", "Class that connections and variables are looked for in, before the environment.", "SECRETS__BACKEND"
    )
    backend_kwargs: str = _setting("", "Its arguments, as a JSON object.", "SECRETS__BACKEND_KWARGS", is_secret=True)
    workers_backend: str = _setting(
        "", "The same, and stronger; Airflow's name for workers.", "WORKERS__SECRETS_BACKEND"
    )
    workers_backend_kwargs: str = _setting(
        "", "Its arguments, as a JSON object.", "WORKERS__SECRETS_BACKEND_KWARGS", is_secret=True
    )
    fernet_key: str = _setting(
        "",
        "Keys that encrypt passwords and variables at rest, with commas between them, the newest first; empty: the file fernet.key in the home folder.",
        "CORE__FERNET_KEY",
        is_secret=True,
    )
    use_cache: bool = _setting(False, "Each process keeps what the backend said.", "SECRETS__USE_CACHE")
    cache_ttl_s: float = _setting(900.0, "How long it keeps that, in seconds.", "SECRETS__CACHE_TTL_SECONDS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set."""

    home: Path
    db: DbSettings = DbSettings()
    scheduler: SchedulerSettings = SchedulerSettings()
    executor: ExecutorSettings = ExecutorSettings()
    worker: WorkerSettings = WorkerSettings()
    triggerer: TriggererSettings = TriggererSettings()
    parsing: ParsingSettings = ParsingSettings()
    logs: LogSettings = LogSettings()
    api: ApiSettings = field(default_factory=ApiSettings)
    auth: AuthSettings = field(default_factory=AuthSettings)
    oidc: OidcSettings = field(default_factory=OidcSettings)
    operators: OperatorSettings = OperatorSettings()
    state_store: StateStoreSettings = StateStoreSettings()
    retention: RetentionSettings = RetentionSettings()
    smtp: SmtpSettings = SmtpSettings()
    secrets: SecretsSettings = SecretsSettings()

    @property
    def db_url(self) -> str:
        """The database, with the default filled in."""
        return self.db.url or f"sqlite:///{self.home / 'tradewind.db'}"

    @property
    def dags_folder(self) -> Path:
        """The folder of DAG files, with the default filled in."""
        return Path(self.parsing.dags_folder or self.home / "dags")

    @property
    def plugins_folder(self) -> Path:
        """The folder of plugins, with the default filled in."""
        return Path(self.parsing.plugins_folder or self.home / "plugins")

    @property
    def log_folder(self) -> Path:
        """The folder of task logs, with the default filled in."""
        return Path(self.logs.folder or self.home / "logs")

    @property
    def base_url(self) -> str:
        """Where people reach the server, with the default filled in."""
        scheme = "https" if self.api.ssl_cert else "http"
        host = f"[{self.api.host}]" if ":" in self.api.host else self.api.host
        return (self.api.base_url or f"{scheme}://{host}:{self.api.port}").rstrip("/")

    @property
    def environment(self) -> dict[str, str]:
        """What processes that the server starts are told of it, whatever told the server itself."""
        return {"TRADEWIND_HOME": str(self.home), "TRADEWIND__API__BASE_URL": self.base_url}

    @property
    def artifact_url(self) -> str:
        """The artifact store, with the default filled in."""
        return self.worker.artifact_url or str(self.home / "artifacts")


SECTIONS = {f.name: f for f in fields(Settings) if f.name != "home"}


def load_settings(
    environ: Mapping[str, str],
    *,
    home: Path | None = None,
    overrides: Mapping[str, Mapping[str, object]] | None = None,
) -> Settings:
    """Settings from the file in the home folder, the environment, and flags.

    Args:
        environ: the environment's variables.
        home: the home folder; else `TRADEWIND_HOME`, else `~/.tradewind`.
        overrides: section -> key -> value, from flags; values of None are passed over.

    Raises:
        InvalidInput: an unknown section or key, or a value of the wrong type; the sentence says where it was set.
    """
    folder = home or Path(environ.get("TRADEWIND_HOME") or Path.home() / ".tradewind")
    folder = folder.expanduser().resolve()
    settings = Settings(home=folder)
    file = folder / "tradewind.toml"
    if file.exists():
        settings = _with_file(settings, file)
    settings = _with_environment(settings, environ)
    for section, values in (overrides or {}).items():
        for key, value in values.items():
            if value is not None:
                settings = _with(settings, section, key, value, "a flag")
    return settings


def _with_file(settings: Settings, file: Path) -> Settings:
    import tomllib  # noqa: PLC0415 - takes 5 ms to load, and many homes have no such file

    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{file} is not valid TOML: {error}", file=str(file)) from error
    for section, values in content.items():
        if not isinstance(values, dict):
            raise InvalidInput(f"{file}: {section!r} must be a table such as [{section}]", section=section)
        for key, value in cast("dict[str, object]", values).items():
            settings = _with(settings, section, key, value, str(file))
    return settings


def _with_environment(settings: Settings, environ: Mapping[str, str]) -> Settings:
    for section in SECTIONS:
        for key, spec in _keys(section).items():
            ours = f"TRADEWIND__{section.upper()}__{key.upper()}"
            theirs = f"AIRFLOW__{spec.metadata['airflow']}" if spec.metadata["airflow"] else ""
            for name in (theirs, ours):
                if name and name in environ:
                    settings = _with(settings, section, key, environ[name], name)
    known = {f"TRADEWIND__{s.upper()}__{k.upper()}" for s in SECTIONS for k in _keys(s)}
    unknown = sorted(n for n in environ if n.startswith("TRADEWIND__") and n not in known)
    if unknown:
        raise InvalidInput(f"no such setting: {unknown[0]}; `tradewind config list` shows all", name=unknown[0])
    return settings


def _keys(section: str) -> dict[str, Field[Any]]:
    kind = get_type_hints(Settings)[section]
    return {f.name: f for f in fields(kind)}


def _with(settings: Settings, section: str, key: str, value: object, source: str) -> Settings:
    if section not in SECTIONS:
        raise InvalidInput(f"{source}: no section {section!r}; there are {', '.join(SECTIONS)}", section=section)
    keys = _keys(section)
    if key not in keys:
        raise InvalidInput(f"{source}: no key {key!r} in [{section}]; there are {', '.join(keys)}", key=key)
    part = getattr(settings, section)
    kind = cast("type[bool | int | float | str]", type(keys[key].default))
    typed = _typed(value, kind, f"{source}: {section}.{key}")
    return replace(settings, **{section: replace(part, **{key: typed})})


BOOLEAN_WORDS: dict[str, bool] = {
    **dict.fromkeys(("true", "t", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "f", "0", "no", "off"), False),
}
"""How yes and no may be written, in lower case."""


def _typed(value: object, kind: type[bool | int | float | str], where: str) -> object:
    if kind is bool:
        if isinstance(value, bool):
            return value
        if str(value).strip().lower() in BOOLEAN_WORDS:
            return BOOLEAN_WORDS[str(value).strip().lower()]
        raise InvalidInput(f"{where} must be true or false, not {value!r}")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidInput(f"{where} must be of type {kind.__name__}, not {type(value).__name__}")
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidInput(f"{where} must be of type {kind.__name__}, not {value!r}") from error
