"""A DAG version compiled to integers: nodes, edges with their kinds, mapped groups, leaves. Shared by all its runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tradewind.core.rules import DIRECT, INDIRECT, RULES, SETUP, TOTALS, WEIGHTS
from tradewind.spec import ConcatInput, DagSpec, LiteralInput, MapInput, MapSpec, TaskSpec, XComInput, ZipInput
from tradewind.spec.model import MapSource

__all__ = ["Edge", "Graph", "MappedGroup", "Node", "xcom_inputs"]

_STEP = 2.0**-16
"""Small enough to decide nothing but ties of priorities."""

Edge = tuple[int, bool, tuple[int, ...]]
"""Downstream node; whether it relates map indexes one to one (both in the same mapped group); weights by state."""


class Node:
    """A task as the core sees it."""

    __slots__ = (
        "downstream",
        "edges",
        "feeds",
        "followers",
        "group",
        "index",
        "inner_sources",
        "inner_total",
        "leaders",
        "map_keys",
        "mapping",
        "outer_total",
        "rule",
        "sources",
        "spec",
        "takes",
        "task_id",
        "upstream",
        "urgency",
        "waiters",
    )

    def __init__(self, index: int, spec: TaskSpec) -> None:
        self.index = index
        self.spec = spec
        self.task_id = spec.task_id
        self.rule = RULES[spec.trigger_rule]
        self.upstream: tuple[int, ...] = ()
        self.downstream: tuple[int, ...] = ()
        self.edges: tuple[Edge, ...] = ()
        """Who is told when an instance of this node ends: direct downstreams and tasks that live under this setup."""
        self.group: MappedGroup | None = None
        """The mapped group it is in."""
        self.mapping: MapSpec | None = spec.mapped
        """What it is expanded over: by itself or by its group."""
        self.sources: tuple[int, ...] = ()
        """Nodes whose output `mapping` takes its length from."""
        self.feeds: tuple[int, ...] = ()
        """Nodes that take their length from this one: waiters, which need all its instances to have ended, and"""
        self.waiters: tuple[int, ...] = ()
        self.followers: tuple[int, ...] = ()
        """followers, which go on one by one."""
        self.map_keys: frozenset[str] = frozenset()
        """XCom keys of this node that lengths are taken from."""
        self.urgency: float = spec.priority_weight
        """The priority that it has in the queue: what follows goes before what is followed, so that items leave before
        new ones enter."""
        self.outer_total = 0
        """Upstreams that count whole (all their instances), before any expansion."""
        self.inner_sources: tuple[int, ...] = ()
        self.inner_total = 0
        """Upstreams of which only the instance with the same map index counts: those in the same mapped group, and
        leaders."""
        self.leaders: frozenset[int] = frozenset()
        """Upstreams that it follows one by one."""
        self.takes: tuple[tuple[int, str], ...] = ()
        """What it takes of each leader's instance: without that there is nothing to run on."""


class MappedGroup:
    """A task group that is expanded: its members have as many instances as it has items."""

    __slots__ = ("group_id", "mapping", "members")

    def __init__(self, group_id: str, mapping: MapSpec) -> None:
        self.group_id = group_id
        self.mapping = mapping
        self.members: list[int] = []


