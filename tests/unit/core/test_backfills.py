"""Stories of backfills: labels on ordinary runs, made as room allows, beside the runs of the schedule."""

from __future__ import annotations

import pytest

from support.story import (
    START,
    Story,
    backfill_set,
    cleared,
    dag,
    failed,
    paused,
    resumed,
    run_state,
    started,
    succeeded,
)
from tradewind.core import commands as c
from tradewind.core import events as e


@pytest.fixture
def story() -> Story:
    return Story()


def runs(story: Story, state: str) -> list[str]:
    """Runs in a state, by uid."""
    return [uid for uid, row in story.rows.runs.items() if row.state == state]


def is_over(story: Story, uid: str = "b") -> bool:
    saved = story.rows.saved_backfills.get(uid)
    return saved is not None and saved.completed_at is not None


def test_a_backfill_makes_its_runs_as_room_allows(story: Story) -> None:
    story.given(dag("a")).backfill(5, max_active_runs=2)
    assert runs(story, "running") == ["b-0", "b-1"]
    assert len(story.rows.runs) == 2
    story.when(succeeded("a", run="b-1"))
    assert runs(story, "running") == ["b-0", "b-2"]
    story.work()
    assert runs(story, "success") == ["b-0", "b-1", "b-2", "b-3", "b-4"]
    assert is_over(story)


def test_its_runs_say_what_they_are(story: Story) -> None:
    story.given(dag("a")).backfill(1, conf={"x": 1})
    facts = story.rows.facts["b-0"]
    assert (facts.run_type, facts.triggered_by, facts.backfill) == ("backfill", "backfill", "b")
    assert facts.run_id == "backfill__2020-01-01T00:00:00+00:00"
    assert facts.conf == {"x": 1}


def test_ten_thousand_dates_are_never_in_memory_at_once() -> None:
    story = Story(is_checked=False).given(dag("a")).backfill(10_000, max_active_runs=4)
    most = 0
    while not is_over(story):
        alive = story.shard.active_attempts()
        most = max(most, len(alive))
        for attempt in alive:
            story.apply(e.AttemptSucceeded(attempt, story.now))
    assert most == 4
    assert len(runs(story, "success")) == 10_000


def test_a_failed_run_does_not_stop_the_backfill(story: Story) -> None:
    story.given(dag("a")).backfill(2, max_active_runs=1).when(failed("a", run="b-0"))
    story.work().expect(run_state("failed", "b-0"), run_state("success", "b-1"))
    assert is_over(story)


def test_backfill_and_schedule_do_not_take_each_others_room(story: Story) -> None:
    story.given(dag("a", max_active_runs=1)).run("r1").run("r2").backfill(3, max_active_runs=2)
    story.expect(run_state("running", "r1"), run_state("queued", "r2"))
    assert runs(story, "running") == ["r1", "b-0", "b-1"]
    story.when(succeeded("a", run="r1")).expect(run_state("running", "r2"))


def test_old_dates_do_not_go_before_runs_of_today() -> None:
    story = Story(parallelism=1).given(dag("a >> b")).backfill(1)
    story.wait("1m")
    story.run("today").wait("1m")
    story.backfill(1, uid="later")
    order: list[str] = []
    for _ in range(6):
        attempt = story.shard.active_attempts()[0]
        order.append(story.rows.attempts[attempt].dispatch.run_uid)
        story.apply(e.AttemptSucceeded(attempt, story.now))
    assert order == ["b-0", "b-0", "today", "today", "later-0", "later-0"]


def test_a_paused_backfill_begins_nothing_and_lets_its_runs_end(story: Story) -> None:
    story.given(dag("a >> b")).backfill(3, max_active_runs=1).when(backfill_set(is_paused=True))
    story.when(succeeded("a", run="b-0"), succeeded("b", run="b-0")).expect(run_state("success", "b-0"))
    assert len(story.rows.runs) == 1
    assert story.rows.saved_backfills["b"].is_paused
    story.when(backfill_set()).expect(run_state("running", "b-1"))


def test_a_paused_dag_holds_its_backfill_back(story: Story) -> None:
    story.given(dag("a")).when(paused()).backfill(1)
    assert not story.rows.runs
    story.when(resumed()).expect(run_state("running", "b-0"))


