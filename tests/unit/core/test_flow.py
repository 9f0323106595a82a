"""Stories of mapped tasks that follow others one by one: each item goes on when its own upstream item is done."""

from __future__ import annotations

import pytest

from support.story import (
    Story,
    cleared,
    dag,
    dispatched,
    each,
    failed,
    marked,
    over,
    run_state,
    skipped,
    state,
    states,
    succeeded,
)


def line(length: int | str = 3, edges: str = "", **tasks: dict[str, object]) -> Story:
    """a is mapped, b follows a, c follows b."""
    given = {"a": {"mapped": over(length)}, "b": {"mapped": each("a")}, "c": {"mapped": each("b")}, **tasks}
    if isinstance(length, str):
        given = {length: {}, **given}
    return Story().given(dag(edges, tasks=given)).run()


def test_an_item_goes_on_when_its_own_upstream_item_is_done() -> None:
    line().when(succeeded("a", 1)).expect(dispatched("b[1]"))


def test_the_instances_of_all_followers_exist_as_soon_as_the_length_is_known() -> None:
    story = line("s").expect(states(a=None, b=None, c=None)).when(succeeded("s", length=4))
    story.expect(dispatched("a[0]", "a[1]", "a[2]", "a[3]"), states(**{"b[3]": None, "c[3]": None}))


def test_an_item_flows_through_the_whole_line_while_the_others_wait() -> None:
    story = line().when(succeeded("a", 2), succeeded("b", 2)).expect(dispatched("b[2]", "c[2]"))
    story.when(succeeded("c", 2)).expect(dispatched(), states(**{"b[0]": None, "c[1]": None}))


def test_a_failed_item_stops_its_own_line_only() -> None:
    story = line().when(failed("a", 0), succeeded("a", 1), succeeded("a", 2))
    story.expect(states(**{"b[0]": "upstream_failed", "c[0]": "upstream_failed", "b[1]": "queued", "b[2]": "queued"}))


def test_a_skipped_item_skips_its_own_line_only() -> None:
    line().when(skipped("a", 0), succeeded("a", 1)).expect(
        states(**{"b[0]": "skipped", "c[0]": "skipped", "b[1]": "queued"})
    )


def test_an_item_that_was_not_pushed_skips_its_line_and_says_why() -> None:
    story = line().when(succeeded("a", 0, pushed=False)).expect(states(**{"b[0]": "skipped", "c[0]": "skipped"}))
    assert "pushed nothing" in str(story.rows.tasks["r1", "b", 0].reason)


def test_a_task_after_the_line_waits_for_all_items() -> None:
    story = line(2, "c >> z").when(succeeded("a", 0), succeeded("b", 0), succeeded("c", 0)).expect(state("z", None))
    story.when(succeeded("a", 1), succeeded("b", 1)).expect(state("z", None)).when(succeeded("c", 1))
    story.expect(dispatched("z"))


def test_two_zipped_lines_are_followed_together() -> None:
    story = line(2, d={"mapped": each("a", "b")}).when(succeeded("a", 0)).expect(state("d", None, 0))
    story.when(succeeded("b", 0)).expect(dispatched("c[0]", "d[0]"))


def test_another_upstream_holds_all_items_back() -> None:
    story = line(2, "p >> b").when(succeeded("a", 0)).expect(state("b", None))
    story.when(succeeded("p")).expect(dispatched("b[0]")).when(succeeded("a", 1)).expect(dispatched("b[1]"))


@pytest.mark.parametrize(("end", "expected"), [(failed("p"), "upstream_failed"), (skipped("p"), "skipped")])
def test_another_upstream_that_ends_badly_ends_the_follower_as_a_whole(end: object, expected: str) -> None:
    line(2, "p >> b").when(end).expect(states(b=expected, c=expected))  # type: ignore[arg-type]


@pytest.mark.parametrize(("end", "expected"), [(failed("s"), "upstream_failed"), (skipped("s"), "skipped"),
                                               (succeeded("s", length=0), "skipped")])  # fmt: skip
