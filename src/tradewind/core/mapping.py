"""How many instances a mapped task or group gets, from the lengths that its sources reported; values are never read."""

from __future__ import annotations

from tradewind.core.graph import Node
from tradewind.core.rules import Verdict
from tradewind.core.run import Run
from tradewind.core.states import DONE, SKIPPED, SUCCESS
from tradewind.spec import ConcatInput, LiteralInput, MapInput, XComInput, ZipInput
from tradewind.spec.model import MapSource

__all__ = ["Unmappable", "expansion"]


class Unmappable(Exception):
    """A source ended in success but pushed nothing that can be mapped over."""


def expansion(run: Run, node: Node) -> int | Verdict:
    """The number of instances, or why there is none yet or ever: a source is unfinished, failed, or was skipped.

    Raises:
        Unmappable: a source succeeded without a collection under the key asked for.
    """
    assert node.mapping is not None
    follows = bool(node.mapping.follows)
    verdict = Verdict.RUN
    for source in node.sources:
        if run.count[source] >= 0:
            if source in run.outdated if follows else run.open[source]:
                verdict = Verdict.WAIT
            continue
        state = run.state_of(source, 0)
        if state == SKIPPED:
            return Verdict.SKIP
        if not DONE[state]:
            verdict = Verdict.WAIT
        elif state != SUCCESS:
            return Verdict.UPSTREAM_FAILED
    if verdict is not Verdict.RUN:
        return verdict
    if follows:
        return max(0, min(run.count[source] for source in node.sources))
    count = 1
    for _, source in node.mapping.inputs:
        count *= _length(run, source)
    return count


def _length(run: Run, source: MapSource) -> int:
    match source:
        case LiteralInput():
            return source.length
        case XComInput():
            return _length_of_output(run, run.graph[source.task_id], source.key)
        case MapInput():
            return _length(run, source.source)
        case ConcatInput():
            return sum(_length(run, part) for part in source.sources)
        case ZipInput():
            lengths = [_length(run, part) for part in source.sources]
            return (max if source.longest else min)(lengths, default=0)


def _length_of_output(run: Run, node: Node, key: str) -> int:
    if run.count[node.index] < 0:
        if node.mapping is not None:
            return 0  # a mapped task that ended without instances has no output
        length = run.lengths.get(node.index, {}).get(key)
        if length is None:
            raise Unmappable(f"task {node.task_id!r} pushed no list or dict under {key!r} that could be mapped over")
        return length
    if node.mapping is not None and node.mapping.loop is not None:
        return run.lengths.get(node.index, {}).get(key, 0)  # that of the last iteration
    return sum(
        run.state_of(node.index, index) == SUCCESS and key in run.pushed.get((node.index, index), ())
        for index in range(run.count[node.index])
    )
