"""What the installed provider packages bring: hooks by connection type, decorators, file systems, defaults of the conf.

A provider package declares a function in the entry-point group `apache_airflow_provider` that says what is in it. Calling
the functions means importing every package, so a process of its own does it once (`provider_reading`), and the answer is
kept as JSON in the home folder until a distribution is installed, removed or changed. Who reads the catalogue imports
nothing of the providers: not the server, and not a DAG file that uses one of sixty.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from threading import get_ident
from typing import Any
from zlib import crc32

__all__ = [
    "READING",
    "Catalogue",
    "HookRecord",
    "ProviderRecord",
    "catalogue",
    "home_folder",
    "imported",
    "installed_catalogue",
]

GROUP = "[apache_airflow_provider]"
FORMAT = 3
"""Of the kept answers."""
KEPT_FILES = 4
"""Answers kept for environments that share a home."""
READING: ContextVar[list[ProviderRecord] | None] = ContextVar("READING", default=None)
"""In the process that calls the packages: what it has so far. A package that asks while it is imported gets that."""
BUILT_IN_HOOKS = (
    ("fs", "tradewind.providers.standard.hooks.filesystem.FSHook", "File (path)"),
    ("package_index", "tradewind.providers.standard.hooks.package_index.PackageIndexHook", "Package Index (Python)"),
)
Key = dict[str, list[list[Any]]]


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """One provider package, and what its `get_provider_info` said."""

    package_name: str
    version: str
    data: Mapping[str, Any] = field(repr=False)

    @property
    def summary(self) -> str:
        """Its description in one line, without marks of reStructuredText."""
        text = re.sub(r"`([^`<]+?)\s*<[^>]*>`_*", r"\1", str(self.data.get("description") or ""))
        return " ".join(text.replace("`", "").split()).strip(" .")


@dataclass(frozen=True, slots=True)
class HookRecord:
    """The hook of a connection type, and how a form for such a connection looks."""

    connection_type: str
    hook_class_name: str
    hook_name: str
    package_name: str
    conn_fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Fields of the form that are kept in `extra`, each with its JSON schema."""
    ui_field_behaviour: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def hook_class(self) -> Any:
        """The class itself; its package is imported now."""
        return imported(self.hook_class_name)

    @property
    def connection_id_attribute(self) -> str:
        """The argument of the hook that takes a connection's id; the hook's package is imported now.

        Raises:
            AttributeError: the class does not say.
        """
        hook = self.hook_class()
        if not getattr(hook, "conn_name_attr", None):
            raise AttributeError(f"the hook {self.hook_class_name} of {self.package_name} has no `conn_name_attr`")
        return str(hook.conn_name_attr)


class Catalogue:
    """Everything that the installed provider packages say of themselves.

    Args:
        records: the packages.
        problems: package name -> why it could not be asked.
        schemes: scheme of an address -> module that opens such.
    """

    def __init__(
        self,
        records: list[ProviderRecord],
        problems: Mapping[str, str] | None = None,
        schemes: Mapping[str, str] | None = None,
    ) -> None:
        self.providers: Mapping[str, ProviderRecord] = {
            one.package_name: one for one in sorted(records, key=lambda r: r.package_name)
        }
        self.problems: Mapping[str, str] = dict(problems or {})
        self.filesystem_schemes: Mapping[str, str] = dict(schemes or {})
        """Scheme of an address, such as `s3` -> the one of `filesystems` that opens it."""

    def section(self, name: str) -> tuple[tuple[str, Any], ...]:
        """Package name and entry, for each entry of a list such as `notifications` or `dialects`; a table is one entry."""
        return tuple(self._entries(name))

    def _entries(self, name: str) -> Iterator[tuple[str, Any]]:
        for package, record in self.providers.items():
            value = record.data.get(name)
            if isinstance(value, list | tuple):
                yield from ((package, entry) for entry in value)
            elif value:
                yield package, value

    @cached_property
    def hooks(self) -> Mapping[str, HookRecord]:
        """Connection type -> hook; where two packages declare a type, the first in the alphabet has it."""
        found: dict[str, HookRecord] = {}
        for package, entry in self.section("connection-types"):
            kind = entry.get("connection-type")
            if kind and entry.get("hook-class-name") and kind not in found:
                found[kind] = HookRecord(
                    connection_type=kind,
                    hook_class_name=entry["hook-class-name"],
                    hook_name=entry.get("hook-name") or kind,
                    package_name=package,
                    conn_fields=entry.get("conn-fields") or {},
                    ui_field_behaviour=entry.get("ui-field-behaviour") or {},
                )
        for kind, place, name in BUILT_IN_HOOKS:
            found.setdefault(kind, HookRecord(kind, place, name, "tradewind"))
        return found

    @cached_property
    def config_defaults(self) -> Mapping[tuple[str, str], str]:
        """(Section, key), both in small letters -> default of the packages' own options; options without one are left out."""
        found: dict[tuple[str, str], str] = {}
        for _, sections in self.section("config"):
            for section, content in sections.items():
                for key, option in (content.get("options") or {}).items():
                    if option.get("default") is not None:
                        found.setdefault((section.lower(), key.lower()), str(option["default"]))
        return found

    @cached_property
    def task_decorators(self) -> Mapping[str, str]:
        """Name behind `@task.` -> import path of the decorator."""
        found: dict[str, str] = {}
        for _, entry in self.section("task-decorators"):
            found.setdefault(entry["name"], entry["class-name"])
        return found

    @cached_property
    def filesystems(self) -> tuple[str, ...]:
        """Modules with `schemes` and `get_fs`, which open object stores with the credentials of a connection."""
        return tuple(dict.fromkeys(entry for _, entry in self.section("filesystems")))


