"""Files and their modules."""

from __future__ import annotations

import re
from pathlib import Path

from tradewind.sdk.collect import module_name

__all__ = ["correct_maybe_zipped", "get_unique_dag_module_name", "list_py_file_paths", "mkdirs"]


def correct_maybe_zipped(fileloc: str | Path) -> str | Path:
    """The archive, for a path into a zip file."""
    if not fileloc:
        return fileloc
    found = re.match(r"(.*\.zip)(?:/.*)?$", str(fileloc))
    return found.group(1) if found and Path(found.group(1)).is_file() else fileloc


def get_unique_dag_module_name(file_path: str) -> str:
    """The name that a DAG file is imported under."""
    return module_name(Path(file_path))


def list_py_file_paths(directory: str | Path) -> list[str]:
    """The Python files in a folder and below it."""
    return sorted(str(path) for path in Path(directory).rglob("*.py"))


def mkdirs(path: str | Path, mode: int) -> None:
    """Make a folder, and those above it."""
    Path(path).mkdir(mode=mode, parents=True, exist_ok=True)
