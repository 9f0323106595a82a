"""Stories about the core: given a DAG, when something happens, expect states and orders; time moves by hand.

`Rows` plays the database: it takes the core's commands as the committer would, refuses those that make no sense, and
can rebuild a core from what it holds, as after a restart. Every event is followed by a check of all invariants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tradewind.base.ids import SequentialIds
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.core.graph import xcom_inputs
from tradewind.core.image import RunImage, TaskImage
from tradewind.core.shard import Limits, Shard
from tradewind.core.states import FINISHED, RUN_FINISHED, RunState, TaskState
from tradewind.spec import (
    DagKey,
    DagSpec,
    GroupSpec,
    LiteralInput,
    LoopSpec,
    MapSpec,
    ScheduleSpec,
    TaskSpec,
    XComInput,
    ZipInput,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
SLOTS_AT_ONCE = 3
_DAG_FIELDS = {
    "catchup", "max_active_tasks", "max_active_runs", "max_consecutive_failed_dag_runs", "dagrun_timeout_s",
    "fail_fast", "start_date", "end_date", "has_callbacks", "allowed_run_types", "deadlines", "run_retries",
    "run_retry_delay_s",
}  # fmt: skip


def seconds(text: str | float) -> float:
    """``1h``, ``4m59s``, ``2d`` as seconds."""
    if not isinstance(text, str):
        return float(text)
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    return float(sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)([dhms])", text)))


def over(*sources: str | int) -> MapSpec:
    """What a task is mapped over: names of tasks, or lengths of literals."""
    return MapSpec(tuple((f"x{n}", LiteralInput(s) if isinstance(s, int) else XComInput(s))
                         for n, s in enumerate(sources)))  # fmt: skip


def each(*tasks: str) -> MapSpec:
    """A task that follows mapped tasks one by one."""
    parts = tuple(XComInput(task) for task in tasks)
    return MapSpec((("x", parts[0] if len(parts) == 1 else ZipInput(parts)),), follows=tasks)


def looped(decider: str, most: int) -> MapSpec:
    """A task or group that is repeated while its decider says so."""
    return MapSpec((), loop=LoopSpec(decider, most))


def dag(edges: str = "", *, name: str = "d", schedule: str | tuple[str, dict[str, object]] = "none",
        tasks: Mapping[str, dict[str, object]] | None = None, groups: Mapping[str, MapSpec | None] | None = None,
        **options: object) -> DagSpec:  # fmt: skip
    """A DAG from arrows: ``a >> b; a >> [c, d] >> e``. Options that are not the DAG's are those of every task.

    `tasks` holds the options of single tasks; a task named ``group.task`` is in that group, if `groups` has it.
    """
    options = {("retry_delay_s" if k == "retry_delay" else k): v for k, v in options.items()}
    upstream: dict[str, list[str]] = {}
    for chain in edges.split(";"):
        before: list[str] = []
        for part in filter(None, (p.strip() for p in chain.split(">>"))):
            now = [t.strip() for t in part.strip("[]").split(",")]
            for task in now:
                upstream.setdefault(task, []).extend(b for b in before if b not in upstream.get(task, []))
            before = now
    for task in tasks or {}:
        upstream.setdefault(task, [])
    for task, given in (tasks or {}).items():
        mapped = given.get("mapped")
        for source in xcom_inputs(mapped) if isinstance(mapped, MapSpec) else ():
            if source.task_id not in upstream[task]:
                upstream[task].append(source.task_id)
    common = {k: v for k, v in options.items() if k not in _DAG_FIELDS}
    made: dict[str, TaskSpec] = {}

    def place(task: str) -> None:
        if task in made:
            return
        for source in upstream[task]:
            place(source)
        fields = {**common, **(tasks or {}).get(task, {})}
        if isinstance(fields.get("retry_delay_s"), str):
            fields["retry_delay_s"] = seconds(str(fields["retry_delay_s"]))
        group = task.rpartition(".")[0]
        group_id = group if group in (groups or {}) else None
        made[task] = TaskSpec(task_id=task, upstream=tuple(upstream[task]), group_id=group_id, **fields)  # type: ignore[arg-type]

    for task in upstream:
        place(task)
    kind, args = schedule if isinstance(schedule, tuple) else (schedule, {})
    return DagSpec(
        dag_id=name,
        schedule=ScheduleSpec(kind, args),  # type: ignore[arg-type]
        tasks=tuple(made.values()),
        groups=tuple(GroupSpec(g, g.rpartition(".")[0] or None, mapped=m) for g, m in (groups or {}).items()),
        **{k: v for k, v in options.items() if k in _DAG_FIELDS},  # type: ignore[arg-type]
    )


@dataclass
class AttemptRow:
    """A row of the attempt table."""

    dispatch: c.Dispatch
    started: bool = False
    outcome: str | None = None
    kept: bool = False


@dataclass
class Rows:
    """The database as the core's commands make it."""

    runs: dict[str, c.SaveRun] = field(default_factory=dict)
    facts: dict[str, e.RunFacts] = field(default_factory=dict)
    tasks: dict[tuple[str, str, int], c.SaveTask] = field(default_factory=dict)
    attempts: dict[str, AttemptRow] = field(default_factory=dict)
    dags: dict[DagKey, c.SaveDag] = field(default_factory=dict)
    paths: dict[tuple[str, str, int], tuple[int, ...]] = field(default_factory=dict)
    outputs: dict[str, e.AttemptSucceeded] = field(default_factory=dict)
    backfills: dict[str, tuple[e.BackfillFacts, list[e.BackfillSlot]]] = field(default_factory=dict)
    saved_backfills: dict[str, c.SaveBackfill] = field(default_factory=dict)
    posted: list[e.Event] = field(default_factory=list)
    """What the core wrote into its own inbox, and what it asked for."""
    deadlines: dict[str, c.SaveDeadline] = field(default_factory=dict)
    waiting: dict[str, str | None] = field(default_factory=dict)
    """Triggers and requests, with how they were stopped."""

    def take(self, commands: Iterable[c.Command]) -> None:
        """Write them as the committer would."""
        for command in commands:
            match command:
                case c.CreateRun(run):
                    assert run.uid not in self.runs
                    self.request(run)
                case c.SaveRun():
                    assert command.uid in self.runs, "a run is saved that was never created"
                    self.runs[command.uid] = command
                case c.CreateTasks(uid, task, first, last, paths):
                    for place, index in enumerate(range(first, last + 1)):
                        self.paths[uid, task, index] = tuple(map(int, paths[place].split("/"))) if paths else ()
                        assert (uid, task, index) not in self.tasks, f"{task}[{index}] is created twice"
                        self.tasks[uid, task, index] = c.SaveTask(
                            run_uid=uid,
                            task_id=task,
                            map_index=index,
                            state=None,
                            try_number=0,
                            max_tries=1,
                            attempt=None,
                        )
                case c.ForgetTasks(uid, task, first):
                    gone = [k for k in self.tasks if k[:2] == (uid, task) and k[2] >= first]
                    for key in gone:
                        del self.tasks[key]
                case c.SaveTask():
                    key = (command.run_uid, command.task_id, command.map_index)
                    assert key in self.tasks, f"{key} is saved but was never created"
                    self.tasks[key] = command
                case c.Dispatch():
                    row = self.tasks[command.run_uid, command.task_id, command.map_index]
                    assert row.state is TaskState.QUEUED
                    assert row.attempt == command.attempt
                    assert row.try_number == command.try_number
                    assert command.attempt not in self.attempts
                    self.attempts[command.attempt] = AttemptRow(command)
                case c.StartAttempt():
                    assert not self.attempts[command.attempt].started
                    self.attempts[command.attempt].started = True
                case c.EndAttempt():
                    assert self.attempts[command.attempt].outcome is None, "an attempt ends twice"
                    self.attempts[command.attempt].outcome = command.outcome
                    if command.outcome == "awaiting_input":
                        self.waiting[command.attempt] = None
                case c.KeepOutput(attempt):
                    if attempt in self.attempts or attempt not in self.waiting:
                        self.attempts[attempt].kept = True
                case c.SaveDag():
                    self.dags[command.dag] = command
                case c.DeleteRun(uid):
                    self.runs.pop(uid, None)
                    self.deadlines = {k: v for k, v in self.deadlines.items() if v.run_uid != uid}
                    self.tasks = {k: v for k, v in self.tasks.items() if k[0] != uid}
                case c.DeleteDag(key):
                    self.deadlines = {k: v for k, v in self.deadlines.items() if v.dag != key}
                    for uid in [uid for uid, facts in self.facts.items() if facts.dag == key]:
                        self.runs.pop(uid, None)
                        self.tasks = {k: v for k, v in self.tasks.items() if k[0] != uid}
                case c.Kill(attempt):
                    assert self.attempts[attempt].outcome is None, "a dead attempt is killed"
                case c.StartTrigger():
                    row = self.tasks[command.run_uid, command.task_id, command.map_index]
                    assert row.attempt == command.trigger
                    assert command.trigger not in self.waiting, "a trigger is started twice"
                    if command.start is None:
                        assert row.state in (TaskState.DEFERRED, TaskState.SCHEDULED, TaskState.QUEUED)
                        assert self.attempts[command.trigger].outcome == "deferred"
                    self.waiting[command.trigger] = None
                case c.StopTrigger(trigger):
                    assert self.waiting.get(trigger, "") is None, "a trigger is stopped that nobody waits for"
                    self.waiting[trigger] = "cancelled" if command.is_cancelled else "timeout"
                case c.RunCallback():
                    pass
                case c.SaveDeadline():
                    assert command.run_uid is None or command.run_uid in self.runs
                    before = self.deadlines.get(command.id)
                    assert before is None or before.state == "pending", "a deadline ends twice"
                    self.deadlines[command.id] = command
                case c.SaveBackfill():
                    self.saved_backfills[command.uid] = command
                case c.RepeatRun():
                    facts = self.facts[command.run_uid]
                    conf = facts.conf if command.conf is None else command.conf
                    self.facts[command.run_uid] = replace(
                        facts, backfill=command.backfill, run_type="backfill", triggered_by="backfill", conf=conf
                    )
                    repeated = e.RunRepeated(command.run_uid, command.backfill, command.dag, command.on_newest)
                    self.posted.append(repeated)
                case c.FeedBackfill(uid, key, ordinal):
                    slots = [slot for slot in self.backfills[uid][1] if slot.ordinal >= ordinal][:SLOTS_AT_ONCE]
                    self.posted.append(e.BackfillFed(uid, key, tuple(slots)))

    def request(self, facts: e.RunFacts) -> None:
        """A run's row, as the API makes it."""
        self.facts[facts.uid] = facts
        self.runs[facts.uid] = c.SaveRun(
            uid=facts.uid,
            dag=facts.dag,
            state=RunState.QUEUED,
            version_id=facts.version_id,
            queued_at=facts.queued_at,
            start_date=None,
            end_date=None,
        )

    def image(self, uid: str) -> RunImage:
        """A run as the loader reads it."""
        row = self.runs[uid]
        tasks: list[TaskImage] = []
        for key, save in self.tasks.items():
            if key[0] == uid:
                output = self.outputs.get(save.attempt or "") if save.state is TaskState.SUCCESS else None
                tasks.append(
                    TaskImage(
                        save=save,
                        pushed=output.pushed if output else frozenset(),
                        lengths=tuple(output.lengths.items()) if output else (),
                        path=self.paths[key],
                    )
                )
        return RunImage(
            facts=replace(self.facts[uid], version_id=row.version_id, queued_at=row.queued_at),
            state=row.state,
            start_date=row.start_date,
            end_date=row.end_date,
            clear_number=row.clear_number,
            retries=row.retries,
            retry_at=row.retry_at,
            tasks=tasks,
        )

    def newest(self, uid: str, task: str, index: int) -> str:
        """The current attempt of an instance."""
        attempt = self.tasks[uid, task, index].attempt
        assert attempt is not None, f"{task}[{index}] has no attempt"
        return attempt


