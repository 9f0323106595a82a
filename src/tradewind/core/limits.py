"""Who may go next: gates with a capacity, and queues behind them that never block one another.

A scheduled instance must pass all its gates at once (its DAG not paused, its task's, run's and pool's limits, its
executor's capacity). The first gate that is full keeps it in that gate's queue; when a gate frees capacity only its own
queue is looked at, so the work for one completion does not grow with the number that wait.

Priority decides who goes first, and fairness that everybody goes. An instance that needs several units and was overtaken
`PATIENCE` times by ones that need less is promised its place: what it needs is kept free for it, at that gate and at
every other one that it comes to wait at. One turn in `ELDER_EVERY` at a gate goes to whoever has waited longest, whatever
its priority, in the same way. Promises have ranks, and only those of a lower rank are kept free from one who has a promise
too, so that they never wait for one another. Nothing else is ever kept free: who has room at all its gates goes at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime

from tradewind.core.run import Run

__all__ = ["ELDER_EVERY", "PATIENCE", "Entry", "Gate", "Gates", "Promise", "Queue", "WAITS_FOR"]

Entry = tuple[float, datetime, int, int, int, Run]
"""-urgency, run_after, node, index, serial number, run: the order in which instances go."""

PATIENCE = 16
"""How often in a row an instance that needs several units may be overtaken before they are kept free for it."""
ELDER_EVERY = 32
"""One turn in so many at a gate belongs to the instance that has waited longest."""
MOST_SET_ASIDE = 64
"""Instances that can't go at all which the search for the eldest looks past."""
WAITS_FOR = "waits for "
"""How the reason of an instance that waits for capacity begins."""


class Promise:
    """Room that is kept free for an instance, at every gate that it has come to wait at."""

    __slots__ = ("at", "entry", "gates", "holds", "need", "rank")

    def __init__(self, rank: int, entry: Entry, at: Gate, need: int) -> None:
        self.rank = rank
        """The earlier it was given, the lower."""
        self.entry = entry
        self.at = at
        """The gate that it waits at now."""
        self.need = need
        """Units that it needs there."""
        self.gates: list[Gate] = []
        self.holds = True
        """False: the gate that it waits at is too small for it, as that of a paused DAG, so nothing is kept free."""


