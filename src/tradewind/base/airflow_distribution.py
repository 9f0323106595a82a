"""Answers who asks Python's metadata for the version of Apache Airflow, where the namespace of Tradewind stands in for it.

Packages that build on Airflow decide by ``importlib.metadata.version("apache-airflow")`` what to import. No such distribution
is installed beside the namespace, and pip must not think so: only this question, in a process that runs DAGs, is answered.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["airflow_distributions", "answer_for_airflow"]

NAME = "apache-airflow"
MARK = "_absent.py"
"""A file of our namespace that Airflow's does not have."""


def answer_for_airflow() -> None:
    """From now on the question is answered in this process."""
    if not any(isinstance(one, _Finder) for one in sys.meta_path):
        sys.meta_path.append(_Finder())


class _Finder:
    """Finds no module, and one distribution."""

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        """No module."""

    def find_distributions(self, context: Any) -> Iterator[Any]:
        """What metadata asks a finder for."""
        return airflow_distributions(context)


def airflow_distributions(context: Any) -> Iterator[Any]:
    """The distribution, for who names it, and does not name folders to look in."""
    if (context.name or "").lower().replace("_", "-") != NAME or "path" in vars(context):
        return
    found = find_spec("airflow")
    folder = os.path.dirname(found.origin) if found is not None and found.origin else ""  # noqa: PTH120 - pathlib takes 10 ms to load
    if os.path.exists(os.path.join(folder, MARK)):  # noqa: PTH110, PTH118 - as above
        yield _distribution(import_module("airflow.version").version)


def _distribution(version: str) -> Any:
    from importlib.metadata import Distribution  # noqa: PLC0415 - who asks has loaded it; it takes 30 ms

    class Surface(Distribution):
        """What the namespace stands for: a name and a version, no files."""

        def read_text(self, filename: str) -> str | None:
            return f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n" if filename == "METADATA" else None

        def locate_file(self, path: Any) -> Any:
            raise FileNotFoundError(f"{NAME} is not installed: tradewind-airflow stands in for it, without {path}")

    return Surface()