Step = Callable[["Story"], None]
Check = Callable[["Story"], None]


class Story:
    """A core with its database and clock."""

    def __init__(self, *, is_checked: bool = True, **limits: float) -> None:
        self.limits = Limits(**limits)  # type: ignore[arg-type]
        self.ids = SequentialIds()
        self.shard = Shard(self.ids, self.limits)
        self.rows = Rows()
        self.now = START
        self.said: list[c.Command] = []
        """Commands since the last `when`, `after` or `run`."""
        self.log: list[c.Command] = []
        self.script: list[tuple[datetime, e.Event | RunImage, list[c.Command]]] = []
        """What was handed to the core since it was made, and what it answered."""
        self.is_first = True
        """Whether this core began empty, and not with what a former one left in the rows."""
        self.versions: dict[DagKey, list[tuple[str, DagSpec]]] = {}
        self.paused: dict[DagKey, bool] = {}
        self.pools: dict[str, int | None] = {}
        self.counting: set[str] = set()
        """Pools that count deferred tasks."""
        self.uid = ""
        """The run that the story is about."""
        self.dag_key = DagKey("default", "d")
        self.is_checked = is_checked

    # -- given --------------------------------------------------------------------------------------------------------

    def given(self, *specs: DagSpec, is_paused: bool = False) -> Story:
        """Know DAGs, or new versions of them."""
        for spec in specs:
            key = self.dag_key = DagKey("default", spec.dag_id)
            versions = self.versions.setdefault(key, [])
            versions.append((f"{spec.dag_id}-v{len(versions) + 1}", spec))
            self.paused.setdefault(key, is_paused)
            self.apply(e.VersionAdded(key, versions[-1][0], spec, is_paused))
        return self

    def run(self, run_id: str = "r1", *, dag: str = "", logical_date: datetime | None = None,
            run_after: datetime | None = None, run_type: str = "manual") -> Story:  # fmt: skip
        """Ask for a run, and make it the one the story is about."""
        key = DagKey("default", dag) if dag else self.dag_key
        when = logical_date or self.now
        facts = e.RunFacts(
            uid=run_id, dag=key, run_id=run_id, run_type=run_type, logical_date=when, interval_start=when,
            interval_end=when, run_after=run_after or self.now, queued_at=self.now,
            version_id=self.versions[key][-1][0], triggered_by="rest_api",
        )  # fmt: skip
        self.said = []
        self.rows.request(facts)
        self.uid = run_id
        self.apply(e.RunRequested(facts))
        return self

    # -- when ---------------------------------------------------------------------------------------------------------

    def when(self, *steps: Step) -> Story:
        """Let things happen, one after the other."""
        self.said = []
        for step in steps:
            step(self)
        return self

    def apply(self, event: e.Event) -> list[c.Command]:
        """Hand an event to the core, and its commands to the rows."""
        uid = getattr(event, "run_uid", None)
        if uid in self.rows.runs and not self.shard.has_run(uid):
            image = self.rows.image(uid)
            loaded = self.shard.load_run(image)
            self.script.append((self.now, image, loaded))
            self.rows.take(loaded)
        commands = self.shard.apply(event, self.now)
        if isinstance(event, e.AttemptSucceeded) and c.KeepOutput(event.attempt) in commands:
            self.rows.outputs[event.attempt] = event
        elif (
            isinstance(event, e.TriggerFired) and event.outcome == "success" and c.KeepOutput(event.trigger) in commands
        ):
            lengths = {key: length for key, length in event.pushed.items() if length is not None}
            output = e.AttemptSucceeded(event.trigger, event.at, lengths, frozenset(event.pushed))
            self.rows.outputs[event.trigger] = output
        self.script.append((self.now, event, commands))
        self.said += commands
        self.log += commands
        self.rows.take(commands)
        for command in commands:
            if isinstance(command, c.SaveDag) and command.is_paused:
                self.paused[command.dag] = True
        if self.is_checked:
            self.shard.check()
        while self.rows.posted:
            self.apply(self.rows.posted.pop(0))
        return commands

    def after(self, duration: str | float, *checks: Check) -> Story:
        """Let time pass, with a `Tick` at every deadline on the way; then expect."""
        self.said = []
        self.wait(duration)
        return self.expect(*checks)

    def wait(self, duration: str | float) -> None:
        """Let time pass."""
        end = self.now + timedelta(seconds=seconds(duration))
        for _ in range(100_000):
            due = self.shard.next_deadline()
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            self.apply(e.Tick())
        else:
            raise AssertionError("the core never comes to rest")
        self.now = end

    def rest(self) -> None:
        """Carry out what is due now."""
        self.wait(0)

    def restart(self) -> Story:
        """A new core from the rows, as after a crash; the executor adopted all attempts."""
        self.reload()
        self.rest()
        return self

    def reload(self) -> Shard:
        """A new core from the rows, before its first `Tick`."""
        self.said = []
        killed = [a for a, row in self.rows.attempts.items() if row.outcome is None]
        self.shard = Shard(self.ids, self.limits)
        self.script.clear()
        self.is_first = False
        for key, versions in self.versions.items():
            for version, spec in versions:
                self.shard.load_version(key, version, spec)
            automatic = [f for f in self.rows.facts.values() if f.dag == key and f.run_type == "scheduled"]
            latest = max(automatic, key=lambda f: f.run_after, default=None)
            self.shard.load_dag(
                key, versions[-1][0], is_paused=self.paused[key], is_stale=False, latest=latest, failed_in_a_row=0
            )
        took: dict[DagKey, list[float]] = {}
        for uid, row in self.rows.runs.items():
            if row.state is RunState.SUCCESS and row.start_date and row.end_date:
                took.setdefault(self.rows.facts[uid].dag, []).append((row.end_date - row.start_date).total_seconds())
        self.shard.load_deadlines([d for d in self.rows.deadlines.values() if d.state == "pending"], took)
        for name, slots in self.pools.items():
            self.apply(e.PoolSet("default", name, slots, name in self.counting))
        for uid, row in list(self.rows.runs.items()):
            if row.state not in RUN_FINISHED:
                self.rows.take(self.shard.load_run(self.rows.image(uid)))
        known = set(self.shard.active_attempts())
        for attempt in killed:
            if attempt not in known:  # a process nobody knows any more: the executor cleans up, its row is closed
                self.rows.attempts[attempt].outcome = "lost"
        for uid, (facts, _) in self.rows.backfills.items():
            saved = self.rows.saved_backfills.get(uid)
            if saved is None:
                self.shard.load_backfill(facts)
            elif saved.completed_at is None:
                self.shard.load_backfill(replace(facts, next_ordinal=saved.next_ordinal, is_paused=saved.is_paused))
        return self.shard

    def backfill(self, days: int, *, uid: str = "b", max_active_runs: int = 10, reruns: Iterable[str] = (),
                 conf: dict[str, object] | None = None, on_newest: bool = False) -> Story:  # fmt: skip
        """Make a backfill of days of 2020, after runs that are to run again; its runs have the ids b-0, b-1, ..."""
        slots: list[e.BackfillSlot] = []
        for run in (*reruns, *("" for _ in range(days))):
            day = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=len(slots))
            slots.append(
                e.BackfillSlot(ordinal=len(slots), run_uid=run or f"{uid}-{len(slots)}", is_rerun=bool(run),
                               logical_date=day, interval_start=day, interval_end=day, run_after=day)
            )  # fmt: skip
        facts = e.BackfillFacts(
            uid=uid, dag=self.dag_key, max_active_runs=max_active_runs, conf=conf, on_newest=on_newest
        )
        self.rows.backfills[uid] = (facts, slots)
        self.said = []
        self.apply(e.BackfillAsked(facts))
        return self

    def work(self, *, until: int = 10_000) -> Story:
        """Let every attempt start and succeed until nothing is left to do."""
        for _ in range(until):
            alive = [a for a in self.shard.active_attempts() if self.rows.attempts[a].outcome is None]
            if not alive:
                due = self.shard.next_deadline()
                if due is None or due > self.now:
                    return self
                self.rest()
                continue
            for attempt in alive:
                self.apply(e.AttemptStarted(attempt, self.now))
                self.apply(e.AttemptSucceeded(attempt, self.now, {}, frozenset({"return_value"})))
        raise AssertionError("the work never ends")

    # -- expect -------------------------------------------------------------------------------------------------------

    def expect(self, *checks: Check) -> Story:
        """Look at what is there now, and at what the core said since the last step."""
        for check in checks:
            check(self)
        return self

    def state_of(self, task: str, index: int = -1, run: str = "") -> str | None:
        """The state of an instance in the rows."""
        found = self.rows.tasks[run or self.uid, task, index].state
        return None if found is None else str(found)

    def states(self, run: str = "") -> dict[str, str | None]:
        """All states of a run: ``task`` or ``task[index]``."""
        return {
            task if index < 0 else f"{task}[{index}]": None if row.state is None else str(row.state)
            for (uid, task, index), row in self.rows.tasks.items()
            if uid == (run or self.uid)
        }

    def run_state(self, run: str = "") -> str:
        """The state of a run in the rows."""
        return str(self.rows.runs[run or self.uid].state)

    def dispatches(self) -> list[str]:
        """What was dispatched since the last step, in order: ``task`` or ``task[index]``."""
        return [
            d.task_id if d.map_index < 0 else f"{d.task_id}[{d.map_index}]"
            for d in self.said
            if isinstance(d, c.Dispatch)
        ]

    def is_over(self) -> bool:
        """Whether all runs have ended, with all their instances."""
        return all(row.state in RUN_FINISHED for row in self.rows.runs.values()) and all(
            row.state in FINISHED for row in self.rows.tasks.values()
        )


