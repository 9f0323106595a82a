"""Modules of Airflow 1 and 2 that have become others, mostly of provider packages: they are found by a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from airflow._forward import moved, package_of
from airflow._old_table import PACKAGES, place_of

__all__ = ["OldPlacesFinder", "below"]


class OldPlacesFinder(MetaPathFinder):
    """Finds the modules of the table, where no package has a module of that name."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> ModuleSpec | None:
        """A spec of a module that looks where its names are now; None: it is not of the table."""
        top, _, below_airflow = fullname.partition(".")
        if top != "airflow":
            return None
        if below_airflow in PACKAGES:
            return ModuleSpec(fullname, _Folder(), is_package=True)
        return ModuleSpec(fullname, _Redirect(below_airflow)) if place_of(below_airflow) else None


class _Folder(Loader):
    """A package that has nothing but modules."""

    def exec_module(self, module: ModuleType) -> None:
        """Nothing has to be done."""


class _Redirect(Loader):
    """Fills a module that has the names of others."""

    def __init__(self, old: str) -> None:
        self._old = old

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002 - the protocol's
        return None

    def exec_module(self, module: ModuleType) -> None:
        place = place_of(self._old)
        assert place is not None
        moved(module.__name__, place.module)
        old = self._old
        module.__getattr__ = lambda name: _found(old, name)  # type: ignore[method-assign]


def below(package: str) -> Callable[[str], Any]:
    """The `__getattr__` of a package: its modules, which Airflow 1 imported by itself, and the names that it had itself."""

    def get(name: str) -> Any:
        old = package.removeprefix("airflow.")
        place = place_of(old)
        if place is not None and name in place.others:
            value = _found(old, name)
            setattr(sys.modules[package], name, value)
            return value
        full = f"{package}.{name}"
        if not name.startswith("_"):
            try:
                return import_module(full)
            except ModuleNotFoundError as error:
                if error.name != full:
                    raise
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return get


def _found(old: str, name: str) -> Any:
    """What an old module had under a name.

    Raises:
        ImportError: it is in a provider package that is not installed.
        AttributeError: no such name is known, or the installed package has it no more.
    """
    place = place_of(old)
    if name.startswith("__") or place is None:
        raise AttributeError(name)
    where, now = place.of(name)
    if name in place.others:
        moved(f"airflow.{old}.{name}", f"{where}.{now}")
    try:
        target = import_module(where)
    except ModuleNotFoundError as error:
        if not where.startswith(str(error.name)):
            raise  # something that the package needs is missing, which is another matter
        called = "" if now == name else f" as {now}"
        raise ImportError(
            f"airflow.{old}.{name} is in {where} now{called}: it needs a provider package such as {package_of(where)}",
            name=where,
        ) from error
    return getattr(target, now)
