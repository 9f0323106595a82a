"""Properties of capacity: nothing waits while it has room, nobody waits for ever, priority decides who goes first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.story import START, Story, cleared, dag, dispatched, over, paused, pool, resumed, state, succeeded
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.core.limits import ELDER_EVERY, PATIENCE, WAITS_FOR

QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def end(story: Story, which: int) -> c.Dispatch:
    """One of the active attempts succeeds."""
    alive = story.shard.active_attempts()
    attempt = alive[which % len(alive)]
    story.apply(e.AttemptSucceeded(attempt, story.now))
    return story.rows.attempts[attempt].dispatch


def went(story: Story, task: str, run: str = "") -> bool:
    return any(isinstance(d, c.Dispatch) and d.task_id == task and run in ("", d.run_uid) for d in story.log)


tasks = st.fixed_dictionaries(
    {
        "priority_weight": st.integers(1, 4),
        "pool": st.sampled_from(["p", "q", "default_pool"]),
        "pool_slots": st.sampled_from([1, 1, 1, 2, 3]),
        "max_active_tis_per_dag": st.sampled_from([None, None, 1, 2]),
        "max_active_tis_per_dagrun": st.sampled_from([None, None, 1]),
        "mapped": st.sampled_from([None, None, over(5)]),
    }
)


@QUIET
@given(st.data())
def test_nothing_waits_while_all_its_limits_have_room_and_everything_ends(data: st.DataObject) -> None:
    """`check`, after every event, finds a limit without room for whatever waits; at the end nothing is left."""
    story = Story(parallelism=data.draw(st.integers(3, 6)))
    for name in ("p", "q"):
        story.when(pool(name, data.draw(st.integers(3, 4))))
    given_tasks = {f"t{n}": data.draw(tasks) for n in range(data.draw(st.integers(2, 6)))}
    story.given(dag("", tasks=given_tasks, max_active_tasks=data.draw(st.integers(3, 8))))
    for n in range(data.draw(st.integers(1, 4))):
        story.run(f"r{n}", logical_date=START + timedelta(hours=n))
        for which in data.draw(st.lists(st.integers(0, 9), max_size=8)):
            if story.shard.active_attempts():
                end(story, which)
        match data.draw(st.integers(0, 6)):
            case 0:
                story.when(paused(), resumed())
            case 1:
                story.when(pool("p", data.draw(st.integers(0, 2))), pool("p", 4))
            case 2:
                story.when(cleared("t0"))
            case _:
                pass
        for attempt in story.shard.dying_attempts():
            story.apply(e.AttemptExited(attempt, story.now))
    for _ in range(1_000):
        if not story.shard.active_attempts():
            break
        end(story, data.draw(st.integers(0, 3)) if data.draw(st.booleans()) else 0)
    assert story.is_over()


@QUIET
@given(
    slots=st.integers(1, 4),
    need=st.integers(1, 4),
    other=st.integers(1, 2),
    order=st.lists(st.integers(0, 9), min_size=200, max_size=200),
    elders=st.integers(0, 3),
)
def test_everybody_goes_whatever_comes_later(slots: int, need: int, other: int, order: list[int], elders: int) -> None:
    """Tasks of a higher priority arrive without end; one of the lowest that needs more slots still has its turn."""
    need, other = min(need, slots), min(other, slots)
    story = Story(is_checked=False, parallelism=100).when(pool("p", slots)).given(
        dag("low", name="low", pool="p", pool_slots=need),
        dag("high", name="high", pool="p", pool_slots=other, priority_weight=9),
    )  # fmt: skip
    for n in range(slots + 1):
        story.run(f"before-{n}", dag="high", logical_date=START + timedelta(hours=n))
    for n in range(elders + 1):
        story.run(f"low-{n}", dag="low", logical_date=START + timedelta(hours=n))
    bound = (elders + 1) * (ELDER_EVERY + slots + 1) + slots
    for n in range(bound):
        end(story, order[n % len(order)])
        story.run(f"after-{n}", dag="high", logical_date=START - timedelta(hours=n))
        if went(story, "low", f"low-{elders}"):
            break
    assert went(story, "low", f"low-{elders}"), f"still waits after {bound} others have ended"
    story.shard.check()


@QUIET
@given(order=st.lists(st.integers(0, 9), min_size=50, max_size=50))
def test_who_waits_at_two_limits_goes_too(order: list[int]) -> None:
    """A task that has a pool's slots only when its own limit is full, and the other way round, is promised both."""
    story = Story(is_checked=False, parallelism=100).when(pool("p", 2)).given(
        dag("m", name="narrow", pool="p", tasks={"m": {"max_active_tis_per_dag": 1, "pool_slots": 2}}),
        dag("m", name="same", pool="p", priority_weight=9, tasks={"m": {"pool_slots": 1}}),
    )  # fmt: skip
    story.run("first", dag="same", logical_date=START)
    story.run("second", dag="same", logical_date=START + timedelta(hours=1))
    for n in range(3):
        story.run(f"victim-{n}", dag="narrow", logical_date=START + timedelta(hours=n))
    for n in range(5 * ELDER_EVERY):
        end(story, order[n % len(order)])
        story.run(f"flood-{n}", dag="same", logical_date=START - timedelta(hours=n + 1))
        if went(story, "m", "victim-2"):
            break
    assert went(story, "m", "victim-2")


