"""Stories of tasks that wait without a process: for a trigger, or for a person."""

from __future__ import annotations

from support.story import (
    Story,
    answered,
    asks,
    called_back,
    dag,
    deferred,
    dispatched,
    event,
    failed,
    fired,
    lost,
    over,
    run_state,
    started,
    state,
    succeeded,
)
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.core.states import RunState, TaskState
from tradewind.spec import StartTriggerSpec


def last_dispatch(story: Story) -> c.Dispatch:
    return [order for order in story.log if isinstance(order, c.Dispatch)][-1]


def stops(story: Story) -> list[tuple[str, bool]]:
    return [(order.trigger, order.is_cancelled) for order in story.said if isinstance(order, c.StopTrigger)]


def test_a_deferred_task_frees_its_slot_and_goes_on_with_its_trigger() -> None:
    story = Story(parallelism=1).given(dag("a; b")).run()
    first = story.rows.newest("r1", "a", -1)
    story.when(deferred("a"))
    story.expect(state("a", "deferred"), state("b", "queued"))
    begun = story.rows.tasks["r1", "a", -1].start_date
    assert [order.trigger for order in story.said if isinstance(order, c.StartTrigger)] == [first]
    story.when(succeeded("b"), fired("a"))
    story.expect(state("a", "queued"))
    assert last_dispatch(story).resume == first
    assert last_dispatch(story).try_number == 1
    story.wait("10s")
    story.when(succeeded("a")).expect(state("a", "success"), run_state("success"))
    assert story.rows.tasks["r1", "a", -1].start_date == begun


def test_a_trigger_that_fires_twice_or_late_changes_nothing() -> None:
    story = Story().given(dag("a")).run()
    trigger = story.rows.newest("r1", "a", -1)
    story.when(deferred("a"), fired("a"))
    assert story.apply(e.TriggerFired(trigger, story.now)) == []
    story.when(succeeded("a"))
    assert story.apply(e.TriggerFired(trigger, story.now, "failed")) == []


def test_a_resumed_attempt_that_is_lost_goes_on_from_the_same_point() -> None:
    story = Story().given(dag("a")).run()
    trigger = story.rows.newest("r1", "a", -1)
    story.when(deferred("a"), fired("a"), started("a"), lost("a"))
    story.expect(state("a", "queued"))
    assert last_dispatch(story).resume == trigger


def test_a_new_try_starts_from_the_top() -> None:
    story = Story().given(dag("a", retries=1, retry_delay="1m")).run()
    story.when(deferred("a"), fired("a"), failed("a")).expect(state("a", "up_for_retry"))
    story.after("1m", state("a", "queued"))
    assert last_dispatch(story).resume is None
    assert last_dispatch(story).try_number == 2


def test_a_task_that_waits_too_long_goes_on_and_is_told() -> None:
    story = Story().given(dag("a")).run()
    trigger = story.rows.newest("r1", "a", -1)
    story.when(deferred("a", "5m"))
    story.after("4m59s", state("a", "deferred"))
    story.after("1s", state("a", "queued"))
    assert stops(story) == [(trigger, False)]
    assert last_dispatch(story).resume == trigger


def test_the_execution_timeout_goes_on_while_a_task_waits() -> None:
    story = Story().given(dag("a", execution_timeout_s=100.0)).run()
    story.when(started("a"))
    story.wait("40s")
    story.when(deferred("a", "5m"))
    story.after("59s", state("a", "deferred"))
    story.after("1s", state("a", "queued"))


def test_a_trigger_may_end_its_task_without_a_worker() -> None:
    for outcome in ("success", "skipped", "failed"):
        spec = dag("a >> b", retries=3, tasks={"a": {"has_callbacks": ("on_success", "on_failure", "on_skipped")}})
        story = Story().given(spec).run()
        trigger = story.rows.newest("r1", "a", -1)
        story.when(deferred("a"), fired("a", outcome))
        story.expect(state("a", outcome), called_back({"failed": "on_failure"}.get(outcome, f"on_{outcome}"), "a"))
        assert story.rows.attempts[trigger].kept


def test_tasks_are_mapped_over_what_a_trigger_left_behind() -> None:
    from support.story import over

    story = Story().given(dag("a", tasks={"b": {"mapped": over("a")}})).run()
    story.when(deferred("a"), fired("a", "success", pushed={"return_value": 2}))
    assert story.states() == {"a": "success", "b[0]": "queued", "b[1]": "queued"}


def test_clearing_marking_and_deleting_stop_what_a_deferred_task_started() -> None:
    actions = {
        "clear": lambda s: e.Cleared("r1", (e.TaskRef("a"),)),
        "mark": lambda s: e.TasksMarked("r1", (e.TaskRef("a"),), TaskState.SUCCESS),
        "mark run": lambda s: e.RunMarked("r1", RunState.FAILED),
        "delete": lambda s: e.RunDeleted("r1"),
    }
    for name, make in actions.items():
        story = Story().given(dag("a", has_callbacks=(), tasks={"a": {"has_callbacks": ("on_kill",)}})).run()
        trigger = story.rows.newest("r1", "a", -1)
        story.when(deferred("a"))
        story.when(event(make)).expect(called_back("on_kill", "a"))
        assert stops(story) == [(trigger, True)], name
        assert story.apply(e.TriggerFired(trigger, story.now)) == [], name


def test_a_run_that_fails_fails_its_deferred_tasks() -> None:
    story = Story().given(dag("a; b", dagrun_timeout_s=60.0)).run()
    story.when(deferred("a"), event(lambda s: e.RunMarked("r1", RunState.FAILED)))
    story.expect(state("a", "failed"), run_state("failed"))


