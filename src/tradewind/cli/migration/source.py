"""Reads a Python file as text and resolves its names: what was imported, called, subscripted, written as a template."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tradewind.cli.migration.findings import Finding, finding

__all__ = ["Reference", "Source", "dotted", "keywords_of", "read_source", "text_of"]

N = TypeVar("N", bound=ast.AST)
LARGEST = 4 << 20
IS_MAIN = frozenset({"__name__ == '__main__'", "'__main__' == __name__"})
IMPORT_ERRORS = {
    "ImportError",
    "ModuleNotFoundError",
    "Exception",
    "BaseException",
    "AirflowOptionalProviderFeatureException",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of a module that the file uses."""

    module: str
    name: str
    """Empty: the module itself."""
    line: int
    is_guarded: bool
    """The file knows what to do where it is missing."""

    @property
    def full(self) -> str:
        """As one dotted name."""
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(slots=True)
class Source:
    """A file and what its names mean."""

    path: str
    text: str
    tree: ast.Module
    nodes: dict[type[ast.AST], list[Any]]
    """All nodes, by their class."""
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    """Local name -> the dotted name that it stands for."""
    references: list[Reference] = field(default_factory=list[Reference])
    strings: dict[str, str] = field(default_factory=dict[str, str])
    """Names at the top of the file that stand for a text."""
    _calls: list[tuple[ast.Call, str]] | None = None

    def of(self, kind: type[N]) -> list[N]:
        """All nodes of a class."""
        return self.nodes.get(kind, [])

    @property
    def calls(self) -> list[tuple[ast.Call, str]]:
        """Each call with the dotted name of what is called, empty where it can't be told."""
        if self._calls is None:
            self._calls = [(node, self.name_of(node.func)) for node in self.of(ast.Call)]
        return self._calls

    @property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """All functions."""
        return [*self.of(ast.FunctionDef), *self.of(ast.AsyncFunctionDef)]

    @property
    def main_lines(self) -> list[range]:
        """Lines below `if __name__ == "__main__":`, which no server runs."""
        return [
            range(node.body[0].lineno, (node.body[-1].end_lineno or node.body[-1].lineno) + 1)
            for node in self.tree.body
            if isinstance(node, ast.If) and ast.unparse(node.test) in IS_MAIN
        ]

    def name_of(self, node: ast.AST) -> str:
        """The dotted name that an expression stands for, imports resolved; empty: it is no name."""
        written = dotted(node)
        first, _, rest = written.partition(".")
        meant = self.aliases.get(first, first)
        return f"{meant}.{rest}" if rest else meant

    def is_for_airflow(self) -> int:
        """The version of Airflow that the file was written for; 0: can't be told."""
        modules = {one.module for one in self.references if not one.is_guarded}
        if any(m.startswith(("airflow.sdk", "airflow.providers.standard", "airflow.assets")) for m in modules):
            return 3
        return 2 if any(m == "airflow" or m.startswith("airflow.") for m in modules) else 0


def read_source(path: str, content: bytes) -> Source | Finding:
    """The file, or why it can't be read."""
    if len(content) > LARGEST:
        return finding("TW001", 1, f"it has {len(content) >> 20} MB", "keep data out of Python files")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        return finding("TW001", 1, f"its text can't be decoded: {error}", "save it as UTF-8")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like: the file's matter
            tree = ast.parse(content, filename=path)
        nodes = _by_class(tree)
    except SyntaxError as error:
        return finding("TW002", error.lineno or 1, error.msg or "not valid Python", _syntax_fix(error))
    except (ValueError, RecursionError, MemoryError) as error:
        return finding("TW002", 1, str(error) or "nested too deeply", "look whether the file is Python at all")
    source = Source(path, text, tree, nodes)
    try:
        _read_imports(source)
    except RecursionError:
        return finding("TW002", 1, "nested too deeply", "look whether the file is Python at all")
    return source


