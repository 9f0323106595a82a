"""The budgets of size: a file has 400 lines (over 700 fails), a function 60 (over 100 fails) and 7 arguments.

Prints what is over its goal and fails on what is over its limit. Constructors that carry Airflow's published argument
lists, named here, and files that a tool writes are the exceptions.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_GOAL, FILE_LIMIT = 400, 700
FUNCTION_GOAL, FUNCTION_LIMIT = 60, 100
ARGUMENT_LIMIT = 7

PUBLISHED_ARGUMENT_LISTS = ("src/tradewind/sdk/", "src/tradewind/providers/", "src/tradewind/testing/")
"""Folders where an argument list can be Airflow's own; keyword-only arguments do not count there."""


WRITTEN_BY_A_TOOL = "\n# Written by tools/"
"""Stands near the top of a file that nobody reads from end to end: its size is that of what it is written from."""


def main() -> int:
    """Measure every Python file of the package; 1 where a limit is broken."""
    over, broken = [], []
    for path in sorted((ROOT / "src").rglob("*.py")):
        if "migrations/versions" in path.as_posix():
            continue
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        if WRITTEN_BY_A_TOOL in text[:400]:
            continue
        lines = text.count("\n")
        if lines > FILE_LIMIT:
            broken.append(f"{name}: {lines} lines, {FILE_LIMIT} is the limit")
        elif lines > FILE_GOAL:
            over.append(f"{name}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                measure(node, name, over, broken)
    if over:
        print(f"over the goal of {FILE_GOAL} lines a file, {FUNCTION_GOAL} a function:")
        print("\n".join(f"  {line}" for line in over))
    if broken:
        print("over the limit:")
        print("\n".join(f"  {line}" for line in broken))
    return 1 if broken else 0


def measure(node: ast.FunctionDef | ast.AsyncFunctionDef, file: str, over: list[str], broken: list[str]) -> None:
    """Hold one function against its budgets."""
    where = f"{file}:{node.lineno} {node.name}"
    size = (node.end_lineno or node.lineno) - node.lineno + 1
    if size > FUNCTION_LIMIT:
        broken.append(f"{where}: {size} lines, {FUNCTION_LIMIT} is the limit")
    elif size > FUNCTION_GOAL:
        over.append(f"{where}: {size} lines")
    counted = [*node.args.posonlyargs, *node.args.args]
    if not file.startswith(PUBLISHED_ARGUMENT_LISTS):
        counted += node.args.kwonlyargs
    arguments = [a for a in counted if a.arg not in {"self", "cls"}]
    if len(arguments) > ARGUMENT_LIMIT and not is_route(node):
        broken.append(f"{where}: {len(arguments)} arguments, {ARGUMENT_LIMIT} is the limit")


def is_route(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a web route: its arguments are the published query parameters."""
    return any("router." in ast.unparse(decorator) for decorator in node.decorator_list)


if __name__ == "__main__":
    sys.exit(main())
