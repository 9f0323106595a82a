"""Which files may hold DAGs, told by their text; a zip file may, with its modules and what they import packaged in one."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

__all__ = ["PACKAGED", "mentions_dags", "packaged_modules", "source_text"]

PACKAGED = ".zip"
DAG_WORDS = re.compile(rb"dag|asset", re.IGNORECASE)
HOME_WORDS = re.compile(rb"airflow|tradewind", re.IGNORECASE)


def mentions_dags(content: bytes) -> bool:
    """Whether a Python source names both a DAG and this program, or Airflow."""
    return bool(HOME_WORDS.search(content) and DAG_WORDS.search(content))


def packaged_modules(path: Path) -> list[str]:
    """Names of the modules at the top of a zip file that may hold DAGs; none where it is no zip file."""
    return [name.removesuffix(".py") for name, source in _sources(path) if mentions_dags(source)]


def source_text(path: Path) -> str:
    """What to show as the source of a DAG file: its text, or those of the modules of a zip file that may hold DAGs."""
    if path.suffix != PACKAGED:
        return path.read_text(encoding="utf-8", errors="replace")
    parts = [(name, source.decode(errors="replace")) for name, source in _sources(path) if mentions_dags(source)]
    return "\n".join(f"# {path.name}/{name}\n{text}" for name, text in parts)


def _sources(path: Path) -> list[tuple[str, bytes]]:
    try:
        with ZipFile(path) as package:
            names = sorted(name for name in package.namelist() if name.endswith(".py") and "/" not in name)
            return [(name, package.read(name)) for name in names if not name.startswith("__")]
    except BadZipFile:
        return []
