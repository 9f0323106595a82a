"""Stories of capacity: what holds an instance back, what lets it go, and in which order."""

from __future__ import annotations

import pytest

from support.story import (
    START,
    Story,
    cleared,
    dag,
    dispatched,
    exited,
    failed,
    marked,
    nothing,
    over,
    paused,
    pool,
    rescheduled,
    resumed,
    run_state,
    started,
    state,
    succeeded,
    ticked,
)
from tradewind.core.limits import PATIENCE


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_pool_lets_in_what_fits(story: Story) -> None:
    story.when(pool("p", 2)).given(dag("[a, b, c]", pool="p")).run()
    story.expect(dispatched("a", "b"), state("c", "scheduled"))
    story.when(succeeded("a")).expect(dispatched("c"))


def test_a_task_may_need_several_slots(story: Story) -> None:
    story.when(pool("p", 3)).given(
        dag("[a, b]", pool="p", tasks={"a": {"pool_slots": 2}, "b": {"pool_slots": 2}})
    ).run()
    story.expect(dispatched("a")).when(succeeded("a")).expect(dispatched("b"))


def test_an_unknown_pool_lets_nothing_through_until_it_is_made(story: Story) -> None:
    story.given(dag("a", pool="p")).run().expect(state("a", "scheduled")).when(pool("p", 1)).expect(dispatched("a"))


def test_the_default_pool_has_128_slots(story: Story) -> None:
    story = Story(parallelism=500).given(dag("m", max_active_tasks=500, tasks={"m": {"mapped": over(200)}})).run()
    assert len(story.dispatches()) == 128


def test_a_pool_without_limit_never_holds_back(story: Story) -> None:
    story.when(pool("p", 0)).given(dag("[a, b]", pool="p")).run().expect(dispatched())
    story.when(pool("p", -1)).expect(dispatched("a", "b"))


def test_a_pool_that_grows_lets_more_in_at_once(story: Story) -> None:
    story.when(pool("p", 1)).given(dag("[a, b, c]", pool="p")).run().when(pool("p", 3)).expect(dispatched("b", "c"))


def test_a_full_pool_holds_back_only_its_own_tasks(story: Story) -> None:
    story.when(pool("p", 1)).given(
        dag("[a, b, c]", tasks={"a": {"pool": "p", "priority_weight": 9}, "b": {"pool": "p", "priority_weight": 9}})
    ).run().expect(dispatched("a", "c"))


def test_parallelism_bounds_all_dags_together() -> None:
    story = Story(parallelism=2).given(dag("[a, b]", name="x"), dag("[a, b]", name="y"))
    story.run("rx", dag="x").expect(dispatched("a", "b")).run("ry", dag="y").expect(dispatched())
    story.when(succeeded("a", run="rx")).expect(dispatched("a"))


def test_max_active_tasks_holds_for_each_run_by_itself(story: Story) -> None:
    story.given(dag("[a, b]", max_active_tasks=1)).run("r1").expect(dispatched("a"))
    story.run("r2").expect(dispatched("a"))


def test_max_active_tis_per_dag_holds_over_all_runs(story: Story) -> None:
    story.given(dag("a", max_active_tis_per_dag=1)).run("r1").run("r2").expect(dispatched())
    story.when(succeeded("a", run="r1")).expect(dispatched("a"))


def test_max_active_tis_per_dagrun_holds_for_a_map_in_each_run(story: Story) -> None:
    story.given(dag("m", tasks={"m": {"mapped": over(3), "max_active_tis_per_dagrun": 2}})).run("r1")
    story.expect(dispatched("m[0]", "m[1]")).run("r2").expect(dispatched("m[0]", "m[1]"))
    story.when(succeeded("m", 0)).expect(dispatched("m[2]"))


def test_priority_goes_first_then_the_older_run_then_the_order_of_the_dag() -> None:
    story = Story(parallelism=1).given(dag("[a, b, c]", tasks={"c": {"priority_weight": 5}}))
    story.run("new", run_after=START).expect(dispatched("c"))
    story.run("old", run_after=START.replace(year=2023))
    order = []
    for _ in range(5):
        attempt = story.shard.active_attempts()[0]
        done = story.rows.attempts[attempt].dispatch
        story.when(succeeded(done.task_id, run=done.run_uid))
        order += [(d.run_uid, d.task_id) for d in story.said if type(d).__name__ == "Dispatch"]
    assert order == [("old", "c"), ("old", "a"), ("old", "b"), ("new", "a"), ("new", "b")]