def catalogue(*, again: bool = False) -> Catalogue:
    """The catalogue of this process's environment; read once.

    Args:
        again: read it again, before it is said that nothing brings a thing: warm processes outlive an installation.
    """
    so_far = READING.get()
    if so_far is not None:
        return Catalogue(list(so_far))
    if again:
        _catalogue.cache_clear()
    return _catalogue()


@cache
def _catalogue() -> Catalogue:
    return installed_catalogue()


def installed_catalogue(home: str | None = None) -> Catalogue:
    """The catalogue as it is now: the kept answer if nothing was installed or removed since, else a new one."""
    folders = distribution_folders()
    if not _declaring(folders):
        return Catalogue([])
    folder = os.path.join(home or home_folder(), "cache")
    key = _key(folders)
    file = os.path.join(folder, f"providers-{_digest(key)}.json")
    known = _kept(file, key)
    if known is None:
        from tradewind.sdk.provider_reading import answer  # noqa: PLC0415 - starts processes; needed once per install

        known = answer(list(folders))
        if known["complete"]:
            _keep(file, {**known, "key": key})
    records = [ProviderRecord(**one) for one in known["providers"]]
    return Catalogue(records, known["problems"], known["schemes"])


def home_folder() -> str:
    """The home folder by the environment; the command line and the workers set it there."""
    return os.environ.get("TRADEWIND_HOME") or os.path.join(os.path.expanduser("~"), ".tradewind")


def imported(path: str) -> Any:
    """The object of a dotted path such as `package.module.Class`; what it lies in is imported now."""
    module, _, name = path.replace(":", ".").rpartition(".")
    return getattr(import_module(module), name)


def distribution_folders() -> dict[str, list[os.DirEntry[str]]]:
    """Folder of the path -> metadata folders of the distributions in it."""
    found: dict[str, list[os.DirEntry[str]]] = {}
    for folder in dict.fromkeys(sys.path):
        try:
            with os.scandir(folder or ".") as entries:
                infos = [one for one in entries if one.name.endswith((".dist-info", ".egg-info"))]
        except OSError:  # not there, or a zip: distributions in archives are not looked for
            continue
        if infos:
            found[os.path.abspath(folder)] = sorted(infos, key=lambda one: one.name)
    return found


@cache
def _declares(file: str, changed_ns: int) -> bool:  # noqa: ARG001 - a changed file is another answer
    with open(file, encoding="utf-8", errors="replace") as text:
        return GROUP in text.read()


def _declaring(folders: Mapping[str, list[os.DirEntry[str]]]) -> bool:
    """Whether any distribution is a provider package. Only the small files of entry points are read."""
    for infos in folders.values():
        for info in infos:
            file = os.path.join(info.path, "entry_points.txt")
            try:
                if _declares(file, os.stat(file).st_mtime_ns):
                    return True
            except OSError:  # most distributions have no entry points
                continue
    return False


def _key(folders: Mapping[str, list[os.DirEntry[str]]]) -> Key:
    """What an answer depends on: the distributions. Their folders' names have the versions, their times a reinstall."""
    key: Key = {}
    for folder, infos in folders.items():
        known = key[folder] = []
        for one in infos:
            try:
                known.append([one.name, one.stat().st_mtime_ns])
            except FileNotFoundError:  # it is being replaced this moment
                continue
    return key


def _digest(key: Key) -> str:
    # Names the file only: what is in it is compared with the whole key. hashlib takes 4 ms to load.
    return f"{crc32(json.dumps([FORMAT, sys.version, key]).encode()):08x}"


def _kept(file: str, key: Key) -> dict[str, Any] | None:
    """The answer in a file; None: there is none, or it is of another state of the environment."""
    try:
        with open(file, encoding="utf-8") as text:
            known = json.load(text)
        fresh = known["key"] == key and all(
            os.stat(source).st_mtime_ns == changed_ns for source, changed_ns in known["sources"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return known if fresh else None


def _keep(file: str, answer: dict[str, Any]) -> None:
    """Write in one step, so that a reader beside us sees all or nothing; a home that can't be written keeps nothing."""
    folder = os.path.dirname(file)
    own = f"{file}.{os.getpid()}-{get_ident()}.new"
    try:
        os.makedirs(folder, exist_ok=True)
        with open(own, "w", encoding="utf-8") as text:
            json.dump(answer, text)
        os.replace(own, file)
        old = sorted(
            (one for one in os.scandir(folder) if one.name.startswith("providers-") and one.name.endswith(".json")),
            key=lambda one: one.stat().st_mtime_ns,
        )
        for one in old[:-KEPT_FILES]:
            os.unlink(one.path)
    except OSError:
        return