# -- steps: what happens -------------------------------------------------------------------------------------------------


def _report(task: str, index: int, run: str, make: Callable[[str, datetime], e.Event], *, start: bool = True) -> Step:
    def step(story: Story) -> None:
        attempt = story.rows.newest(run or story.uid, task, index)
        if start and not story.rows.attempts[attempt].started:
            story.apply(e.AttemptStarted(attempt, story.now))
        story.apply(make(attempt, story.now))

    return step


def started(task: str, index: int = -1, run: str = "") -> Step:
    """A process runs it."""
    return _report(task, index, run, lambda a, at: e.AttemptStarted(a, at, "host", 1), start=False)


def succeeded(task: str, index: int = -1, *, run: str = "", length: int | None = None, skip: tuple[str, ...] = (),
              pushed: bool = True, again: bool = False) -> Step:  # fmt: skip
    """It succeeded (it was started before, if nobody said so); `length`: of its output."""
    keys = frozenset({"return_value"}) if pushed else frozenset[str]()
    lengths = {} if length is None else {"return_value": length}
    return _report(task, index, run, lambda a, at: e.AttemptSucceeded(a, at, lengths, keys, skip, again=again))


def failed(task: str, index: int = -1, *, run: str = "", retryable: bool = True, called_back: bool = True,
           retry_delay_s: float | None = None) -> Step:  # fmt: skip
    """It failed."""
    return _report(
        task, index, run, lambda a, at: e.AttemptFailed(a, at, "boom", retryable, called_back, retry_delay_s)
    )