def test_a_line_without_items_ends_as_a_whole(end: object, expected: str) -> None:
    line("s").when(end).expect(states(a=expected, b=expected, c=expected))  # type: ignore[arg-type]


def test_a_follower_that_was_skipped_as_a_whole_stays_so() -> None:
    line("s", "q >> b").when(succeeded("q", skip=("b",)), succeeded("s", length=2)).expect(
        states(b="skipped", c="skipped")
    )


def test_a_group_follows_a_mapped_task_copy_by_copy() -> None:
    spec = dag("a >> g.x >> g.y; g.y >> z", tasks={"a": {"mapped": over(2)}}, groups={"g": each("a")})
    story = Story().given(spec).run().when(succeeded("a", 1)).expect(dispatched("g.x[1]"))
    story.when(succeeded("g.x", 1)).expect(dispatched("g.y[1]")).when(failed("a", 0))
    story.expect(states(**{"g.x[0]": "upstream_failed", "g.y[0]": "upstream_failed"}))


def test_a_copy_of_a_group_whose_item_was_not_pushed_is_skipped() -> None:
    spec = dag("a >> g.x >> g.y", tasks={"a": {"mapped": over(2)}}, groups={"g": each("a")})
    Story().given(spec).run().when(succeeded("a", 0, pushed=False)).expect(
        states(**{"g.x[0]": "skipped", "g.y[0]": "skipped", "g.x[1]": None})
    )


def test_a_mapped_task_follows_a_task_of_a_group() -> None:
    spec = dag("g.x >> g.y", tasks={"b": {"mapped": each("g.y")}}, groups={"g": over(2)})
    story = (
        Story().given(spec).run().when(succeeded("g.x", 0), succeeded("g.y", 0)).expect(dispatched("g.y[0]", "b[0]"))
    )
    story.when(succeeded("g.x", 1)).expect(state("b", None, 1))


def test_one_cleared_item_runs_again_with_what_follows_it() -> None:
    story = line().work().expect(run_state("success")).when(cleared("a[1]", "b[1]"))
    story.expect(dispatched("a[1]", attempt=2)).when(succeeded("a", 1)).expect(dispatched("b[1]", attempt=2))


def test_a_cleared_source_that_grows_makes_the_whole_line_longer() -> None:
    story = line("s").when(succeeded("s", length=2)).work().expect(run_state("success"))
    story.when(cleared("s", "a", "b", "c"), succeeded("s", length=3), succeeded("a", 2)).expect(
        dispatched("s", "a[0]", "a[1]", "a[2]", "b[2]")
    )
    story.work().expect(run_state("success"), state("c", "success", 2))


def test_a_cleared_source_that_shrinks_makes_the_whole_line_shorter() -> None:
    story = line("s").when(succeeded("s", length=3)).work()
    story.when(cleared("s", "a", "b", "c"), succeeded("s", length=1)).work().expect(run_state("success"))
    assert sorted(key[1:] for key in story.rows.tasks if key[1] != "s") == [("a", 0), ("b", 0), ("c", 0)]


def test_an_item_marked_by_hand_has_nothing_to_pass_on() -> None:
    line().when(marked("success", "a[1]")).expect(states(**{"b[1]": "skipped", "b[0]": None}))


def test_a_line_goes_on_where_it_was_after_a_restart() -> None:
    story = line().when(succeeded("a", 0), succeeded("a", 1, pushed=False), succeeded("b", 0)).restart()
    story.expect(states(**{"b[0]": "success", "b[1]": "skipped", "b[2]": None, "c[0]": "queued"}))
    story.work().expect(run_state("success"), states(**{"c[2]": "success", "c[1]": "skipped"}))


def test_an_item_leaves_before_the_next_one_enters() -> None:
    tasks = {"a": {"mapped": over(3), "priority_weight": 3}, "b": {"mapped": each("a"), "priority_weight": 2}}
    story = Story(parallelism=1).given(dag("", tasks=tasks)).run().expect(dispatched("a[0]"))
    story.when(succeeded("a", 0)).expect(dispatched("b[0]")).when(succeeded("b", 0)).expect(dispatched("a[1]"))
