"""Stories about runs that try their failed tasks again, attempts that infrastructure lost, and callbacks by hand."""

from __future__ import annotations

import pytest

from support.story import (
    Story,
    called_back,
    cleared,
    dag,
    dispatch_failed,
    dispatched,
    exited,
    failed,
    lost,
    marked,
    nothing,
    run_marked,
    run_state,
    started,
    state,
    states,
    succeeded,
)
from tradewind.core import commands as c


@pytest.fixture
def story() -> Story:
    return Story()


def retrying(edges: str = "a >> b", times: int = 2, **options: object) -> object:
    return dag(edges, run_retries=times, run_retry_delay_s=60.0, **options)


# -- runs --------------------------------------------------------------------------------------------------------------


def test_a_run_whose_task_failed_tries_it_again_after_a_while(story: Story) -> None:
    story.given(retrying("a >> b >> c")).run().when(succeeded("a"), failed("b"))
    story.expect(run_state("running"), states(a="success", b="failed", c="upstream_failed"))
    assert story.rows.runs["r1"].retry_at is not None
    story.after("59s", nothing()).after("1s", dispatched("b"))
    assert (story.rows.runs["r1"].retries, story.rows.runs["r1"].retry_at) == (1, None)
    story.when(succeeded("b"), succeeded("c")).expect(run_state("success"))


def test_it_does_so_only_as_often_as_it_may_and_fails_then(story: Story) -> None:
    story.given(retrying("a", has_callbacks=("on_failure",))).run()
    for _ in range(2):
        story.when(failed("a")).expect(run_state("running")).after("60s", dispatched("a"))
    story.when(failed("a")).expect(run_state("failed"), called_back("on_failure"))
    story.after("1d", nothing())
    assert sum(isinstance(x, c.RunCallback) for x in story.log) == 1


def test_the_tasks_have_all_their_own_retries_again(story: Story) -> None:
    story.given(retrying("a", times=1, retries=1, retry_delay="1s")).run()
    for number in (1, 2):
        story.expect(dispatched("a", attempt=number)).when(failed("a"))
        story.wait("1s")
    story.after("60s", dispatched("a", attempt=3)).when(failed("a")).after("1s", dispatched("a", attempt=4))
    story.when(failed("a")).expect(run_state("failed"))


def test_what_a_person_clears_meanwhile_counts_as_no_retry(story: Story) -> None:
    story.given(retrying("a", times=1)).run().when(failed("a"), cleared("a")).expect(dispatched("a"))
    story.when(failed("a")).after("60s", dispatched("a"))
    assert story.rows.runs["r1"].retries == 1


def test_a_failure_that_a_person_marks_success_ends_the_wait(story: Story) -> None:
    story.given(retrying("a >> b")).run().when(failed("a"), marked("success", "a")).expect(dispatched("b"))
    story.when(succeeded("b")).expect(run_state("success")).after("1h", nothing())


def test_a_waiting_run_that_a_person_ends_has_ended(story: Story) -> None:
    story.given(retrying("a")).run().when(failed("a"), run_marked("failed")).expect(run_state("failed"))
    story.after("1h", nothing())


def test_a_run_that_was_cleared_after_its_end_may_try_as_often_again(story: Story) -> None:
    story.given(retrying("a", times=1)).run().when(failed("a")).after("60s").when(failed("a"))
    story.expect(run_state("failed")).when(cleared("a")).expect(dispatched("a"))
    story.when(failed("a")).expect(run_state("running")).after("60s", dispatched("a"))


def test_a_run_that_ran_out_of_time_is_not_tried_again(story: Story) -> None:
    story.given(retrying("a", dagrun_timeout_s=30.0)).run().when(started("a"))
    story.after("30s", run_state("failed")).when(exited("a")).after("1h", nothing())


def test_a_wait_outlives_a_restart(story: Story) -> None:
    story.given(retrying("a")).run().when(failed("a"))
    story.wait("30s")
    story.restart().expect(run_state("running")).after("29s", nothing()).after("1s", dispatched("a"))
    assert story.rows.runs["r1"].retries == 1


def test_a_setup_runs_again_for_the_work_that_needs_it(story: Story) -> None:
    tasks = {
        "make": {"is_setup": True},
        "work": {},
        "drop": {"is_teardown": True, "trigger_rule": "all_done_setup_success"},
    }
    story.given(retrying("make >> work >> drop; make >> drop", tasks=tasks)).run()
    story.when(succeeded("make"), failed("work"), succeeded("drop")).after("60s", dispatched("make"))
    story.expect(states(make="queued", work=None, drop=None))


