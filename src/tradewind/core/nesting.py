"""What a run knows of its nested scopes: which index has which path, and tallies that count for one outer item only."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tradewind.core.rules import TOTALS, WEIGHTS, shape
from tradewind.core.scopes import Scope, common
from tradewind.core.states import DONE

if TYPE_CHECKING:
    from tradewind.core.graph import Graph, Node
    from tradewind.core.run import Key, Run

__all__ = ["Layout", "Nest", "layouts_for"]


class Layout:
    """The items of a nested scope."""

    __slots__ = ("blocks", "live", "parents", "void")

    def __init__(self) -> None:
        self.parents = array("l")
        """By index: the index of the outer item."""
        self.blocks: list[list[int]] = []
        """By index of the outer item: indexes of its items, in order. The first is there before the length is known."""
        self.live = bytearray()
        """By index of the outer item: whether its length is known."""
        self.void: set[int] = set()
        """Indexes that are taken back: their instances count for nothing any more."""


class Nest:
    """The nested scopes of one run."""

    __slots__ = ("_run", "layouts", "open", "tallies", "totals")

    def __init__(self, run: Run) -> None:
        self._run = run
        self.layouts: dict[int, Layout] = {}
        """By scope, once the outermost scope around it is expanded."""
        self.tallies: dict[tuple[int, int], list[int]] = {}
        """By node and scope around it: how those upstreams ended that count for one item of that scope, by its index."""
        self.totals: dict[tuple[int, int], list[int]] = {}
        self.open: dict[tuple[int, int], list[int]] = {}
        """By node that is mapped over and scope around it: its unfinished instances under each item of that scope."""

    # -- paths --------------------------------------------------------------------------------------------------------

    def up(self, scope: Scope, index: int, outer: Scope) -> int:
        """The index of the item of `outer` that an item of `scope` lies under."""
        while scope is not outer:
            index = self.layouts[scope.index].parents[index]
            assert scope.parent is not None
            scope = scope.parent
        return index

    def under(self, scope: Scope, index: int, outer: Scope) -> list[int]:
        """Indexes of the items of `scope` under one item of `outer`, in the order of their paths."""
        if scope is outer:
            return [index]
        assert scope.parent is not None
        blocks = self.layouts[scope.index].blocks
        return [i for p in self.under(scope.parent, index, outer) for i in blocks[p]]

    def path(self, scope: Scope, index: int) -> tuple[int, ...]:
        """The path of an item."""
        places: list[int] = []
        while scope.parent is not None:
            layout = self.layouts[scope.index]
            parent = layout.parents[index]
            block = layout.blocks[parent]
            places.append(block.index(index) if len(block) < 32 or index == block[0] else _place(block, index))
            index, scope = parent, scope.parent
        return (index, *reversed(places))

    def is_live(self, scope: Scope, index: int) -> bool:
        """Whether the item is one whose existence is sure: lengths are known up to the outermost scope."""
        while scope.parent is not None:
            layout = self.layouts[scope.index]
            index = layout.parents[index]
            if not layout.live[index]:
                return False
            scope = scope.parent
        return True

    def is_void(self, scope: Scope | None, index: int) -> bool:
        """Whether the index was taken back."""
        if scope is None or scope.parent is None:
            return False
        layout = self.layouts.get(scope.index)
        return layout is not None and index in layout.void

    def unknown(self, scope: Scope, index: int) -> tuple[Scope, int]:
        """The outermost scope whose length is not known on the way to an item, and the index of the item around it."""
        found = (scope, index)
        while scope.parent is not None:
            layout = self.layouts[scope.index]
            index = layout.parents[index]
            if not layout.live[index]:
                found = (scope, index)
            scope = scope.parent
        return found

    # -- tallies ------------------------------------------------------------------------------------------------------

    def tally(self, node: Node, index: int) -> tuple[int, int]:
        """How those upstreams ended, and how many there are, that count for one item of a scope around both."""
        assert node.scope is not None
        tally = total = 0
        for outer in node.mids:
            at = self.up(node.scope, index, outer)
            tally += self.tallies[node.index, outer.index][at]
            total += self.totals[node.index, outer.index][at]
        return tally, total

    def tell(self, source: Node, index: int, target: Node, outer: Scope, delta: int) -> None:
        """An instance ended (or no longer has): say it to the tally of those under the same item of `outer`."""
        run = self._run
        if run.count[source.index] < 0:
            run.pending[target.index, -1] = None
            return
        assert source.scope is not None
        assert target.scope is not None
        at = self.up(source.scope, index, outer)
        tallies = self.tallies[target.index, outer.index]
        before = tallies[at]
        tallies[at] = before + delta
        if target.scope is outer:
            run.pending[target.index, at] = None
            return
        total = self.totals[target.index, outer.index][at]
        if shape(before, total) != shape(before + delta, total):
            for i in self.under(target.scope, at, outer):
                run.pending[target.index, i] = None

    def tell_lengths(self, source: Node, index: int, delta: int) -> None:
        """A node that scopes are mapped over has an instance that ended: those whose length may now be known."""
        run = self._run
        if run.count[source.index] < 0:
            return
        assert source.scope is not None
        for scope, outer in source.near:
            at = self.up(source.scope, index, outer)
            if source.scope is not outer:
                unfinished = self.open[source.index, outer.index]
                if scope is next(s for s, o in source.near if o is outer):
                    unfinished[at] += delta
                if unfinished[at]:
                    continue
            for inner in scope.subtree():
                for i in self.under(inner, at, outer):
                    for member in inner.members:
                        run.pending[member, i] = None

    # -- growing ------------------------------------------------------------------------------------------------------

    def begin(self, top: Scope, count: int) -> None:
        """The outermost scope has its length: give each of its items a place in all scopes in it."""
        for scope in top.subtree():
            if scope is not top:
                self.layouts[scope.index] = Layout()
        for child in top.children:
            self._give_places(child, range(count))

    def _give_places(self, scope: Scope, outer: Iterable[int]) -> range:
        layout = self.layouts[scope.index]
        first = len(layout.parents)
        for place, parent in enumerate(outer, first):
            layout.parents.append(parent)
            layout.blocks.append([place])
            layout.live.append(0)
        fresh = range(first, len(layout.parents))
        for child in scope.children:
            self._give_places(child, fresh)
        return fresh

    def lengthen(self, scope: Scope, parent: int, more: int) -> dict[int, range]:
        """Give an outer item more items of a scope; returns the new indexes by scope, outermost first."""
        layout = self.layouts[scope.index]
        fresh = range(len(layout.parents), len(layout.parents) + more)
        layout.parents.extend([parent] * more)
        layout.blocks[parent].extend(fresh)
        found = {scope.index: fresh}
        self._lengthen_children(scope, fresh, found)
        return found

    def lengthen_top(self, top: Scope, fresh: range) -> dict[int, range]:
        """The outermost scope has more items: give them places in all scopes in it."""
        found: dict[int, range] = {}
        self._lengthen_children(top, fresh, found)
        return found

    def _lengthen_children(self, scope: Scope, fresh: range, found: dict[int, range]) -> None:
        for child in scope.children:
            layout = self.layouts[child.index]
            first = len(layout.parents)
            layout.parents.extend(fresh)
            for place, parent in enumerate(fresh, first):
                if parent < len(layout.blocks):  # an item of the outermost scope that was taken back comes again
                    layout.blocks[parent] = [place]
                else:
                    layout.blocks.append([place])
                    layout.live.append(0)
            found[child.index] = range(first, first + len(fresh))
            self._lengthen_children(child, found[child.index], found)

    def take_back(self, scope: Scope, parent: int, keep: int) -> list[tuple[Scope, int]]:
        """Items of an outer item beyond the first `keep`, with all that lies under them: they are void from now on."""
        layout = self.layouts[scope.index]
        gone = layout.blocks[parent][keep:]
        del layout.blocks[parent][keep:]
        return [pair for index in gone for pair in self._void(scope, index)]

    def take_back_top(self, top: Scope, gone: range) -> list[tuple[Scope, int]]:
        """What lies under items of the outermost scope that are gone."""
        return [
            pair
            for child in top.children
            for parent in gone
            for index in self._emptied(child, parent)
            for pair in self._void(child, index)
        ]

    def _void(self, scope: Scope, index: int) -> Iterator[tuple[Scope, int]]:
        self.layouts[scope.index].void.add(index)
        yield scope, index
        for child in scope.children:
            for inner in self._emptied(child, index):
                yield from self._void(child, inner)

    def _emptied(self, scope: Scope, parent: int) -> list[int]:
        layout = self.layouts[scope.index]
        block, layout.blocks[parent] = layout.blocks[parent], []
        layout.live[parent] = 0
        return block

    # -- counting -----------------------------------------------------------------------------------------------------

    def recount(self, top: Scope) -> None:
        """Find all that is counted under a scope that lies in no other anew, from the states."""
        run = self._run
        inside = {scope.index for scope in top.subtree()}
        size = {scope.index: self.size(scope) for scope in top.subtree()}
        for node in run.graph.nodes:
            for outer in node.mids:
                if outer.index in inside:
                    self.tallies[node.index, outer.index] = [0] * size[outer.index]
                    self.totals[node.index, outer.index] = [0] * size[outer.index]
            for _, outer in node.near:
                if outer.index in inside and outer is not node.scope:
                    self.open[node.index, outer.index] = [0] * size[outer.index]
        for scope in top.subtree():
            for member in scope.members:
                if run.count[member] >= 0:
                    self.weigh(run.graph.nodes[member], range(run.count[member]))

    def size(self, scope: Scope) -> int:
        """How many items a scope has, with void ones."""
        if scope.parent is not None:
            layout = self.layouts.get(scope.index)
            return 0 if layout is None else len(layout.parents)
        counts = [self._run.count[n] for n in scope.members]
        if not counts:  # nothing but other scopes is in it: those know
            layouts = [layout for c in scope.children if (layout := self.layouts.get(c.index)) is not None]
            return max((n + 1 for one in layouts for n, block in enumerate(one.blocks) if block), default=0)
        return max(*counts, 0)

    def extend(self, grown: Iterable[tuple[Scope, int]]) -> None:
        """Make room in what is counted by item of scopes that now have so many items."""
        for scope, size in grown:
            for found in (self.tallies, self.totals, self.open):
                for key in (k for k in found if k[1] == scope.index):
                    found[key].extend([0] * (size - len(found[key])))

    def weigh(self, source: Node, indexes: range) -> None:
        """Count instances of a node in for those below it that lie under the same item of a scope."""
        run = self._run
        if not source.is_mid and not source.near:
            return
        assert source.scope is not None
        levels = {outer.index: outer for _, outer in source.near if outer is not source.scope}
        for index in indexes:
            if self.is_void(source.scope, index):
                continue
            state = run.state_of(source.index, index)
            for target, inner, weights in source.edges:
                if inner > 1:
                    outer = run.graph.scopes[inner - 2]
                    at = self.up(source.scope, index, outer)
                    self.tallies[target, outer.index][at] += weights[state]
                    self.totals[target, outer.index][at] += TOTALS[WEIGHTS.index(weights)]
            for outer in levels.values():
                self.open[source.index, outer.index][self.up(source.scope, index, outer)] += not DONE[state]

    def related(self, source: Node, index: int, target: Node) -> list[Key]:
        """The instances of a task that lie under the innermost item that they share with an instance."""
        outer = common(source.scope, target.scope)
        run = self._run
        if outer is None or run.count[source.index] < 0 or run.count[target.index] < 0:
            return [(target.index, i) for i in run.indexes(target.index)]
        assert source.scope is not None
        assert target.scope is not None
        return [(target.index, i) for i in self.under(target.scope, self.up(source.scope, index, outer), outer)]


def layouts_for(run: Run, graph: Graph) -> dict[int, Layout] | None:
    """What a run knows of nested scopes, for another graph with the same nested scopes; None: they differ."""

    def shape_of(one: Graph) -> dict[str, tuple[tuple[str, ...], frozenset[str]]]:
        return {
            scope.name: (tuple(s.name for s in scope.lineage), frozenset(one.nodes[n].task_id for n in scope.members))
            for scope in one.scopes
            if scope.lineage[0].children
        }

    if shape_of(run.graph) != shape_of(graph):
        return None
    names = {scope.name: scope.index for scope in graph.scopes}
    return {names[run.graph.scopes[index].name]: layout for index, layout in run.nest.layouts.items()}


def _place(block: list[int], index: int) -> int:
    """The place of an index in a long block: all but the first rise."""
    low, high = 1, len(block)
    while low < high:
        middle = (low + high) // 2
        if block[middle] < index:
            low = middle + 1
        else:
            high = middle
    return low
