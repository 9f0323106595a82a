"""A DAG version compiled to integers: nodes, edges with their kinds, mapped groups, leaves. Shared by all its runs, and
compiled when the first of them needs it: of ten thousand DAGs few run at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tradewind.core.rules import DIRECT, INDIRECT, RULES, SETUP, TOTALS, WEIGHTS
from tradewind.core.scopes import Scope, common
from tradewind.spec import ConcatInput, DagSpec, LiteralInput, MapInput, MapSpec, TaskSpec, XComInput, ZipInput
from tradewind.spec.model import MapSource

__all__ = ["Edge", "Graph", "Node", "xcom_inputs"]

_STEP = 2.0**-16
"""Small enough to decide nothing but ties of priorities."""

_COMPILED = frozenset({"nodes", "index", "scopes", "leaves", "has_nested", "outer_totals"})

Edge = tuple[int, int, tuple[int, ...]]
"""Downstream node; how instances relate; weights by state. They relate: 0: all count for all; 1: those of the same
index (both in the same mapped group, or one follows the other); n + 2: those under the same item of scope n."""


class Node:
    """A task as the core sees it."""

    __slots__ = (
        "downstream",
        "edges",
        "feeds",
        "followers",
        "group",
        "has_dates",
        "home",
        "index",
        "inner_sources",
        "is_mid",
        "is_nested",
        "inner_total",
        "leaders",
        "map_keys",
        "mapping",
        "mids",
        "near",
        "outer_total",
        "rule",
        "scope",
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
        self.scope: Scope | None = None
        """What gives it several instances."""
        self.group: Scope | None = None
        """The same, where that is a mapped group."""
        self.home: str | None = None
        """Id of the mapped group that it is directly in, without being mapped itself."""
        self.is_nested = False
        """Its scope lies in another."""
        self.mids: tuple[Scope, ...] = ()
        """Scopes around it and an upstream that count item by item, where not all instances count, nor one."""
        self.is_mid = False
        """It counts so for a downstream."""
        self.near: tuple[tuple[Scope, Scope], ...] = ()
        """Nested scopes that take their length from it, with the innermost scope around both."""
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
        self.has_dates = spec.start_date is not None or spec.end_date is not None
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


class Graph:
    """A DAG version, ready to be walked."""

    nodes: tuple[Node, ...]
    index: dict[str, int]
    scopes: list[Scope]
    leaves: frozenset[int]
    """Nodes whose end decides the state of the run."""
    has_nested: bool
    outer_totals: list[int]

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec
        self.uses_past = any(t.depends_on_past or t.wait_for_downstream for t in spec.tasks)
        self.has_deadlines = bool(spec.deadlines) or any(t.deadlines for t in spec.tasks)
        self.expects = tuple(alert for alert, one in enumerate(spec.deadlines) if one.reference == "expected")
        """Deadlines of runs that the schedule asks for, whether or not they come."""

    def __getattr__(self, name: str) -> object:
        # Python asks here only for what is not there yet: once compiled, nothing costs more than any attribute.
        if name not in _COMPILED or "nodes" in self.__dict__:
            raise AttributeError(f"a graph has no {name}")
        self._compile()
        return getattr(self, name)

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

    def _compile(self) -> None:
        self.nodes = tuple(Node(i, task) for i, task in enumerate(self.spec.tasks))
        self.index = {node.task_id: node.index for node in self.nodes}
        self.scopes = []
        self._connect()
        self._map()
        self._weigh()
        self.leaves = frozenset(self._leaves())
        self.has_nested = any(node.is_nested for node in self.nodes)
        self.outer_totals = [node.outer_total for node in self.nodes]

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
        self._find_scopes()
        self._map_nested()
        feeds: dict[int, list[int]] = {}
        keys: dict[int, set[str]] = {}
        for node in self.nodes:
            if node.mapping is None:
                continue
            inputs = [(self.index[x.task_id], x.key) for x in xcom_inputs(node.mapping)]
            node.sources = tuple(dict.fromkeys(n for n, _ in inputs))
            for scope in node.scope.lineage if node.is_nested and node.scope is not None else ():
                for x in xcom_inputs(scope.mapping):
                    keys.setdefault(self.index[x.task_id], set()).add(x.key)
                    if common(self[x.task_id].scope, scope.parent) is None:
                        feeds.setdefault(self.index[x.task_id], []).append(node.index)
            node.leaders = frozenset(self.index[name] for name in node.mapping.follows) & set(node.upstream)
            node.takes = tuple(dict.fromkeys((n, key) for n, key in inputs if n in node.leaders))
            for n, key in inputs:
                if not node.is_nested:
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
        for n, pushed in keys.items():
            self.nodes[n].map_keys = frozenset(pushed)

    def _find_scopes(self) -> None:
        groups = {group.group_id: group for group in self.spec.groups}
        found: dict[str, Scope] = {}

        def new(name: str, mapping: MapSpec, parent: Scope | None, owner: int | None = None) -> Scope:
            leader = self[mapping.follows[0]].scope if mapping.follows else None
            if parent is not None and leader is not None and leader.parent is parent:
                return leader  # what follows inside of a scope has the same items as what it follows
            self.scopes.append(Scope(len(self.scopes), name, mapping, parent, owner))
            return self.scopes[-1]

        def around(group_id: str | None) -> tuple[Scope | None, str | None]:
            group = groups.get(group_id) if group_id is not None else None
            if group is None:
                return None, None
            if group.mapped is None:
                return around(group.parent_id)
            if group.group_id not in found:
                found[group.group_id] = new(group.group_id, group.mapped, around(group.parent_id)[0])
            return found[group.group_id], group.group_id

        for node in self.nodes:
            node.scope, node.home = around(node.spec.group_id)
            if node.spec.mapped is not None:
                node.scope = new(node.task_id, node.spec.mapped, node.scope, node.index)
                node.mapping, node.home = node.spec.mapped, None
            elif node.scope is not None and node.home is not None:
                node.group, node.mapping = node.scope, groups[node.home].mapped
            if node.scope is not None:
                node.scope.members.append(node.index)
                node.is_nested = node.scope.parent is not None

    def _map_nested(self) -> None:
        near: dict[int, list[tuple[Scope, Scope]]] = {}
        for scope in self.scopes:
            scope.sources = tuple(dict.fromkeys(self.index[x.task_id] for x in xcom_inputs(scope.mapping)))
            for n in scope.sources if scope.parent is not None else ():
                outer = common(self.nodes[n].scope, scope.parent)
                if outer is not None:
                    near.setdefault(n, []).append((scope, outer))
        for n, found in near.items():
            self.nodes[n].near = tuple(found)

    def _weigh(self) -> None:
        edges: list[list[Edge]] = [[] for _ in self.nodes]

        def join(source: Node, target: Node, kind: int) -> None:
            edges[source.index].append((target.index, self._relation(source, target), WEIGHTS[kind]))
            match edges[source.index][-1][1]:
                case 0:
                    target.outer_total += TOTALS[kind]
                case 1:
                    target.inner_total += TOTALS[kind]
                    target.inner_sources += (source.index,)
                case relation:
                    source.is_mid = True
                    target.mids = tuple(dict.fromkeys((*target.mids, self.scopes[relation - 2])))

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

    @staticmethod
    def _relation(source: Node, target: Node) -> int:
        """How instances of a task relate to those of one below it; see `Edge`."""
        if source.index in target.leaders or (source.home is not None and source.home == target.home):
            return 1
        outer = common(source.scope, target.scope)
        if outer is not None and outer is source.scope and outer is target.scope:
            outer = outer.parent
        return 0 if outer is None else outer.index + 2

    def _leaves(self) -> Iterator[int]:
        def decides(node: Node) -> bool:
            return not node.spec.is_teardown or node.spec.on_failure_fail_dagrun

        found = [n.index for n in self.nodes if decides(n) and not any(decides(self.nodes[d]) for d in n.downstream)]
        return iter(found or [n.index for n in self.nodes if not n.downstream])


def _follows(node: Node) -> tuple[str, ...]:
    return () if node.scope is None else node.scope.lineage[0].mapping.follows


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
