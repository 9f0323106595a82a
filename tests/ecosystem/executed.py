"""Which classes of provider packages the tests here run for real: a table, counted from what the test modules declare.

A test module says `EXECUTES = [Class, ...]` for what its tests run, and `DEFERS = [Class, ...]` for those of them that
give up their worker and come back by a trigger. `PYTHONPATH=tests python -m ecosystem.executed` prints the table.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType
from typing import Any

from airflow.sdk import BaseHook, BaseNotifier, BaseOperator, BaseSensorOperator
from airflow.triggers.base import BaseTrigger

__all__ = ["Executed", "everything_executed", "executed", "table"]

HERE = Path(__file__).parent
KINDS: dict[str, type] = {
    "hook": BaseHook,
    "trigger": BaseTrigger,
    "notifier": BaseNotifier,
    "sensor": BaseSensorOperator,
    "operator": BaseOperator,
}


@dataclass(frozen=True, slots=True, order=True)
class Executed:
    """A class that a test has run."""

    package: str
    kind: str
    name: str
    is_deferrable: bool


def executed(cls: type[Any], *, is_deferrable: bool = False) -> Executed:
    """What the table says of a class."""
    kind = next((name for name, base in KINDS.items() if issubclass(cls, base)), "other")
    return Executed(_package(cls.__module__), kind, cls.__name__, is_deferrable or kind == "trigger")


def everything_executed(folder: Path = HERE) -> list[Executed]:
    """What the test modules of a folder declare, each class once."""
    found: dict[type[Any], bool] = {}
    for module in _test_modules(folder):
        defers = set(getattr(module, "DEFERS", ()))
        for cls in [*getattr(module, "EXECUTES", ()), *defers]:
            found[cls] = found.get(cls, False) or cls in defers
    return sorted(executed(cls, is_deferrable=defers) for cls, defers in found.items())


def table(rows: Iterable[Executed]) -> str:
    """The rows to read, with their counts below."""
    rows = list(rows)
    lines = [f"{r.package:42} {r.kind:9} {r.name}{' (deferred)' * r.is_deferrable}" for r in rows]
    packages = {row.package for row in rows}
    deferred = sum(row.is_deferrable for row in rows)
    return "\n".join([*lines, f"{len(rows)} classes of {len(packages)} packages, {deferred} of them deferred"])


def _package(module: str) -> str:
    """The distribution that brings a module."""
    parts = module.split(".")
    if parts[:2] == ["airflow", "providers"]:
        ends = next((i for i in range(3, len(parts)) if _is_provider(".".join(parts[:i]))), 3)
        return "-".join(["apache-airflow-providers", *parts[2:ends]])
    return packages_distributions()[parts[0]][0]


def _is_provider(module: str) -> bool:
    return importlib.util.find_spec(f"{module}.get_provider_info") is not None


def _test_modules(folder: Path) -> Iterator[ModuleType]:
    for file in sorted(folder.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"executed_{file.stem}", file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        yield module


if __name__ == "__main__":
    print(table(everything_executed()))
