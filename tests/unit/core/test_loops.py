"""Stories of loops: an iteration after another, as long as the decider says so, and no more often than the bound says."""

from __future__ import annotations

import pytest

from support.story import (
    Story,
    cleared,
    dag,
    dispatched,
    failed,
    killed,
    looped,
    marked,
    over,
    run_state,
    skipped,
    started,
    state,
    states,
    succeeded,
)


def alone(most: int = 4, edges: str = "a >> l >> z", **options: object) -> Story:
    """A loop of one task between two others."""
    story = Story().given(dag(edges, tasks={"l": {"mapped": looped("l", most), **options}})).run()
    return story.when(succeeded("a")).expect(dispatched("l[0]")) if "a >>" in edges else story


def indexes(story: Story, task: str = "l") -> list[int]:
    return sorted(index for _, name, index in story.rows.tasks if name == task)


def test_an_iteration_follows_when_the_one_before_says_so() -> None:
    story = alone().when(succeeded("l", 0, again=True)).expect(dispatched("l[1]"), state("z", None))
    story.when(succeeded("l", 1)).expect(dispatched("z"))
    assert indexes(story) == [0, 1]


def test_what_follows_a_loop_waits_for_its_last_iteration() -> None:
    story = alone().when(succeeded("l", 0, again=True), succeeded("l", 1, again=True)).expect(state("z", None))
    story.when(succeeded("l", 2)).expect(dispatched("z")).work().expect(run_state("success"))


def test_a_loop_never_goes_beyond_its_bound() -> None:
    story = alone(2).when(succeeded("l", 0, again=True), succeeded("l", 1, again=True)).expect(dispatched("l[1]", "z"))
    assert indexes(story) == [0, 1]


def test_a_failed_iteration_is_the_last_one() -> None:
    alone().when(succeeded("l", 0, again=True), failed("l", 1)).expect(
        states(**{"l[0]": "success", "l[1]": "failed", "z": "upstream_failed"}), run_state("failed")
    )


def test_an_iteration_is_tried_again_like_any_task() -> None:
    story = alone(retries=1, retry_delay_s=60.0).when(succeeded("l", 0, again=True), failed("l", 1))
    story.expect(state("l", "up_for_retry", 1)).after("60s", dispatched("l[1]", attempt=2))
    story.when(succeeded("l", 1, again=True)).expect(dispatched("l[2]"))


def test_a_skipped_iteration_ends_the_loop() -> None:
    alone().when(succeeded("l", 0, again=True), skipped("l", 1)).expect(states(**{"l[1]": "skipped", "z": "skipped"}))


def test_an_iteration_marked_by_hand_ends_the_loop() -> None:
    alone().when(succeeded("l", 0, again=True), marked("success", "l[1]")).expect(dispatched("l[1]", "z"))


GROUP = "a >> g.x >> g.y >> z; g.x >> g.side"


def grouped() -> Story:
    return Story().given(dag(GROUP, groups={"g": looped("g.y", 3)})).run().when(succeeded("a"))


def test_a_looped_group_has_all_its_tasks_once_an_iteration() -> None:
    story = grouped().when(succeeded("g.x", 0)).expect(dispatched("g.y[0]", "g.side[0]"))
    story.when(succeeded("g.y", 0, again=True)).expect(dispatched("g.x[1]"), state("g.side", "queued", 0))
    story.when(succeeded("g.x", 1)).expect(dispatched("g.y[1]", "g.side[1]")).when(succeeded("g.y", 1))
    story.expect(dispatched("z"))


def test_only_the_decider_of_a_group_decides() -> None:
    story = grouped().when(succeeded("g.x", 0, again=True)).expect(dispatched("g.y[0]", "g.side[0]"))
    assert indexes(story, "g.x") == [0]


def test_a_cleared_iteration_takes_back_those_behind_it() -> None:
    story = alone(9).when(*(succeeded("l", n, again=n < 4) for n in range(5))).work().expect(run_state("success"))
    story.when(cleared("l[2]", "z")).expect(dispatched("l[2]", attempt=2), state("z", None))
    assert indexes(story) == [0, 1, 2]
    story.when(succeeded("l", 2, again=True)).expect(dispatched("l[3]")).when(succeeded("l", 3))
    story.work().expect(run_state("success"), state("z", "success"))


def test_a_loop_cleared_as_a_whole_begins_with_its_first_iteration() -> None:
    story = alone(9).when(*(succeeded("l", n, again=n < 3) for n in range(4))).work()
    story.when(cleared("l", "z")).expect(dispatched("l[0]", attempt=2))
    assert indexes(story) == [0]
    story.work().expect(run_state("success"))


def test_an_iteration_cleared_while_a_later_one_runs_stops_that() -> None:
    story = alone().when(succeeded("l", 0, again=True), started("l", 1)).when(cleared("l[0]"))
    story.expect(killed("l[1]"), dispatched("l[0]", attempt=2))
    assert indexes(story) == [0]


def test_clearing_a_task_that_decides_nothing_leaves_the_loop_as_it_is() -> None:
    story = grouped().when(succeeded("g.x", 0), succeeded("g.side", 0), succeeded("g.y", 0, again=True))
    story.when(cleared("g.side[0]")).expect(dispatched("g.side[0]", attempt=2))
    assert indexes(story, "g.y") == [0, 1]


def test_a_loop_goes_on_after_a_restart() -> None:
    story = alone().when(succeeded("l", 0, again=True), started("l", 1)).restart()
    story.when(succeeded("l", 1, again=True)).expect(dispatched("l[2]")).when(succeeded("l", 2))
    story.work().expect(run_state("success"))


def test_a_new_version_with_another_bound_keeps_the_iterations() -> None:
    story = alone(2).when(succeeded("l", 0, again=True), succeeded("l", 1, again=True)).work()
    story.given(dag("a >> l >> z", tasks={"l": {"mapped": looped("l", 5)}}))
    story.when(cleared("l[1]", "z", version="d-v2")).expect(dispatched("l[1]", attempt=2))
    story.when(succeeded("l", 1, again=True)).expect(dispatched("l[2]"))


def test_a_map_over_a_loop_is_as_long_as_its_last_result() -> None:
    spec = dag("", tasks={"l": {"mapped": looped("l", 3)}, "m": {"mapped": over("l")}})
    story = Story().given(spec).run().when(succeeded("l", 0, length=5, again=True)).expect(state("m", None))
    story.when(succeeded("l", 1, length=2)).expect(dispatched("m[0]", "m[1]"))


def test_many_iterations_cost_no_more_each_than_few() -> None:
    story = Story(is_checked=False).given(dag("l >> z", tasks={"l": {"mapped": looped("l", 500)}})).run()
    for n in range(500):
        story.when(succeeded("l", n, again=True))
        assert len(story.said) < 12
    story.work().expect(run_state("success"))


@pytest.mark.parametrize("restarts", [False, True])
def test_an_iteration_that_somebody_marked_failed_has_no_items_to_map_over(restarts: bool) -> None:
    tasks: dict[str, dict[str, object]] = {
        "l": {"mapped": looped("l", 2)},
        "m": {"mapped": over("l"), "trigger_rule": "all_done"},
    }
    story = Story().given(dag("l >> m", tasks=tasks, max_active_tasks=99)).run().when(succeeded("l", 0, length=3))
    assert indexes(story, "m") == [0, 1, 2]
    story.when(marked("failed", "l[0]"))
    if restarts:
        story.restart()
    story.when(cleared("m")).expect(state("m", "skipped"))
