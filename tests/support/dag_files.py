"""DAG files of a folder, run in this process as `dag.test()` runs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tradewind.cli.dag_files import dags_of_file
from tradewind.testing.result import DagResult

__all__ = ["run_dag_file"]


def run_dag_file(file: Path, dag_id: str | None = None, conf: dict[str, Any] | None = None) -> DagResult:
    """What came of a DAG of a file; its id is the file's name unless one is given."""
    return dags_of_file(file)[dag_id or file.stem].test(run_conf=conf)
