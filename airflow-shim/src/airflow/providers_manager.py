"""`ProvidersManager`: what the installed provider packages bring, as Airflow's own code asks for it.

It is a view on the catalogue of Tradewind, which knows what packages declare without importing them. A class of a
provider is imported when somebody asks for an entry that needs it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Self
from urllib.parse import SplitResult

from airflow.exceptions import AirflowOptionalProviderFeatureException
from airflow.utils.module_loading import import_string
from tradewind.sdk.provider_catalogue import Catalogue, catalogue

__all__ = [
    "ConnectionFormWidgetInfo",
    "DialectInfo",
    "HookClassProvider",
    "HookInfo",
    "NotificationInfo",
    "PluginInfo",
    "ProviderInfo",
    "ProvidersManager",
    "TriggerInfo",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProviderInfo:
    """A provider package."""

    version: str
    data: dict[str, Any]
    """What its `get_provider_info` gave."""


class HookClassProvider(NamedTuple):
    """A hook class and its package."""

    hook_class_name: str
    package_name: str


class HookInfo(NamedTuple):
    """What a connection type is served by."""

    hook_class_name: str | None
    connection_id_attribute_name: str | None
    package_name: str | None
    hook_name: str
    connection_type: str | None
    connection_testable: bool
    dialects: Sequence[str] = ()


class DialectInfo(NamedTuple):
    """An SQL dialect."""

    name: str
    dialect_class_name: str
    provider_name: str


class ConnectionFormWidgetInfo(NamedTuple):
    """A field of the form of a connection."""

    hook_class_name: str
    package_name: str
    field: Any
    field_name: str
    is_sensitive: bool


class TriggerInfo(NamedTuple):
    """A module with triggers."""

    trigger_class_name: str
    package_name: str
    integration_name: str


class NotificationInfo(NamedTuple):
    """A notifier."""

    notification_class_name: str
    package_name: str


class PluginInfo(NamedTuple):
    """A plugin of a provider package."""

    name: str
    plugin_class: str
    provider_name: str


@dataclass(frozen=True)
class _Lazily(Mapping[str, Any]):
    """A mapping whose values are made when they are asked for, once each."""

    keys_: tuple[str, ...]
    make: Callable[[str], Any]
    made: dict[str, Any] = field(default_factory=dict[str, Any])

    def __getitem__(self, key: str) -> Any:
        if key not in self.made:
            if key not in self.keys_:
                raise KeyError(key)
            self.made[key] = self.make(key)
        return self.made[key]

    def __contains__(self, key: object) -> bool:
        return key in self.keys_  # without making the value

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys_)

    def __len__(self) -> int:
        return len(self.keys_)


class ProvidersManager:
    """The provider packages of this environment; there is one such object."""

    _the_one: Any = None

    def __new__(cls) -> Self:
        if cls._the_one is None:
            cls._the_one = super().__new__(cls)
        return cls._the_one

    @staticmethod
    def initialized() -> bool:
        """Whether anybody has asked for it."""
        return ProvidersManager._the_one is not None

    def read(self) -> None:
        """Read the catalogue, if nobody has yet. All of Airflow's `initialize_...` are this."""
        assert self._known is not None

    initialize_providers_list = read
    initialize_providers_hooks = read
    initialize_providers_filesystems = read
    initialize_providers_asset_uri_resources = read
    initialize_providers_dataset_uri_resources = read
    initialize_providers_taskflow_decorator = read
    initialize_providers_extra_links = read
    initialize_providers_logging = read
    initialize_providers_secrets_backends = read
    initialize_providers_executors = read
    initialize_providers_queues = read
    initialize_providers_notifications = read
    initialize_providers_triggers = read
    initialize_providers_auth_managers = read
    initialize_providers_configuration = read
    initialize_provider_configs = read
    initialize_providers_plugins = read
    initialize_providers_task_coordinators = read

    # -- packages, connection types ---------------------------------------------------------------------------------

    @cached_property
    def providers(self) -> dict[str, ProviderInfo]:
        """Package name -> its version and what it declares."""
        records = self._known.providers
        return {name: ProviderInfo(records[name].version, dict(records[name].data)) for name in sorted(records)}

    @cached_property
    def hooks(self) -> Mapping[str, HookInfo | None]:
        """Connection type -> its hook; None where the class can't be imported."""
        return _Lazily(tuple(sorted(self._known.hooks)), self._hook)

    @cached_property
    def dialects(self) -> dict[str, DialectInfo]:
        """Name of an SQL dialect -> its class."""
        return {
            one["dialect-type"]: DialectInfo(one["dialect-type"], one["dialect-class-name"], package)
            for package, one in self._entries("dialects")
        }

    @property
    def field_behaviours(self) -> dict[str, dict[str, Any]]:
        """Connection type -> which fields of its form are hidden, renamed, or have placeholders."""
        found: dict[str, dict[str, Any]] = {}
        for kind, record in self._known.hooks.items():
            if record.ui_field_behaviour:
                found[kind] = dict(record.ui_field_behaviour)
        return found

    @cached_property
    def connection_form_widgets(self) -> dict[str, ConnectionFormWidgetInfo]:
        """``extra__<type>__<field>`` -> a field that packages declare as JSON schema."""
        found: dict[str, ConnectionFormWidgetInfo] = {}
        for kind, record in self._known.hooks.items():
            for name, about in (record.conn_fields or {}).items():
                found[f"extra__{kind}__{name}"] = ConnectionFormWidgetInfo(
                    hook_class_name=record.hook_class_name or "",
                    package_name=record.package_name or "",
                    field=about,
                    field_name=name,
                    is_sensitive=(about.get("schema") or {}).get("format") == "password",
                )
        return found

    # -- names of classes and modules -------------------------------------------------------------------------------

    @cached_property
    def extra_links_class_names(self) -> list[str]:
        """Operator links."""
        return self._names("extra-links")

    @cached_property
    def logging_class_names(self) -> list[str]:
        """Log handlers."""
        return self._names("logging")

    @cached_property
    def secrets_backend_class_names(self) -> list[str]:
        """Secrets backends."""
        return self._names("secrets-backends")

    @cached_property
    def executor_class_names(self) -> list[str]:
        """Executors of Airflow; none of them runs here."""
        return self._names("executors")

    @cached_property
    def queue_class_names(self) -> list[str]:
        """Message queues, those whose own dependencies are there."""
        return [name for name in self._names("queues") if _imported(name) is not None]

    @cached_property
    def auth_managers(self) -> list[str]:
        """Auth managers of Airflow; none of them is used here."""
        return self._names("auth-managers")

    @cached_property
    def filesystem_module_names(self) -> list[str]:
        """Modules that open file systems by a URL's scheme."""
        return self._names("filesystems")

    @cached_property
    def notification(self) -> list[NotificationInfo]:
        """Notifiers."""
        return [NotificationInfo(name, package) for package, name in self._entries("notifications")]

    @cached_property
    def trigger(self) -> list[TriggerInfo]:
        """Modules with triggers."""
        return [
            TriggerInfo(module, package, one.get("integration-name", ""))
            for package, one in self._entries("triggers")
            for module in one.get("python-modules", ())
        ]

    @cached_property
    def plugins(self) -> list[PluginInfo]:
        """Plugins."""
        return [PluginInfo(one["name"], one["plugin-class"], package) for package, one in self._entries("plugins")]

    @cached_property
    def task_coordinators(self) -> list[str]:
        """Classes that run tasks in other languages; none of them is used here."""
        return self._names("task-coordinators")

    # -- settings, decorators, assets -------------------------------------------------------------------------------

    @cached_property
    def provider_configs(self) -> list[tuple[str, dict[str, Any]]]:
        """Package name and the sections of settings that it declares."""
        return [(name, one.data["config"]) for name, one in self.providers.items() if one.data.get("config")]

    @property
    def already_initialized_provider_configs(self) -> list[tuple[str, dict[str, Any]]]:
        """The same: they are read with the catalogue."""
        return self.provider_configs

    @cached_property
    def taskflow_decorators(self) -> Mapping[str, Callable[..., Any]]:
        """Name of a `@task.<name>` -> the decorator."""
        places = self._known.task_decorators
        return _Lazily(tuple(places), lambda name: import_string(places[name].replace(":", ".")))

    @cached_property
    def asset_uri_handlers(self) -> dict[str, Callable[[SplitResult], SplitResult]]:
        """Scheme -> what brings the URI of an asset into its one form."""
        return self._of_assets("handler", lambda parts: parts)

    @cached_property
    def asset_factories(self) -> dict[str, Callable[..., Any]]:
        """Scheme -> what makes an asset."""
        return self._of_assets("factory")

    @cached_property
    def asset_to_openlineage_converters(self) -> dict[str, Callable[..., Any]]:
        """Scheme -> what makes OpenLineage's dataset of an asset."""
        return self._of_assets("to_openlineage_converter")

    # -- where all this comes from ----------------------------------------------------------------------------------

    @cached_property
    def _known(self) -> Catalogue:
        return catalogue()

    def _entries(self, section: str) -> list[tuple[str, Any]]:
        return [(name, one) for name, info in self.providers.items() for one in info.data.get(section) or ()]

    def _names(self, section: str) -> list[str]:
        return sorted({one if isinstance(one, str) else one["name"] for _, one in self._entries(section)})

    def _hook(self, kind: str) -> HookInfo | None:
        record = self._known.hooks[kind]
        if not record.hook_class_name:
            return HookInfo(None, None, record.package_name, record.hook_name, kind, False)
        hook = _imported(record.hook_class_name)
        if hook is None:
            return None
        if not getattr(hook, "conn_name_attr", None):
            log.warning("%s has no `conn_name_attr`, so it is the hook of no connection type", record.hook_class_name)
            return None
        return HookInfo(
            hook_class_name=record.hook_class_name,
            connection_id_attribute_name=hook.conn_name_attr,
            package_name=record.package_name,
            hook_name=getattr(hook, "hook_name", record.hook_name),
            connection_type=kind,
            connection_testable=hasattr(hook, "test_connection"),
        )

    def _of_assets(self, what: str, default: Callable[..., Any] | None = None) -> dict[str, Callable[..., Any]]:
        found: dict[str, Callable[..., Any]] = {}
        for _, one in [*self._entries("dataset-uris"), *self._entries("asset-uris")]:
            if "schemes" not in one or "handler" not in one:
                continue
            function = _imported(one[what]) if one.get(what) else default
            if function is not None:
                found.update(dict.fromkeys(one["schemes"], function))
        return found


def _imported(name: str) -> Any:
    """The object at a dotted path; None, which is told in the log, where it can't be had."""
    try:
        return import_string(name)
    except AirflowOptionalProviderFeatureException as error:
        log.debug("%s is not there: %s", name, error)
    except Exception as error:  # noqa: BLE001 - the packages' code: one of them must not hide the others
        log.warning("%s can't be imported: %s: %s", name, type(error).__name__, error)
    return None
