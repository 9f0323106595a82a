"""From a DAG file to its DAGs: those that a global name holds, and those declared in a `with` block or by `@dag`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from tradewind.base.dag_sources import packaged_modules
from tradewind.sdk.authoring_errors import DuplicateDagId
from tradewind.sdk.dag import DAG
from tradewind.sdk.stack import DECLARED

__all__ = ["collect_dags", "import_file", "import_packaged", "load_dags", "module_name"]


FILE_MODULE_PREFIX = "tradewind_dag_"
"""How names of modules start that are DAG files."""


def module_name(path: Path) -> str:
    """The name a DAG file is imported under: its own, and a part that tells files of the same name apart."""
    return f"{FILE_MODULE_PREFIX}{sha256(str(path).encode()).hexdigest()[:12]}_{path.stem}"


def import_file(path: Path, name: str | None = None) -> ModuleType:
    """Import a DAG file under a name of its own, and note the DAGs that it declares.

    Raises:
        Exception: whatever the file raises.
        ImportError: the file is not Python.
    """
    name = name or module_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file", path=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def import_packaged(path: Path) -> list[ModuleType]:
    """Import the modules at the top of a zip file that may hold DAGs; they find what else is in it.

    Raises:
        Exception: whatever a module raises.
    """
    if str(path) not in sys.path:
        sys.path.insert(0, str(path))
    modules: list[ModuleType] = []
    for name in packaged_modules(path):
        sys.modules.pop(name, None)  # another package may have one of that name
        modules.append(importlib.import_module(name))
    return modules


def collect_dags(*modules: ModuleType) -> list[DAG]:
    """The DAGs of the imported modules of a file: first those declared in `with` blocks or by `@dag`, then other globals.

    Raises:
        DuplicateDagId: two DAGs have the same id.
    """
    candidates: list[DAG] = []
    for module in modules:
        candidates += getattr(module, DECLARED, ())
        candidates += [value for value in vars(module).values() if isinstance(value, DAG)]
    found: dict[str, DAG] = {}
    for dag in candidates:
        known = found.setdefault(dag.dag_id, dag)
        if known is not dag:
            raise DuplicateDagId(
                f"the file defines the Dag id {dag.dag_id!r} twice: in {known.fileloc}:{known.line} and "
                f"{dag.fileloc}:{dag.line}",
                dag_id=dag.dag_id,
            )
    return list(found.values())


def load_dags(path: Path, name: str | None = None) -> list[DAG]:
    """Import a DAG file and give its DAGs.

    Raises:
        Exception: whatever the file raises.
        DuplicateDagId: two DAGs have the same id.
    """
    return collect_dags(import_file(path, name))
