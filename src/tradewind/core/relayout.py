"""The nested scopes of a run rebuilt from the paths that rows tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradewind.core.image import TaskImage
from tradewind.core.nesting import Layout
from tradewind.core.run import Run
from tradewind.core.scopes import Scope
from tradewind.core.states import TaskState

__all__ = ["lay_out"]

Path = tuple[int, ...]


def lay_out(run: Run, by_node: Mapping[int, Sequence[TaskImage]]) -> None:
    """Find out which index has which path in each nested scope. An item whose tasks have all just begun to wait may be
    one whose length was not known yet: it is found again."""
    for top in run.graph.scopes:
        if top.parent is None and top.children:
            _lay_out(run, top, by_node)


def _lay_out(run: Run, top: Scope, by_node: Mapping[int, Sequence[TaskImage]]) -> None:
    index_of: dict[tuple[int, Path], int] = {}
    begun: set[tuple[int, Path]] = set()
    for scope in top.subtree():
        if scope is top:
            continue
        depth = len(scope.lineage)
        paths, void = _paths(scope, depth, by_node)
        if not paths:
            continue
        layout = run.nest.layouts[scope.index] = Layout()
        layout.void = void
        for index in range(max(paths) + 1):
            path = paths.get(index, ())
            parent = _parent(scope, path, index_of)
            layout.parents.append(parent)
            while len(layout.blocks) <= parent:
                layout.blocks.append([])
                layout.live.append(0)
            if index not in void:
                layout.blocks[parent].append(index)
                index_of[scope.index, path] = index
        for block in layout.blocks:
            block.sort(key=lambda index: paths.get(index, ()))
        for tasks in (by_node.get(n, ()) for inner in scope.subtree() for n in inner.members):
            begun |= {(scope.index, t.path[:depth]) for t in tasks if t.save.state not in (None, TaskState.REMOVED)}
        for parent, block in enumerate(layout.blocks):
            is_known = len(block) > 1 or any((scope.index, paths.get(index, ())) in begun for index in block)
            layout.live[parent] = is_known


def _paths(scope: Scope, depth: int, by_node: Mapping[int, Sequence[TaskImage]]) -> tuple[dict[int, Path], set[int]]:
    """By index the path of each item of a scope, and which items are void."""
    paths: dict[int, Path] = {}
    void: set[int] = set()
    for node in scope.members:
        for task in by_node.get(node, ()):
            if task.save.map_index >= 0 and len(task.path) == depth:
                paths[task.save.map_index] = task.path
                if task.save.state is TaskState.REMOVED:
                    void.add(task.save.map_index)
    if not scope.members:
        inside = {
            task.path[:depth]
            for inner in scope.subtree()
            for node in inner.members
            for task in by_node.get(node, ())
            if len(task.path) > depth and task.save.state is not TaskState.REMOVED
        }
        paths = dict(enumerate(sorted(inside)))
    return paths, void


def _parent(scope: Scope, path: Path, index_of: Mapping[tuple[int, Path], int]) -> int:
    assert scope.parent is not None
    if scope.parent.parent is None:
        return path[0] if path else 0
    return index_of.get((scope.parent.index, path[:-1]), 0)
