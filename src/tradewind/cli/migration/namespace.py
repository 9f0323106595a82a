"""What the `airflow` namespace of Tradewind has: asked in a process of its own, or from the list that is shipped."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

__all__ = ["LIST", "Answers", "ask", "from_list", "is_installed", "real_airflow", "shipped"]

LIST = Path(__file__).parent / "namespace.json"
LONGEST_S = 120.0
Answers = Mapping[tuple[str, str], tuple[str, str]]
"""(module, name) -> what it is: ``ok``, ``moved``, ``missing`` or ``broken``; and more about it."""


def is_installed() -> bool:
    """Whether the namespace is in this environment."""
    return _has("tradewind-airflow") and not real_airflow()


def real_airflow() -> str:
    """The version of Apache Airflow in this environment; empty: it is not there."""
    return importlib.metadata.version("apache-airflow-core") if _has("apache-airflow-core") else ""


def ask(names: Iterable[tuple[str, str]]) -> Answers:
    """What the namespace says of each name. Without one to ask, the shipped list does."""
    asked = sorted(set(names))
    if not asked:
        return {}
    if is_installed():
        run = subprocess.run(
            [sys.executable, "-m", "tradewind.cli.migration.probe"],
            input=json.dumps(asked), capture_output=True, text=True, timeout=LONGEST_S, check=False,
        )  # fmt: skip
        # What a package prints on import comes before the answer.
        if run.returncode == 0 and run.stdout.strip():
            found = json.loads(run.stdout.strip().splitlines()[-1])
            return {key: (answer, detail) for key, (answer, detail) in zip(asked, found, strict=True)}
    return {key: from_list(*key) for key in asked}


@cache
def shipped() -> Mapping[str, tuple[frozenset[str], str]]:
    """Module -> its names, and where they are now if it is a path of Airflow 2."""
    content = json.loads(LIST.read_text(encoding="utf-8"))
    return {module: (frozenset(names), instead) for module, (names, instead) in content.items()}


def from_list(module: str, name: str) -> tuple[str, str]:
    """What the shipped list says of a name: ``ok``, ``moved`` or ``missing``."""
    listed = shipped()
    if module not in listed:
        parent, _, last = module.rpartition(".")
        if parent in listed and last in listed[parent][0]:
            return "ok", ""
        return "missing", f"there is no module {module}"
    names, instead = listed[module]
    if name and name not in names and f"{module}.{name}" not in listed:
        return "missing", f"module {module!r} has no attribute {name!r}"
    return ("moved", instead) if instead else ("ok", "")


def _has(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
