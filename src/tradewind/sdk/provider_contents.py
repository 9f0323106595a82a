"""What is in provider packages, class by class and module by module; asked in the process that imports them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from tradewind.sdk.provider_catalogue import imported
from tradewind.sdk.provider_process import ask

__all__ = ["MODULE_KINDS", "all_modules", "attributes_of_hooks", "check", "classes", "modules_of"]

MODULE_KINDS = ("operators", "sensors", "hooks", "triggers", "transfers", "bundles")
"""Keys of provider info whose entries list modules."""
CLASS_KINDS = ("notifications", "secrets-backends", "logging", "queues")
ENDINGS = {
    "operators": "Operator",
    "transfers": "Operator",
    "sensors": "Sensor",
    "triggers": "Trigger",
    "hooks": "Hook",
}


def modules_of(info: Mapping[str, Any], kind: str) -> list[str]:
    """The modules of one kind that a package's info lists."""
    found: list[str] = []
    for entry in info.get(kind) or ():
        found += entry.get("python-modules") or [entry["python-module"]] if isinstance(entry, Mapping) else []
    return list(dict.fromkeys(found))


def all_modules(info: Mapping[str, Any]) -> list[str]:
    """All modules that a package's info names and that a DAG can use."""
    paths = [path for kind in CLASS_KINDS for path in info.get(kind) or () if isinstance(path, str)]
    paths += [one["hook-class-name"] for one in info.get("connection-types") or () if one.get("hook-class-name")]
    paths += [one["class-name"] for one in info.get("task-decorators") or ()]
    listed = [module for kind in MODULE_KINDS for module in modules_of(info, kind)]
    return list(
        dict.fromkeys([*listed, *(path.rpartition(".")[0] for path in paths), *(info.get("filesystems") or ())])
    )


def check(modules: Iterable[str]) -> dict[str, Any]:
    """Import modules in a process of its own: `failed` (module -> error) and `classes` (kind -> how many)."""
    return ask("tradewind.sdk.provider_contents.try_imports", list(modules))


def try_imports(modules: Iterable[str]) -> dict[str, Any]:
    """Import modules, and count what they define."""
    failed: dict[str, str] = {}
    found: set[type] = set()
    for name in modules:
        try:
            module = import_module(name)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the packages' code; told with the module's name
            failed[name] = f"{type(error).__name__}: {error}"
        else:
            found.update(_own_classes(module))
    return {"failed": failed, "classes": _counted(found)}


def _own_classes(module: ModuleType) -> Iterator[type]:
    for name, value in vars(module).items():
        if inspect.isclass(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield value


def _counted(found: set[type]) -> dict[str, int]:
    from tradewind.sdk.hook import BaseHook  # noqa: PLC0415 - only the child counts
    from tradewind.sdk.notifier import BaseNotifier  # noqa: PLC0415 - same
    from tradewind.sdk.operator import BaseOperator  # noqa: PLC0415 - same
    from tradewind.sdk.sensor import BaseSensorOperator  # noqa: PLC0415 - same
    from tradewind.sdk.trigger import BaseTrigger  # noqa: PLC0415 - same

    kinds: dict[str, type] = {
        "sensors": BaseSensorOperator,
        "operators": BaseOperator,
        "hooks": BaseHook,
        "triggers": BaseTrigger,
        "notifiers": BaseNotifier,
    }
    counts = dict.fromkeys(kinds, 0)
    for one in found:
        kind = next((kind for kind, base in kinds.items() if issubclass(one, base)), None)
        if kind is not None:
            counts[kind] += 1
    return counts


def attributes_of_hooks(paths: Iterable[str]) -> dict[str, str]:
    """Class of a hook -> the argument that takes a connection's id; or, in words, why that is not known."""
    return ask("tradewind.sdk.provider_contents.read_attributes", list(paths))


def read_attributes(paths: Iterable[str]) -> dict[str, str]:
    """The same, in this process."""
    found: dict[str, str] = {}
    for path in paths:
        try:
            found[path] = str(imported(path).conn_name_attr)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the packages' code; shown in the row of the hook
            found[path] = f"can't be imported: {type(error).__name__}: {error}"
    return found


def classes(kind: str, modules: Iterable[str]) -> dict[str, list[str]]:
    """Module -> its public classes of a kind, read from the sources in a process of its own; nothing is executed but
    the packages that the modules lie in."""
    return ask("tradewind.sdk.provider_contents.read_classes", kind, list(modules))


def read_classes(kind: str, modules: Iterable[str]) -> dict[str, list[str]]:
    """The same, in this process."""
    return {module: _classes_in(module, ENDINGS.get(kind, "")) for module in modules}


def _classes_in(module: str, ending: str) -> list[str]:
    try:
        spec = find_spec(module)
    except (Exception, SystemExit):  # noqa: BLE001 - a package that can't be imported is told by `check`
        return []
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return []
    body = ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body
    public = [one.name for one in body if isinstance(one, ast.ClassDef) and not one.name.startswith("_")]
    return [name for name in public if name.endswith(ending)] or public
