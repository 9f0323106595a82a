"""How a module of this namespace finds its names: in `tradewind.sdk`, or at a place that it tells, when they are asked for.

A name that Tradewind lacks is no dummy: asking for it raises, as for any name that is not there, so that code which tries
one import after another goes on to its next.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["forward", "found", "moved", "package_of"]

NOWHERE: Mapping[str, str] = {}


def forward(
    module: str, names: str = "", *, places: Mapping[str, str] = NOWHERE, instead: str = ""
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a module.

    Args:
        module: its name.
        names: public names of `tradewind.sdk`, with spaces between them.
        places: other names, and where each is, as ``module:attribute``.
        instead: where Airflow 3 has all of this; a module that says so is deprecated, which is told once, on import.
    """
    known = {name: f"tradewind.sdk:{name}" for name in names.split()} | dict(places)
    if instead:
        moved(module, instead)

    def get(name: str) -> Any:
        if name not in known:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        value = found(module, name, known[name])
        setattr(sys.modules[module], name, value)
        return value

    return get, lambda: sorted({*vars(sys.modules[module]), *known})


def found(module: str, name: str, place: str) -> Any:
    """The object at a place.

    Raises:
        AttributeError: Tradewind has nothing there.
        ImportError: it is in a provider package that is not installed.
    """
    where, _, attribute = place.partition(":")
    try:
        target = import_module(where)
    except ModuleNotFoundError as error:
        if error.name != where and not where.startswith(f"{error.name}."):
            raise  # something that the target needs is missing, which is another matter
        if where.startswith(
            "airflow.providers."
        ):  # what Airflow raises too; `from ... import` would drop the other's words
            raise ImportError(_missing(module, name, where), name=where) from error
        raise AttributeError(_missing(module, name, where)) from error
    try:
        return getattr(target, attribute)
    except AttributeError:
        raise AttributeError(_missing(module, name, where)) from None


def moved(module: str, instead: str) -> None:
    """Warn whoever imports the module. It happens once: the module's code runs once."""
    warnings.warn(
        f"{module} is a name of Airflow 2; use {instead}", DeprecationWarning, stacklevel=_depth_of_importer(module)
    )


def _depth_of_importer(module: str) -> int:
    """How far up the stack, from `warnings.warn` in `moved`, the import statement is."""
    frame, depth = sys._getframe(1), 1  # noqa: SLF001 - the only way to see who asks
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name not in {__name__, module, "airflow._old_places"} and "importlib" not in frame.f_code.co_filename:
            return depth
        frame, depth = frame.f_back, depth + ("importlib" not in frame.f_code.co_filename)
    return depth


def package_of(place: str) -> str:
    """The provider package that a module below `airflow.providers` is in."""
    parts = place.split(".")[2:]
    depth = 2 if parts[0] in {"apache", "atlassian", "cncf", "common", "dbt", "microsoft"} else 1
    return "-".join(["apache-airflow-providers", *parts[:depth]])


def _missing(module: str, name: str, where: str) -> str:
    if where.startswith("airflow.providers."):
        package = package_of(where)
        return f"{module}.{name} is in {where} now: it needs a provider package such as {package}"
    return f"Tradewind has no {module}.{name}; see the page 'Differences from Airflow'"
