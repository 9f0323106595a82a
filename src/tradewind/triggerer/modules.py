"""Modules of DAG folders in one process: each snapshot has its own, under the same names."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

from tradewind.protocol.messages import DagFacts
from tradewind.sdk.collect import import_file, module_name

__all__ = ["BundleModules"]


class BundleModules:
    """Puts the modules of one snapshot in place, and keeps those of the others for when they are asked for again."""

    def __init__(self) -> None:
        self._current = ""
        self._spaces: dict[str, dict[str, ModuleType]] = {}

    def enter(self, dag: DagFacts | None, classpath: str) -> None:
        """Make a class importable by its path.

        Raises:
            Exception: whatever the DAG file raises, where the class is defined in it.
        """
        if dag is None:
            return
        if dag.bundle_path != self._current:
            self._leave()
            self._current = dag.bundle_path
            sys.path.insert(0, dag.bundle_path)
            importlib.invalidate_caches()
            sys.modules.update(self._spaces.pop(dag.bundle_path, {}))
        own = module_name(Path(dag.relative_fileloc))
        if classpath.rpartition(".")[0] == own and own not in sys.modules:
            import_file(Path(dag.bundle_path) / dag.relative_fileloc, own)

    def _leave(self) -> None:
        if not self._current:
            return
        inside = self._current + os.sep
        mine = {
            name: module
            for name, module in list(sys.modules.items())
            if (getattr(module, "__file__", None) or "").startswith(inside)
        }
        for name in mine:
            del sys.modules[name]
        self._spaces[self._current] = mine
        sys.path.remove(self._current)