def skipped(task: str, index: int = -1, run: str = "") -> Step:
    """It asked to be skipped."""
    return _report(task, index, run, e.AttemptSkipped)


def rescheduled(task: str, wait: str, index: int = -1, run: str = "") -> Step:
    """It wants to look again later."""
    return _report(task, index, run, lambda a, at: e.AttemptRescheduled(a, at, at + timedelta(seconds=seconds(wait))))


def deferred(task: str, timeout: str = "", index: int = -1, *, run: str = "") -> Step:
    """It waits for a trigger, up to a time where one is given."""

    def make(attempt: str, at: datetime) -> e.Event:
        until = at + timedelta(seconds=seconds(timeout)) if timeout else None
        return e.AttemptDeferred(attempt, at, until)

    return _report(task, index, run, make)


def fired(task: str, outcome: str = "resume", index: int = -1, *, run: str = "",
          pushed: Mapping[str, int | None] | None = None) -> Step:  # fmt: skip
    """Its trigger fired, or ended it."""

    def step(story: Story) -> None:
        trigger = story.rows.newest(run or story.uid, task, index)
        story.apply(e.TriggerFired(trigger, story.now, outcome, "it says so", dict(pushed or {})))  # type: ignore[arg-type]

    return step


def asks(task: str, timeout: str = "", *, has_defaults: bool = False) -> Step:
    """It waits for a person."""

    def make(attempt: str, at: datetime) -> e.Event:
        until = at + timedelta(seconds=seconds(timeout)) if timeout else None
        return e.AttemptAwaitsInput(attempt, at, until, has_defaults)

    return _report(task, -1, "", make)


