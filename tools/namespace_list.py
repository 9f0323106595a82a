"""Writes the list of names that the `airflow` namespace has, for checks where it is not installed; `--check` only compares.

Run it in an environment without provider packages, or they would be listed as if Tradewind had them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys

import airflow
from airflow._standard import ELSEWHERE, OURS, PACKAGES, STANDARD

from tradewind.cli.migration.namespace import LIST
from tradewind.cli.migration.probe import moves


def main() -> int:
    """Write the file, or compare; 1 where it is not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    text = listed()
    if parser.parse_args().check:
        if LIST.exists() and LIST.read_text(encoding="utf-8") == text:
            return 0
        print(f"{LIST.name} is not up to date: run tools/namespace_list.py", file=sys.stderr)
        return 1
    LIST.write_text(text, encoding="utf-8")
    return 0


def listed() -> str:
    """All modules with their names, and where each is now if it is a path of Airflow 2."""
    lines = (f"{json.dumps(module)}: {json.dumps(about)}" for module, about in sorted(modules().items()))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def modules() -> dict[str, tuple[list[str], str]]:
    """Module -> names, and its new place."""
    with moves() as moved:  # also while the names are gathered: that imports the packages
        found = {name: _public(name) for name in sorted(_names())}
    return {name: (public, moved.get(name, "")) for name, public in found.items()}


def _names() -> set[str]:
    names = {"airflow", *PACKAGES, *ELSEWHERE}
    names |= {one.name for one in pkgutil.walk_packages(airflow.__path__, "airflow.") if "._" not in one.name}
    ours = importlib.import_module(OURS)
    return names | {one.name.replace(OURS, STANDARD, 1) for one in pkgutil.walk_packages(ours.__path__, f"{OURS}.")}


def _public(name: str) -> list[str]:
    return sorted(one for one in dir(importlib.import_module(name)) if not one.startswith("_"))


if __name__ == "__main__":
    sys.exit(main())
