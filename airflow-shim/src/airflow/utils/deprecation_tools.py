"""Modules that say where their names have gone, as provider packages make them."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["DeprecatedImportWarning", "add_deprecated_classes"]


class DeprecatedImportWarning(FutureWarning):
    """Something is imported from where it was once."""


def add_deprecated_classes(
    module_imports: dict[str, dict[str, str]],
    package: str,
    override_deprecated_classes: dict[str, dict[str, str]] | None = None,  # noqa: ARG001 - words only
    extra_message: str | None = None,
) -> None:
    """Let modules of a package find names elsewhere.

    Args:
        module_imports: module -> name -> ``module.name`` where it is; a module that is the package itself is changed.
        package: the package's name.
        override_deprecated_classes: accepted.
        extra_message: more words for the warning.
    """
    for module, places in module_imports.items():
        full = package if package.endswith(module) else f"{package}.{module}"
        target = sys.modules.get(full) or ModuleType(full)
        target.__getattr__ = _getter(full, places, extra_message)  # type: ignore[method-assign]
        sys.modules[full] = target
        parent, _, leaf = full.rpartition(".")
        if parent in sys.modules:
            setattr(sys.modules[parent], leaf, target)


def _getter(module: str, places: dict[str, str], extra: str | None) -> Any:
    def get(name: str) -> Any:
        if name not in places and "*" not in places:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        where, _, attribute = places.get(name, f"{places.get('*')}.{name}").rpartition(".")
        warnings.warn(
            f"The `{module}.{name}` attribute is deprecated. Please use `{where}.{attribute}`. {extra or ''}".strip(),
            DeprecatedImportWarning,
            stacklevel=2,
        )
        return getattr(import_module(where), attribute)

    return get
