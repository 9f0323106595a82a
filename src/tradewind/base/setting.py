"""How one setting is declared: its default, its sentence for the reference, and the Airflow variable that means the same."""

from __future__ import annotations

from dataclasses import field
from typing import Any

__all__ = ["setting"]


def setting(default: Any, doc: str, airflow: str = "", *, is_secret: bool = False) -> Any:
    """A field of a settings class.

    Args:
        default: its value where nobody sets it.
        doc: the sentence of the reference.
        airflow: ``SECTION__KEY`` of the variable that means the same there.
        is_secret: whether its value is never shown.
    """
    return field(default=default, metadata={"doc": doc, "airflow": airflow, "is_secret": is_secret})
