"""Stories about deadlines: when they are met, missed, or void, and that each is told once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.story import START, Story, cleared, dag, event, failed, run_marked, run_state, started, succeeded
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.spec import DeadlineSpec

DAY = timedelta(days=1)


@pytest.fixture
def story() -> Story:
    return Story()


def by(interval: float = 60.0, reference: str = "queued_at", **more: object) -> DeadlineSpec:
    return DeadlineSpec(reference=reference, interval_s=interval, **more)  # type: ignore[arg-type]


def daily(**more: object) -> tuple[str, dict[str, object]]:
    return ("cron_trigger", {"cron": "0 12 * * *", **more})


def facts(story: Story) -> e.RunFacts:
    """A run that was asked for just now."""
    return e.RunFacts(
        uid="r1", dag=story.dag_key, run_id="r1", run_type="manual", logical_date=None, interval_start=None,
        interval_end=None, run_after=story.now, queued_at=story.now, version_id="d-v1",
    )  # fmt: skip


def told(story: Story) -> list[tuple[str, str | None, str | None]]:
    """Run, task, and reason of each miss that was called back about."""
    return [
        (x.run_uid, x.task_id, x.reason) for x in story.log if isinstance(x, c.RunCallback) and x.kind == "deadline"
    ]


def ends(story: Story) -> dict[str | None, str]:
    """State of each deadline by task."""
    return {d.task_id: d.state for d in story.rows.deadlines.values()}


# -- of runs -----------------------------------------------------------------------------------------------------------


def test_a_run_that_succeeds_in_time_has_met_its_deadline(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60),))).run().expect(run_state("running"))
    story.wait("30s")
    story.when(succeeded("a")).expect(run_state("success"))
    story.wait("1h")
    assert (ends(story), told(story)) == ({None: "met"}, [])


def test_a_run_that_still_runs_has_missed_it_and_that_is_told_once(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60, name="slow"),))).run()
    story.wait("59s")
    assert told(story) == []
    story.wait("1h")
    assert told(story) == [("r1", None, "the run is running")]
    story.when(succeeded("a"))
    (deadline,) = story.rows.deadlines.values()
    assert (deadline.state, deadline.name, deadline.at) == ("missed", "slow", START + timedelta(seconds=60))
    assert deadline.ended_at == deadline.at
    assert len(told(story)) == 1


def test_a_run_that_never_starts_misses_it_too(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60),)), is_paused=True).run().expect(run_state("queued"))
    story.wait("2m")
    assert told(story) == [("r1", None, "the run is queued")]


def test_a_run_that_failed_has_not_met_it_but_may_if_it_is_cleared(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60, "logical_date"), by(120)))).run().when(failed("a"))
    story.expect(run_state("failed"))
    story.wait("61s")
    assert told(story) == [("r1", None, "the run has failed")]
    story.when(cleared("a"), succeeded("a"))
    story.wait("1h")
    assert [d.state for d in story.rows.deadlines.values()] == ["missed", "met"]


def test_what_is_counted_from_the_queue_moves_when_the_run_is_cleared(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60),))).run().when(failed("a"))
    story.wait("50s")
    story.when(cleared("a"))
    story.wait("59s")
    assert told(story) == []
    story.wait("1s")
    assert told(story) == [("r1", None, "the run is running")]


def test_a_run_that_is_marked_success_has_met_it(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60),))).run().when(run_marked("success"))
    story.wait("1h")
    assert (ends(story), told(story)) == ({None: "met"}, [])


def test_a_deadline_may_be_a_fixed_moment_also_one_in_the_past(story: Story) -> None:
    past, ahead = START - DAY, START + DAY
    story.given(dag("a", deadlines=(by(0, "fixed", at=past), by(-3600, "fixed", at=ahead)))).run()
    story.rest()
    assert told(story) == [("r1", None, "the run is running")]
    story.wait("22h59m59s")
    assert len(told(story)) == 1
    story.wait("1s")
    assert len(told(story)) == 2


def test_a_success_that_comes_with_the_moment_is_in_time_and_one_after_it_is_not(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60),))).run()
    story.now += timedelta(seconds=60)  # no Tick in between: both are due at once
    story.when(succeeded("a"))
    assert ends(story) == {None: "met"}
    late = Story().given(dag("a", deadlines=(by(60),))).run()
    late.now += timedelta(seconds=61)
    late.when(succeeded("a"))
    late.wait("1h")
    assert (ends(late), len(told(late))) == ({None: "missed"}, 1)


def test_a_backfill_is_not_late_by_its_logical_date(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60, "logical_date"),)))
    story.run("b", logical_date=START - 30 * DAY, run_type="backfill").wait("1h")
    assert told(story) == []


def test_a_deleted_run_has_no_deadlines(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60),), tasks={"a": {"deadlines": (by(30),)}})).run()
    story.when(event(lambda s: e.RunDeleted("r1")))
    story.wait("1h")
    assert told(story) == []


def test_a_run_that_nobody_had_seen_when_the_server_died_has_its_deadlines(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60),)))
    story.rows.request(facts(story))
    story.uid = "r1"
    story.restart()
    assert len(story.rows.tasks) == 1
    story.wait("60s")
    assert told(story) == [("r1", None, "the run is running")]


# -- of tasks ----------------------------------------------------------------------------------------------------------


def test_a_task_has_a_deadline_of_its_own(story: Story) -> None:
    tasks = {"a": {"deadlines": (by(30),)}, "b": {"deadlines": (by(60),)}}
    story.given(dag("a >> b", tasks=tasks)).run().when(succeeded("a"))
    story.wait("2m")
    assert told(story) == [("r1", "b", "task b has not succeeded; its run is running")]
    assert ends(story) == {"a": "met", "b": "missed"}


def test_a_task_that_succeeded_keeps_its_word_though_its_run_failed(story: Story) -> None:
    tasks = {"a": {"deadlines": (by(30),)}, "b": {"deadlines": (by(60),)}}
    story.given(dag("a >> b", tasks=tasks)).run().when(succeeded("a"), failed("b"))
    assert ends(story) == {"a": "met", "b": "pending"}
    story.wait("2m")
    assert told(story) == [("r1", "b", "task b has failed")]


def test_a_mapped_task_is_in_time_when_all_its_instances_are(story: Story) -> None:
    from support.story import over

    spec = dag(tasks={"m": {"mapped": over(2), "deadlines": (by(30), by(60))}})
    story.given(spec).run().when(succeeded("m", 0))
    story.wait("31s")
    story.when(succeeded("m", 1))
    story.wait("1m")
    assert [d.state for d in story.rows.deadlines.values()] == ["missed", "met"]


# -- averages ----------------------------------------------------------------------------------------------------------


def runs_of(story: Story, *seconds: float) -> None:
    for number, duration in enumerate(seconds):
        story.run(f"before-{number}", logical_date=START - (number + 1) * DAY)
        story.wait(duration)
        story.when(succeeded("a"))


def test_the_average_of_the_last_runs_is_a_deadline_once_enough_are_known(story: Story) -> None:
    average = by(5, "average_runtime", max_runs=2, min_runs=2)
    story.given(dag("a", deadlines=(average,)))
    runs_of(story, 500, 10, 20)
    assert len(story.rows.deadlines) == 1  # the third run was the first to have two before it
    story.run("r1", logical_date=START + DAY).wait("19s")
    assert told(story) == []
    story.wait("1s")
    assert told(story) == [("r1", None, "the run is running")]


def test_a_failed_run_tells_nothing_about_how_long_runs_take(story: Story) -> None:
    story.given(dag("a", deadlines=(by(0, "average_runtime", max_runs=1, min_runs=1),)))
    story.run("r0", logical_date=START - DAY).when(failed("a"))
    story.run("r1")
    assert story.rows.deadlines == {}


def test_a_run_that_is_likely_to_be_late_is_told_of_when_it_starts(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60, "logical_date"), by(1000))))
    runs_of(story, 100)
    now = story.now
    story.run("r1", logical_date=now)
    soon, far = (d for d in story.rows.deadlines.values() if d.run_uid == "r1")
    assert (soon.predicted_at, far.predicted_at) == (now + timedelta(seconds=100), None)


# -- runs that never came ----------------------------------------------------------------------------------------------


def test_a_run_that_came_and_succeeded_was_expected_in_time(story: Story) -> None:
    story.given(dag("a", schedule=daily(), deadlines=(by(3600, "expected"),)))
    story.wait("12h")
    (uid,) = story.rows.runs
    story.uid = uid
    story.when(succeeded("a"))
    story.wait("23h")
    assert told(story) == []
    assert [(d.state, d.run_uid == uid) for d in story.rows.deadlines.values()] == [("met", True), ("pending", False)]


def test_a_run_that_came_and_hangs_is_missed(story: Story) -> None:
    story.given(dag("a", schedule=daily(), deadlines=(by(3600, "expected"),)))
    story.wait("12h")
    (uid,) = story.rows.runs
    story.uid = uid
    story.when(started("a")).wait("1h")
    assert told(story) == [(uid, None, "the run is running")]


def test_a_run_that_never_came_is_missed_and_the_reason_is_told(story: Story) -> None:
    story.given(dag("a", schedule=daily(), deadlines=(by(3600, "expected"),), max_active_runs=1))
    story.wait("12h")
    (story.uid,) = story.rows.runs
    story.when(started("a"))
    story.wait("1d1h")  # the first still runs, so that the second is not made
    first, second = told(story)
    assert first[0] in story.rows.runs
    reason = (f"the run that the schedule asks for at {START + 1.5 * DAY} never came, "
              "since max_active_runs (1) was reached")  # fmt: skip
    assert second == ("", None, reason)


def test_nothing_is_expected_of_a_paused_dag(story: Story) -> None:
    story.given(dag("a", schedule=daily(), deadlines=(by(3600, "expected"),)))
    story.when(event(lambda s: e.PauseSet(s.dag_key, True)))
    story.wait("10d")
    assert told(story) == []
    assert [d.state for d in story.rows.deadlines.values()] == ["void"]
    story.when(event(lambda s: e.PauseSet(s.dag_key, False)))
    story.wait("1h")
    story.work()
    assert told(story) == []


def test_a_schedule_that_changed_is_not_waited_for(story: Story) -> None:
    story.given(dag("a", schedule=daily(), deadlines=(by(3600, "expected"),)))
    story.given(dag("a", schedule=("cron_trigger", {"cron": "0 6 * * *"}), deadlines=(by(3600, "expected"),)))
    states = [(d.run_after, d.state) for d in story.rows.deadlines.values()]
    assert states == [(START + timedelta(hours=12), "void"), (START + timedelta(hours=6), "pending")]


# -- what only the code knows ------------------------------------------------------------------------------------------


def test_code_is_asked_for_a_moment_that_only_it_knows(story: Story) -> None:
    story.given(dag("a", deadlines=(by(60), DeadlineSpec(reference="asked")))).run()
    (asked,) = [x for x in story.log if isinstance(x, c.RunCallback)]
    assert (asked.kind, asked.deadline and asked.deadline.alert) == ("resolve_deadline", 1)
    answer = e.DeadlineKnown("r1", 1, START + timedelta(seconds=10))
    story.when(event(lambda s: answer), event(lambda s: answer))
    story.wait("11s")
    assert told(story) == [("r1", None, "the run is running")]


@pytest.mark.parametrize("answer", [("r1", None), ("gone", START)])
def test_an_answer_without_a_moment_or_run_makes_no_deadline(story: Story, answer: tuple[str, datetime | None]) -> None:
    story.given(dag("a", deadlines=(DeadlineSpec(reference="asked"),))).run()
    story.when(event(lambda s: e.DeadlineKnown(answer[0], 0, answer[1])))
    assert story.rows.deadlines == {}


# -- always ------------------------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("wait"), st.integers(0, 100)),
            st.sampled_from([("succeed", 0), ("fail", 0), ("clear", 0), ("restart", 0), ("pause", 0), ("resume", 0)]),
        ),
        max_size=15,
    ),
    st.integers(0, 300),
)
@settings(max_examples=150, deadline=None)
def test_a_deadline_is_told_once_if_and_only_if_the_run_had_not_succeeded_by_then(
    steps: list[tuple[str, int]], interval: int
) -> None:
    story = Story()
    story.given(dag("a", deadlines=(by(interval + 0.5, "fixed", at=START),))).run()
    succeeded_at: datetime | None = None
    for step, number in steps:
        row = story.rows.tasks["r1", "a", -1]
        is_alive = row.attempt is not None and story.rows.attempts[row.attempt].outcome is None
        match step:
            case "wait":
                story.wait(number)
            case "succeed" if is_alive:
                story.when(succeeded("a"))
                succeeded_at = succeeded_at or story.now
            case "fail" if is_alive:
                story.when(failed("a"))
            case "clear" if not is_alive:
                story.when(cleared("a"))
            case "restart":
                story.restart()
            case "pause" | "resume":
                story.when(event(lambda s, paused=step == "pause": e.PauseSet(s.dag_key, paused)))
                story.paused[story.dag_key] = step == "pause"
            case _:
                pass
    at = START + timedelta(seconds=interval + 0.5)  # half a second, so that nothing else happens at that moment
    story.wait(max((at - story.now).total_seconds(), 0) + 1)
    was_in_time = succeeded_at is not None and succeeded_at <= at
    assert len(told(story)) == (0 if was_in_time else 1)
    assert [d.state for d in story.rows.deadlines.values()] == ["met" if was_in_time else "missed"]
