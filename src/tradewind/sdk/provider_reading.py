"""Asks the installed provider packages what they bring, in a process of its own: their code is imported here only.

A package that fails is written down with its error, and hides no other.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import Distribution, EntryPoint, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tradewind.sdk.provider_catalogue import READING, Catalogue, ProviderRecord, imported
from tradewind.sdk.provider_process import ChildFailed, ask, is_child

__all__ = ["answer", "read"]

GROUP = "apache_airflow_provider"


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
        return ask("tradewind.sdk.provider_reading.read", folders=folders)
    except ChildFailed as error:
        return _failed(str(error))


def _failed(problem: str) -> dict[str, Any]:
    return {"providers": [], "problems": {"all": problem}, "schemes": {}, "sources": [], "complete": False}


def read() -> dict[str, Any]:
    """Import and ask every package of this environment."""
    records: list[ProviderRecord] = []
    problems: dict[str, str] = {}
    sources: list[list[Any]] = []
    token = READING.set(records)
    try:
        for name, distribution, entry in _declared():
            try:
                data = json.loads(json.dumps(entry.load()(), default=str))
                if not isinstance(data, dict):
                    raise TypeError(f"{entry.value} gave {type(data).__name__}, not a dict")  # noqa: TRY301 - told below
                _with_types_of_old_hooks(data)
                records.append(ProviderRecord(name, distribution.version, data))
                sources += _source(entry)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the packages' code; told with the package's name
                problems[name] = f"{type(error).__name__}: {error}"
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


def _with_types_of_old_hooks(data: dict[str, Any]) -> None:
    """Packages of the first days list classes only; the class says its connection type."""
    types = data.setdefault("connection-types", []) if data.get("hook-class-names") else []
    known = {one.get("hook-class-name") for one in types}
    for path in data.get("hook-class-names") or ():
        if path not in known:
            hook = imported(path)
            types.append(
                {
                    "connection-type": hook.conn_type,
                    "hook-class-name": path,
                    "hook-name": getattr(hook, "hook_name", ""),
                }
            )


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
    """The file of the function and its time: a package that is being worked on changes without a reinstall."""
    file = getattr(import_module(entry.module), "__file__", None)
    return [[file, Path(file).stat().st_mtime_ns]] if file else []
