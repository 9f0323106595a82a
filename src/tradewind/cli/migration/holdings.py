"""What is taken over from Airflow: connections, variables and pools, in the words of the REST API, and what they lack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["KINDS", "MASK", "Holdings"]

KINDS = ("connections", "variables", "pools")
MASK = "***"
"""What Airflow shows instead of a secret."""


@dataclass(slots=True)
class Holdings:
    """The three kinds, each by name; the values are bodies of REST requests without the name."""

    connections: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    variables: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    pools: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    to_fill_in: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """`connections/ID` or `variables/KEY` -> fields whose values the source did not give."""

    def each(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Kind, name and body of everything."""
        for kind in KINDS:
            for name, body in getattr(self, kind).items():
                yield kind, name, body

    def add(self, other: Holdings) -> None:
        """Take in what another has; where both have a thing, the other's stays."""
        for kind, name, body in other.each():
            getattr(self, kind)[name] = body
        self.to_fill_in |= other.to_fill_in