def test_a_run_out_of_time_stops_its_triggers() -> None:
    story = Story().given(dag("a", dagrun_timeout_s=60.0)).run()
    trigger = story.rows.newest("r1", "a", -1)
    story.when(deferred("a"))
    story.after("1m", state("a", "skipped"), run_state("failed"))
    assert stops(story) == [(trigger, True)]


def test_a_restart_keeps_waits_with_their_deadlines_and_where_tasks_go_on() -> None:
    story = Story().given(dag("a; b")).run()
    a, b = story.rows.newest("r1", "a", -1), story.rows.newest("r1", "b", -1)
    story.when(deferred("a", "5m"), deferred("b"))
    story.restart().expect(state("a", "deferred"), state("b", "deferred"))
    story.when(fired("b")).expect(state("b", "queued"))
    assert last_dispatch(story).resume == b
    story.restart().when(started("b"), lost("b"))
    assert last_dispatch(story).resume == b
    story.after("5m", state("a", "queued"))
    assert last_dispatch(story).resume == a


def test_a_pool_that_counts_deferred_tasks_keeps_their_slots() -> None:
    story = Story().given(dag("a; b", pool="small"))
    story.pools["small"] = 1
    story.counting.add("small")
    story.apply(e.PoolSet("default", "small", 1, include_deferred=True))
    story.run().when(deferred("a")).expect(state("a", "deferred"), state("b", "scheduled"))
    story.restart().expect(state("b", "scheduled"))
    story.when(event(lambda s: e.PoolSet("default", "small", 1, include_deferred=False))).expect(state("b", "queued"))


def test_a_task_that_starts_from_a_trigger_needs_no_worker_to_wait() -> None:
    start = StartTriggerSpec("a.Trigger", '{"x":1}', "execute_complete", timeout_s=60.0)
    story = (
        Story().given(dag("a >> b", tasks={"b": {"start_trigger": start, "retries": 1, "retry_delay_s": 0.0}})).run()
    )
    story.when(succeeded("a")).expect(state("b", "deferred"))
    assert story.dispatches() == []
    trigger = story.rows.newest("r1", "b", -1)
    orders = [order for order in story.said if isinstance(order, c.StartTrigger)]
    assert [(order.trigger, order.start) for order in orders] == [(trigger, start)]
    story.when(fired("b")).expect(state("b", "queued"))
    assert last_dispatch(story).resume == trigger
    story.when(failed("b"))
    story.after("0s", state("b", "deferred"))
    assert story.rows.tasks["r1", "b", -1].try_number == 2
    story.after("1m", state("b", "queued"))


def test_a_paused_dag_starts_no_trigger() -> None:
    spec = dag("a >> b", tasks={"b": {"start_trigger": StartTriggerSpec("a.Trigger")}})
    story = Story().given(spec).run()
    story.when(event(lambda s: e.PauseSet(s.dag_key, True)), succeeded("a")).expect(state("b", "scheduled"))
    story.when(event(lambda s: e.PauseSet(s.dag_key, False))).expect(state("b", "deferred"))


def test_a_task_that_asks_a_person_goes_on_with_the_answer() -> None:
    story = Story(parallelism=1).given(dag("a; b")).run()
    request = story.rows.newest("r1", "a", -1)
    story.when(asks("a")).expect(state("a", "awaiting_input"), state("b", "queued"))
    story.when(fired("a"))
    assert story.state_of("a") == "awaiting_input"
    story.when(succeeded("b"), answered("a")).expect(state("a", "queued"))
    assert last_dispatch(story).resume == request


def test_a_person_who_does_not_answer_in_time_is_not_waited_for() -> None:
    story = Story().given(dag("a")).run()
    request = story.rows.newest("r1", "a", -1)
    story.when(asks("a", "1h", has_defaults=True))
    story.after("1h", state("a", "queued"))
    assert stops(story) == [(request, False)]
    assert last_dispatch(story).resume == request


def test_a_wait_keeps_the_slots_of_the_pool_that_a_new_version_names() -> None:
    story = Story(parallelism=4)
    for pool in ("old", "new"):
        story.pools[pool] = 1
        story.counting.add(pool)
        story.apply(e.PoolSet("default", pool, 1, True))
    story.given(dag("a; b", tasks={"a": {"pool": "old"}, "b": {"pool": "old"}})).run()
    story.when(deferred("a")).expect(state("b", "scheduled"))
    story.given(dag("a; b", tasks={"a": {"pool": "new"}, "b": {"pool": "old"}}))
    story.when(event(lambda s: e.Cleared("r1", (e.TaskRef("b"),), "d-v2")))
    story.expect(state("a", "deferred"), state("b", "queued"))


def test_tasks_that_start_from_a_trigger_take_no_more_of_a_pool_than_there_is() -> None:
    story = Story()
    story.pools["small"] = 1
    story.counting.add("small")
    story.apply(e.PoolSet("default", "small", 1, True))
    story.given(dag("a; b", pool="small", start_trigger=StartTriggerSpec("a.B"))).run()
    story.expect(state("a", "deferred"), state("b", "scheduled"))
    story.when(fired("a", "success")).expect(state("a", "success"), state("b", "deferred"))


def test_a_restart_keeps_the_length_of_what_a_trigger_that_ended_its_task_left() -> None:
    spec = dag("a >> b >> m", tasks={"m": {"mapped": over("a")}}, max_active_tasks=99)
    story = Story().given(spec).run().when(deferred("a"), fired("a", "success", pushed={"return_value": 2})).restart()
    story.when(succeeded("b")).expect(dispatched("m[0]", "m[1]"))
