"""Scopes: what gives tasks several instances. A mapped group is one, and a mapped task; one may lie in another.

Each instance of a task in a scope has a path: the number of the outer scope's item, then of the inner one's, and so on.
Outside, an instance has one map index. In a scope that lies in no other, that is the item's number. In a nested scope
indexes are handed out as lengths become known: each item of the outer scope has one from the start, which becomes the
first of its items, and the others follow behind all that are there. An index once given means the same path for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from tradewind.spec import MapSpec

__all__ = ["Scope", "common"]


class Scope:
    """A mapped group, or a mapped task with those that follow it one by one."""

    __slots__ = ("children", "index", "lineage", "mapping", "members", "name", "owner", "parent", "sources")

    def __init__(self, index: int, name: str, mapping: MapSpec, parent: Scope | None, owner: int | None = None) -> None:
        self.index = index
        self.name = name
        """The group's or the task's id."""
        self.mapping = mapping
        self.parent = parent
        self.owner = owner
        """The mapped task, whose trigger rule decides when there are items; None for a group."""
        self.lineage: tuple[Scope, ...] = (*(parent.lineage if parent is not None else ()), self)
        """The scopes around it, outermost first, and itself."""
        self.members: list[int] = []
        """Nodes directly in it: they have as many instances as it has items."""
        self.children: list[Scope] = []
        self.sources: tuple[int, ...] = ()
        """Nodes whose output its length is taken from."""
        if parent is not None:
            parent.children.append(self)

    def subtree(self) -> Iterator[Scope]:
        """It, and all scopes in it; each behind the one around it."""
        yield self
        for child in self.children:
            yield from child.subtree()


def common(one: Scope | None, other: Scope | None) -> Scope | None:
    """The innermost scope that both lie in, or are."""
    found = None
    for a, b in zip(one.lineage if one else (), other.lineage if other else (), strict=False):
        if a is not b:
            break
        found = a
    return found
