"""Which instances a clear or a mark means: closures over the graph, filters by state, and the preview of both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tradewind.core.events import TaskRef
from tradewind.core.graph import Graph
from tradewind.core.states import TaskState
from tradewind.spec import DagSpec

__all__ = ["closure", "in_lines", "keep_to_lines", "select", "with_relatives"]

_FAILED = frozenset({TaskState.FAILED, TaskState.UPSTREAM_FAILED})


def closure(graph: Graph, task_ids: Iterable[str], *, upstream: bool = False, downstream: bool = False) -> set[str]:
    """These tasks and all above or below them, in topological reach; unknown names are passed over."""
    start = {graph.index[name] for name in task_ids if name in graph.index}
    found = set(start)
    if upstream:
        found |= graph.ancestors(start)
    if downstream:
        found |= graph.descendants(start)
    return {graph.nodes[n].task_id for n in found}


def with_relatives(
    graph: Graph, task_ids: Iterable[str], *, upstream: bool = False, downstream: bool = False
) -> set[str]:
    """What has to run for these tasks to run again: also the setups they live under, with those setups' teardowns.

    A setup among them brings its teardowns even without `downstream`, so that what it makes is torn down.
    """
    names = closure(graph, task_ids, upstream=upstream, downstream=downstream)
    found = {graph.index[name] for name in names}
    for setup in (node.index for node in graph.nodes if node.spec.is_setup):
        teardowns = set(graph.teardowns_of(setup))
        work = graph.lives_under(setup) - teardowns
        needs_it = any(
            n in work and not graph.nodes[n].spec.is_setup and not graph.nodes[n].spec.is_teardown for n in found
        )
        if needs_it or setup in found:
            found |= {setup} | teardowns
    return {graph.nodes[n].task_id for n in found}


def in_lines(spec: DagSpec) -> set[str]:
    """Tasks whose instances follow others one by one, and those in loops."""
    loops = {group.group_id for group in spec.groups if group.mapped is not None and group.mapped.loop is not None}
    return {
        task.task_id
        for task in spec.tasks
        if task.group_id in loops or (task.mapped is not None and (task.mapped.follows or task.mapped.loop is not None))
    }


def keep_to_lines(graph: Graph, names: Collection[str], given: dict[str, set[int]]) -> None:
    """Of what follows chosen instances one by one, choose the same indexes: in a loop, those behind them are taken
    back by themselves."""
    for node in graph.nodes:
        if node.task_id in given or node.task_id not in names:
            continue
        above = [graph.nodes[n] for n in node.upstream if graph.nodes[n].task_id in names]
        in_line = [
            n.index in node.leaders
            or (n.group is not None and n.group is node.group and n.group.mapping.loop is not None)
            for n in above
        ]
        if above and all(in_line) and all(-1 not in given.get(n.task_id, {-1}) for n in above):
            given[node.task_id] = {index for n in above for index in given[n.task_id]}


def select(
    graph: Graph,
    states: Mapping[TaskRef, TaskState | None],
    *,
    tasks: Collection[TaskRef] | None = None,
    upstream: bool = False,
    downstream: bool = False,
    only_failed: bool = False,
    only_running: bool = False,
) -> list[TaskRef]:
    """The instances that a clear would run again, in topological order, by map index.

    Args:
        states: all instances of the run, as they are.
        tasks: where to begin; map index -1 means all instances of a task; None: everything.
        upstream: with all above them.
        downstream: with all below them.
        only_failed: of all these, those that are failed or upstream_failed.
        only_running: of all these, those that are running; with `only_failed`, either.
    """
    if tasks is None:
        names = set(graph.index)
        given: dict[str, set[int]] = {}
    else:
        given = {}
        for ref in tasks:
            given.setdefault(ref.task_id, set()).add(ref.map_index)
        names = with_relatives(graph, given, upstream=upstream, downstream=downstream)
        keep_to_lines(graph, names, given)
    wanted: set[TaskState] = set()
    if only_failed:
        wanted |= _FAILED
    if only_running:
        wanted.add(TaskState.RUNNING)
    chosen = [
        ref
        for ref, state in states.items()
        if ref.task_id in names
        and (ref.task_id not in given or -1 in given[ref.task_id] or ref.map_index in given[ref.task_id])
        and (not wanted or state in wanted)
    ]
    return sorted(chosen, key=lambda ref: (graph.index[ref.task_id], ref.map_index))