def _by_class(tree: ast.Module) -> dict[type[ast.AST], list[Any]]:
    found: dict[type[ast.AST], list[Any]] = {}
    waiting: list[ast.AST] = [tree]
    for node in waiting:  # it grows as it is walked
        found.setdefault(type(node), []).append(node)
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                waiting += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                waiting.append(value)
    return found


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of an expression that is such a chain of names; else empty."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def keywords_of(call: ast.Call) -> dict[str, ast.keyword]:
    """The named arguments; also those of a dictionary that is written out behind ``**``."""
    return {one.arg: one for one in call.keywords if one.arg is not None}


def text_of(source: Source, node: ast.AST | None) -> str | None:
    """The text that an expression is, where that can be seen; None: it can't."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return source.strings.get(node.id)
    return None


def _syntax_fix(error: SyntaxError) -> str:
    text = (error.text or "").strip()
    if text.startswith("print ") or "Missing parentheses" in (error.msg or ""):
        return "the file is Python 2: run it through 2to3"
    return "correct it; `python -m py_compile FILE` tells the same"


# -- imports -------------------------------------------------------------------------------------------------------


def _read_imports(source: Source) -> None:
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    source.strings[target.id] = node.value.value
    _walk(source, source.tree.body, is_guarded=False)
    modules = frozenset(one.full for one in source.references if one.module.split(".")[0] == "airflow")
    if not modules:
        return
    seen: set[str] = set()
    for node in source.of(ast.Attribute):
        full = source.name_of(node)
        if full.startswith("airflow.") and full not in seen:
            seen.add(full)
            _add_chain(source, modules, full, node.lineno)


def _walk(source: Source, body: list[ast.stmt], *, is_guarded: bool) -> None:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                meant = alias.name if alias.asname else alias.name.partition(".")[0]
                source.aliases[alias.asname or meant] = meant
                source.references.append(Reference(alias.name, "", node.lineno, is_guarded))
        elif isinstance(node, ast.ImportFrom):
            if node.level or not node.module:
                continue  # its own package
            for alias in node.names:
                if alias.name != "*":
                    source.aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                name = "" if alias.name == "*" else alias.name
                source.references.append(Reference(node.module, name, _line(alias, node), is_guarded))
        elif isinstance(node, ast.Try | ast.TryStar):
            guards = is_guarded or any(_catches_imports(handler) for handler in node.handlers)
            _walk(source, node.body, is_guarded=guards)
            for handler in node.handlers:
                # What a handler falls back to is an attempt too: one of the two is expected to be missing.
                _walk(source, handler.body, is_guarded=guards)
            _walk(source, [*node.orelse, *node.finalbody], is_guarded=is_guarded)
        elif isinstance(node, ast.If):
            if not _is_for_types(node.test):
                guards = is_guarded or _asks_for_version(node.test)
                _walk(source, node.body, is_guarded=guards)
                _walk(source, node.orelse, is_guarded=guards)
            else:
                _walk(source, node.orelse, is_guarded=is_guarded)
        else:
            for inner in ("body", "orelse", "finalbody"):
                below = getattr(node, inner, None)
                if isinstance(below, list):
                    _walk(source, below, is_guarded=is_guarded)
            if isinstance(node, ast.Match):
                for case in node.cases:
                    _walk(source, case.body, is_guarded=is_guarded)


def _line(alias: ast.alias, node: ast.ImportFrom) -> int:
    return getattr(alias, "lineno", node.lineno)


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(dotted(kind).rpartition(".")[2] in IMPORT_ERRORS for kind in kinds)


def _is_for_types(test: ast.expr) -> bool:
    return dotted(test).rpartition(".")[2] == "TYPE_CHECKING"


def _asks_for_version(test: ast.expr) -> bool:
    """`if AIRFLOW_V_3_0_PLUS:`, `if Version(airflow.__version__) < ...:` and the like."""
    names = (dotted(node).lower() for node in ast.walk(test) if isinstance(node, ast.Name | ast.Attribute))
    return any("version" in name or "airflow_v" in name for name in names)


def _add_chain(source: Source, modules: frozenset[str], full: str, line: int) -> None:
    """`settings.Session` after `from airflow import settings`: the name Session of airflow.settings."""
    parts = full.split(".")
    for end in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:end])
        if module in modules and not parts[end].startswith("__"):
            source.references.append(Reference(module, parts[end], line, is_guarded=False))
            return
