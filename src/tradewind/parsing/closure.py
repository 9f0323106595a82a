"""What a DAG file depends on inside its bundle, found while it is parsed.

Four sources together: modules that were imported, files that were opened and folders that were listed while the file
ran, and, read from the source, imports inside functions and texts that name a file or folder of the bundle (the SQL
template, the CSV beside the file): those are needed only when a task runs, and an edit of them should count all the same.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["Closure", "OpenedFiles"]

PATH_TEXT = re.compile(r"[\w.\- /]{2,200}")
IMPORTER = "<frozen importlib._bootstrap_external>"


class OpenedFiles:
    """Paths under a folder that this process opens or lists from now on, the import system's own reading apart.

    An audit hook can't be removed: make one only in a process that ends soon.
    """

    def __init__(self, root: str) -> None:
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self._prefix = root.rstrip("/")
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if event not in ("open", "os.listdir", "os.scandir") or not args:
            return
        path = args[0]
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        elif path is None:
            path = "."
        if isinstance(path, str) and sys._getframe(1).f_code.co_filename != IMPORTER:  # noqa: SLF001
            full = os.path.abspath(path)  # noqa: PTH100 - links stay as they are
            if full == self._prefix or full.startswith(self._prefix + "/"):
                (self.files if event == "open" else self.folders).add(full)


class Closure:
    """Collects the paths inside a bundle that a DAG file depends on.

    Args:
        root: the bundle's folder (the snapshot).
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths: set[str] = set()
        self._sources: list[Path] = []

    def paths(self) -> list[str]:
        """Files, and folders with a trailing slash, inside the bundle, in order."""
        while self._sources:
            self._read(self._sources.pop())
        return sorted(self._paths)

    def add(self, path: str | Path) -> None:
        """A file, or a folder with all that is in it; what lies outside of the bundle or is generated is passed over."""
        full = Path(path)
        if not full.is_relative_to(self._root) or full == self._root:
            return
        inside = full.relative_to(self._root)
        if "__pycache__" in inside.parts or any(part.startswith(".") for part in inside.parts):
            return
        name = inside.as_posix() + ("/" if full.is_dir() else "")
        if name in self._paths or not full.exists():
            return
        self._paths.add(name)
        if full.suffix == ".py" and full.is_file():
            self._sources.append(full)

    def add_modules(self, modules: Iterable[object]) -> None:
        """Files of imported modules."""
        for module in modules:
            file = getattr(module, "__file__", None)
            if isinstance(file, str):
                self.add(file)

    def add_opened(self, opened: OpenedFiles) -> None:
        """What was opened and listed. A listing of the bundle's top folder means every file of it."""
        for path in opened.files | opened.folders:
            self.add(path)

    def _read(self, source: Path) -> None:
        """Add what a module names: imports anywhere in it, and texts that are paths."""
        try:
            tree = ast.parse(source.read_bytes())
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
            return  # whoever imports it is told; here nothing more can be learned
        for node in ast.walk(tree):
            match node:
                case ast.Import():
                    for alias in node.names:
                        self._add_import(alias.name, source.parent)
                case ast.ImportFrom():
                    self._add_import_from(node, source)
                case ast.Constant(value=str(text)) if PATH_TEXT.fullmatch(text) and text.strip("./ "):
                    self._add_text(text, source.parent)
                case _:
                    pass

    def _add_import_from(self, node: ast.ImportFrom, source: Path) -> None:
        base = node.module or ""
        if node.level:
            folder = source.parents[node.level - 1] if node.level <= len(source.parents) else self._root
            for name in [base, *(f"{base}.{alias.name}".lstrip(".") for alias in node.names)]:
                for path in _module_files(folder, name):
                    self.add(path)
            return
        self._add_import(base, source.parent)
        for alias in node.names:
            self._add_import(f"{base}.{alias.name}", source.parent)

    def _add_import(self, name: str, folder: Path) -> None:
        found = list(_module_files(self._root, name)) or list(_module_files(folder, name))
        for path in found:
            self.add(path)

    def _add_text(self, text: str, folder: Path) -> None:
        for base in (folder, self._root):
            path = base / text.strip("/ ")
            if ".." not in path.parts and path.exists() and path not in (folder, self._root):
                self.add(path)
                return


def _module_files(folder: Path, name: str) -> Iterator[Path]:
    """The files that importing a dotted name runs, as far as they are in a folder."""
    for part in name.split("."):
        if not part:
            return
        if (file := folder / f"{part}.py").is_file():
            yield file
            return
        folder = folder / part
        if not folder.is_dir():
            return
        if (file := folder / "__init__.py").is_file():
            yield file
