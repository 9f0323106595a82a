"""Objects by their dotted names."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["import_string", "is_valid_dotpath", "iter_namespace", "qualname"]

DOTTED = re.compile(r"^[a-zA-Z_]\w*(\.[a-zA-Z_]\w*)*$")


def import_string(dotted_path: str) -> Any:
    """The attribute that ``package.module.name`` tells.

    Raises:
        ImportError: it is no dotted name, or there is nothing.
    """
    module, _, name = dotted_path.rpartition(".")
    if not module:
        raise ImportError(f"{dotted_path} doesn't look like a module path")
    try:
        return getattr(import_module(module), name)
    except AttributeError as error:
        raise ImportError(f'Module "{module}" does not define a "{name}" attribute/class') from error


def qualname(o: object | Callable[..., Any], use_qualname: bool = True, exclude_module: bool = False) -> str:
    """The dotted name of a class, function or object's class."""
    target: Any = o if callable(o) and hasattr(o, "__module__") and hasattr(o, "__name__") else type(o)
    name = target.__qualname__ if use_qualname else target.__name__
    return name if exclude_module else f"{target.__module__}.{name}"


def iter_namespace(ns: ModuleType) -> Iterator[str]:
    """Names of the modules in a package."""
    return (name for _, name, _ in pkgutil.iter_modules(ns.__path__, f"{ns.__name__}."))


def is_valid_dotpath(path: str) -> bool:
    """Whether a text can be a dotted name."""
    return bool(DOTTED.match(path))
