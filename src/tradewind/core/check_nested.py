"""What must hold of scopes inside of scopes: tallies found again from paths alone, and no item forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from tradewind.core.graph import Node
from tradewind.core.mapping import Unmappable, expansion
from tradewind.core.rules import TOTALS, WEIGHTS, Verdict, decide
from tradewind.core.run import Run
from tradewind.core.scopes import Scope
from tradewind.core.states import DONE, NONE, REMOVED

__all__ = ["check_nested", "may_wait"]

Require = Callable[[bool, str], None]


def check_nested(run: Run, require: Require) -> None:
    """Look at all nested scopes of a run."""
    for scope in run.graph.scopes:
        layout = run.nest.layouts.get(scope.index)
        if scope.parent is None or layout is None:
            continue
        there = [index for index in range(len(layout.parents)) if index not in layout.void]
        paths = [run.nest.path(scope, index) for index in there]
        require(len(set(paths)) == len(paths), f"two items of {scope.name} have the same path")
        listed = sorted(index for block in layout.blocks for index in block)
        require(listed == there, f"items of {scope.name}: {listed} are listed, {there} are there")
        for member in scope.members:
            name = run.graph.nodes[member].task_id
            require(run.count[member] == len(layout.parents), f"{name} has not the instances of its scope")
            require(all(run.state_of(member, i) == REMOVED for i in layout.void), f"{name} has an instance too many")
    for target in run.graph.nodes:
        for outer in target.mids if run.count[target.index] >= 0 else ():
            _check_mid(run, target, outer, require)


def _check_mid(run: Run, target: Node, outer: Scope, require: Require) -> None:
    """The tallies of one task by items of a scope around it."""
    depth = len(outer.lineage)
    tally: Counter[tuple[int, ...]] = Counter()
    total: Counter[tuple[int, ...]] = Counter()
    for source in run.graph.nodes:
        for n, inner, weights in source.edges:
            if n != target.index or inner != outer.index + 2 or source.scope is None:
                continue
            for index in run.indexes(source.index):
                if not run.is_void((source.index, index)):
                    path = run.nest.path(source.scope, index)[:depth]
                    tally[path] += weights[run.state_of(source.index, index)]
                    total[path] += TOTALS[WEIGHTS.index(weights)]
    for index in range(run.nest.size(outer)):
        if run.nest.is_void(outer, index):
            continue
        path = run.nest.path(outer, index)
        counted = run.nest.tallies[target.index, outer.index][index], run.nest.totals[target.index, outer.index][index]
        found = tally[path], total[path]
        require(counted == found, f"tally of {target.task_id} under {path}: {counted} is counted, {found} is there")


def may_wait(run: Run, node: Node, index: int) -> bool:
    """Whether an instance that waits for the length of a scope around it has a reason to."""
    assert node.scope is not None
    scope, parent = run.nest.unknown(node.scope, index)
    layout = run.nest.layouts[scope.index]
    if scope.owner is not None:
        first = layout.blocks[parent][0]
        whole = run.state_of(scope.owner, first)
        owner = run.graph.nodes[scope.owner]
        if whole != NONE:
            follows = node.scope is owner.scope and bool(node.leaders)  # ends by its own rule
            return not DONE[whole] or (
                follows and decide(node.rule, *run.tally_of(node.index, index), index) is Verdict.WAIT
            )
        if decide(owner.rule, *run.tally_of(owner.index, first), first) is Verdict.WAIT:
            return True
    try:
        return expansion(run, scope, parent) is Verdict.WAIT
    except Unmappable:
        return False
