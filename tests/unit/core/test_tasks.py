"""Stories of single instances: each row of the table of moves, retries, losses, deadlines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.story import (
    START,
    Story,
    called_back,
    cleared,
    dag,
    dispatch_failed,
    dispatched,
    exited,
    failed,
    killed,
    lost,
    marked,
    nothing,
    rescheduled,
    run_state,
    skipped,
    started,
    state,
    states,
    succeeded,
)
from tradewind.base.errors import InvalidMove
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.core.graph import Graph
from tradewind.core.run import Run
from tradewind.core.states import MOVES, RUN_MOVES, SUCCESS, RunState, TaskState


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_run_goes_through_its_tasks_in_order(story: Story) -> None:
    story.given(dag("a >> [b, c] >> d")).run().expect(dispatched("a"), run_state("running"))
    story.when(succeeded("a")).expect(dispatched("b", "c"))
    story.when(succeeded("b")).expect(dispatched(), state("d", None))
    story.when(succeeded("c")).expect(dispatched("d"))
    story.when(succeeded("d")).expect(run_state("success"))


def test_a_start_is_recorded_with_its_time_and_place(story: Story) -> None:
    story.given(dag("a")).run()
    story.wait("3s")
    story.when(started("a")).expect(state("a", "running"))
    assert [x for x in story.said if isinstance(x, c.StartAttempt)] == [
        c.StartAttempt(story.rows.newest("r1", "a", -1), story.now, "host", 1)
    ]
    assert story.rows.tasks["r1", "a", -1].start_date == START + timedelta(seconds=3)


def test_a_success_keeps_what_the_attempt_brought(story: Story) -> None:
    story.given(dag("a")).run().when(succeeded("a"))
    assert story.rows.attempts[story.rows.newest("r1", "a", -1)].kept


def test_a_failed_task_waits_its_delay_and_then_runs_again(story: Story) -> None:
    story.given(dag("extract >> load", retries=1, retry_delay="5m")).run()
    story.when(failed("extract"))
    story.expect(state("extract", "up_for_retry")).after("4m59s", nothing())
    story.after("1s", dispatched("extract", attempt=2))


def test_a_task_fails_when_its_tries_are_used_up(story: Story) -> None:
    story.given(dag("a >> b", retries=1, retry_delay="1s")).run().when(failed("a"))
    story.after("1s", dispatched("a")).when(failed("a"))
    story.expect(states(a="failed", b="upstream_failed"), run_state("failed"))


def test_a_failure_that_is_not_retryable_ends_the_task_at_once(story: Story) -> None:
    story.given(dag("a", retries=3)).run().when(failed("a", retryable=False)).expect(state("a", "failed"))


def test_the_delay_grows_by_its_factor_and_some_more_up_to_its_bound(story: Story) -> None:
    story.given(dag("a", retries=4, retry_delay="10s", retry_exponential_backoff=2.0, max_retry_delay_s=75.0)).run()
    for shortest, longest in ((10, 20), (20, 40), (40, 75), (75, 75)):
        story.when(failed("a")).after(shortest - 0.01, nothing()).after(longest - shortest + 0.02, dispatched("a"))


def test_tasks_that_failed_together_do_not_come_back_together(story: Story) -> None:
    names = [f"t{n}" for n in range(20)]
    story.given(dag(f"[{', '.join(names)}]", retries=1, retry_delay="10s", retry_exponential_backoff=2.0,
                    max_active_tasks=20)).run()  # fmt: skip
    story.when(*(failed(name) for name in names))
    moments = sorted(row.next_at for row in story.rows.tasks.values() if row.next_at is not None)
    assert len(set(moments)) == 20
    assert (moments[-1] - moments[0]).total_seconds() > 5


def test_a_policy_says_how_long_to_wait_also_beyond_a_day(story: Story) -> None:
    story.given(dag("a", retries=3, retry_delay="10s", max_retry_delay_s=20.0)).run()
    story.when(failed("a", retry_delay_s=2.0)).after("1s", nothing()).after("1s", dispatched("a"))
    story.when(failed("a", retry_delay_s=200_000.0)).after(199_999, nothing()).after("1s", dispatched("a"))
    story.when(failed("a")).after("10s", dispatched("a", attempt=4))


def test_the_delay_starts_anew_after_a_clear(story: Story) -> None:
    story.given(dag("a", retries=1, retry_delay="10s", retry_exponential_backoff=3.0)).run()
    story.when(failed("a")).after("20s").when(failed("a"), cleared("a"))
    story.expect(dispatched("a", attempt=3)).when(failed("a")).after("20s", dispatched("a", attempt=4))


def test_no_retry_waits_longer_than_a_day(story: Story) -> None:
    story.given(dag("a", retries=3, retry_delay="3d")).run().when(failed("a")).after("1d", dispatched("a"))


def test_a_skipped_task_skips_what_follows(story: Story) -> None:
    story.given(dag("a >> b >> c")).run().when(skipped("a"))
    story.expect(states(a="skipped", b="skipped", c="skipped"), run_state("success"))


def test_a_sensor_gives_its_slot_back_and_looks_again_with_the_same_try(story: Story) -> None:
    story.given(dag("[a, b]", max_active_tasks=1)).run().expect(dispatched("a"))
    story.when(rescheduled("a", "30s")).expect(state("a", "up_for_reschedule"), dispatched("b"))
    story.when(succeeded("b")).after("29s", nothing()).after("1s", dispatched("a", attempt=1))


def test_a_rescheduled_sensor_remembers_its_first_start(story: Story) -> None:
    story.given(dag("a")).run().when(started("a"), rescheduled("a", "30s"))
    story.after("30s").when(started("a"))
    assert story.rows.tasks["r1", "a", -1].start_date == START


def test_a_lost_attempt_costs_no_retry(story: Story) -> None:
    story.given(dag("a")).run().when(started("a"), lost("a")).expect(dispatched("a", attempt=1))


@pytest.mark.parametrize("loss", [lost, dispatch_failed])
def test_a_task_lost_too_often_fails(story: Story, loss: object) -> None:
    story.given(dag("a", has_callbacks=())).run()
    for _ in range(3):
        story.when(loss("a")).expect(dispatched("a"))  # type: ignore[operator]
    story.when(loss("a")).expect(state("a", "failed"), run_state("failed"))  # type: ignore[operator]


def test_a_task_lost_too_often_uses_its_retries(story: Story) -> None:
    story.given(dag("a", retries=1, retry_delay="0s")).run().when(*[lost("a")] * 4).expect(state("a", "up_for_retry"))
    story.after("0s", dispatched("a", attempt=2))


def test_an_attempt_that_stays_queued_is_stopped_and_made_anew(story: Story) -> None:
    story.given(dag("a")).run().after("599s", nothing()).after("1s", killed("a"), dispatched(), state("a", "scheduled"))
    story.when(lambda s: s.apply(e.AttemptExited("id-1", s.now))).expect(dispatched("a", attempt=1))


def test_an_attempt_that_started_has_no_queue_timeout(story: Story) -> None:
    story.given(dag("a")).run().when(started("a")).after("2h", nothing())


def test_the_core_steps_in_a_minute_after_an_execution_timeout(story: Story) -> None:
    story.given(dag("a", execution_timeout_s=100.0)).run().when(started("a"))
    story.after("159s", nothing()).after("1s", killed("a"), state("a", "failed"), run_state("failed"))


def test_a_retry_waits_for_the_process_of_the_try_before(story: Story) -> None:
    story.given(dag("a", execution_timeout_s=100.0, retries=1, retry_delay="10s")).run().when(started("a"))
    story.after("160s", killed("a"), state("a", "up_for_retry")).after("10s", dispatched(), state("a", "scheduled"))
    story.when(lambda s: s.apply(e.AttemptExited("id-1", s.now))).expect(dispatched("a", attempt=2))


def test_a_killed_process_that_never_answers_gives_its_slot_back_after_a_while(story: Story) -> None:
    story.given(dag("a")).run().when(started("a"), cleared("a")).expect(killed("a"), state("a", "restarting"))
    story.after("119s", nothing()).after("1s", dispatched("a"))


def test_reports_of_an_attempt_that_is_no_longer_current_change_nothing(story: Story) -> None:
    story.given(dag("a", retries=1, retry_delay="0s")).run().when(failed("a")).after("0s")
    for make in (e.AttemptStarted, e.AttemptSucceeded, e.AttemptFailed, e.AttemptSkipped, e.AttemptLost,
                 e.AttemptExited, e.DispatchFailed):  # fmt: skip
        assert story.apply(make("id-1", story.now)) == []
    assert story.apply(e.AttemptRescheduled("id-1", story.now, story.now)) == []
    assert story.state_of("a") == "queued"


def test_a_process_that_exits_without_being_told_to_is_lost(story: Story) -> None:
    story.given(dag("a")).run().when(started("a"), exited("a")).expect(dispatched("a", attempt=1))


def test_an_empty_task_succeeds_without_a_worker(story: Story) -> None:
    story.given(dag("a >> b >> c", tasks={"a": {"is_noop": True}, "b": {"is_noop": True}})).run()
    story.expect(states(a="success", b="success"), dispatched("c"))
    assert story.rows.tasks["r1", "a", -1].try_number == 1
    assert story.rows.tasks["r1", "a", -1].end_date == START


@pytest.mark.parametrize(("called", "expected"), [(True, []), (False, ["on_failure"])])
def test_a_callback_is_ordered_only_where_the_process_could_not_run_it(
    story: Story, called: bool, expected: list[str]
) -> None:
    story.given(dag("a", tasks={"a": {"has_callbacks": ("on_failure", "on_retry")}})).run()
    story.when(failed("a", called_back=called))
    assert [x.kind for x in story.said if isinstance(x, c.RunCallback)] == expected


def test_a_retry_after_a_dead_process_calls_on_retry(story: Story) -> None:
    story.given(dag("a", retries=1, tasks={"a": {"has_callbacks": ("on_retry",)}})).run()
    story.when(failed("a", called_back=False)).expect(called_back("on_retry", "a"))


def test_a_running_task_marked_failed_calls_back(story: Story) -> None:
    story.given(dag("a", tasks={"a": {"has_callbacks": ("on_failure",)}})).run().when(
        started("a"), marked("failed", "a")
    )
    story.expect(called_back("on_failure", "a"), killed("a"), run_state("failed"))


def test_every_event_has_a_handler() -> None:
    from typing import get_args

    from tradewind.core.shard import HANDLERS

    assert set(HANDLERS) == set(get_args(e.Event))


def test_a_move_outside_the_table_is_a_bug_that_tells_its_story() -> None:
    spec = dag("a")
    key = ("default", "d")
    facts = e.RunFacts(
        uid="r", dag=key, run_id="r", run_type="manual", logical_date=None, interval_start=None, interval_end=None,  # type: ignore[arg-type]
        run_after=START, queued_at=START, version_id="v",
    )  # fmt: skip
    run = Run(facts, Graph(spec), {})
    run.move(0, 0, SUCCESS)
    with pytest.raises(InvalidMove, match="can't go from success to success"):
        run.move(0, 0, SUCCESS)
    run.state = RunState.RUNNING
    run.move_run(RunState.SUCCESS)
    with pytest.raises(InvalidMove, match="can't go from success to running"):
        run.move_run(RunState.RUNNING)


def test_the_table_never_skips_the_queue_and_never_leaves_an_end_without_a_clear_or_a_hand() -> None:
    assert (None, TaskState.RUNNING) not in MOVES
    assert (TaskState.SCHEDULED, TaskState.RUNNING) not in MOVES
    assert (TaskState.SUCCESS, TaskState.RUNNING) not in MOVES
    assert (TaskState.RESTARTING, TaskState.RUNNING) not in MOVES
    assert (RunState.SUCCESS, RunState.RUNNING) not in RUN_MOVES


def test_a_restart_gives_a_later_attempt_of_an_instance_its_own_time() -> None:
    story = Story().given(dag("a", tasks={"a": {"execution_timeout_s": 60.0}})).run()
    story.when(rescheduled("a", "1h")).wait("1h")
    story.when(started("a"))
    story.restart()
    story.expect(state("a", "running"))


@pytest.mark.parametrize("restarts", [False, True])
def test_a_branch_also_holds_for_a_task_that_had_ended_when_it_decided(restarts: bool) -> None:
    spec = dag("", tasks={"pick": {}, "other": {}})
    story = Story().given(spec).run().when(succeeded("other"), succeeded("pick", skip=("other", "pick")))
    story.expect(state("other", "success"), state("pick", "success"))
    story.run("r2")  # keeps a run in memory, which is loaded again
    story.uid = "r1"
    story.when(cleared("other"))
    if restarts:
        story.restart()
    story.expect(state("other", "skipped"))
