"""The part of a graph that leads to one of its nodes and away from it."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["related"]

Edge = tuple[str, str]


def related(edges: Iterable[Edge], start: str) -> set[str]:
    """The node itself, all that leads to it, however far, and all that it leads to."""
    forth: dict[str, list[str]] = {}
    back: dict[str, list[str]] = {}
    for source, target in edges:
        forth.setdefault(source, []).append(target)
        back.setdefault(target, []).append(source)
    found = {start}
    for ways in (forth, back):
        seen, waiting = {start}, [start]
        while waiting:
            for node in ways.get(waiting.pop(), ()):
                if node not in seen:
                    seen.add(node)
                    waiting.append(node)
        found |= seen
    return found
