"""Entry points of installed distributions, with the distribution that has each."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint, distributions

__all__ = ["entry_points_with_dist"]


def entry_points_with_dist(group: str) -> Iterator[tuple[EntryPoint, Distribution]]:
    """The entry points of a group."""
    seen: set[str] = set()
    for one in distributions():
        name = one.metadata["Name"]
        if name in seen:
            continue
        seen.add(name)
        yield from ((entry, one) for entry in one.entry_points if entry.group == group)
