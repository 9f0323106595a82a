"""Makes an installed provider package of a few lines in a folder."""

from __future__ import annotations

from pathlib import Path

__all__ = ["install", "uninstall"]


def install(folder: Path, name: str, info: str, *, version: str = "1.0", more: str = "") -> Path:
    """Put a provider package into a folder of the path.

    Args:
        folder: the folder, as site-packages is one.
        name: name of the distribution; its module has underscores.
        info: what `get_provider_info` returns, as an expression.
        version: the distribution's.
        more: further lines of the module, before the function.

    Returns:
        The module's file.
    """
    module = name.replace("-", "_")
    file = folder / module / "__init__.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{more}\ndef get_provider_info():\n    return {info}\n")
    metadata = folder / f"{module}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (metadata / "entry_points.txt").write_text(
        f"[apache_airflow_provider]\nprovider_info = {module}:get_provider_info\n"
    )
    return file


def uninstall(folder: Path, name: str, version: str = "1.0") -> None:
    """Take its metadata away."""
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    for file in metadata.iterdir():
        file.unlink()
    metadata.rmdir()
