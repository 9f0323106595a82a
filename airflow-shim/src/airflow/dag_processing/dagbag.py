"""`DagBag`: the DAGs of a folder in this process, for tests that look whether all files can be imported."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from airflow.configuration import conf
from tradewind.base.dag_sources import PACKAGED, mentions_dags, packaged_modules
from tradewind.base.settings import load_settings
from tradewind.parsing.ignore import IGNORE_FILE, IgnoreRules
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
        """Read the folder; what is no folder and no file, such as ``/dev/null``, has no DAGs."""
        root = Path(self.dag_folder).resolve()
        if not root.is_file() and not root.is_dir():
            return
        syntax = load_settings(os.environ).parsing.ignore_syntax
        for file in [root] if root.is_file() else _files(root, "", IgnoreRules(), syntax, set()):
            self.process_file(file)

    def process_file(self, filepath: str | Path) -> list[DAG]:
        """The DAGs of a file, which are in the bag from now on."""
        file, root = Path(filepath).resolve(), Path(self.dag_folder).resolve()
        folder = root if root.is_dir() else root.parent
        if self.safe_mode and not _may_hold_dags(file):
            return []
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        try:
            found = load_dags(str(folder), file.relative_to(folder).as_posix())
        except (Exception, SystemExit):  # noqa: BLE001 - whatever the file raises is what the caller wants to know
            self.import_errors[str(file)] = traceback.format_exc(limit=-3)
            return []
        self.dags.update(found)
        return list(found.values())


def _files(folder: Path, inside: str, rules: IgnoreRules, syntax: str, seen: set[Path]) -> Iterator[Path]:
    """The files of a folder that may hold DAGs, without those that `.airflowignore` names."""
    seen.add(folder.resolve())
    if (folder / IGNORE_FILE).is_file():
        rules = rules.with_file((folder / IGNORE_FILE).read_text(encoding="utf-8"), inside, syntax)
    for one in sorted(folder.iterdir()):
        path, is_folder = f"{inside}/{one.name}".lstrip("/"), one.is_dir()
        if one.name.startswith((".", "__pycache__")) or rules.match(path, is_folder=is_folder):
            continue
        if is_folder and one.resolve() not in seen:  # a link may lead round in a circle
            yield from _files(one, path, rules, syntax, seen)
        elif not is_folder and one.suffix in {".py", PACKAGED}:
            yield one


def _may_hold_dags(file: Path) -> bool:
    return bool(packaged_modules(file)) if file.suffix == PACKAGED else mentions_dags(file.read_bytes())
