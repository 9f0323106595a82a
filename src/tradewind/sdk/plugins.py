"""Plugins: Python files of a folder, and installed packages, that add macros, listeners, timetables and more.

They are loaded where user code runs (in the processes that parse DAG files and run tasks), once in each, before the first
DAG file; never in the server. A plugin that can't be loaded is told in the log, and hides no other.
"""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from tradewind.base.entrypoints import load, names
from tradewind.base.errors import NotFound

__all__ = ["PLUGINS", "RUN_HOOKS", "AirflowPlugin", "PluginError", "Plugins", "TaskRunnerMarker", "declared"]

ENTRY_POINT_GROUPS = ("tradewind.plugins", "airflow.plugins")
RUN_HOOKS = {"on_success": "on_dag_run_success", "on_failure": "on_dag_run_failed", "on_running": "on_dag_run_running"}
"""Callback of a DAG -> what listeners hear at the same moment."""
OTHER_NAME = "tradewind_plugin_"
HOOK_MARK = "airflow_impl"
"""What `airflow.listeners.hookimpl` leaves on a function."""

log = logging.getLogger("tradewind.plugins")


class PluginError(Exception):
    """A plugin is not what it must be."""


class TaskRunnerMarker:
    """What listeners are told has started, or is about to stop: the process of an attempt."""


class AirflowPlugin:
    """The base of plugins: a name, and lists of what is added. Lists that Tradewind has no use for are passed over."""

    name: ClassVar[str | None] = None
    source: ClassVar[Any] = None
    macros: ClassVar[list[Any]] = []
    """Functions, in templates as ``macros.<name of the plugin>.<function>``."""
    timetables: ClassVar[list[Any]] = []
    listeners: ClassVar[list[Any]] = []
    """Modules or objects whose functions marked with `hookimpl` hear what becomes of task instances."""
    priority_weight_strategies: ClassVar[list[Any]] = []
    global_operator_extra_links: ClassVar[list[Any]] = []
    operator_extra_links: ClassVar[list[Any]] = []
    partition_mappers: ClassVar[list[Any]] = []
    windows: ClassVar[list[Any]] = []
    deadline_references: ClassVar[list[Any]] = []
    hook_lineage_readers: ClassVar[list[Any]] = []
    admin_views: ClassVar[list[Any]] = []
    flask_blueprints: ClassVar[list[Any]] = []
    fastapi_apps: ClassVar[list[Any]] = []
    fastapi_root_middlewares: ClassVar[list[Any]] = []
    external_views: ClassVar[list[Any]] = []
    react_apps: ClassVar[list[Any]] = []
    menu_links: ClassVar[list[Any]] = []
    appbuilder_views: ClassVar[list[Any]] = []
    appbuilder_menu_items: ClassVar[list[Any]] = []

    @classmethod
    def validate(cls) -> None:
        """Check that it has a name.

        Raises:
            PluginError: it has none.
        """
        if not cls.name:
            raise PluginError(f"the plugin {cls.__qualname__} has no name")

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Called when the plugin has been loaded."""


@dataclass(frozen=True, slots=True)
class PluginLink:
    """A link that a plugin adds to operators of others: to those it names, or to all."""

    link: Any
    operators: tuple[type, ...]
    is_global: bool = False


class Plugins:
    """The plugins of this process."""

    def __init__(self) -> None:
        self.found: dict[str, type[AirflowPlugin]] = {}
        self.errors: dict[str, str] = {}
        """File or package -> why it could not be loaded."""
        self._folder: Path | None = None
        self._hooks: dict[str, list[Callable[..., Any]]] = {}
        self.links: list[PluginLink] = []
        """Links that plugins add to operators of others."""

    def load(self, folder: Path) -> None:
        """Load what installed packages declare, and the files of a folder; once per folder."""
        if folder == self._folder:
            return
        self._folder = folder
        for group, name in declared():
            self._guarded(f"{group}: {name}", lambda group=group, name=name: [load(group, name)])
        if folder.is_dir():
            if str(folder) not in sys.path:
                sys.path.append(str(folder))
            for file in sorted(_files(folder)):
                self._guarded(str(file), lambda file=file: vars(_imported(folder, file)).values())

    def _guarded(self, source: str, candidates: Callable[[], Any]) -> None:
        try:
            for one in list(candidates()):
                if isinstance(one, type) and issubclass(one, AirflowPlugin) and one is not AirflowPlugin:
                    self.add(one)
        except NotFound as error:  # its words name the package, and what it could not import
            self.errors[source] = error.message
            log.error("%s", error.message)  # noqa: TRY400 - a traceback would say no more
        except Exception as error:
            self.errors[source] = f"{type(error).__name__}: {error}"
            log.exception("the plugin %s can't be loaded", source)

    def add(self, plugin: type[AirflowPlugin]) -> None:
        """Take in a plugin; one of a name that is there already is passed over.

        Raises:
            PluginError: it has no name.
        """
        plugin.validate()
        name = str(plugin.name)
        if name in self.found:
            return
        self.found[name] = plugin
        plugin.on_load()
        if plugin.macros:
            _add_macros(name, plugin.macros)
        for listener in plugin.listeners:
            self.listen(listener)
        self.links += [PluginLink(link, (), is_global=True) for link in plugin.global_operator_extra_links]
        self.links += [
            PluginLink(link, tuple(link.operators)) for link in plugin.operator_extra_links if link.operators
        ]

    def listen(self, listener: Any) -> None:
        """Let a module or object hear what becomes of task instances."""
        for name, function in inspect.getmembers(listener, inspect.isroutine):
            if getattr(function, HOOK_MARK, None) is not None:
                self._hooks.setdefault(name, []).append(function)

    def tell(self, hook: str, **facts: Any) -> None:
        """Call the functions that listen, each with the facts that it names; what they raise is logged."""
        for function in self._hooks.get(hook, ()):
            try:
                function(**_asked(function, facts))
            except Exception:
                log.exception("the listener %s.%s failed", function.__module__, hook)

    def hears(self, hook: str) -> bool:
        """Whether anybody listens to this."""
        return hook in self._hooks

    @property
    def reads_lineage(self) -> bool:
        """Whether a plugin wants to know what hooks read and write."""
        return any(plugin.hook_lineage_readers for plugin in self.found.values())

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens."""
        return bool(self._hooks)