class Gate:
    """Something of which only so much may be used at once. `capacity` None: no limit."""

    __slots__ = ("_elders", "_overtaken", "_said", "_turns", "capacity", "name", "promises", "used", "waiting")

    def __init__(self, name: str, capacity: int | None) -> None:
        self.name = name
        self.capacity = capacity
        self.used = 0
        self.promises: dict[Promise, int] = {}
        """Who has room kept free here, and how much."""
        self.waiting: dict[int, list[Entry]] = {}
        """Who may wait here, by the units that they need."""
        self._elders: list[tuple[int, int, Entry]] = []
        """The same by serial number, with what they need; some have gone."""
        self._overtaken = 0
        self._turns = 0
        self._said: tuple[tuple[int, int | None, int], str] = (-1, None, 0), ""
        """What was last told of those that have to wait, and how the gate was then."""

    def fits(self, need: int, promise: Promise | None = None) -> bool:
        """Whether `need` units are free, for one who may have a promise."""
        if self.capacity is None:
            return True
        room = self.capacity - self.used - need
        return room >= 0 and (not self.promises or room >= self._kept(promise))

    def _kept(self, promise: Promise | None) -> int:
        """Units kept free from one who asks for some."""
        return sum(
            need
            for held, need in self.promises.items()
            if held.holds and held is not promise and (promise is None or held.rank < promise.rank)
        )

    def why_full(self, need: int) -> str:
        """What is told of an instance that has to wait here; the same text for all that find the gate as it is."""
        now = (self.used, self.capacity, need)
        if self._said[0] != now:
            more = f", {need} needed" if need > 1 else ""
            self._said = now, f"{WAITS_FOR}{self.name}: {self.used} of {self.capacity} in use{more}"
        return self._said[1]

    def park(self, entry: Entry, need: int) -> None:
        """Keep an instance until there is room."""
        heapq.heappush(self.waiting.setdefault(need, []), entry)
        heapq.heappush(self._elders, (entry[4], need, entry))

    def first(self) -> tuple[Entry, int] | None:
        """The first instance that fits, with what it needs; stale entries are swept on the way."""
        for promise, need in self.promises.items() if self.promises else ():
            if promise.at is self and self.fits(need, promise):
                return promise.entry, need
        best: tuple[Entry, int] | None = None
        for need in list(self.waiting):
            queue = self.waiting[need]
            while queue and not is_waiting(queue[0]):
                heapq.heappop(queue)
            if not queue:
                del self.waiting[need]
            elif self.fits(need) and (best is None or queue[0] < best[0]):
                best = (queue[0], need)
        if not self.waiting:
            self._elders.clear()
        return best

    def remove(self, entry: Entry, need: int) -> None:
        """Take out an instance that `first` returned; one with a promise may stay in the queue, and is passed over once
        it has gone."""
        queue = self.waiting.get(need)
        if queue and queue[0] is entry:
            heapq.heappop(queue)

    def count_turn(self, entry: Entry, can_go: Callable[[Entry], bool]) -> tuple[Entry, int] | None:
        """An instance had its turn while others wait here: who has been passed over long enough, if somebody has."""
        self._turns += 1
        for queue in self.waiting.values():
            if queue and queue[0] < entry:
                self._overtaken += 1
                break
        else:
            self._overtaken = 0
        if self.promises:
            self._turns = 0
            return None
        if self._overtaken >= PATIENCE:
            self._overtaken = 0
            behind = [(queue[0], need) for need, queue in self.waiting.items() if queue and queue[0] < entry]
            return min((one for one in behind if is_waiting(one[0]) and can_go(one[0])), default=None)
        if self._turns >= ELDER_EVERY:
            self._turns = 0
            return self._eldest(can_go)
        return None

    def _eldest(self, can_go: Callable[[Entry], bool]) -> tuple[Entry, int] | None:
        """Who has waited longest, of those that this gate can let through."""
        set_aside: list[tuple[int, int, Entry]] = []
        found: tuple[Entry, int] | None = None
        while self._elders and found is None and len(set_aside) < MOST_SET_ASIDE:
            elder = self._elders[0]
            entry = elder[2]
            # the heart of a busy gate: no call of `is_waiting`
            if entry[5].ready.get((entry[2], entry[3])) != elder[0]:
                heapq.heappop(self._elders)
            elif can_go(elder[2]):
                found = elder[2], elder[1]
            else:
                set_aside.append(heapq.heappop(self._elders))
        for elder in set_aside:
            heapq.heappush(self._elders, elder)
        return found


def is_waiting(entry: Entry) -> bool:
    """Whether the instance still is at this place in the queue."""
    return entry[5].ready.get((entry[2], entry[3])) == entry[4]


Gates = tuple[tuple[Gate, int], ...]


