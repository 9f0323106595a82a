"""Random stories: whatever is reported, cleared, marked, lost or restarted, all invariants hold and every run ends."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from support.picture import picture
from support.story import START, Story, each, looped, over
from tradewind.base.ids import SequentialIds
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.core.image import RunImage
from tradewind.core.rules import RULES
from tradewind.core.shard import Shard
from tradewind.core.states import FINISHED, RUN_FINISHED, RunState, TaskState
from tradewind.spec import (
    DagKey,
    DagSpec,
    DeadlineSpec,
    GroupSpec,
    MapSpec,
    ScheduleSpec,
    StartTriggerSpec,
    TaskSpec,
    XComInput,
)

KEY = DagKey("default", "d")
DEADLINES = tuple(
    DeadlineSpec(reference=kind, interval_s=60.0, min_runs=1)
    for kind in ("queued_at", "logical_date", "average_runtime", "expected", "asked")
)
HOURLY = ScheduleSpec("cron_interval", {"cron": "0 * * * *"})
NAMES = [f"t{n}" for n in range(7)]


@st.composite
def specs(draw: st.DrawFn) -> DagSpec:
    """A small DAG with anything in it; tasks are in topological order."""
    size = draw(st.integers(1, len(NAMES)))
    uses_past = draw(st.integers(0, 5)) == 0
    has_group = size >= 3 and draw(st.booleans())
    tasks: list[TaskSpec] = []
    group: MapSpec | None = None
    if has_group:
        group = draw(st.sampled_from([over(0), over(1), over(3), over(NAMES[0]), looped("", 3)]))
    inner: MapSpec | None = None
    if has_group and draw(st.booleans()):
        inner = draw(st.sampled_from([over(0), over(2), over(NAMES[0]), over(NAMES[1])]))
    for n in range(size):
        upstream = tuple(name for name in NAMES[:n] if draw(st.integers(0, 2)) == 0)
        in_group = has_group and n > 0 and draw(st.booleans())
        in_inner = in_group and inner is not None and n > 1 and draw(st.booleans())
        mapped = None
        if in_group and group is not None:
            upstream += tuple(x.task_id for _, x in group.inputs if isinstance(x, XComInput))
        if in_inner and inner is not None:
            upstream += tuple(x.task_id for _, x in inner.inputs if isinstance(x, XComInput))
        if in_group and (in_inner or draw(st.booleans())):
            pass
        elif draw(st.integers(0, 3)) == 0:
            mapped = draw(st.sampled_from([over(2), over(0), over(3), looped(NAMES[n], 3), *map(over, NAMES[:n])]))
            upstream += tuple(x.task_id for _, x in mapped.inputs if isinstance(x, XComInput))
        role = draw(st.sampled_from(["plain"] * 6 + ["setup", "teardown"]))
        some_rule = draw(st.sampled_from(["all_success"] * 6 + sorted(RULES)))
        followed = [t.task_id for t in tasks if is_followable(t, group, is_inside=in_group)]
        if not in_inner and role == "plain" and followed and draw(st.integers(0, 2)) == 0:
            mapped, some_rule = each(draw(st.sampled_from(followed))), "all_success"
            upstream += mapped.follows
        tasks.append(
            TaskSpec(
                task_id=NAMES[n],
                upstream=tuple(dict.fromkeys(upstream)),
                group_id="h" if in_inner else "g" if in_group else None,
                mapped=mapped,
                trigger_rule="all_done_setup_success" if role == "teardown" else some_rule,
                retries=draw(st.integers(0, 2)),
                retry_delay_s=draw(st.sampled_from([0.0, 60.0])),
                priority_weight=draw(st.integers(1, 3)),
                weights=draw(st.sampled_from([(), (), (5, 1)])),
                pool=draw(st.sampled_from(["default_pool", "small"])),
                pool_slots=draw(st.sampled_from([1, 1, 1, 2])),
                max_active_tis_per_dag=draw(st.sampled_from([None, None, 1])),
                max_active_tis_per_dagrun=draw(st.sampled_from([None, None, 2])),
                execution_timeout_s=draw(st.sampled_from([None, 100.0])),
                deadlines=draw(st.sampled_from([(), (), (DeadlineSpec(reference="queued_at", interval_s=90.0),)])),
                is_setup=role == "setup",
                is_teardown=role == "teardown",
                is_noop=(is_noop := draw(st.integers(0, 7)) == 0),
                start_trigger=StartTriggerSpec("a.B", timeout_s=draw(st.sampled_from([None, 60.0])))
                if not is_noop and draw(st.integers(0, 7)) == 0
                else None,
                depends_on_past=uses_past and draw(st.booleans()),
                wait_for_downstream=uses_past and draw(st.booleans()),
            )
        )
    if group is not None and group.loop is not None:
        inside = [t.task_id for t in tasks if t.group_id == "g" and t.mapped is None]
        group = looped(draw(st.sampled_from(inside)), 3) if inside else None
    return DagSpec(
        dag_id="d",
        schedule=draw(st.sampled_from([ScheduleSpec("none"), ScheduleSpec("once"), HOURLY])),
        catchup=draw(st.booleans()),
        start_date=START - timedelta(hours=2),
        end_date=START + timedelta(hours=4),
        tasks=tuple(tasks),
        groups=(GroupSpec("g", mapped=group), GroupSpec("h", "g", mapped=inner)) if has_group else (),
        max_active_tasks=draw(st.sampled_from([1, 3, 16])),
        max_active_runs=draw(st.integers(1, 2)),
        max_consecutive_failed_dag_runs=draw(st.sampled_from([0, 0, 2])),
        dagrun_timeout_s=draw(st.sampled_from([None, None, 5_000.0])),
        fail_fast=draw(st.integers(0, 4)) == 0,
        run_retries=draw(st.sampled_from([0, 0, 2])),
        run_retry_delay_s=draw(st.sampled_from([0.0, 45.0])),
        deadlines=draw(st.sampled_from([(), DEADLINES])),
    )


def is_followable(task: TaskSpec, group: MapSpec | None, *, is_inside: bool) -> bool:
    """Whether a task outside of groups, or in the outer one, may follow this one."""
    if is_inside:
        return task.group_id == "g" and task.mapped is not None and task.mapped.loop is None
    mapping = task.mapped if task.group_id is None else group
    return task.group_id != "h" and mapping is not None and mapping.loop is None and not (task.mapped and task.group_id)


class AnyStory(RuleBasedStateMachine):
    """One DAG in changing versions, a few runs, and everything that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(parallelism=6, max_losses=2, queue_timeout_s=300)
        self.runs = 0
        self.seen = 0

    @initialize(spec=specs(), slots=st.integers(1, 3))
    def begin(self, spec: DagSpec, slots: int) -> None:
        self.tries: set[tuple[str, str, int, int]] = set()
        hand_over = self.story.apply

        def apply(event: e.Event) -> list[c.Command]:
            said = hand_over(event)
            for order in said:
                if isinstance(order, c.Dispatch) or (isinstance(order, c.StartTrigger) and order.start is not None):
                    self.look_at_upstreams(order)
            return said

        self.story.apply = apply  # type: ignore[method-assign]
        self.story.pools["small"] = slots
        self.story.apply(e.PoolSet("default", "small", slots))
        self.story.given(spec)

    def look_at_upstreams(self, order: c.Dispatch | c.StartTrigger) -> None:
        """Nothing begins a try before its rule allows: judged by the rows, without the core's tallies."""
        a_try = (order.run_uid, order.task_id, order.map_index, order.try_number)
        if a_try in self.tries:
            return  # again after a loss or a look later: the rule was met when the try began
        self.tries.add(a_try)
        spec = dict(self.story.versions[KEY])[order.version_id]
        task = next(t for t in spec.tasks if t.task_id == order.task_id)
        if task.trigger_rule != "all_success" or task.group_id is not None:
            return
        if task.mapped is not None:
            if order.map_index < 0:
                return  # it was under way already when a new version made it a mapped task
            for name in task.mapped.follows:
                leader = self.story.rows.tasks[order.run_uid, name, order.map_index]
                assert leader.state is TaskState.SUCCESS, f"{order.task_id} begins while its {name} is {leader.state}"
            return
        for (uid, name, _), row in self.story.rows.tasks.items():
            if uid == order.run_uid and name in task.upstream:
                assert row.state is TaskState.SUCCESS, f"{order.task_id} begins while {name} is {row.state}"

    def pick(self, data: st.DataObject, items: list[str]) -> str:
        return data.draw(st.sampled_from(sorted(items)))

    # -- what happens -------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.runs < 4)
    @rule(age=st.integers(0, 5))
    def request(self, age: int) -> None:
        self.runs += 1
        day = self.story.now - timedelta(days=age, seconds=self.runs)
        self.story.run(f"r{self.runs}", logical_date=day)

    @precondition(lambda self: self.story.shard.active_attempts())
    @rule(data=st.data(), how=st.sampled_from(["start", "succeed", "succeed", "succeed", "fail", "skip", "later", "lose",
                                               "exit", "refuse", "defer", "defer", "ask"]))  # fmt: skip
    def report(self, data: st.DataObject, how: str) -> None:
        self.say(self.pick(data, self.story.shard.active_attempts()), how, data)

    @precondition(lambda self: any(row.outcome for row in self.story.rows.attempts.values()))
    @rule(
        data=st.data(),
        how=st.sampled_from(["start", "succeed", "fail", "skip", "later", "lose", "exit", "refuse", "defer", "ask"]),
    )
    def report_about_an_attempt_that_ended(self, data: st.DataObject, how: str) -> None:
        ended = [a for a, row in self.story.rows.attempts.items() if row.outcome]
        assert self.say(self.pick(data, ended), how, data) == []

    @precondition(lambda self: self.dying())
    @rule(data=st.data(), how=st.sampled_from(["start", "succeed", "fail", "skip", "later", "defer", "ask"]))
    def report_of_an_attempt_that_was_killed(self, data: st.DataObject, how: str) -> None:
        assert self.say(self.pick(data, self.dying()), how, data) == []

    def dying(self) -> list[str]:
        return [k.attempt for k in self.story.log if isinstance(k, c.Kill)
                and k.attempt in self.story.shard.active_attempts()]  # fmt: skip

    def say(self, attempt: str, how: str, data: st.DataObject) -> list[c.Command]:
        at = self.story.now
        match how:
            case "start":
                event: e.Event = e.AttemptStarted(attempt, at)
            case "succeed":
                length = data.draw(st.integers(0, 3))
                skip = tuple(data.draw(st.sets(st.sampled_from(NAMES), max_size=1)))
                pushed = frozenset({"return_value"} if data.draw(st.integers(0, 4)) else set[str]())
                again = data.draw(st.booleans())
                event = e.AttemptSucceeded(attempt, at, {"return_value": length}, pushed, skip, again=again)
            case "fail":
                delay = data.draw(st.sampled_from([None, None, 0.0, 600.0]))
                event = e.AttemptFailed(attempt, at, "boom", data.draw(st.booleans()), data.draw(st.booleans()), delay)
            case "skip":
                event = e.AttemptSkipped(attempt, at)
            case "later":
                event = e.AttemptRescheduled(attempt, at, at + timedelta(seconds=30))
            case "defer":
                until = data.draw(st.sampled_from([None, at + timedelta(seconds=90)]))
                event = e.AttemptDeferred(attempt, at, until)
            case "ask":
                until = data.draw(st.sampled_from([None, at + timedelta(seconds=90)]))
                event = e.AttemptAwaitsInput(attempt, at, until, data.draw(st.booleans()))
            case "lose":
                event = e.AttemptLost(attempt, at, "gone")
            case "exit":
                event = e.AttemptExited(attempt, at)
            case _:
                event = e.DispatchFailed(attempt, at, "full")
        return self.story.apply(event)

    @precondition(lambda self: self.story.rows.waiting)
    @rule(data=st.data(), outcome=st.sampled_from(["resume", "resume", "success", "failed", "skipped"]))
    def end_a_wait(self, data: st.DataObject, outcome: str) -> None:
        wait = self.pick(data, list(self.story.rows.waiting))
        row = next((r for r in self.story.rows.tasks.values() if r.attempt == wait), None)
        waits = row is not None and row.state in (TaskState.DEFERRED, TaskState.AWAITING_INPUT)
        said = self.fire(wait, outcome) + self.story.apply(e.InputGiven(wait, self.story.now))
        assert bool(said) == waits, "a wait that is over changed something, or one that goes on did not"

    def fire(self, wait: str, outcome: str = "resume") -> list[c.Command]:
        return self.story.apply(e.TriggerFired(wait, self.story.now, outcome, "so", {"return_value": 2}))  # type: ignore[arg-type]

    @precondition(lambda self: not any(lane in ("b", "c") for lane in self.lanes()))
    @rule(data=st.data(), days=st.integers(0, 4), most=st.integers(1, 2), newest=st.booleans())
    def backfill(self, data: st.DataObject, days: int, most: int, newest: bool) -> None:
        uid = "c" if "b" in self.story.rows.backfills else "b"
        if uid in self.story.rows.backfills:
            return
        known = [run for run in self.story.rows.runs if run.startswith("r")]
        reruns = data.draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if known else []
        self.story.backfill(days, uid=uid, max_active_runs=most, reruns=reruns, on_newest=newest)

    @precondition(lambda self: self.lanes())
    @rule(data=st.data(), is_paused=st.booleans(), is_cancelled=st.integers(0, 4))
    def change_backfill(self, data: st.DataObject, is_paused: bool, is_cancelled: int) -> None:
        lane = self.pick(data, self.lanes())
        self.story.apply(e.BackfillChanged(lane, KEY, is_paused, is_cancelled == 0))

    def lanes(self) -> list[str]:
        saved = self.story.rows.saved_backfills
        return [uid for uid in self.story.rows.backfills if uid not in saved or saved[uid].completed_at is None]

    @rule(is_counted=st.booleans(), slots=st.sampled_from([1, 2, 5]))
    def count_deferred(self, is_counted: bool, slots: int) -> None:
        (self.story.counting.add if is_counted else self.story.counting.discard)("small")
        self.story.pools["small"] = slots
        self.story.apply(e.PoolSet("default", "small", slots, is_counted))

    @rule(duration=st.sampled_from(["0s", "1s", "61s", "10m", "2h"]))
    def wait(self, duration: str) -> None:
        self.story.wait(duration)

    @precondition(lambda self: self.story.rows.tasks)
    @rule(data=st.data(), whole=st.booleans(), newest=st.booleans())
    def clear(self, data: st.DataObject, whole: bool, newest: bool) -> None:
        run, refs = self.some_tasks(data, whole=whole)
        version = self.story.versions[KEY][-1][0] if newest else None
        self.story.apply(e.Cleared(run, refs, version))

    @precondition(lambda self: self.story.rows.tasks)
    @rule(data=st.data(), whole=st.booleans(), state=st.sampled_from(["success", "failed", "skipped"]))
    def mark(self, data: st.DataObject, whole: bool, state: str) -> None:
        run, refs = self.some_tasks(data, whole=whole)
        self.story.apply(e.TasksMarked(run, refs, TaskState(state)))

    def some_tasks(self, data: st.DataObject, *, whole: bool) -> tuple[str, tuple[e.TaskRef, ...]]:
        run = self.pick(data, list({uid for uid, _, _ in self.story.rows.tasks}))
        there = sorted((task, index) for uid, task, index in self.story.rows.tasks if uid == run)
        chosen = data.draw(st.lists(st.sampled_from(there), min_size=1, max_size=4, unique=True))
        return run, tuple(e.TaskRef(task, -1 if whole else index) for task, index in chosen)

    @precondition(lambda self: self.story.rows.runs)
    @rule(data=st.data(), state=st.sampled_from(["success", "failed", "queued"]))
    def mark_run(self, data: st.DataObject, state: str) -> None:
        self.story.apply(e.RunMarked(self.pick(data, list(self.story.rows.runs)), RunState(state)))

    @precondition(lambda self: self.story.rows.runs)
    @rule(data=st.data())
    def delete_run(self, data: st.DataObject) -> None:
        self.story.apply(e.RunDeleted(self.pick(data, list(self.story.rows.runs))))

    @rule(is_paused=st.booleans())
    def pause(self, is_paused: bool) -> None:
        self.story.paused[KEY] = is_paused
        self.story.apply(e.PauseSet(KEY, is_paused))

    @rule(slots=st.sampled_from([0, 1, 2, 5, -1]))
    def resize_pool(self, slots: int) -> None:
        self.story.pools["small"] = slots
        self.story.apply(e.PoolSet("default", "small", slots, "small" in self.story.counting))

    @rule(spec=specs())
    def edit(self, spec: DagSpec) -> None:
        self.story.given(spec)

    @rule()
    def crash(self) -> None:
        """Nothing that decides the future is lost: what the new core knows before it goes on is what the old one knew."""
        self.story.rest()
        before = picture(self.story.shard)
        after = picture(self.story.reload())
        changed = {k: (before.get(k), after.get(k)) for k in before | after if before.get(k) != after.get(k)}
        assert changed == {}, f"a restart changed {changed}"
        self.story.rest()

    # -- what must hold, beyond `Shard.check` after every event ---------------------------------------------------------

    @invariant()
    def nothing_is_dispatched_twice_or_too_early(self) -> None:
        fresh, self.seen = self.story.log[self.seen :], len(self.story.log)
        live = [row.dispatch for row in self.story.rows.attempts.values() if row.outcome is None]
        homes = [(d.run_uid, d.task_id, d.map_index) for d in live]
        assert len(homes) == len(set(homes)), "two processes for one instance"
        for order in fresh:
            if isinstance(order, c.SaveTask):
                assert order.try_number <= order.max_tries or order.state in FINISHED | {None}

    def teardown(self) -> None:
        self.replay()
        self.finish()

    def replay(self) -> None:
        """The same events give the same commands."""
        if not self.story.is_first:
            return
        shard = Shard(SequentialIds(), self.story.limits)
        for now, event, said in self.story.script:
            answer = shard.load_run(event) if isinstance(event, RunImage) else shard.apply(event, now)
            assert answer == said

    def finish(self) -> None:
        """Every run ends when reports keep coming and nobody holds anything back."""
        story = self.story
        if not story.versions:
            return
        if any(t.depends_on_past or t.wait_for_downstream for _, spec in story.versions[KEY] for t in spec.tasks):
            return  # may rightly wait for ever for a failed run before
        story.counting.clear()
        story.apply(e.PoolSet("default", "small", 100))
        for _ in range(2_000):
            if story.paused[KEY]:
                story.paused[KEY] = False
                story.apply(e.PauseSet(KEY, is_paused=False))
            alive = story.shard.active_attempts()
            waiting = [
                row.attempt for row in story.rows.tasks.values()
                if row.state in (TaskState.DEFERRED, TaskState.AWAITING_INPUT) and row.run_uid in story.rows.runs
            ]  # fmt: skip
            for wait in waiting:
                self.fire(wait or "")
                story.apply(e.InputGiven(wait or "", story.now))
            if not alive and not waiting:
                due = story.shard.next_deadline()
                if due is None:
                    break
                story.wait(max((due - story.now).total_seconds(), 0.0))
            killed = set(self.dying())
            for attempt in alive:
                if attempt in killed:
                    story.apply(e.AttemptExited(attempt, story.now))
                elif attempt in story.shard.active_attempts():
                    keys = frozenset({"return_value"})
                    story.apply(e.AttemptSucceeded(attempt, story.now, {"return_value": 2}, keys))
        open_runs = [uid for uid, row in story.rows.runs.items() if row.state not in RUN_FINISHED]
        assert open_runs == [], {uid: story.states(uid) for uid in open_runs}


AnyStory.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
test_any_story = AnyStory.TestCase