class Graph:
    """A DAG version, ready to be walked."""

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec
        self.nodes = tuple(Node(i, task) for i, task in enumerate(spec.tasks))
        self.index = {node.task_id: node.index for node in self.nodes}
        self._connect()
        self._map()
        self._weigh()
        self.leaves = frozenset(self._leaves())
        """Nodes whose end decides the state of the run."""
        self.uses_past = any(t.depends_on_past or t.wait_for_downstream for t in spec.tasks)
        self.has_deadlines = bool(spec.deadlines) or any(t.deadlines for t in spec.tasks)
        self.expects = tuple(alert for alert, one in enumerate(spec.deadlines) if one.reference == "expected")
        """Deadlines of runs that the schedule asks for, whether or not they come."""
        self.outer_totals = [node.outer_total for node in self.nodes]

    def __getitem__(self, task_id: str) -> Node:
        return self.nodes[self.index[task_id]]

    def __len__(self) -> int:
        return len(self.nodes)

    def descendants(self, start: Iterable[int]) -> set[int]:
        """All nodes below these, without these (unless they are below one another)."""
        return self._walk(start, [node.downstream for node in self.nodes])

    def ancestors(self, start: Iterable[int]) -> set[int]:
        """All nodes above these, without these (unless they are above one another)."""
        return self._walk(start, [node.upstream for node in self.nodes])

    def teardowns_of(self, setup: int) -> list[int]:
        """The teardowns directly behind a setup."""
        return [n for n in self.nodes[setup].downstream if self.nodes[n].spec.is_teardown]

    def lives_under(self, setup: int) -> set[int]:
        """Nodes that need this setup: those below it and above one of its teardowns; all below where it has none."""
        below = self.descendants([setup])
        teardowns = self.teardowns_of(setup)
        return below & self.ancestors(teardowns) if teardowns else below

    # -- compiling ----------------------------------------------------------------------------------------------------

    @staticmethod
    def _walk(start: Iterable[int], neighbours: list[tuple[int, ...]]) -> set[int]:
        found: set[int] = set()
        todo = list(start)
        while todo:
            for n in neighbours[todo.pop()]:
                if n not in found:
                    found.add(n)
                    todo.append(n)
        return found

    def _connect(self) -> None:
        downstream: list[list[int]] = [[] for _ in self.nodes]
        for node in self.nodes:
            node.upstream = tuple(self.index[name] for name in dict.fromkeys(node.spec.upstream))
            for n in node.upstream:
                downstream[n].append(node.index)
        for node in self.nodes:
            node.downstream = tuple(downstream[node.index])

    def _map(self) -> None:
        parents = {group.group_id: group for group in self.spec.groups}
        groups: dict[str, MappedGroup] = {}
        for node in self.nodes:
            group_id = node.spec.group_id
            while group_id is not None and (group := parents.get(group_id)) is not None:
                if group.mapped is not None and node.mapping is None:
                    found = groups.setdefault(group_id, MappedGroup(group_id, group.mapped))
                    found.members.append(node.index)
                    node.group, node.mapping = found, group.mapped
                group_id = group.parent_id
        feeds: dict[int, list[int]] = {}
        keys: dict[int, set[str]] = {}
        for node in self.nodes:
            if node.mapping is None:
                continue
            inputs = [(self.index[x.task_id], x.key) for x in xcom_inputs(node.mapping)]
            node.sources = tuple(dict.fromkeys(n for n, _ in inputs))
            node.leaders = frozenset(self.index[name] for name in node.mapping.follows) & set(node.upstream)
            node.takes = tuple(dict.fromkeys((n, key) for n, key in inputs if n in node.leaders))
            for n, key in inputs:
                feeds.setdefault(n, []).append(node.index)
                keys.setdefault(n, set()).add(key)
        for node in self.nodes:
            for leader in node.leaders:
                node.urgency = max(node.urgency, self.nodes[leader].urgency + _STEP)
        for n, fed in feeds.items():
            node = self.nodes[n]
            node.feeds = tuple(dict.fromkeys(fed))
            node.followers = tuple(f for f in node.feeds if node.task_id in _follows(self.nodes[f]))
            node.waiters = tuple(f for f in node.feeds if f not in node.followers)
            self.nodes[n].map_keys = frozenset(keys[n])

    def _weigh(self) -> None:
        edges: list[list[Edge]] = [[] for _ in self.nodes]

        def join(source: Node, target: Node, kind: int) -> None:
            in_same_group = source.group is not None and source.group is target.group
            inner = in_same_group or source.index in target.leaders
            if inner:
                target.inner_total += TOTALS[kind]
                target.inner_sources += (source.index,)
            else:
                target.outer_total += TOTALS[kind]
            edges[source.index].append((target.index, inner, WEIGHTS[kind]))

        for source in self.nodes:
            for n in source.downstream:
                join(source, self.nodes[n], SETUP if source.spec.is_setup else DIRECT)
        for source in self.nodes:
            if source.spec.is_setup:
                direct = set(source.downstream)
                for n in sorted(self.lives_under(source.index) - direct):
                    if not self.nodes[n].spec.is_teardown:
                        join(source, self.nodes[n], INDIRECT)
        for node in self.nodes:
            node.edges = tuple(edges[node.index])

    def _leaves(self) -> Iterator[int]:
        def decides(node: Node) -> bool:
            return not node.spec.is_teardown or node.spec.on_failure_fail_dagrun

        found = [n.index for n in self.nodes if decides(n) and not any(decides(self.nodes[d]) for d in n.downstream)]
        return iter(found or [n.index for n in self.nodes if not n.downstream])


def _follows(node: Node) -> tuple[str, ...]:
    return () if node.mapping is None else node.mapping.follows


def xcom_inputs(mapping: MapSpec) -> Iterator[XComInput]:
    """All outputs that a mapping takes its length from."""
    for _, source in mapping.inputs:
        yield from _xcoms(source)


def _xcoms(source: MapSource) -> Iterator[XComInput]:
    match source:
        case LiteralInput():
            return
        case XComInput():
            yield source
        case MapInput():
            yield from _xcoms(source.source)
        case ZipInput() | ConcatInput():
            for part in source.sources:
                yield from _xcoms(part)