def answered(task: str) -> Step:
    """A person answered it."""

    def step(story: Story) -> None:
        story.apply(e.InputGiven(story.rows.newest(story.uid, task, -1), story.now))

    return step


def lost(task: str, index: int = -1, run: str = "") -> Step:
    """Its attempt is lost."""
    return _report(task, index, run, lambda a, at: e.AttemptLost(a, at, "host went away"), start=False)


def exited(task: str, index: int = -1, run: str = "") -> Step:
    """The process of its attempt is gone."""
    return _report(task, index, run, e.AttemptExited, start=False)


def dispatch_failed(task: str, index: int = -1, run: str = "") -> Step:
    """Its attempt could not be started."""
    return _report(task, index, run, lambda a, at: e.DispatchFailed(a, at, "no room"), start=False)


def event(make: Callable[[Story], e.Event]) -> Step:
    """Any other event."""

    def step(story: Story) -> None:
        story.apply(make(story))

    return step


def _refs(names: Iterable[str]) -> tuple[e.TaskRef, ...]:
    found: list[e.TaskRef] = []
    for name in names:
        match = re.fullmatch(r"(.+?)(?:\[(-?\d+)\])?", name)
        assert match
        found.append(e.TaskRef(match[1], int(match[2]) if match[2] else -1))
    return tuple(found)


