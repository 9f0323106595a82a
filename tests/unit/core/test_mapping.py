"""Stories of mapped tasks and groups: how many instances there are, when they go, and what follows them."""

from __future__ import annotations

import pytest

from support.story import (
    Story,
    cleared,
    dag,
    dispatched,
    exited,
    failed,
    marked,
    over,
    run_state,
    skipped,
    started,
    state,
    states,
    succeeded,
)
from tradewind.core import commands as c
from tradewind.core import events as e
from tradewind.spec import ConcatInput, LiteralInput, MapInput, MapSpec, XComInput, ZipInput


@pytest.fixture
def story() -> Story:
    return Story()


def count(story: Story, task: str) -> int:
    return sum(t == task and index >= 0 for _, t, index in story.rows.tasks)


def test_a_literal_is_expanded_when_the_run_begins(story: Story) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": over(3)}})).run()
    story.expect(states(**{"m[0]": None, "m[2]": None}), dispatched("a"))
    story.when(succeeded("a")).expect(dispatched("m[0]", "m[1]", "m[2]"))


def test_an_output_is_expanded_when_it_is_there(story: Story) -> None:
    story.given(dag("", tasks={"a": {}, "m": {"mapped": over("a")}, "z": {}})).run()
    story.expect(state("m", None)).when(succeeded("a", length=2)).expect(dispatched("m[0]", "m[1]"))
    assert [x for x in story.said if isinstance(x, c.ForgetTasks | c.CreateTasks)] == [
        c.ForgetTasks("r1", "m", -1), c.CreateTasks("r1", "m", 0, 1),
    ]  # fmt: skip


def test_nothing_to_map_over_skips_the_task_and_what_follows(story: Story) -> None:
    story.given(dag("a >> m >> z", tasks={"m": {"mapped": over("a")}})).run().when(succeeded("a", length=0))
    story.expect(states(m="skipped", z="skipped"), run_state("success"))


def test_an_empty_literal_skips_the_task(story: Story) -> None:
    story.given(dag("m >> z", tasks={"m": {"mapped": over(0)}})).run().expect(states(m="skipped", z="skipped"))


def test_several_inputs_make_a_product(story: Story) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": over("a", 3)}})).run().when(succeeded("a", length=4))
    assert count(story, "m") == 12


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (MapInput(XComInput("a")), 4),
        (ZipInput((XComInput("a"), LiteralInput(2))), 2),
        (ZipInput((XComInput("a"), LiteralInput(6)), longest=True), 6),
        (ConcatInput((XComInput("a"), LiteralInput(3))), 7),
    ],
)
def test_inputs_can_be_mapped_zipped_and_joined(story: Story, source: MapInput, expected: int) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": MapSpec((("x", source),))}})).run().when(succeeded("a", length=4))
    assert count(story, "m") == expected


def test_a_map_over_a_map_counts_the_instances_that_pushed_something(story: Story) -> None:
    story.given(dag("m >> n", tasks={"m": {"mapped": over(4)}, "n": {"mapped": over("m"), "trigger_rule": "all_done"}}))
    story.run().when(succeeded("m", 0), succeeded("m", 1, pushed=False), skipped("m", 2)).expect(state("n", None))
    story.when(succeeded("m", 3)).expect(dispatched("n[0]", "n[1]"))


def test_a_task_after_a_map_waits_for_all_its_instances(story: Story) -> None:
    story.given(dag("m >> z", tasks={"m": {"mapped": over(3)}})).run()
    story.when(succeeded("m", 0), succeeded("m", 2)).expect(state("z", None))
    story.when(succeeded("m", 1)).expect(dispatched("z"))


def test_one_failed_instance_stops_what_follows_the_map(story: Story) -> None:
    story.given(dag("m >> z", tasks={"m": {"mapped": over(2)}})).run().when(failed("m", 1), succeeded("m", 0))
    story.expect(state("z", "upstream_failed"), run_state("failed"))


def test_a_failed_source_fails_the_map_as_a_whole(story: Story) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": over("a"), "trigger_rule": "all_done"}})).run().when(failed("a"))
    story.expect(state("m", "upstream_failed"))


