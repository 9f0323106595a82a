"""The memory of the core between events, and the commands of the event at hand; handlers work on it, `Shard` owns it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from tradewind.base.ids import IdSource
from tradewind.core.asset_book import AssetBook
from tradewind.core.commands import Command, EndAttempt, Kill, SaveRun, SaveTask
from tradewind.core.dag import Dag
from tradewind.core.deadline_book import DeadlineBook
from tradewind.core.events import Outcome, RunFacts, TaskRef
from tradewind.core.graph import Graph
from tradewind.core.limits import Gate, Queue
from tradewind.core.run import Key, Run
from tradewind.core.states import STATES, RunState
from tradewind.core.story import Story
from tradewind.core.timers import Timers
from tradewind.spec import DagKey

__all__ = ["EPOCH", "KILL_PATIENCE", "Attempt", "Machine"]

EPOCH = datetime.min.replace(tzinfo=UTC)
KILL_PATIENCE = timedelta(minutes=2)
"""How long a process that was told to stop may keep its slot without an answer from its executor."""
DEFAULT_POOL = "default_pool"
DEFAULT_POOL_SLOTS = 128


class Attempt:
    """An attempt that was dispatched and has not ended: it holds its slots, even when its instance has moved on."""

    __slots__ = ("gates", "id", "index", "is_dying", "node", "ref", "run")

    def __init__(self, attempt: str, run: Run, key: Key, gates: tuple[tuple[Gate, int], ...]) -> None:
        self.id = attempt
        self.run = run
        self.node, self.index = key
        self.ref = run.ref(key)
        self.gates = gates
        self.is_dying = False
        """It was told to stop, and is only waited for."""

    @property
    def home(self) -> tuple[str, TaskRef]:
        """The instance it belongs to, also when its run is no longer in memory."""
        return self.run.uid, self.ref


class Machine:
    """Everything the core knows."""

    def __init__(self, ids: IdSource, *, parallelism: int, executors: Mapping[str, tuple[str, int]],
                 max_losses: int, queue_timeout_s: float, max_map_length: int) -> None:  # fmt: skip
        self.ids = ids
        self.max_losses = max_losses
        self.queue_timeout = timedelta(seconds=queue_timeout_s)
        self.max_map_length = max_map_length
        self.now = EPOCH
        self.dags: dict[DagKey, Dag] = {}
        self.runs: dict[str, Run] = {}
        self.visitors: set[str] = set()
        """Finished runs that were loaded for an event about them."""
        self.attempts: dict[str, Attempt] = {}
        self.waits: dict[str, Attempt] = {}
        """Instances that wait for a trigger or a person, by the attempt that began it."""
        self.counting_deferred: set[Gate] = set()
        """Pools of which deferred instances keep their slots."""
        self.dying: dict[tuple[str, TaskRef], str] = {}
        """Instances whose former attempt still has a process."""
        self.assets = AssetBook()
        self.timers = Timers()
        self.deadlines = DeadlineBook()
        self.queue = Queue(self.gates)
        self.parallelism = Gate("parallelism", parallelism)
        own = {name: Gate(f"executor {name}", capacity) for name, capacity in executors.values()}
        self.executors = {spelling: own[name] for spelling, (name, _) in executors.items()}
        """Executors with a capacity of their own, by whatever tasks may call them."""
        self.pools: dict[tuple[str, str], Gate] = {}
        self.busy: dict[str, Run] = {}
        """Runs that this event touched."""
        self.sweeping: deque[tuple[Run, int]] = deque()
        """Expanded nodes whose instances are still to be looked at."""
        self.budget = 0
        """How many more of those this event may look at."""
        self.story = Story()
        self.rows: list[Command] = []
        self.facts: list[Command] = []
        self.effects: list[Command] = []

    # -- limits -------------------------------------------------------------------------------------------------------

    def pool(self, workspace: str, name: str) -> Gate:
        """The gate of a pool; one that nobody has set lets nothing through, save the default one."""
        gate = self.pools.get((workspace, name))
        if gate is None:
            slots = DEFAULT_POOL_SLOTS if name == DEFAULT_POOL else 0
            gate = self.pools[workspace, name] = Gate(f"pool {name}", slots)
        return gate

    def gates(self, run: Run, node: int) -> tuple[tuple[Gate, int], ...]:
        """All gates that an instance must pass, with what it needs of each."""
        dag = self.dags[run.facts.dag]
        known = dag.gates.setdefault(run.uid, {})
        found = known.get(node)
        if found is None:
            spec = run.graph.nodes[node].spec
            gates = [(dag.gate, 1)]
            if spec.max_active_tis_per_dagrun is not None:
                gates.append((dag.run_task_gate(run, spec.task_id, spec.max_active_tis_per_dagrun), 1))
            if spec.max_active_tis_per_dag is not None:
                gates.append((dag.task_gate(spec.task_id, spec.max_active_tis_per_dag), 1))
            gates.append((dag.run_gate(run), 1))
            gates.append((self.pool(run.facts.dag.workspace, spec.pool), spec.pool_slots))
            gates.append((self.executors.get(spec.executor or "", self.parallelism), 1))
            found = known[node] = tuple(gates)
        return found

    # -- attempts -----------------------------------------------------------------------------------------------------

    def current(self, attempt: str) -> Attempt | None:
        """The attempt, where it is the one its instance waits for."""
        found = self.attempts.get(attempt)
        return None if found is None or found.is_dying else found

    def end_attempt(self, attempt: Attempt, at: datetime, outcome: Outcome, reason: str = "") -> None:
        """Forget an attempt whose process is gone (or as good as), and give back its slots."""
        del self.attempts[attempt.id]
        self.queue.free(attempt.gates)
        for name in ("queued", "running", "dying"):
            self.timers.drop((name, attempt.id))
        if attempt.is_dying and self.dying.get(attempt.home) == attempt.id:
            del self.dying[attempt.home]
        self.facts.append(EndAttempt(attempt.id, at, outcome, reason))

    def kill(self, attempt: Attempt, reason: str) -> None:
        """Have the process of an attempt stopped; it keeps its slots until it is gone."""
        if attempt.is_dying:
            return
        attempt.is_dying = True
        self.dying[attempt.home] = attempt.id
        for name in ("queued", "running"):
            self.timers.drop((name, attempt.id))
        self.timers.set(("dying", attempt.id), self.now + KILL_PATIENCE)
        self.effects.append(Kill(attempt.id, reason))

    # -- the commands of an event -------------------------------------------------------------------------------------

    def flush(self) -> list[Command]:
        """The commands of this event: rows first, what leaves the process last."""
        commands = self.rows
        for run in self.busy.values():
            if run.is_changed:
                commands.append(_save_run(run))
                run.is_changed = False
            commands.extend(_save_tasks(run))
        commands += self.facts
        commands += self.effects
        self.busy.clear()
        self.rows, self.facts, self.effects = [], [], []
        return commands

    def graph_of(self, facts: RunFacts) -> Graph | None:
        """The graph of the version that a run is bound to."""
        dag = self.dags.get(facts.dag)
        return None if dag is None else dag.versions.get(facts.version_id)

    def timer_name(self, run: Run, node: int, index: int) -> tuple[str | int, ...]:
        """Name of the deadline of an instance that waits for a moment."""
        return ("instance", run.uid, run.graph.nodes[node].task_id, index)


def _save_run(run: Run) -> SaveRun:
    return SaveRun(
        uid=run.uid,
        dag=run.facts.dag,
        state=RunState(run.state),
        version_id=run.version_id,
        queued_at=run.queued_at,
        start_date=run.start_date,
        end_date=run.end_date,
        clear_number=run.clear_number,
        retries=run.retries,
        retry_at=run.retry_at,
    )


def _save_tasks(run: Run) -> Iterator[SaveTask]:
    changed, run.changed = run.changed, {}
    for node, index in changed:
        count = run.count[node]
        if index >= (1 if count < 0 else count):
            continue
        instance = run.detail(node, index)
        yield SaveTask(
            run_uid=run.uid,
            task_id=run.graph.nodes[node].task_id,
            map_index=index if count >= 0 else -1,
            state=STATES[run.state_of(node, index)],
            try_number=instance.try_number,
            max_tries=instance.max_tries,
            attempt=instance.attempt,
            losses=instance.losses,
            scheduled_at=instance.scheduled_at,
            queued_at=instance.queued_at,
            start_date=instance.start_date,
            end_date=instance.end_date,
            next_at=instance.next_at,
            skipped_by=instance.skipped_by,
            reason=instance.reason,
            resume=instance.resume,
        )
