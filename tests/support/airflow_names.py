"""The list of Airflow's names that Tradewind has, and how it is read."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

__all__ = ["absent", "deprecated_modules", "names", "names_of_packages"]

NAMES = Path(__file__).with_name("airflow_names.txt")
SHIM = Path(__file__).resolve().parents[2] / "airflow-shim" / "src"


def names() -> dict[str, list[str]]:
    """Module -> its names that need nothing but Tradewind."""
    return _read(0)


def names_of_packages() -> dict[str, list[str]]:
    """Module -> its names that a provider package has."""
    return _read(1)


def _read(part: int) -> dict[str, list[str]]:
    lines = NAMES.read_text(encoding="utf-8").split("\n\n")[part].splitlines()
    pairs = (line.split(": ") for line in lines if line and not line.startswith("#"))
    return {module: found.split() for module, found in pairs}


def absent(module: str, wanted: list[str]) -> list[str]:
    """Those names that the module has neither as its own nor as a module in it."""
    there = import_module(module)
    return [name for name in wanted if not hasattr(there, name) and not _is_module(f"{module}.{name}")]


def _is_module(name: str) -> bool:
    try:
        import_module(name)
    except ModuleNotFoundError:
        return False
    return True


def deprecated_modules() -> list[str]:
    """The modules of the namespace that say on import where their names have gone."""
    found: list[str] = []
    for file in sorted((SHIM / "airflow").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if file.name != "_forward.py" and (("instead=" in text and "forward(" in text) or "moved(__name__" in text):
            parts = file.relative_to(SHIM).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found
