"""Stories of runs: how they end, what stops them, what people do to them, and what a restart brings back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.story import (
    Step,
    Story,
    called_back,
    cleared,
    dag,
    dispatched,
    exited,
    failed,
    killed,
    lost,
    marked,
    nothing,
    over,
    paused,
    pool,
    rescheduled,
    resumed,
    run_deleted,
    run_marked,
    run_state,
    skipped,
    started,
    state,
    states,
    succeeded,
)
from tradewind.base.errors import BrokenInvariant, NotFound
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.core.states import TaskState
from tradewind.spec import DagKey


@pytest.fixture
def story() -> Story:
    return Story()


# -- how a run ends -----------------------------------------------------------------------------------------------------


def test_a_dag_without_tasks_succeeds_at_once(story: Story) -> None:
    story.given(dag("")).run().expect(run_state("success"))


def test_a_failed_leaf_fails_the_run(story: Story) -> None:
    story.given(dag("a >> b")).run().when(succeeded("a"), failed("b")).expect(run_state("failed"))


def test_a_failure_that_a_leaf_forgives_does_not_fail_the_run(story: Story) -> None:
    story.given(dag("a >> b", tasks={"b": {"trigger_rule": "all_done"}})).run().when(failed("a"), succeeded("b"))
    story.expect(run_state("success"))


def test_a_run_waits_for_all_its_tasks_even_when_a_leaf_has_failed(story: Story) -> None:
    story.given(dag("[a, b]")).run().when(failed("a")).expect(run_state("running")).when(succeeded("b"))
    story.expect(run_state("failed"))


def test_callbacks_of_the_dag_are_ordered_when_it_has_them(story: Story) -> None:
    story.given(dag("a", has_callbacks=("on_success", "on_failure"))).run("r1").when(succeeded("a"))
    story.expect(called_back("on_success")).run("r2").when(failed("a")).expect(called_back("on_failure"))


def test_a_callback_of_the_dag_is_told_of_an_instance_that_ended_as_the_run_did_and_of_its_try(story: Story) -> None:
    story.given(dag("a", has_callbacks=("on_failure",), tasks={"a": {"retries": 1, "retry_delay_s": 1.0}})).run()
    story.when(failed("a")).after("1s").when(failed("a"))
    (told,) = [x for x in story.said if isinstance(x, c.RunCallback)]
    assert (told.last, told.try_number) == (("a", -1), 2)


def test_no_callback_is_ordered_for_a_dag_without(story: Story) -> None:
    story.given(dag("a")).run().when(succeeded("a"))
    assert not [x for x in story.said if isinstance(x, c.RunCallback)]


def test_a_run_that_takes_too_long_fails_and_skips_the_rest(story: Story) -> None:
    story.given(dag("[a, b] >> z", dagrun_timeout_s=60.0, has_callbacks=("on_failure",))).run().when(started("a"))
    story.after("59s", nothing()).after("1s", killed("a", "b"), run_state("failed"), called_back("on_failure"))
    story.expect(states(a="skipped", b="skipped", z="skipped"))


def test_a_limit_beyond_the_end_of_time_is_none(story: Story) -> None:
    endless = timedelta.max.total_seconds()
    story.given(dag("a", dagrun_timeout_s=endless, execution_timeout_s=endless)).run().when(started("a"))
    story.expect(state("a", "running"))
    story.when(succeeded("a")).expect(run_state("success"))


def test_fail_fast_stops_the_rest_but_not_teardowns(story: Story) -> None:
    story.given(dag("[a, b, q] >> z; t", fail_fast=True, max_active_tasks=4,
                    tasks={"t": {"is_teardown": True}, "q": {"pool": "none"}})).run()  # fmt: skip
    story.when(started("b"), failed("a")).expect(killed("b"))
    story.expect(states(a="failed", b="failed", q="skipped", z="upstream_failed", t="queued")).when(succeeded("t"))
    story.expect(run_state("failed"))


def test_fail_fast_waits_for_the_last_try(story: Story) -> None:
    story.given(dag("[a, b]", fail_fast=True, retries=1)).run().when(failed("a")).expect(state("b", "queued"))


def test_a_dag_pauses_after_too_many_failures_in_a_row(story: Story) -> None:
    story.given(dag("a", max_consecutive_failed_dag_runs=2)).run("r1").when(failed("a")).run("r2").when(failed("a"))
    assert [x.is_paused for x in story.said if isinstance(x, c.SaveDag)] == [True]
    story.run("r3").expect(run_state("queued", "r3")).when(resumed()).expect(run_state("running", "r3"))
    story.when(failed("a", run="r3")).run("r4").expect(run_state("running", "r4"))


def test_a_success_between_failures_keeps_a_dag_going(story: Story) -> None:
    story.given(dag("a", max_consecutive_failed_dag_runs=2))
    for name, end in (("r1", failed), ("r2", succeeded), ("r3", failed)):
        story.run(name).when(end("a"))
    story.run("r4").expect(run_state("running", "r4"))


# -- setups, teardowns, branches -------------------------------------------------------------------------------------------


SETUP = {"s": {"is_setup": True}, "t": {"is_teardown": True, "trigger_rule": "all_done_setup_success"}}


def test_a_teardown_runs_after_a_failure_and_does_not_decide_the_run(story: Story) -> None:
    story.given(dag("s >> a >> t; s >> t", tasks=SETUP)).run().when(succeeded("s"), failed("a"))
    story.expect(dispatched("a", "t")).when(failed("t")).expect(run_state("failed"))
    story.run("r2").when(succeeded("s"), succeeded("a"), failed("t")).expect(run_state("success", "r2"))


def test_a_teardown_that_may_fail_the_run_does(story: Story) -> None:
    tasks = {**SETUP, "t": {**SETUP["t"], "on_failure_fail_dagrun": True}}
    story.given(dag("s >> a >> t; s >> t", tasks=tasks)).run().when(succeeded("s"), succeeded("a"), failed("t"))
    story.expect(run_state("failed"))


def test_a_failed_setup_stops_its_work_and_its_teardown(story: Story) -> None:
    story.given(dag("s >> a >> b >> t; s >> t", tasks={**SETUP, "b": {"trigger_rule": "all_done"}})).run()
    story.when(failed("s")).expect(states(a="upstream_failed", b="upstream_failed", t="upstream_failed"))


def test_work_further_down_needs_the_setup_too(story: Story) -> None:
    story.given(dag("s >> a >> b >> t; s >> t; q >> b", tasks={**SETUP, "b": {"trigger_rule": "one_success"}})).run()
    story.when(succeeded("q")).expect(state("b", None)).when(succeeded("s"))
    story.expect(state("b", "queued"))


def test_a_branch_skips_what_it_did_not_choose_before_that_can_start(story: Story) -> None:
    story.given(dag("a >> [b, c] >> z", tasks={"z": {"trigger_rule": "none_failed_min_one_success"}})).run()
    story.when(succeeded("a", skip=("c",))).expect(dispatched("b"), state("c", "skipped"))
    assert story.rows.tasks["r1", "c", -1].skipped_by == "a"
    story.when(succeeded("b")).expect(dispatched("z"))


def test_a_task_skipped_by_a_branch_that_is_not_cleared_stays_skipped(story: Story) -> None:
    story.given(dag("a >> [b, c]")).run().when(succeeded("a", skip=("c",)), succeeded("b"))
    story.when(cleared("c")).expect(state("c", "skipped"), run_state("success"))


def test_a_task_skipped_by_a_branch_that_is_cleared_too_may_run(story: Story) -> None:
    story.given(dag("a >> [b, c]")).run().when(succeeded("a", skip=("c",)), succeeded("b"))
    story.when(cleared("a", "b", "c"), succeeded("a", skip=("b",))).expect(states(b="skipped", c="queued"))


def test_a_new_decision_of_a_branch_frees_what_the_old_one_skipped(story: Story) -> None:
    story.given(dag("a >> [b, c]")).run().when(succeeded("a", skip=("c",)), succeeded("b"))
    story.when(cleared("a"), succeeded("a")).expect(state("c", "skipped")).when(cleared("c")).expect(dispatched("c"))


def test_a_decision_survives_a_restart(story: Story) -> None:
    story.given(dag("a >> [b, c]")).run().when(succeeded("a", skip=("c",))).restart()
    story.when(cleared("c")).expect(state("c", "skipped"))


# -- clear ----------------------------------------------------------------------------------------------------------------


def test_a_finished_run_is_reopened_by_a_clear(story: Story) -> None:
    story.given(dag("a >> b")).run().work().expect(run_state("success"))
    story.when(cleared("b")).expect(run_state("running"), dispatched("b", attempt=2))
    assert story.rows.runs["r1"].clear_number == 1
    story.work().expect(run_state("success"))


def test_a_reopened_run_waits_for_room(story: Story) -> None:
    story.given(dag("a", max_active_runs=1)).run("r1").work().run("r2")
    story.when(cleared("a", run="r1")).expect(run_state("queued", "r1")).when(succeeded("a", run="r2"))
    story.expect(run_state("running", "r1"))


def test_a_clear_gives_all_tries_again(story: Story) -> None:
    story.given(dag("a", retries=1, retry_delay="0s")).run().when(failed("a")).after("0s").when(failed("a"))
    story.expect(state("a", "failed")).when(cleared("a")).expect(dispatched("a", attempt=3))
    assert story.rows.tasks["r1", "a", -1].max_tries == 4


def test_a_running_task_that_is_cleared_restarts_when_its_process_is_gone(story: Story) -> None:
    story.given(dag("a")).run().when(started("a"), cleared("a")).expect(state("a", "restarting"), killed("a"))
    attempt = story.rows.newest("r1", "a", -1)
    assert story.apply(e.AttemptSucceeded(attempt, story.now)) == []
    story.when(exited("a")).expect(dispatched("a", attempt=2))


def test_a_restarting_task_whose_process_is_lost_goes_on(story: Story) -> None:
    story.given(dag("a")).run().when(started("a"), cleared("a"), lost("a")).expect(dispatched("a", attempt=2))


def test_a_cleared_task_holds_back_what_waits_for_capacity_below_it(story: Story) -> None:
    story.when(pool("p", 0)).given(dag("a >> b", tasks={"b": {"pool": "p"}})).run().when(succeeded("a"))
    story.expect(state("b", "scheduled")).when(cleared("a")).expect(state("b", None)).when(pool("p", 1))
    story.expect(dispatched()).when(succeeded("a")).expect(dispatched("b", attempt=1))


def test_a_retry_waits_for_an_upstream_that_was_cleared_meanwhile(story: Story) -> None:
    story.given(dag("a >> b", retries=1, retry_delay="1m")).run().when(succeeded("a"), failed("b"), cleared("a"))
    story.after("1m", dispatched(), state("b", None)).when(succeeded("a")).expect(dispatched("b", attempt=2))


@pytest.mark.parametrize("before", [rescheduled("a", "1h"), failed("a"), skipped("a")])
def test_a_waiting_or_ended_task_runs_at_once_when_cleared(story: Story, before: object) -> None:
    story.given(dag("a", retries=1)).run().when(before, cleared("a")).expect(dispatched("a"))  # type: ignore[arg-type]
    story.when(succeeded("a")).expect(run_state("success")).after("2h", nothing())


def test_clearing_nothing_does_nothing(story: Story) -> None:
    story.given(dag("a")).run().work().when(cleared("nobody")).expect(nothing(), run_state("success"))


# -- mark -----------------------------------------------------------------------------------------------------------------


def test_a_failed_task_marked_success_lets_what_it_stopped_run(story: Story) -> None:
    story.given(dag("a >> b >> z")).run().when(failed("a")).expect(run_state("failed"))
    story.when(marked("success", "a")).expect(states(a="success", b="queued", z=None), run_state("running"))


def test_marking_a_task_of_a_finished_run_leaves_the_run_as_it_is(story: Story) -> None:
    story.given(dag("a")).run().when(failed("a"), marked("success", "a")).expect(state("a", "success"))
    story.expect(run_state("failed"))
    assert not story.shard.has_run("r1")


def test_a_running_task_marked_failed_is_stopped(story: Story) -> None:
    story.given(dag("a >> b")).run().when(started("a"), marked("failed", "a")).expect(killed("a"))
    story.expect(states(a="failed", b="upstream_failed"), run_state("failed")).when(exited("a"))
    assert [x.outcome for x in story.said if isinstance(x, c.EndAttempt)] == ["killed"]


def test_a_waiting_task_marked_skipped_never_runs(story: Story) -> None:
    story.given(dag("a >> b >> c")).run().when(marked("skipped", "b"), succeeded("a"))
    story.expect(dispatched(), states(b="skipped", c="skipped"), run_state("success"))


def test_a_task_can_be_marked_only_with_an_end(story: Story) -> None:
    story.given(dag("a")).run()
    assert story.apply(e.TasksMarked("r1", (e.TaskRef("a"),), TaskState.RUNNING)) == []


def test_a_run_marked_success_ends_all_its_tasks_so(story: Story) -> None:
    story.given(dag("[a, b] >> z")).run().when(started("a"), failed("b"), run_marked("success"))
    story.expect(killed("a"), run_state("success"), states(a="success", b="success", z="success"))


def test_a_run_marked_failed_fails_what_runs_and_skips_what_waits(story: Story) -> None:
    story.given(dag("[a, b] >> z; c", retries=1)).run().when(started("a"), succeeded("c"), failed("b"))
    story.when(run_marked("failed")).expect(killed("a"), run_state("failed"))
    story.expect(states(a="failed", b="skipped", z="skipped", c="success"))


def test_a_run_marked_while_a_teardown_is_left_ends_after_it(story: Story) -> None:
    story.given(dag("s >> a >> t; s >> t", tasks=SETUP)).run().when(succeeded("s"), started("a"))
    story.when(run_marked("failed")).expect(run_state("running"), dispatched("t")).when(succeeded("t"))
    story.expect(run_state("failed"))


def test_a_finished_run_can_be_marked_the_other_way(story: Story) -> None:
    story.given(dag("a")).run().when(failed("a"), run_marked("success"))
    story.expect(run_state("success"), state("a", "success"))


def test_a_finished_run_queued_again_ends_again(story: Story) -> None:
    story.given(dag("a")).run().work().when(run_marked("queued")).expect(run_state("success"))
    assert story.rows.runs["r1"].clear_number == 1


def test_a_queued_run_can_be_marked(story: Story) -> None:
    story.given(dag("a"), is_paused=True).run().when(run_marked("failed")).expect(run_state("failed"))
    story.expect(state("a", "skipped"))


# -- delete ---------------------------------------------------------------------------------------------------------------


def test_a_deleted_run_is_stopped_and_makes_room(story: Story) -> None:
    story.given(dag("a", max_active_runs=1)).run("r1").run("r2").when(run_deleted("r1"))
    assert [type(x) for x in story.said if not isinstance(x, c.SaveRun | c.SaveTask)] == [
        c.DeleteRun,
        c.Kill,
        c.Dispatch,
    ]
    assert not story.shard.has_run("r1")
    story.expect(run_state("running", "r2")).when(lambda s: s.apply(e.AttemptExited("id-1", s.now)))


@pytest.mark.parametrize("ends", [failed("a"), rescheduled("a", "1h")])
def test_nothing_wakes_the_core_for_a_run_that_is_deleted(story: Story, ends: Step) -> None:
    story.given(dag("a", retries=1, retry_delay="1h")).run().when(ends)
    assert story.shard.next_deadline() is not None
    story.when(run_deleted())
    assert story.shard.next_deadline() is None


def test_a_deleted_dag_takes_its_runs_with_it(story: Story) -> None:
    story.given(dag("a", schedule=("cron_trigger", {"cron": "30 * * * *"}))).run()
    story.when(lambda s: s.apply(e.DagDeleted(s.dag_key))).expect(killed("a"))
    assert not story.shard.has_run("r1")
    story.after("1d")
    assert [type(x).__name__ for x in story.said] == ["EndAttempt"]


def test_events_about_what_is_unknown_return_nothing(story: Story) -> None:
    at, ref = story.now, (e.TaskRef("a"),)
    for event in (e.Cleared("x", ref), e.TasksMarked("x", ref, TaskState.SUCCESS), e.AttemptLost("x", at),
                  e.PauseSet(DagKey("default", "x"), is_paused=True), e.DagStale(DagKey("default", "x")), e.Tick()):  # fmt: skip
        assert story.apply(event) == []


# -- versions -------------------------------------------------------------------------------------------------------------


def test_a_run_in_flight_stays_on_its_version(story: Story) -> None:
    story.given(dag("a >> b")).run("r1").given(dag("a >> c")).when(succeeded("a")).expect(dispatched("b"))
    story.run("r2").work().expect(state("c", "success", run="r2"), state("b", "success", run="r1"))


def test_a_cleared_run_can_move_to_the_newest_version(story: Story) -> None:
    story.given(dag("a >> b >> z", retries=0)).run().when(succeeded("a"), failed("b"))
    story.given(dag("a >> c >> z")).when(cleared("z", version="d-v2"))
    story.expect(states(a="success", b="removed", c="queued", z=None))
    assert story.rows.runs["r1"].version_id == "d-v2"
    story.work().expect(run_state("success"))


def test_a_running_task_that_the_new_version_lacks_is_stopped(story: Story) -> None:
    story.given(dag("a; b")).run().when(started("a"), succeeded("b")).given(dag("b"))
    story.when(cleared("b", version="d-v2")).expect(killed("a"), state("a", "removed"), dispatched("b"))


def test_a_running_task_goes_on_in_the_new_version(story: Story) -> None:
    story.given(dag("[a, b]")).run().when(started("b"), failed("a")).given(dag("x >> b >> a"))
    story.when(cleared("a", version="d-v2")).expect(dispatched("x"), state("b", "running")).when(succeeded("b"))
    story.expect(state("a", "queued"))


def test_a_scheduled_task_keeps_waiting_in_the_new_version(story: Story) -> None:
    story.when(pool("p", 0)).given(dag("a; b", tasks={"b": {"pool": "p"}})).run().when(succeeded("a"))
    story.given(dag("a; b", tasks={"b": {"pool": "p"}})).when(cleared("a", version="d-v2"), pool("p", 1))
    story.expect(dispatched("a", "b"))


def test_a_task_that_is_no_longer_mapped_starts_over(story: Story) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": over(2)}})).run().work().given(dag("a >> m"))
    story.when(cleared("a", version="d-v2")).work().expect(state("m", "success"), run_state("success"))


def test_a_dag_that_left_its_file_still_runs_what_is_asked_for(story: Story) -> None:
    story.given(dag("a >> b")).run().when(lambda s: s.apply(e.DagStale(s.dag_key)), succeeded("a"))
    story.expect(dispatched("b"))


def test_a_task_that_has_to_wait_again_in_a_new_version_has_the_tries_of_that(story: Story) -> None:
    story.when(pool("p", 0)).given(dag("a; b", tasks={"b": {"pool": "p"}}, retries=1)).run()
    story.given(dag("a >> b", retries=2, retry_delay="1m")).when(cleared("a", version="d-v2"), exited("a"))
    story.expect(state("b", None)).when(succeeded("a"), failed("b")).after("1m")
    story.when(failed("b")).expect(state("b", "up_for_retry"))


def test_a_request_without_a_version_gets_the_newest(story: Story) -> None:
    story.given(dag("a"))
    facts = e.RunFacts(
        uid="r", dag=story.dag_key, run_id="r", run_type="manual", logical_date=None, interval_start=None,
        interval_end=None, run_after=story.now, queued_at=story.now, version_id="",
    )  # fmt: skip
    story.rows.request(facts)
    story.apply(e.RunRequested(facts))
    assert story.rows.runs["r"].version_id == "d-v1"


# -- restart --------------------------------------------------------------------------------------------------------------


def test_a_restart_brings_back_everything(story: Story) -> None:
    story.when(pool("p", 1)).given(
        dag("a >> [b, c, d] >> z; q; w", retries=2, retry_delay="1m", max_active_tasks=10,
            tasks={"c": {"pool": "p"}, "d": {"pool": "p"}, "q": {}, "w": {}})
    ).run()  # fmt: skip
    story.when(succeeded("a"), started("b"), failed("q"), rescheduled("w", "2m"))
    before = story.states()
    story.restart()
    assert story.states() == before
    story.expect(states(b="running", c="queued", d="scheduled", q="up_for_retry", w="up_for_reschedule"))
    story.when(succeeded("b"), succeeded("c")).expect(dispatched("d"))
    story.after("1m", dispatched("q", attempt=2)).after("1m", dispatched("w", attempt=1)).work()
    story.expect(run_state("success"))


def test_a_task_that_had_not_begun_keeps_its_retries_over_a_restart(story: Story) -> None:
    story.given(dag("a >> b", retries=1)).run().restart().when(succeeded("a"), failed("b"))
    story.expect(state("b", "up_for_retry"))


def test_a_task_about_to_run_stops_when_its_upstream_is_marked_failed(story: Story) -> None:
    story.when(pool("p", 0)).given(dag("a >> b", tasks={"b": {"pool": "p"}})).run().when(succeeded("a"))
    story.when(marked("failed", "a")).expect(state("b", "upstream_failed"), run_state("failed"))


def test_a_broken_memory_tells_its_story(story: Story) -> None:
    story.given(dag("a >> b")).run()
    story.shard._m.runs["r1"].tally[1] += 1
    with pytest.raises(BrokenInvariant, match="tally") as caught:
        story.shard.check()
    assert "RunRequested" in str(caught.value.facts["story"])


def test_a_restart_keeps_the_deadlines_of_runs_and_attempts(story: Story) -> None:
    story.given(dag("a", dagrun_timeout_s=600.0, execution_timeout_s=60.0, retries=1)).run().when(started("a"))
    story.wait("100s")
    story.restart().after("20s", killed("a"), state("a", "up_for_retry")).after("480s", run_state("failed"))


def test_a_restarting_task_goes_on_after_a_restart(story: Story) -> None:
    story.given(dag("a")).run().when(started("a"), cleared("a")).restart().expect(state("a", "restarting"))
    story.when(exited("a")).expect(dispatched("a", attempt=2))


def test_a_request_that_was_not_yet_heard_is_found_in_the_rows(story: Story) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": over(2)}})).run("r1").work()
    facts = story.rows.facts["r1"]
    from dataclasses import replace

    story.rows.request(replace(facts, uid="r2", run_id="r2"))
    story.uid = "r2"
    story.restart().expect(state("a", "queued"), state("m", None, 1)).work().expect(run_state("success"))


def test_a_run_of_an_unknown_version_can_not_be_loaded(story: Story) -> None:
    story.given(dag("a")).run()
    from dataclasses import replace

    image = story.rows.image("r1")
    with pytest.raises(NotFound, match="version 'nope'"):
        story.shard.load_run(replace(image, facts=replace(image.facts, version_id="nope")))


def test_paused_dags_stay_paused_after_a_restart(story: Story) -> None:
    story.given(dag("a >> b")).run().when(paused(), succeeded("a")).restart().expect(dispatched())
    story.when(resumed()).expect(dispatched("b"))


def test_a_run_that_moves_to_a_version_without_a_time_limit_has_none_any_more() -> None:
    story = Story().given(dag("a; b", dagrun_timeout_s=60.0)).run()
    story.given(dag("a; b"))
    story.when(cleared("b", version="d-v2")).after("5m", run_state("running"))
    story.given(dag("a; b", dagrun_timeout_s=400.0))
    story.when(cleared("b", version="d-v3")).expect(run_state("running"))
    story.after("101s", run_state("failed"))