class Queue:
    """All scheduled instances, new or behind a gate."""

    def __init__(self, gates: Callable[[Run, int], Gates]) -> None:
        self._gates = gates
        self._fresh: list[Entry] = []
        self._serial = 0
        self._ranks = 0
        self.freed: dict[Gate, None] = {}
        """Gates with more room than before: their queues are looked at next."""
        self.promises: dict[int, Promise] = {}
        """By the serial number of the instance that has it."""

    def add(self, run: Run, node: int, index: int) -> None:
        """Let an instance wait for its turn."""
        self._serial += 1
        run.ready[node, index] = self._serial
        run.ready_per_node[node] = run.ready_per_node.get(node, 0) + 1
        # backfilled runs are of old dates: by those they would go before all others, for as long as the backfill lasts
        since = run.facts.run_after if run.facts.backfill is None else run.queued_at or run.facts.run_after
        at = run.graph.nodes[node]
        urgency = at.urgency
        if weights := at.spec.weights:
            tries = run.detail(node, index).try_number
            urgency += weights[min(tries, len(weights)) - 1] - at.spec.priority_weight
        heapq.heappush(self._fresh, (-urgency, since, node, index, self._serial, run))

    @staticmethod
    def discard(run: Run, node: int, index: int) -> None:
        """The instance no longer waits."""
        if run.ready.pop((node, index), None) is not None:
            run.ready_per_node[node] -= 1

    def take(self) -> tuple[Run, int, int, Gates] | None:
        """The next instance that passes all its gates, counted in each of them: (run, node, index, gates)."""
        if self.promises:
            self._look_after_promises()
        while (entry := self._next()) is not None:
            run, node, index = entry[5], entry[2], entry[3]
            gates = self._gates(run, node)
            promise = self.promises.get(entry[4]) if self.promises else None
            for gate, need in gates:
                if not gate.fits(need, promise):
                    self._park(entry, gate, need, promise)
                    break
            else:
                self._let_go(entry, gates, promise)
                return run, node, index, gates
        return None

    def _let_go(self, entry: Entry, gates: Gates, promise: Promise | None) -> None:
        """An instance passes its gates; others may have waited there for longer."""
        run, node = entry[5], entry[2]
        if run.ready.pop((node, entry[3]), None) is not None:
            run.ready_per_node[node] -= 1
        if promise is not None:
            self._keep_promise(promise)
        waited_at: list[Gate] = []
        for gate, need in gates:
            gate.used += need
            if gate.waiting:
                waited_at.append(gate)
        for gate in waited_at:
            if passed_over := gate.count_turn(entry, self._can_go):
                self._promise(gate, *passed_over)

    def free(self, gates: Iterable[tuple[Gate, int]]) -> None:
        """Give back what an attempt used."""
        for gate, need in gates:
            gate.used -= need
            if gate.waiting or gate.promises:
                self.freed[gate] = None

    def promise_of(self, run: Run, node: int, index: int) -> Promise | None:
        """What an instance that waits was promised."""
        return self.promises.get(run.ready.get((node, index), 0))

    def _next(self) -> Entry | None:
        while self._fresh and not is_waiting(self._fresh[0]):
            heapq.heappop(self._fresh)
        best = self._fresh[0] if self._fresh else None
        source: tuple[Gate, int] | None = None
        for gate in list(self.freed):
            found = gate.first()
            if found is None:
                del self.freed[gate]
            elif best is None or found[0] < best or found[0][4] in self.promises:
                best, source = found[0], (gate, found[1])
                if best[4] in self.promises:
                    break
        if best is None:
            return None
        if source is None:
            return heapq.heappop(self._fresh)
        source[0].remove(best, source[1])
        return best

    def _park(self, entry: Entry, gate: Gate, need: int, promise: Promise | None) -> None:
        gate.park(entry, need)
        instance = entry[5].detail(entry[2], entry[3])
        if instance.reason is None:
            instance.reason = gate.why_full(need)
        if promise is not None:
            promise.at, promise.need = gate, need
            promise.holds = gate.capacity is None or need <= gate.capacity
            self._extend(promise, gate, need)

    # -- promises -----------------------------------------------------------------------------------------------------

    def _can_go(self, entry: Entry) -> bool:
        """Whether an instance without a promise could ever pass all its gates as they are."""
        if entry[4] in self.promises:
            return False
        return all(gate.capacity is None or need <= gate.capacity for gate, need in self._gates(entry[5], entry[2]))

    def _promise(self, gate: Gate, entry: Entry, need: int) -> None:
        """Keep room free for an instance at a gate."""
        self._ranks += 1
        promise = self.promises[entry[4]] = Promise(self._ranks, entry, gate, need)
        self._extend(promise, gate, need)
        self.freed[gate] = None

    @staticmethod
    def _extend(promise: Promise, gate: Gate, need: int) -> None:
        if gate not in promise.gates:
            promise.gates.append(gate)
        gate.promises[promise] = need

    def _keep_promise(self, promise: Promise) -> None:
        """Its instance goes, or no longer wants to: what was kept free is there for all."""
        del self.promises[promise.entry[4]]
        for gate in promise.gates:
            del gate.promises[promise]
            self.freed[gate] = None

    def _look_after_promises(self) -> None:
        """Forget those of instances that were stopped, and hold nothing for those whose gate was closed."""
        for promise in list(self.promises.values()):
            if not is_waiting(promise.entry):
                self._keep_promise(promise)
                continue
            capacity = promise.at.capacity
            holds = capacity is None or promise.need <= capacity
            if holds != promise.holds:
                promise.holds = holds
                for gate in promise.gates:
                    self.freed[gate] = None
