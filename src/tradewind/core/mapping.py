"""How many items a mapped task or group has, from the lengths that its sources reported; values are never read."""

from __future__ import annotations

from tradewind.core.graph import Node
from tradewind.core.rules import Verdict
from tradewind.core.run import Run
from tradewind.core.scopes import Scope, common
from tradewind.core.states import DONE, SKIPPED, SUCCESS
from tradewind.spec import ConcatInput, LiteralInput, MapInput, XComInput, ZipInput
from tradewind.spec.model import MapSource

__all__ = ["Unmappable", "expansion"]


class Unmappable(Exception):
    """A source ended in success but pushed nothing that can be mapped over."""


def expansion(run: Run, scope: Scope, place: int = 0) -> int | Verdict:
    """The number of items, or why there is none yet or ever: a source is unfinished, failed, or was skipped.

    Args:
        place: of a nested scope the index of the item around it.

    Raises:
        Unmappable: a source succeeded without a collection under the key asked for.
    """
    follows = bool(scope.mapping.follows) and scope.parent is None
    verdict = Verdict.RUN
    for source in scope.sources:
        found = _of_source(run, run.graph.nodes[source], scope, place, follows=follows)
        if found in (Verdict.SKIP, Verdict.UPSTREAM_FAILED):
            return found
        if found is Verdict.WAIT:
            verdict = found
    if verdict is not Verdict.RUN:
        return verdict
    if follows:
        return max(0, min(run.count[source] for source in scope.sources))
    count = 1
    for _, source in scope.mapping.inputs:
        count *= _length(run, source, scope, place)
    return count


def _of_source(run: Run, source: Node, scope: Scope, place: int, *, follows: bool) -> Verdict:
    """Whether a source has said its part."""
    at = source.index
    outer = common(source.scope, scope.parent)
    if outer is None and run.count[at] >= 0:
        return Verdict.WAIT if (at in run.outdated if follows else run.open[at]) else Verdict.RUN
    index = 0
    if outer is not None:
        assert scope.parent is not None
        index = run.nest.up(scope.parent, place, outer)
        if source.scope is not outer:
            if run.nest.open[at, outer.index][index]:
                return Verdict.WAIT
            assert source.scope is not None
            first = run.nest.under(source.scope, index, outer)[:1]
            if not first or run.nest.is_live(source.scope, first[0]):
                return Verdict.RUN
            index = first[0]
    state = run.state_of(at, index)
    if state == SKIPPED:
        return Verdict.SKIP
    if not DONE[state]:
        return Verdict.WAIT
    return Verdict.RUN if state == SUCCESS else Verdict.UPSTREAM_FAILED


def _length(run: Run, source: MapSource, scope: Scope, place: int) -> int:
    match source:
        case LiteralInput():
            return source.length
        case XComInput():
            return _length_of_output(run, run.graph[source.task_id], source.key, scope, place)
        case MapInput():
            return _length(run, source.source, scope, place)
        case ConcatInput():
            return sum(_length(run, part, scope, place) for part in source.sources)
        case ZipInput():
            lengths = [_length(run, part, scope, place) for part in source.sources]
            return (max if source.longest else min)(lengths, default=0)


def _length_of_output(run: Run, node: Node, key: str, scope: Scope, place: int) -> int:
    outer = common(node.scope, scope.parent)
    indexes: list[int] | range = run.indexes(node.index)
    if outer is not None:
        assert scope.parent is not None
        assert node.scope is not None
        indexes = run.nest.under(node.scope, run.nest.up(scope.parent, place, outer), outer)
    if run.count[node.index] < 0 or node.scope is outer:
        if run.count[node.index] < 0 and node.mapping is not None:
            return 0  # a mapped task that ended without instances has no output
        length = run.lengths.get((node.index, indexes[0]), {}).get(key)
        if length is None:
            raise Unmappable(f"task {node.task_id!r} pushed no list or dict under {key!r} that could be mapped over")
        return length
    if node.mapping is not None and node.mapping.loop is not None:
        if node.scope is None or node.scope.parent is outer:
            last = indexes[-1]
            has_output = run.state_of(node.index, last) == SUCCESS  # and not marked otherwise since
            return run.lengths.get((node.index, last), {}).get(key, 0) if has_output else 0
        layout = run.nest.layouts[node.scope.index]
        indexes = list({layout.parents[i]: i for i in indexes}.values())  # the last of each of several loops
    return sum(
        run.state_of(node.index, index) == SUCCESS and key in run.pushed.get((node.index, index), ())
        for index in indexes
    )