# -- attempts that were lost -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [lost, dispatch_failed])
def test_what_infrastructure_loses_costs_no_retry_up_to_a_bound(story: Story, loss: object) -> None:
    story.given(dag("a", retries=1, retry_delay="1s", has_callbacks=("on_retry",))).run()
    for _ in range(3):
        story.when(loss("a")).expect(dispatched("a", attempt=1))  # type: ignore[operator]
    story.when(loss("a")).expect(state("a", "up_for_retry"))  # type: ignore[operator]
    assert "4 attempts lost" in (story.rows.tasks["r1", "a", -1].reason or "")
    story.after("1s", dispatched("a", attempt=2)).when(succeeded("a")).expect(run_state("success"))


def test_an_attempt_that_nobody_takes_costs_no_retry_and_says_so(story: Story) -> None:
    story.given(dag("a", retries=0)).run().after("10m")
    story.expect(state("a", "scheduled"))
    assert story.rows.tasks["r1", "a", -1].reason == "still queued after 600 s"


def test_a_process_that_dies_by_itself_costs_a_retry_and_has_its_callback_run(story: Story) -> None:
    spec = dag(tasks={"a": {"retries": 1, "retry_delay_s": 1.0, "has_callbacks": ("on_retry", "on_failure")}})
    story.given(spec).run().when(failed("a", called_back=False)).expect(called_back("on_retry", "a"))
    story.after("1s", dispatched("a", attempt=2)).when(failed("a", called_back=False))
    story.expect(called_back("on_failure", "a"), run_state("failed"))
    tries = [x.try_number for x in story.log if isinstance(x, c.RunCallback)]
    assert tries == [1, 2]


def test_a_task_that_only_wants_a_mail_has_that_sent_too(story: Story) -> None:
    story.given(dag(tasks={"a": {"mails_on": ("on_failure",)}})).run().when(failed("a", called_back=False))
    story.expect(called_back("on_failure", "a"))


# -- by hand -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind"), [("failed", "on_failure"), ("success", "on_success"), ("skipped", "on_skipped")]
)
def test_what_a_person_declares_is_called_back_about_once(story: Story, word: str, kind: str) -> None:
    spec = dag("a >> b", tasks={"b": {"has_callbacks": ("on_failure", "on_success", "on_skipped")}})
    story.given(spec).run().when(marked(word, "b"), marked(word, "b"))
    assert [(x.kind, x.reason) for x in story.log if isinstance(x, c.RunCallback)] == [(kind, f"marked {word} by hand")]


def test_a_running_task_that_is_marked_is_called_back_about_once(story: Story) -> None:
    story.given(dag(tasks={"a": {"has_callbacks": ("on_failure",)}})).run().when(started("a"), marked("failed", "a"))
    assert [x.kind for x in story.log if isinstance(x, c.RunCallback)] == ["on_failure"]


@pytest.mark.parametrize(("word", "kind"), [("failed", "on_failure"), ("success", "on_success")])
def test_a_run_that_a_person_ends_is_called_back_about(story: Story, word: str, kind: str) -> None:
    story.given(dag("a", has_callbacks=("on_failure", "on_success"))).run().when(run_marked(word), run_marked(word))
    found = [(x.kind, x.task_id, x.reason) for x in story.log if isinstance(x, c.RunCallback)]
    assert found == [(kind, None, f"marked {word} by hand")]


def test_the_start_of_a_run_is_called_back_about_where_somebody_listens(story: Story) -> None:
    story.given(dag("a", has_callbacks=("on_running",))).run()
    assert [(x.kind, x.task_id) for x in story.log if isinstance(x, c.RunCallback)] == [("on_running", None)]
    story.when(succeeded("a"))
    assert [x.kind for x in story.log if isinstance(x, c.RunCallback)] == ["on_running"]


@pytest.mark.parametrize(
    ("ends", "told"),
    [([failed("a")], ("on_failure", ("a", -1))), ([succeeded("a"), succeeded("b")], ("on_success", ("b", -1)))],
)
def test_the_callback_of_a_dag_is_told_an_instance_that_ended_as_the_run_did(story: Story, ends, told) -> None:
    story.given(dag("a >> b", has_callbacks=("on_failure", "on_success"))).run()
    for end in ends:
        story.when(end)
    assert [(x.kind, x.last) for x in story.log if isinstance(x, c.RunCallback)] == [told]


def test_what_fail_fast_stopped_is_tried_again_with_what_failed() -> None:
    spec = dag("a; b >> c; d", fail_fast=True, run_retries=1, run_retry_delay_s=10.0)
    story = Story().given(spec).run().when(started("b"), succeeded("d"), failed("a"), exited("b"))
    story.expect(state("b", "failed"), state("c", "skipped"), run_state("running"))
    story.wait("10s")
    story.when(succeeded("a"), succeeded("b"), succeeded("c"))
    story.expect(state("c", "success"), state("d", "success"), run_state("success"))
