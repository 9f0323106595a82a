"""Loops: another iteration when the last one's decider says so, and none of those that come after one that is cleared."""

from __future__ import annotations

from tradewind.core.expanding import expand_to, open_block, shorten_block
from tradewind.core.machine import Machine
from tradewind.core.run import Key, Run

__all__ = ["go_on", "shorten"]


def go_on(m: Machine, run: Run, node: int, index: int) -> None:
    """Make the next iteration, if this instance decides a loop and there may be one more. Called before the instance
    ends, so that nobody sees a loop whose iterations have all ended."""
    at = run.graph.nodes[node]
    loop = at.mapping.loop if at.mapping is not None else None
    if loop is None or loop.decider != at.task_id:
        return
    if at.is_nested and at.scope is not None:
        layout = run.nest.layouts[at.scope.index]
        parent = layout.parents[index]
        block = layout.blocks[parent]
        if block[-1] == index and len(block) < loop.most:
            open_block(m, run, at.scope, parent, len(block) + 1)
    elif index + 1 == run.count[node] < loop.most:
        expand_to(m, run, at, index + 2)


def shorten(m: Machine, run: Run, keys: dict[Key, None]) -> dict[Key, None]:
    """A decider among these will decide again: iterations behind it are taken back. Gives those that are left."""
    first: dict[int, int] = {}
    nested: dict[tuple[int, int], int] = {}
    for node, index in keys:
        at = run.graph.nodes[node]
        if (
            at.mapping is None
            or at.mapping.loop is None
            or at.mapping.loop.decider != at.task_id
            or run.count[node] < 0
        ):
            continue
        if at.is_nested and at.scope is not None:
            layout = run.nest.layouts[at.scope.index]
            if index not in layout.void:
                place = layout.blocks[layout.parents[index]].index(index)
                home = (node, layout.parents[index])
                nested[home] = min(place, nested.get(home, place))
        else:
            first[node] = min(index, first.get(node, index))
    for node, index in first.items():
        if index + 1 < run.count[node]:
            expand_to(m, run, run.graph.nodes[node], index + 1)
    for (node, parent), place in nested.items():
        scope = run.graph.nodes[node].scope
        assert scope is not None
        if parent < len(run.nest.layouts[scope.index].blocks) and run.nest.layouts[scope.index].blocks[parent]:
            shorten_block(m, run, scope, parent, place + 1)
    if not first and not nested:
        return keys
    run.skips = {key: skipped for key, skipped in run.skips.items() if key[1] in run.indexes(key[0])}
    return {key: None for key in keys if key[1] in run.indexes(key[0]) and not run.is_void(key)}