def test_a_skipped_source_skips_the_map_as_a_whole(story: Story) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": over("a"), "trigger_rule": "all_done"}})).run().when(skipped("a"))
    story.expect(state("m", "skipped"))


def test_a_source_that_pushed_no_collection_fails_the_map_and_says_why(story: Story) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": over("a")}})).run().when(succeeded("a"))
    story.expect(state("m", "failed"), run_state("failed"))
    assert "pushed no list or dict" in str(story.rows.tasks["r1", "m", -1].reason)


def test_a_guard_against_huge_maps_fails_the_task_and_says_why() -> None:
    story = Story(max_map_length=10).given(dag("a >> m", tasks={"m": {"mapped": over("a")}})).run()
    story.when(succeeded("a", length=11)).expect(state("m", "failed"))
    assert "11 instances" in str(story.rows.tasks["r1", "m", -1].reason)


def group(length: str | int, edges: str = "g.a >> g.b") -> Story:
    return Story().given(dag(edges, groups={"g": over(length)})).run()


def test_inside_a_mapped_group_each_index_goes_its_own_way() -> None:
    story = group(2).expect(dispatched("g.a[0]", "g.a[1]"))
    story.when(succeeded("g.a", 1)).expect(dispatched("g.b[1]"))
    story.when(failed("g.a", 0)).expect(states(**{"g.b[0]": "upstream_failed", "g.b[1]": "queued"}))


def test_outside_a_mapped_group_all_its_instances_count() -> None:
    story = group(2, "g.a >> g.b; g.b >> z").when(succeeded("g.a", 0), succeeded("g.a", 1), succeeded("g.b", 0))
    story.expect(state("z", None)).when(succeeded("g.b", 1)).expect(dispatched("z"))


def test_a_group_over_an_output_is_expanded_as_one() -> None:
    story = group("s", "s >> g.a >> g.b").expect(states(**{"g.a": None, "g.b": None}))
    story.when(succeeded("s", length=3)).expect(dispatched("g.a[0]", "g.a[1]", "g.a[2]"), state("g.b", None, 2))


@pytest.mark.parametrize(("end", "expected"), [(failed("s"), "upstream_failed"), (skipped("s"), "skipped")])
def test_a_group_without_its_source_ends_as_a_whole(end: object, expected: str) -> None:
    group("s", "s >> g.a >> g.b").when(end).expect(states(**{"g.a": expected, "g.b": expected}))  # type: ignore[arg-type]


def test_an_empty_group_is_skipped() -> None:
    group("s", "s >> g.a >> g.b").when(succeeded("s", length=0)).expect(states(**{"g.a": "skipped", "g.b": "skipped"}))


def test_a_branch_inside_a_mapped_group_skips_its_own_index_only() -> None:
    story = group(2, "g.a >> [g.b, g.c]").when(succeeded("g.a", 0, skip=("g.b",)), succeeded("g.a", 1, skip=("g.c",)))
    story.expect(states(**{"g.b[0]": "skipped", "g.b[1]": "queued", "g.c[0]": "queued", "g.c[1]": "skipped"}))


def test_a_branch_outside_skips_all_instances() -> None:
    story = Story().given(dag("a >> [m, b]", tasks={"m": {"mapped": over(2)}})).run()
    story.when(succeeded("a", skip=("m",))).expect(states(**{"m[0]": "skipped", "m[1]": "skipped", "b": "queued"}))


def test_a_task_skipped_as_a_whole_stays_so_when_its_length_is_known(story: Story) -> None:
    story.given(dag("[s, q] >> g.a >> g.b", groups={"g": over("s")})).run()
    story.when(succeeded("q", skip=("g.b",)), succeeded("s", length=2)).expect(states(**{"g.b[1]": "skipped"}))


def test_a_cleared_map_finds_its_length_anew(story: Story) -> None:
    story.given(dag("a >> m >> z", tasks={"m": {"mapped": over("a")}})).run()
    story.when(succeeded("a", length=3)).work().expect(run_state("success"))
    story.when(cleared("a", "m", "z"), succeeded("a", length=2)).expect(dispatched("a", "m[0]", "m[1]"))
    assert count(story, "m") == 2
    story.work().when(cleared("a", "m", "z"), succeeded("a", length=4))
    assert count(story, "m") == 4
    story.work().expect(run_state("success"))
    assert story.rows.tasks["r1", "m", 0].try_number == 3
    assert story.rows.tasks["r1", "m", 3].try_number == 1


