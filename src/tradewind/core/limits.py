"""Who may go next: gates with a capacity, and queues behind them that never block one another.

A scheduled instance must pass all its gates at once (its DAG not paused, its task's, run's and pool's limits, the
parallelism of the scheduler). The first gate that is full keeps it in that gate's queue; when a gate frees capacity
only its own queue is looked at, so the work for one completion does not grow with the number that wait.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime

from tradewind.core.run import Run

__all__ = ["PATIENCE", "Entry", "Gate", "Queue"]

Entry = tuple[float, datetime, int, int, int, Run]
"""-urgency, run_after, node, index, serial number, run: the order in which instances go."""

PATIENCE = 16
"""How often an instance that needs several slots may be overtaken before the others wait for it."""


class Gate:
    """Something of which only so much may be used at once. `capacity` None: no limit."""

    __slots__ = ("_overtaken", "_waiting", "capacity", "name", "used")

    def __init__(self, name: str, capacity: int | None) -> None:
        self.name = name
        self.capacity = capacity
        self.used = 0
        self._waiting: dict[int, list[Entry]] = {}
        self._overtaken = 0

    def fits(self, need: int) -> bool:
        """Whether `need` units are free."""
        return self.capacity is None or self.used + need <= self.capacity

    @property
    def is_saving_up(self) -> bool:
        """Whether room is kept free for an instance that needs more of it and was overtaken often enough."""
        return self._overtaken >= PATIENCE

    def park(self, entry: Entry, need: int) -> None:
        """Keep an instance until there is room."""
        heapq.heappush(self._waiting.setdefault(need, []), entry)

    def first(self) -> tuple[Entry, int] | None:
        """The first instance that fits, with what it needs; stale entries are swept on the way."""
        best: tuple[Entry, int] | None = None
        blocked: Entry | None = None
        for need in list(self._waiting):
            queue = self._waiting[need]
            while queue and not is_waiting(queue[0]):
                heapq.heappop(queue)
            if not queue:
                del self._waiting[need]
            elif self.fits(need):
                if best is None or queue[0] < best[0]:
                    best = (queue[0], need)
            elif need <= (self.capacity or 0) and (blocked is None or queue[0] < blocked):
                blocked = queue[0]
        if best is not None and blocked is not None and blocked < best[0] and self.is_saving_up:
            return None
        return best

    def take_first(self, need: int) -> Entry:
        """Remove the first of those that need this much, after `first` returned it."""
        entry = heapq.heappop(self._waiting[need])
        overtakes = any(n > need and q and q[0] < entry for n, q in self._waiting.items())
        self._overtaken = self._overtaken + 1 if overtakes else 0
        return entry


def is_waiting(entry: Entry) -> bool:
    """Whether the instance still is at this place in the queue."""
    return entry[5].ready.get((entry[2], entry[3])) == entry[4]


class Queue:
    """All scheduled instances, new or behind a gate."""

    def __init__(self, gates: Callable[[Run, int], Iterable[tuple[Gate, int]]]) -> None:
        self._gates = gates
        self._fresh: list[Entry] = []
        self._serial = 0
        self.freed: dict[Gate, None] = {}
        """Gates with more room than before: their queues are looked at next."""

    def add(self, run: Run, node: int, index: int) -> None:
        """Let an instance wait for its turn."""
        self._serial += 1
        run.ready[node, index] = self._serial
        run.ready_per_node[node] = run.ready_per_node.get(node, 0) + 1
        # backfilled runs are of old dates: by those they would go before all others, for as long as the backfill lasts
        since = run.facts.run_after if run.facts.backfill is None else run.queued_at or run.facts.run_after
        heapq.heappush(self._fresh, (-run.graph.nodes[node].urgency, since, node, index, self._serial, run))

    @staticmethod
    def discard(run: Run, node: int, index: int) -> None:
        """The instance no longer waits."""
        if run.ready.pop((node, index), None) is not None:
            run.ready_per_node[node] -= 1

    def take(self) -> tuple[Run, int, int, tuple[tuple[Gate, int], ...]] | None:
        """The next instance that passes all its gates, counted in each of them: (run, node, index, gates)."""
        while (entry := self._next()) is not None:
            run, node, index = entry[5], entry[2], entry[3]
            gates = tuple(self._gates(run, node))
            full = next(((gate, need) for gate, need in gates if not gate.fits(need)), None)
            if full is not None:
                full[0].park(entry, full[1])
                continue
            self.discard(run, node, index)
            for gate, need in gates:
                gate.used += need
            return run, node, index, gates
        return None

    def free(self, gates: Iterable[tuple[Gate, int]]) -> None:
        """Give back what an attempt used."""
        for gate, need in gates:
            gate.used -= need
            self.freed[gate] = None

    def _next(self) -> Entry | None:
        while self._fresh and not is_waiting(self._fresh[0]):
            heapq.heappop(self._fresh)
        best = self._fresh[0] if self._fresh else None
        source: tuple[Gate, int] | None = None
        for gate in list(self.freed):
            found = gate.first()
            if found is None:
                del self.freed[gate]
            elif best is None or found[0] < best:
                best, source = found[0], (gate, found[1])
        if best is None:
            return None
        return source[0].take_first(source[1]) if source else heapq.heappop(self._fresh)
