"""Loads DAGs from files into this process, as a worker would: for `run`, `dags test` and `tasks test`."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.base.dag_sources import PACKAGED, source_text
from tradewind.base.errors import AuthoringError, NotFound, TradewindError

if TYPE_CHECKING:
    from tradewind.base.settings import Settings
    from tradewind.sdk.dag import DAG

__all__ = ["dag_by_id", "dags_of_file", "one_dag"]


def dags_of_file(file: Path) -> dict[str, DAG]:
    """The DAGs of a file, by id; modules beside it can be imported as on a server.

    Raises:
        AuthoringError: the file can't be imported; the cause is what it raised.
    """
    from tradewind.worker.entry import load_dags

    root, name = bundle_root(file)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        return load_dags(str(root), name)
    except TradewindError as error:
        if not getattr(error, "__notes__", ()):
            raise
        raise AuthoringError(_headline(file, error), file=str(file)) from error
    except Exception as error:
        raise AuthoringError(_headline(file, error), file=str(file)) from error


def one_dag(file: Path, dag_id: str | None) -> DAG:
    """The DAG of a file; its id is needed where the file has several.

    Raises:
        AuthoringError: the file can't be imported.
        NotFound: it has no such DAG, none at all, or several to choose from.
    """
    found = dags_of_file(file)
    if dag_id is not None and dag_id in found:
        return found[dag_id]
    names = ", ".join(found) or "none"
    if dag_id is not None:
        raise NotFound(f"{file} has no DAG {dag_id!r}; it has {names}", dag_id=dag_id)
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise NotFound(f"{file} has several DAGs: {names}; say which by --dag-id")
    raise NotFound(f"{file} has no DAG: none is made by `@dag` or `with DAG(...)` when it is imported")


def dag_by_id(settings: Settings, dag_id: str) -> tuple[DAG, Path]:
    """A DAG of the DAGs folder, and its file. Files that name the id are looked at first.

    Raises:
        NotFound: no file of the folder has it; files that can't be imported are named.
    """
    folder = settings.dags_folder
    if not folder.is_dir():
        raise NotFound(
            f"no DAG {dag_id!r}: the DAGs folder {folder} does not exist; --file names the DAG's file, "
            "parsing.dags_folder the folder",
            dag_id=dag_id,
        )
    files = [
        path
        for path in sorted([*folder.rglob("*.py"), *folder.rglob(f"*{PACKAGED}")])
        if not any(part.startswith((".", "__pycache__")) for part in path.parts)
    ]
    texts = {path: source_text(path) for path in files}
    candidates = sorted(
        (path for path in files if "dag" in texts[path].lower()), key=lambda path: dag_id not in texts[path]
    )
    broken: list[str] = []
    for path in candidates:
        try:
            found = dags_of_file(path)
        except AuthoringError as error:
            broken.append(error.message if str(path) in error.message else f"{path}: {error.message}")
            continue
        if dag_id in found:
            return found[dag_id], path
    more = "".join(f"\n  {line}" for line in broken)
    raise NotFound(
        f"no file in {folder} has a DAG {dag_id!r}" + (f"; these can't be imported:{more}" if more else ""),
        dag_id=dag_id,
    )


def bundle_root(file: Path) -> tuple[Path, str]:
    """The folder that the file's absolute imports start from, and the file's path in it: above all its packages.

    Of a file in an installed package it is where packages are installed: those above it need no `__init__.py`, and
    their names must not hide others, as `airflow/providers/openai` would hide `openai`.
    """
    path = file.resolve()
    root = path.parent
    while (root / "__init__.py").exists():
        root = root.parent
    for installed in {Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib")}:
        if root.is_relative_to(installed):
            root = installed
    return root, path.relative_to(root).as_posix()


def _headline(file: Path, error: Exception) -> str:
    """What went wrong and where: the last line of the file, or of what it imports from its folder, that was reached."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: {error.msg}"
    root, _ = bundle_root(file)
    line, at, trace = "", str(file), error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if Path(name).is_relative_to(root):
            line, at = f":{trace.tb_lineno}", name
        trace = trace.tb_next
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
    return f"{at}{line}: {type(error).__name__}: {error}{notes}"
