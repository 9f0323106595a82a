"""`DagBag`: the DAGs of a folder in this process, for tests that look whether all files can be imported."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

from airflow.configuration import conf
from tradewind.sdk.dag import DAG
from tradewind.worker.entry import load_dags

__all__ = ["DagBag"]


class DagBag:
    """DAGs by id, and why files could not be imported, by path.

    Args:
        dag_folder: a folder, or one file; None: the DAGs folder of the settings.
        include_examples: accepted; Tradewind's examples are not among them.
        safe_mode: pass over files that do not speak of DAGs.
        collect_dags: read the folder at once.
    """

    def __init__(
        self,
        dag_folder: str | Path | None = None,
        include_examples: bool = False,  # noqa: ARG002 - Airflow's argument
        safe_mode: bool = True,
        collect_dags: bool = True,
        **_: Any,
    ) -> None:
        self.dag_folder = str(dag_folder or conf.get("core", "dags_folder"))
        self.safe_mode = safe_mode
        self.dags: dict[str, DAG] = {}
        self.import_errors: dict[str, str] = {}
        if collect_dags:
            self.collect_dags()

    @property
    def dag_ids(self) -> list[str]:
        """Ids of all DAGs."""
        return list(self.dags)

    def size(self) -> int:
        """How many DAGs there are."""
        return len(self.dags)

    def get_dag(self, dag_id: str) -> DAG | None:
        """A DAG, or None."""
        return self.dags.get(dag_id)

    def collect_dags(self) -> None:
        """Read the folder."""
        root = Path(self.dag_folder).resolve()
        files = [root] if root.is_file() else sorted(root.rglob("*.py"))
        for file in files:
            inside = file.relative_to(root).parts
            if not any(part.startswith((".", "__pycache__")) for part in inside):
                self.process_file(file)

    def process_file(self, filepath: str | Path) -> list[DAG]:
        """The DAGs of a file, which are in the bag from now on."""
        file, root = Path(filepath).resolve(), Path(self.dag_folder).resolve()
        folder = root if root.is_dir() else root.parent
        text = file.read_text(encoding="utf-8", errors="replace").lower()
        if self.safe_mode and not ("dag" in text and ("airflow" in text or "tradewind" in text or "asset" in text)):
            return []
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        try:
            found = load_dags(str(folder), file.relative_to(folder).as_posix())
        except Exception:  # noqa: BLE001 - whatever the file raises is what the caller wants to know
            self.import_errors[str(file)] = traceback.format_exc(limit=-3)
            return []
        self.dags.update(found)
        return list(found.values())
