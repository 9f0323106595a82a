"""One run in memory: states in a bytearray, tallies of how upstreams ended, and `move`, the one door to every change.

Instances are addressed by (node, index). A node that is not expanded has one instance, index 0, which the outside
world knows as map index -1. Expanded nodes have `count[node]` instances in a range of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tradewind.base.errors import InvalidMove
from tradewind.core.events import RunFacts, TaskRef
from tradewind.core.graph import Graph
from tradewind.core.nesting import Nest
from tradewind.core.rules import TOTALS, WEIGHTS
from tradewind.core.states import ALLOWED, DONE, RUN_MOVES, STATES, WIDTH, RunState

__all__ = ["Instance", "Key", "Run"]

Key = tuple[int, int]
"""(node, index)."""


class Instance:
    """What is known of a task instance beyond its state."""

    __slots__ = (
        "attempt",
        "end_date",
        "losses",
        "max_tries",
        "next_at",
        "queued_at",
        "reason",
        "resume",
        "scheduled_at",
        "skipped_by",
        "start_date",
        "try_number",
    )

    def __init__(self, max_tries: int) -> None:
        self.try_number = 0
        self.max_tries = max_tries
        self.attempt: str | None = None
        self.losses = 0
        self.scheduled_at: datetime | None = None
        self.queued_at: datetime | None = None
        self.start_date: datetime | None = None
        self.end_date: datetime | None = None
        self.next_at: datetime | None = None
        self.skipped_by: str | None = None
        self.reason: str | None = None
        self.resume: str | None = None


class Run:
    """A run of a DAG. All fields may be read; states change only through `move`, `move_run` and `expand`."""

    __slots__ = (
        "_busy",
        "base",
        "changed",
        "clear_number",
        "count",
        "details",
        "end_date",
        "ended",
        "facts",
        "graph",
        "inner",
        "is_changed",
        "lengths",
        "nest",
        "open",
        "outdated",
        "past_waiting",
        "pending",
        "pushed",
        "queued_at",
        "ready",
        "ready_per_node",
        "retries",
        "retry_at",
        "room",
        "seen",
        "skips",
        "start_date",
        "state",
        "states",
        "sweeps",
        "tally",
        "totals",
        "uid",
        "unfinished",
        "version_id",
    )

    def __init__(self, facts: RunFacts, graph: Graph, busy: dict[str, Run]) -> None:
        self.facts = facts
        self.uid = facts.uid
        self.version_id = facts.version_id
        self.state = RunState.QUEUED
        self.queued_at: datetime | None = facts.queued_at
        self.start_date: datetime | None = None
        self.end_date: datetime | None = None
        self.clear_number = 0
        self.retries = 0
        self.retry_at: datetime | None = None
        """When its failed tasks are tried again, once all have ended."""
        self._busy = busy
        self.is_changed = False
        """The run's own row has to be saved."""
        self.reset(graph)

    def reset(self, graph: Graph) -> None:
        """Forget all instances and take the shape of a graph: every task once, waiting."""
        size = len(graph)
        self.graph = graph
        self.base = list(range(size))
        self.count = [-1] * size
        """Number of instances of an expanded node; -1: not expanded, one instance."""
        self.states = bytearray(size)
        self.details: dict[int, Instance] = {}
        """By slot; missing until something happened to the instance."""
        self.tally = [0] * size
        self.totals = graph.outer_totals.copy()
        self.inner = {n.index: [0] for n in graph.nodes if n.inner_total or n.mids}
        """For nodes with upstreams in the same mapped group: tally of those, by index."""
        self.nest = Nest(self)
        """What there is to know of scopes inside of scopes."""
        self.room: dict[int, int] = {}
        """How many instances fit where those of a nested node are, before they have to move."""
        self.unfinished = size
        self.lengths: dict[Key, dict[str, int]] = {}
        """What successes reported, for nodes that are mapped over."""
        self.pushed: dict[Key, frozenset[str]] = {}
        """XCom keys pushed, for nodes that are mapped over."""
        self.open = {n.index: 1 for n in graph.nodes if n.feeds}
        """Unfinished instances, for nodes that are mapped over."""
        self.outdated: set[int] = set()
        """Expanded nodes whose length must be found again, since they were cleared."""
        self.seen: dict[int, int] = {}
        """Shape of the tally of an expanded node when its instances were last looked at."""
        self.sweeps: dict[int, int] = {}
        """Expanded nodes whose instances are being looked at, and where that stopped."""
        self.skips: dict[Key, set[Key]] = {}
        """Instances skipped by the decision of an instance."""
        self.past_waiting: dict[int, set[int]] = {}
        """Instances that wait for the run before, by node."""
        self.ended: list[int] = []
        """Nodes of which an instance ended just now, where later runs may wait for that."""
        self.ready: dict[Key, int] = {}
        """Scheduled instances that wait for capacity, with the serial number of their place in the queue."""
        self.ready_per_node: dict[int, int] = {}
        self.pending: dict[Key, None] = {}
        """What to look at next, in order; index -1: all instances of the node."""
        self.changed: dict[Key, None] = {}
        """Instances to save."""

    # -- reading ------------------------------------------------------------------------------------------------------

    def state_of(self, node: int, index: int) -> int:
        """Code of an instance's state."""
        return self.states[self.base[node] + index]

    def detail(self, node: int, index: int) -> Instance:
        """What is known of an instance; made when first asked for."""
        slot = self.base[node] + index
        found = self.details.get(slot)
        if found is None:
            found = self.details[slot] = Instance(self.graph.nodes[node].spec.retries + 1)
        return found

    def map_index(self, node: int, index: int) -> int:
        """The index as the outside world knows it."""
        return index if self.count[node] >= 0 else -1

    def indexes(self, node: int) -> range:
        """Indexes of the instances of a node."""
        count = self.count[node]
        return range(count) if count >= 0 else range(1)

    def find(self, ref: TaskRef) -> Key | None:
        """The instance a reference means, if it exists; map index -1 only of a node that is not expanded."""
        node = self.graph.index.get(ref.task_id)
        if node is None:
            return None
        count = self.count[node]
        if count < 0:
            return (node, 0) if ref.map_index < 0 else None
        return (node, ref.map_index) if 0 <= ref.map_index < count else None

    def tally_of(self, node: int, index: int) -> tuple[int, int]:
        """How the upstreams of an instance ended, and how many there are, packed for `rules.decide`."""
        inner = self.inner.get(node)
        if inner is None:
            return self.tally[node], self.totals[node]
        if self.count[node] < 0 and self.graph.nodes[node].leaders:
            # as a whole it waits for nothing but what is no leader; its instances will wait for theirs
            return self.tally[node], self.totals[node]
        at = self.graph.nodes[node]
        tally, total = self.tally[node] + inner[index], self.totals[node] + at.inner_total
        if not at.mids:
            return tally, total
        if self.count[node] < 0:
            return self.tally[node], self.totals[node]
        more, many = self.nest.tally(at, index)
        return tally + more, total + many

    def lacks_item(self, node: int, index: int) -> bool:
        """Whether an instance that follows others has nothing to run on: one of them pushed nothing."""
        for leader, key in self.graph.nodes[node].takes:
            if self.count[leader] >= 0 and key not in self.pushed.get((leader, index), ()):
                return True
        return False

    def is_skipped_by_decision(self, key: Key) -> bool:
        """Whether a branch decided to skip the instance, and was not cleared since."""
        return any(key in skipped for skipped in self.skips.values())

    def is_void(self, key: Key) -> bool:
        """Whether the instance was taken back and counts for nothing."""
        return self.graph.has_nested and self.nest.is_void(self.graph.nodes[key[0]].scope, key[1])

    def map_path(self, key: Key) -> tuple[int, ...]:
        """The path of an instance in scopes inside of scopes; of any other instance empty."""
        at = self.graph.nodes[key[0]]
        if not at.is_nested or at.scope is None or self.count[key[0]] < 0:
            return ()
        return self.nest.path(at.scope, key[1])

    def ref(self, key: Key) -> TaskRef:
        """The public name of an instance."""
        return TaskRef(self.graph.nodes[key[0]].task_id, self.map_index(*key))

    # -- changing -----------------------------------------------------------------------------------------------------

    def move(self, node: int, index: int, new: int) -> None:
        """Change the state of an instance, tell its downstreams' tallies, and note what must be looked at and saved.

        Raises:
            InvalidMove: the table of moves does not list it.
        """
        slot = self.base[node] + index
        old = self.states[slot]
        if not ALLOWED[old * WIDTH + new]:
            ref = self.ref((node, index))
            raise InvalidMove(
                f"{ref.task_id}[{ref.map_index}] of run {self.uid} can't go from {STATES[old]} to {STATES[new]}",
                run=self.uid,
                task=ref.task_id,
                map_index=ref.map_index,
            )
        self.states[slot] = new
        self.changed[node, index] = None
        self._busy[self.uid] = self
        if DONE[old] == DONE[new] == 0:
            return
        self.unfinished += DONE[old] - DONE[new]
        if self.graph.uses_past:
            self.ended.append(node)
        at = self.graph.nodes[node]
        for target, inner, weights in at.edges:
            delta = weights[new] - weights[old]
            if not delta:
                continue
            if not inner:
                self.tally[target] += delta
                self.pending[target, -1] = None
            elif inner == 1:
                mine = self.inner[target]
                if self.count[node] < 0:
                    # not expanded: counts for every instance of the target
                    self.inner[target] = [tally + delta for tally in mine]
                    self.pending[target, -1] = None
                elif index < len(mine):
                    mine[index] += delta
                    self.pending[target, index] = None
            else:
                self.nest.tell(at, index, self.graph.nodes[target], self.graph.scopes[inner - 2], delta)
        if at.feeds:
            self.open[node] += DONE[old] - DONE[new]
            for target in at.feeds if self.count[node] < 0 else at.waiters:
                self.pending[target, -1] = None
                if not self.open[node]:
                    self.seen.pop(target, None)
        if at.near:
            self.nest.tell_lengths(at, index, DONE[old] - DONE[new])

    def move_run(self, new: RunState) -> None:
        """Change the state of the run.

        Raises:
            InvalidMove: the table of moves does not list it.
        """
        if (self.state, new) not in RUN_MOVES:
            raise InvalidMove(f"run {self.uid} can't go from {self.state} to {new}", run=self.uid)
        self.state = new
        self.touch()

    def touch(self) -> None:
        """The run's row has to be saved."""
        self.is_changed = True
        self._busy[self.uid] = self

    def look_at(self, node: int, index: int = -1) -> None:
        """Have an instance (-1: all of the node) looked at before this event is done."""
        self.pending[node, index] = None
        self._busy[self.uid] = self

    def resize(self, node: int, count: int) -> None:
        """Give a node `count` instances (-1: one, not expanded). New ones wait; of one that was expanded before, those
        that fit stay as they are."""
        before = self.count[node]
        old, new = max(before, 1) if before < 0 else before, 1 if count < 0 else count
        start = self.base[node]
        kept = min(old, new) if before >= 0 and count >= 0 else 0
        self._weigh(node, start, old, sign=-1)
        states = bytearray(new)
        states[:kept] = self.states[start : start + kept]
        base = self.base[node] = len(self.states)
        self.states += states
        for index in range(old):
            detail = self.details.pop(start + index, None)
            if detail is not None and index < kept:
                self.details[base + index] = detail
        self.states[start : start + old] = bytes(old)
        self.count[node] = count
        self._weigh(node, base, new, sign=1)
        fresh = range(kept, new)
        if node in self.inner:
            self.inner[node] = self.inner[node][:kept] + [self._inner_tally(node, index) for index in fresh]
        for target, inner, _ in self.graph.nodes[node].edges:
            if inner == 1:
                mine = self.inner[target]
                for index in range(kept, len(mine)):
                    mine[index] = self._inner_tally(target, index)
        self.seen.pop(node, None)
        self.room.pop(node, None)
        self._busy[self.uid] = self

    def grow(self, node: int, count: int) -> None:
        """Give a nested node more instances, which wait. What is counted by item has room for them already."""
        at = self.graph.nodes[node]
        old, start = self.count[node], self.base[node]
        if count > self.room.get(node, old):
            room = self.room[node] = 2 * count
            base = self.base[node] = len(self.states)
            self.states += self.states[start : start + old] + bytes(room - old)
            for index in range(old):
                detail = self.details.pop(start + index, None)
                if detail is not None:
                    self.details[base + index] = detail
            self.states[start : start + old] = bytes(old)
        self.count[node] = count
        self.unfinished += count - old
        if node in self.open:
            self.open[node] += count - old
        if node in self.inner:
            self.inner[node] += [self._inner_tally(node, index) for index in range(old, count)]
        for target, inner, weights in at.edges:
            if not inner:
                self.totals[target] += (count - old) * TOTALS[WEIGHTS.index(weights)]
                self.pending[target, -1] = None
        self.nest.weigh(at, range(old, count))
        self._busy[self.uid] = self

    # -- rebuilding ---------------------------------------------------------------------------------------------------

    def install(self, node: int, count: int, states: bytes, details: Sequence[Instance | None]) -> None:
        """Put instances in place as rows or another graph tell them; `recount` must follow."""
        self.count[node] = count
        if count >= 0:
            self.base[node] = len(self.states)
            self.states += states
        else:
            self.states[self.base[node]] = states[0]
        for index, detail in enumerate(details):
            if detail is not None:
                self.details[self.base[node] + index] = detail

    def recount(self) -> None:
        """Find all tallies anew from the states."""
        self.tally = [0] * len(self.graph)
        self.totals = [0] * len(self.graph)
        self.unfinished = 0
        self.open = dict.fromkeys(self.open, 0)
        for node in self.graph.nodes:
            size = len(self.indexes(node.index))
            self._weigh(node.index, self.base[node.index], size, sign=1)
        for node in self.inner:
            self.inner[node] = [self._inner_tally(node, index) for index in self.indexes(node)]
        for scope in self.graph.scopes if self.graph.has_nested else ():
            if scope.parent is None:
                self.nest.recount(scope)

    def _weigh(self, node: int, start: int, count: int, *, sign: int) -> None:
        """Add (or take away) the instances of a node to the totals and tallies of those it counts whole for."""
        states = self.states[start : start + count]
        if self.graph.nodes[node].is_nested:
            scope = self.graph.nodes[node].scope
            states = bytearray(s for index, s in enumerate(states) if not self.nest.is_void(scope, index))
            count = len(states)
        unfinished = sign * sum(states.count(s) for s in range(WIDTH) if not DONE[s])
        self.unfinished += unfinished
        if node in self.open:
            self.open[node] += unfinished
        for target, inner, weights in self.graph.nodes[node].edges:
            if inner:
                continue
            self.totals[target] += sign * count * TOTALS[WEIGHTS.index(weights)]
            self.tally[target] += sign * sum(states.count(s) * weights[s] for s in set(states))
            self.pending[target, -1] = None

    def _inner_tally(self, node: int, index: int) -> int:
        """How the upstreams in the same mapped group ended for one index, counted anew."""
        tally = 0
        for source in self.graph.nodes[node].inner_sources:
            at = 0 if self.count[source] < 0 else index
            if at >= max(self.count[source], 1):
                continue
            state = self.state_of(source, at)
            for target, inner, weights in self.graph.nodes[source].edges:
                if inner == 1 and target == node:
                    tally += weights[state]
        return tally
