"""Loops: another iteration when the last one's decider says so, and none of those that come after one that is cleared."""

from __future__ import annotations

from tradewind.core.expanding import expand_to
from tradewind.core.machine import Machine
from tradewind.core.run import Key, Run

__all__ = ["go_on", "shorten"]


def go_on(m: Machine, run: Run, node: int, index: int) -> None:
    """Make the next iteration, if this instance decides a loop and there may be one more. Called before the instance
    ends, so that nobody sees a loop whose iterations have all ended."""
    at = run.graph.nodes[node]
    loop = at.mapping.loop if at.mapping is not None else None
    if loop is None or loop.decider != at.task_id or index + 1 != run.count[node] or index + 1 >= loop.most:
        return
    expand_to(m, run, at, index + 2)


def shorten(m: Machine, run: Run, keys: dict[Key, None]) -> dict[Key, None]:
    """A decider among these will decide again: iterations behind it are taken back. Gives those that are left."""
    first: dict[int, int] = {}
    for node, index in keys:
        at = run.graph.nodes[node]
        if at.mapping is not None and at.mapping.loop is not None and at.mapping.loop.decider == at.task_id:
            first[node] = min(index, first.get(node, index))
    for node, index in first.items():
        if index + 1 < run.count[node]:
            expand_to(m, run, run.graph.nodes[node], index + 1)
    if not first:
        return keys
    run.skips = {key: skipped for key, skipped in run.skips.items() if key[1] in run.indexes(key[0])}
    return {key: None for key in keys if key[1] in run.indexes(key[0])}