def declared() -> list[tuple[str, str]]:
    """Entry-point group and name of the plugins that installed packages declare. Nothing is imported."""
    return [(group, name) for group in ENTRY_POINT_GROUPS for name in names(group)]


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*.py"):
        inside = path.relative_to(folder).parts
        if path.name != "__init__.py" and not any(part.startswith((".", "__pycache__")) for part in inside):
            yield path


def _imported(folder: Path, file: Path) -> ModuleType:
    """The module of a file; under a name of its own where the path has another module of that name before it."""
    name = ".".join(file.relative_to(folder).with_suffix("").parts)
    try:
        found = find_spec(name)
    except (ImportError, ValueError):  # what it lies in is a module and no package; or it is called `__main__`
        found = None
    if found is not None and found.origin == str(file):
        return import_module(name)
    name = f"{OTHER_NAME}{name.replace('.', '_')}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def _add_macros(name: str, functions: list[Any]) -> None:
    from tradewind.sdk import macros  # noqa: PLC0415 - most processes have no plugin

    module = ModuleType(f"{macros.__name__}.{name}")
    for function in functions:
        setattr(module, function.__name__, function)
    setattr(macros, name, module)
    sys.modules[module.__name__] = module


def _asked(function: Callable[..., Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters
    return {name: value for name, value in facts.items() if name in parameters}


PLUGINS = Plugins()
"""The process's own. Not imported by the server."""