def cleared(*names: str, run: str = "", version: str | None = None) -> Step:
    """Somebody cleared instances: ``task`` or ``task[index]``."""
    return event(lambda s: e.Cleared(run or s.uid, _refs(names), version))


def marked(state: str, *names: str, run: str = "") -> Step:
    """Somebody marked instances."""
    return event(lambda s: e.TasksMarked(run or s.uid, _refs(names), TaskState(state)))


def run_marked(state: str, run: str = "") -> Step:
    """Somebody marked the run."""
    return event(lambda s: e.RunMarked(run or s.uid, RunState(state)))


def run_deleted(run: str = "") -> Step:
    """Somebody deleted the run."""
    return event(lambda s: e.RunDeleted(run or s.uid))


def _set_pause(*, is_paused: bool) -> Step:
    def step(story: Story) -> None:
        story.paused[story.dag_key] = is_paused
        story.apply(e.PauseSet(story.dag_key, is_paused))

    return step


def paused() -> Step:
    """Somebody paused the DAG."""
    return _set_pause(is_paused=True)


def resumed() -> Step:
    """Somebody resumed the DAG."""
    return _set_pause(is_paused=False)


def pool(name: str, slots: int | None) -> Step:
    """Somebody made or resized a pool."""

    def step(story: Story) -> None:
        story.pools[name] = slots
        story.apply(e.PoolSet("default", name, slots))

    return step