def test_max_active_runs_lets_the_oldest_run_start_first(story: Story) -> None:
    story.given(dag("a", max_active_runs=1)).run("r1").run("r2", run_after=START)
    story.run("r3", run_after=START.replace(year=2023)).expect(run_state("queued", "r2"), run_state("queued", "r3"))
    story.when(succeeded("a", run="r1")).expect(run_state("running", "r3"), run_state("queued", "r2"))


def test_a_run_does_not_start_before_its_time(story: Story) -> None:
    story.given(dag("a")).run(run_after=START.replace(hour=1)).expect(run_state("queued"))
    story.after("59m59s", nothing()).after("1s", dispatched("a"))


def test_a_paused_dag_starts_nothing_and_lets_what_runs_end(story: Story) -> None:
    story.given(dag("a >> b")).run("r1").when(paused(), succeeded("a")).expect(dispatched(), state("b", "scheduled"))
    story.run("r2").expect(run_state("queued", "r2"))
    story.when(resumed()).expect(dispatched("a", "b"), run_state("running", "r2"))


def test_a_new_dag_may_begin_paused(story: Story) -> None:
    story.given(dag("a"), is_paused=True).run().expect(run_state("queued")).when(resumed()).expect(dispatched("a"))


@pytest.mark.parametrize("free", [succeeded("a"), failed("a"), rescheduled("a", "5m"), marked("skipped", "b")])
def test_a_slot_is_free_as_soon_as_the_attempt_ended(story: Story, free: object) -> None:
    story.when(pool("p", 1)).given(dag("[a, b, c]", pool="p")).run().when(free).expect(  # type: ignore[arg-type]
        lambda s: s.state_of("b") in ("queued", "skipped") or None
    )
    busy = [t for t, s in story.states().items() if s in ("queued", "running")]
    assert len(busy) == 1


def test_a_cleared_task_keeps_its_slot_until_its_process_is_gone(story: Story) -> None:
    story.when(pool("p", 1)).given(dag("[a, b]", pool="p")).run().when(started("a"), cleared("a"))
    story.expect(dispatched(), state("b", "scheduled")).when(exited("a"))
    assert len(story.dispatches()) == 1


def test_a_marked_task_holds_its_slot_until_its_process_is_gone(story: Story) -> None:
    story.when(pool("p", 1)).given(dag("[a, b]", pool="p")).run().when(started("a"), marked("success", "a"))
    story.expect(dispatched(), state("a", "success")).when(exited("a")).expect(dispatched("b"))


def test_small_tasks_do_not_starve_one_that_needs_many_slots() -> None:
    story = Story(parallelism=100).when(pool("p", 2)).given(
        dag("[big, m]", pool="p", max_active_tasks=100,
            tasks={"big": {"pool_slots": 2, "priority_weight": 9}, "m": {"mapped": over(60)}})
    )  # fmt: skip
    story.given(dag("x", name="first", pool="p")).run("r0", dag="first").run("r1", dag="d")
    story.when(succeeded("x", run="r0"))
    gone: list[str] = []
    for _ in range(80):
        attempt = story.shard.active_attempts()[0]
        done = story.rows.attempts[attempt].dispatch
        story.when(succeeded(done.task_id, done.map_index, run="r1"))
        gone += story.dispatches()
        if "big" in gone:
            break
    assert "big" in gone
    assert gone.index("big") <= PATIENCE + 4


def test_a_strategy_may_weigh_each_try_differently() -> None:
    story = Story(parallelism=1).given(
        dag("[a, b, c]", tasks={"a": {"priority_weight": 9, "weights": (9, 1), "retries": 1, "retry_delay_s": 0.0},
                                "b": {"priority_weight": 5}, "c": {"priority_weight": 5}})
    ).run().expect(dispatched("a"))  # fmt: skip
    story.when(failed("a"), ticked(), succeeded("b"), succeeded("c")).expect(dispatched("b", "c", "a"))


def test_an_executor_with_a_capacity_of_its_own_is_no_part_of_the_parallelism() -> None:
    story = Story(parallelism=1, executors={"fast": ("fast", 2), "quick": ("fast", 2)}).given(  # type: ignore[arg-type]
        dag("[a, b, c, d, e]", tasks={"a": {}, "b": {}, "c": {"executor": "fast"}, "d": {"executor": "quick"},
                                      "e": {"executor": "fast"}})
    ).run().expect(dispatched("a", "c", "d"))  # fmt: skip
    story.when(succeeded("d")).expect(dispatched("e")).when(succeeded("a")).expect(dispatched("b"))
