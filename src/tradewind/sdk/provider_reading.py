"""Asks the installed provider packages what they bring, in a process of its own: their code is imported here only.

A package that fails is written down with its error, and hides no other.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import Distribution, EntryPoint, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tradewind.sdk.provider_catalogue import READING, Catalogue, ProviderRecord, imported
from tradewind.sdk.provider_process import ChildFailed, ask, is_child

__all__ = ["answer", "read"]

GROUP = "apache_airflow_provider"
READ = "tradewind.sdk.provider_reading.read"
TABLES: Mapping[str, tuple[str, ...]] = {
    "connection-types": (),
    "task-decorators": ("name", "class-name"),
    "dialects": ("dialect-type", "dialect-class-name"),
    "remote-logging": ("scheme", "classpath"),
    "asset-uris": ("schemes",),
    "dataset-uris": ("schemes",),
    "plugins": ("name", "plugin-class"),
}
"""Lists of tables, and what each table must have: who reads the catalogue relies on it."""
TEXTS = ("filesystems", "notifications", "hook-class-names")
"""Lists of dotted names."""


def answer(folders: Sequence[str]) -> dict[str, Any]:
    """What the packages say.

    It has `providers`, `problems`, `schemes` (of addresses, and the modules that open them), `sources` (files and their
    times), and `complete`: whether all were asked.

    Args:
        folders: where the distributions are.
    """
    if not sys.executable or is_child():
        return read()
    try:
        return ask(READ, folders=folders)
    except ChildFailed as error:
        if error.facts.get("is_late"):  # nobody waits as long again
            return {**_problem("all", error), "complete": False}
    return _merged(_asked([name for name, _, _ in _declared()], folders))


def _asked(names: Sequence[str], folders: Sequence[str]) -> list[dict[str, Any]]:
    """Answers of these packages, one of which ends its process: by halves, so that it is found without asking each alone."""
    try:
        return [ask(READ, list(names), folders=folders)]
    except ChildFailed as error:
        if len(names) < 2:
            return [_problem(name, error) for name in names]
    middle = len(names) // 2
    return [*_asked(names[:middle], folders), *_asked(names[middle:], folders)]


def _problem(name: str, error: ChildFailed) -> dict[str, Any]:
    return {"providers": [], "problems": {name: str(error)}, "schemes": {}, "sources": []}


def _merged(answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {"providers": [], "problems": {}, "schemes": {}, "sources": [], "complete": True}
    for one in answers:
        merged["providers"] += one["providers"]
        merged["sources"] += one["sources"]
        merged["problems"] |= one["problems"]
        merged["schemes"] = one["schemes"] | merged["schemes"]
    return merged


def read(only: Sequence[str] | None = None) -> dict[str, Any]:
    """Import and ask packages of this environment: every one, or only these."""
    records: list[ProviderRecord] = []
    problems: dict[str, str] = {}
    sources: list[list[Any]] = []
    token = READING.set(records)
    try:
        for name, distribution, entry in _declared():
            if only is not None and name not in only:
                continue
            try:
                data = json.loads(json.dumps(entry.load()(), default=str))
                if not isinstance(data, dict):
                    raise TypeError(f"{entry.value} gave {type(data).__name__}, not a dict")  # noqa: TRY301 - told below
                _check(data)
                if failed := _with_types_of_old_hooks(data):
                    problems[name] = failed
                records.append(ProviderRecord(name, distribution.version, data))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the packages' code; told with the package's name
                problems[name] = f"{type(error).__name__}: {error}"
            sources += _source(entry)
    finally:
        READING.reset(token)
    providers = [{"package_name": one.package_name, "version": one.version, "data": one.data} for one in records]
    return {
        "providers": providers,
        "problems": problems,
        "schemes": _schemes(Catalogue(records), problems),
        "sources": sources,
        "complete": True,
    }


def _declared() -> list[tuple[str, Distribution, EntryPoint]]:
    """The packages; Airflow's own before others', which may ask for the catalogue while they are imported."""
    found: dict[str, tuple[str, Distribution, EntryPoint]] = {}
    for distribution in distributions():
        for entry in distribution.entry_points:
            if entry.group == GROUP:
                name = (distribution.metadata["Name"] or entry.name).lower().replace("_", "-").replace(".", "-")
                found.setdefault(name, (name, distribution, entry))
    return sorted(found.values(), key=lambda one: (not one[0].startswith("apache-airflow-providers-"), one[0]))


def _check(data: Mapping[str, Any]) -> None:
    """Refuse what is not of the known form, before somebody who asks for another package's entries stumbles over it.

    Raises:
        TypeError: an entry has not the form that Airflow's schema of provider info gives it.
    """
    for section in (*TABLES, *TEXTS):
        entries: Any = data.get(section) or []
        if not isinstance(entries, list):
            raise TypeError(f"its {section!r} is no list")
        for entry in entries:
            is_known = isinstance(entry, str) if section in TEXTS else isinstance(entry, dict)
            if not is_known or any(key not in entry for key in TABLES.get(section, ())):
                raise TypeError(f"its {section!r} has an entry of no known form: {entry!r}")
    for name, section in (data.get("config") or {}).items():
        options: Any = (section or {}).get("options") or {}
        if not all(isinstance(option, dict) for option in options.values()):
            raise TypeError(f"its options of the section {name!r} are of no known form")


def _with_types_of_old_hooks(data: dict[str, Any]) -> str:
    """Packages of the first days list classes only; the class says its connection type. What of them can't be imported,
    in words; empty: nothing."""
    paths: list[str] = data.get("hook-class-names") or []
    types: list[dict[str, Any]] = data.setdefault("connection-types", []) if paths else []
    known = {one.get("hook-class-name") for one in types}
    failed: list[str] = []
    for path in paths:
        if path in known:
            continue
        try:
            hook = imported(path)
            entry = {"connection-type": hook.conn_type, "hook-class-name": path}
        except Exception as error:  # noqa: BLE001 - the package's code; told with the name of the class
            failed.append(f"{path}: {type(error).__name__}: {error}")
        else:
            types.append({**entry, "hook-name": getattr(hook, "hook_name", "")})
    return "; ".join(failed)


def _schemes(found: Catalogue, problems: dict[str, str]) -> dict[str, str]:
    schemes: dict[str, str] = {}
    for package, module in found.section("filesystems"):
        try:
            for scheme in _schemes_of(module):
                schemes.setdefault(scheme, module)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the packages' code; told with the package's name
            problems[package] = f"{module}: {type(error).__name__}: {error}"
    return schemes


def _schemes_of(module: str) -> Sequence[str]:
    """Its `schemes`: read from the source where they are written out, as the module may need seconds to be imported."""
    spec = find_spec(module)
    if spec is not None and spec.origin and spec.origin.endswith(".py"):
        for statement in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id="schemes")], value=ast.List() as value):
                    return ast.literal_eval(value)
                case _:
                    continue
    return import_module(module).schemes


def _source(entry: EntryPoint) -> list[list[Any]]:
    """The file of the function and its time: a package that is being worked on changes without a reinstall, also one
    that failed."""
    try:
        spec = find_spec(entry.module)
    except (Exception, SystemExit):  # noqa: BLE001 - what it lies in can't be imported, which is told already
        return []
    file = spec.origin if spec is not None else None
    return [[file, Path(file).stat().st_mtime_ns]] if file and Path(file).is_file() else []