@QUIET
@given(st.lists(st.integers(1, 5), min_size=10, max_size=90), st.integers(1, 4))
def test_the_highest_priority_goes_first_save_one_turn_in_many(weights: list[int], slots: int) -> None:
    named = {f"t{n}": {"priority_weight": weight} for n, weight in enumerate(weights)}
    story = (
        Story(is_checked=False).when(pool("p", slots)).given(dag("", tasks=named, pool="p", max_active_tasks=500)).run()
    )
    waiting = {name: int(str(fields["priority_weight"])) for name, fields in named.items()}
    out_of_turn = 0
    seen = 0
    while waiting:
        for name in [d.task_id for d in story.log[seen:] if isinstance(d, c.Dispatch)]:
            weight = waiting.pop(name)
            out_of_turn += weight < max(waiting.values(), default=0)
        seen = len(story.log)
        if story.shard.active_attempts():
            end(story, 0)
    assert out_of_turn <= len(weights) // ELDER_EVERY


# -- what users suffered from -----------------------------------------------------------------------------------------


def test_pain_5_a_full_pool_with_a_thousand_waiting_hides_nobody() -> None:
    story = Story(is_checked=False, parallelism=2_000).when(pool("full", 1), pool("free", 5)).given(
        dag("m", name="many", pool="full", priority_weight=99, max_active_tasks=5_000),
        dag("x", name="few", pool="free"),
    )  # fmt: skip
    for n in range(1_000):
        story.run(f"many-{n}", dag="many", logical_date=START + timedelta(hours=n))
    story.run("few", dag="few").expect(dispatched("x"))


def test_pain_6_what_follows_a_task_of_high_priority_goes_before_what_waited_longer() -> None:
    story = Story(parallelism=1).given(
        dag("first >> second", name="urgent", priority_weight=9), dag("a", name="lazy")
    ).run("u", dag="urgent")  # fmt: skip
    for n in range(3):
        story.run(f"l{n}", dag="lazy", logical_date=START + timedelta(hours=n))
    story.when(succeeded("first", run="u")).expect(dispatched("second"))


def test_pain_6_one_that_needs_many_slots_is_not_starved_by_small_ones_that_arrive() -> None:
    story = Story(is_checked=False).when(pool("p", 4)).given(
        dag("big", name="big", pool="p", pool_slots=4), dag("small", name="small", pool="p")
    )  # fmt: skip
    for n in range(3):
        story.run(f"s{n}", dag="small", logical_date=START + timedelta(hours=n))
    story.run("big", dag="big", logical_date=START)
    for n in range(PATIENCE + ELDER_EVERY):
        story.run(f"more-{n}", dag="small", logical_date=START + timedelta(days=n + 1))
        end(story, 0)
        if went(story, "big"):
            break
    assert went(story, "big")


def test_pain_7_who_waits_goes_with_the_very_report_that_frees_the_slot() -> None:
    story = Story(parallelism=1).given(dag("[a, b, c]")).run()
    for before, after in (("a", "b"), ("b", "c")):
        attempt = story.rows.newest("r1", before, -1)
        said = story.apply(e.AttemptSucceeded(attempt, story.now))
        assert [d.task_id for d in said if isinstance(d, c.Dispatch)] == [after]


def test_what_waits_says_for_what() -> None:
    story = Story().when(pool("gpu", 2)).given(dag("[a, b]", pool="gpu", tasks={"b": {"pool_slots": 2}})).run()
    row = story.rows.tasks["r1", "b", -1]
    assert row.reason == "waits for pool gpu: 1 of 2 in use, 2 needed"
    story.when(succeeded("a")).expect(state("b", "queued"))
    assert story.rows.tasks["r1", "b", -1].reason is None
    assert row.reason.startswith(WAITS_FOR)


# -- promises ---------------------------------------------------------------------------------------------------------


def promised() -> Story:
    """A pool of 3 in which `big` (3 slots) was passed over so often that it has a promise: one slot in use, two kept."""
    story = Story().when(pool("p", 3)).given(
        dag("big", name="big", pool="p", pool_slots=3, priority_weight=9),
        dag("small", name="small", pool="p"),
    ).run("s", dag="small").run("big", dag="big")  # fmt: skip
    for n in range(40):
        story.run(f"s{n}", dag="small", logical_date=START + timedelta(hours=n + 1))
    while len(story.shard.active_attempts()) > 1:
        end(story, 0)
    return story


def test_room_is_kept_for_who_has_a_promise() -> None:
    story = promised()
    assert not went(story, "big")
    story.run("new", dag="small", logical_date=START - timedelta(days=1)).expect(dispatched())
    end(story, 0)
    assert went(story, "big")


@pytest.mark.parametrize("how", ["stopped", "paused", "too small"])
def test_a_promise_to_one_that_can_not_go_keeps_nothing(how: str) -> None:
    story = promised()
    before = len(story.shard.active_attempts())
    key = story.dag_key
    if how == "stopped":
        story.when(lambda s: s.apply(e.RunDeleted("big")))
    elif how == "too small":
        story.when(pool("p", 2))
    else:
        story.dag_key = type(key)("default", "big")
        story.when(paused())
        story.dag_key = key
        end(story, 0)
        before = 0
    assert len(story.shard.active_attempts()) > before
