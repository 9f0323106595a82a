"""The source of decorated functions, for operators that run them somewhere else."""

from __future__ import annotations

import ast

__all__ = ["without_decorator"]


def without_decorator(source: str, name: str) -> str:
    """The source of a function without one kind of decorator, and without `@setup` and `@teardown`; other decorators stay.

    Args:
        source: the definition, at the left margin.
        name: of the decorator, such as ``@task.virtualenv``; with or without arguments.
    """
    definition = ast.parse(source).body[0]
    decorators: list[ast.expr] = getattr(definition, "decorator_list", [])
    gone = {"setup", "teardown", name.removeprefix("@")}
    lines = source.splitlines(keepends=True)
    for decorator in reversed(decorators):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if ast.unparse(called) in gone:
            del lines[decorator.lineno - 1 : decorator.end_lineno]
    return "".join(lines)