def test_a_cancelled_backfill_fails_what_is_queued_and_lets_what_runs_end(story: Story) -> None:
    story.given(dag("a >> t", tasks={"t": {"is_teardown": True, "trigger_rule": "all_done_setup_success"}}))
    story.run("old").work().backfill(2, max_active_runs=1, reruns=["old"])
    story.when(succeeded("a", run="old"), succeeded("t", run="old"))
    story.when(cleared("a", run="old"))  # waits for b-1, which has the only place
    story.expect(run_state("running", "b-1"), run_state("queued", "old"))
    story.when(backfill_set(is_cancelled=True)).expect(run_state("failed", "old"), run_state("running", "b-1"))
    saved = story.rows.saved_backfills["b"]
    assert saved.is_cancelled
    assert saved.completed_at == START
    story.work().expect(run_state("success", "b-1"))
    assert "b-2" not in story.rows.runs


@pytest.mark.parametrize("is_over_before", [True, False])
def test_pain_52_a_cleared_run_of_a_backfill_runs_again(story: Story, is_over_before: bool) -> None:
    story.given(dag("a")).backfill(1 if is_over_before else 30, max_active_runs=1)
    story.when(succeeded("a", run="b-0"))
    assert is_over(story) is is_over_before
    story.when(cleared("a", run="b-0"))
    if not is_over_before:
        story.expect(run_state("queued", "b-0")).when(succeeded("a", run="b-1"))
    story.expect(run_state("running", "b-0")).when(succeeded("a", run="b-0")).expect(run_state("success", "b-0"))


def test_pain_52_a_cleared_run_of_a_paused_or_cancelled_backfill_runs_again(story: Story) -> None:
    story.given(dag("a")).backfill(3, max_active_runs=1).when(succeeded("a", run="b-0"))
    story.when(backfill_set(is_paused=True), succeeded("a", run="b-1"), cleared("a", run="b-0"))
    story.expect(run_state("running", "b-0")).when(succeeded("a", run="b-0"))
    story.when(backfill_set(is_cancelled=True), cleared("a", run="b-1")).expect(run_state("running", "b-1"))


def test_a_backfill_runs_ended_runs_again_under_its_name(story: Story) -> None:
    story.given(dag("a")).run("old").when(failed("a")).backfill(1, reruns=["old"], max_active_runs=1, conf={"x": 2})
    story.expect(run_state("running", "old"))
    assert story.rows.facts["old"].backfill == "b"
    assert story.rows.facts["old"].conf == {"x": 2}
    assert "b-1" not in story.rows.runs
    story.work().expect(run_state("success", "old"), run_state("success", "b-1"))
    assert is_over(story)


@pytest.mark.parametrize("on_newest", [True, False])
def test_a_run_again_has_the_old_code_or_the_new(story: Story, on_newest: bool) -> None:
    story.given(dag("a")).run("old").work().given(dag("a >> b")).backfill(0, reruns=["old"], on_newest=on_newest)
    story.work()
    assert ("b" in story.states("old")) is on_newest


def test_a_run_that_is_active_again_is_left_alone(story: Story) -> None:
    story.given(dag("a")).run("old").when(started("a")).backfill(0, reruns=["old"])
    assert is_over(story)
    assert story.rows.facts["old"].backfill is None
    story.expect(run_state("running", "old"))


def test_a_date_that_got_a_run_meanwhile_is_passed_over(story: Story) -> None:
    story.given(dag("a")).backfill(2, max_active_runs=1)
    attempt = story.rows.newest("b-0", "a", -1)
    story.when(lambda s: s.apply(e.RunDeleted("b-0")), lambda s: s.apply(e.AttemptExited(attempt, s.now))).work()
    assert runs(story, "success") == ["b-1"]
    assert is_over(story)


def test_a_backfill_survives_a_restart(story: Story) -> None:
    story.given(dag("a")).backfill(5, max_active_runs=2).when(succeeded("a", run="b-0")).restart()
    assert runs(story, "running") == ["b-1", "b-2"]
    story.work()
    assert runs(story, "success") == ["b-0", "b-1", "b-2", "b-3", "b-4"]
    assert is_over(story)
    assert not any(isinstance(command, c.CreateRun) for command in story.restart().said)


def test_an_order_to_run_again_that_a_restart_came_between_is_carried_out(story: Story) -> None:
    story.given(dag("a")).run("old").work().backfill(0, reruns=["old"]).work()
    facts = e.BackfillFacts(uid="c", dag=story.dag_key, max_active_runs=1, on_newest=False, awaited=("old",))
    story.rows.backfills["c"] = (facts, [])
    story.shard.load_backfill(facts)
    story.rest()
    assert not is_over(story, "c")
    story.when(lambda s: s.apply(e.RunRepeated("old", "c", s.dag_key, on_newest=False)))
    story.expect(run_state("running", "old"))


def test_a_deleted_dag_takes_its_backfills_along(story: Story) -> None:
    story.given(dag("a")).backfill(3, max_active_runs=1).when(lambda s: s.apply(e.DagDeleted(s.dag_key)))
    assert story.when(backfill_set()).said == []