def test_a_cleared_map_may_shrink_to_nothing(story: Story) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": over("a")}})).run().when(succeeded("a", length=3)).work()
    story.when(cleared("a", "m"), succeeded("a", length=0)).expect(state("m", "skipped"), run_state("success"))
    assert count(story, "m") == 0


def test_one_instance_can_be_cleared_alone(story: Story) -> None:
    story.given(dag("m", tasks={"m": {"mapped": over(3)}})).run().work()
    story.when(cleared("m[1]")).expect(dispatched("m[1]", attempt=2), run_state("running"))


def test_a_huge_map_is_worked_off_in_small_batches() -> None:
    story = Story(is_checked=False, parallelism=4).given(dag("a >> m", tasks={"m": {"mapped": over("a")}})).run()
    story.when(succeeded("a", length=100_000))
    assert len(story.said) < 300
    scheduled = sum(row.state == "scheduled" for row in story.rows.tasks.values())
    assert scheduled <= 32
    assert story.shard.next_deadline() is None or len(story.shard.apply(e.Tick(), story.now)) < 600


def test_a_huge_group_that_can_never_run_ends_over_several_ticks() -> None:
    story = Story(is_checked=False).given(dag("u >> g.a", groups={"g": over(2_000)})).run()
    story.when(failed("u"))
    assert 0 < sum(isinstance(x, c.SaveTask) for x in story.said) <= 502
    assert story.shard.next_deadline() == story.now
    story.rest()
    story.expect(run_state("failed"), state("g.a", "upstream_failed", 1_999))


def test_a_map_goes_on_where_it_was_after_a_restart(story: Story) -> None:
    story.given(dag("a >> m >> z", tasks={"m": {"mapped": over("a")}})).run()
    story.when(succeeded("a", length=40), succeeded("m", 0), started("m", 1)).restart()
    story.work().expect(run_state("success"), state("m", "success", 39), state("z", "success"))


def test_a_marked_source_has_no_length(story: Story) -> None:
    story.given(dag("a >> m", tasks={"m": {"mapped": over("a")}})).run().when(marked("success", "a"))
    story.expect(state("m", "failed"))


def test_what_changed_inside_a_group_while_its_run_was_queued_is_seen_when_it_starts() -> None:
    story = Story().given(dag("g.a >> g.b", groups={"g": over(2)}, max_active_runs=1)).run("r1")
    story.when(succeeded("g.a", 0), succeeded("g.a", 1), succeeded("g.b", 0), succeeded("g.b", 1)).run("r2")
    story.when(cleared("g.a", "g.b", run="r1")).expect(run_state("queued", "r1"))
    story.when(marked("success", "g.a[0]", run="r1"), lambda s: s.work())
    story.expect(run_state("success", "r1"), state("g.b", "success", 0, run="r1"))


def test_a_map_cleared_again_while_its_processes_are_stopped_runs_when_they_are_gone(story: Story) -> None:
    story.given(dag("m", tasks={"m": {"mapped": over(2)}})).run().when(started("m", 0), cleared("m"), cleared("m"))
    story.when(exited("m", 0), exited("m", 1)).expect(dispatched("m[0]", "m[1]"))


@pytest.mark.parametrize("restarts", [False, True])
def test_a_branch_that_skips_some_of_a_group_over_its_output_skips_each_instance_of_it(restarts: bool) -> None:
    groups = {"g": over("a"), "g.h": over(2)}
    story = Story().given(dag("a >> [g.b, g.c, g.h.d, g.h.e]", groups=groups)).run()
    story.when(succeeded("a", length=2, skip=("g.b", "g.h.d")))
    story.expect(state("g.b", "skipped", 1), state("g.h.d", "skipped", 1), state("g.h.e", "queued", 1))
    if restarts:
        story.restart()
    story.when(cleared("g.b[1]", "g.h.d[1]", "g.h.d[3]"))
    story.expect(state("g.b", "skipped", 1), state("g.h.d", "skipped", 1), state("g.h.d", "skipped", 3))