def backfill_set(uid: str = "b", *, is_paused: bool = False, is_cancelled: bool = False) -> Step:
    """Somebody paused, resumed or cancelled a backfill."""
    return event(lambda s: e.BackfillChanged(uid, s.dag_key, is_paused or is_cancelled, is_cancelled))


def ticked() -> Step:
    """Whatever is due now happens."""
    return lambda s: s.rest()


# -- checks: what is expected ---------------------------------------------------------------------------------------------


def state(task: str, expected: str | None, index: int = -1, run: str = "") -> Check:
    """An instance is in a state."""

    def check(story: Story) -> None:
        found = story.state_of(task, index, run)
        assert found == expected, f"{task}[{index}] is {found}, not {expected}; all: {story.states(run)}"

    return check


def states(run: str = "", **expected: str | None) -> Check:
    """Instances are in states; names with dots or brackets go in a dict: ``states(**{"g.a[0]": "success"})``."""

    def check(story: Story) -> None:
        found = story.states(run)
        assert {k: found.get(k, "missing") for k in expected} == expected, f"all: {found}"

    return check


def run_state(expected: str, run: str = "") -> Check:
    """The run is in a state."""

    def check(story: Story) -> None:
        assert story.run_state(run) == expected, f"run is {story.run_state(run)}; tasks: {story.states(run)}"

    return check


def dispatched(*names: str, attempt: int | None = None) -> Check:
    """Exactly these were dispatched since the last step, in this order; `attempt`: their try number."""

    def check(story: Story) -> None:
        assert story.dispatches() == list(names)
        tries = {d.try_number for d in story.said if isinstance(d, c.Dispatch)}
        assert attempt is None or tries == {attempt}

    return check


def killed(*names: str) -> Check:
    """Exactly the attempts of these were told to stop since the last step."""

    def check(story: Story) -> None:
        found = [story.rows.attempts[k.attempt].dispatch for k in story.said if isinstance(k, c.Kill)]
        assert sorted(d.task_id if d.map_index < 0 else f"{d.task_id}[{d.map_index}]" for d in found) == sorted(names)

    return check


def nothing() -> Check:
    """The core ordered nothing since the last step."""

    def check(story: Story) -> None:
        assert story.said == []

    return check


def called_back(kind: str, task: str | None = None) -> Check:
    """A callback was ordered since the last step."""

    def check(story: Story) -> None:
        assert (kind, task) in [(x.kind, x.task_id) for x in story.said if isinstance(x, c.RunCallback)]

    return check
