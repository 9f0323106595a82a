"""Stories of maps inside of mapped groups, to any depth: each outer item finds its own number of inner items."""

from __future__ import annotations

import pytest

from support.story import (
    Story,
    cleared,
    dag,
    dispatched,
    each,
    exited,
    failed,
    looped,
    over,
    run_state,
    skipped,
    started,
    succeeded,
)


def paths(story: Story, task: str) -> dict[str, str | None]:
    """States of a task's instances by path; those that were taken back are left out."""
    found: dict[str, str | None] = {}
    for (_, name, index), row in story.rows.tasks.items():
        if name == task and str(row.state) != "removed":
            path = "/".join(map(str, story.rows.paths["r1", task, index])) or str(index)
            assert path not in found
            found[path] = None if row.state is None else str(row.state)
    return found


def at(story: Story, task: str, path: str) -> int:
    """The map index of a path."""
    wanted = tuple(map(int, path.split("/")))
    return next(
        index
        for (_, name, index), row in story.rows.tasks.items()
        if name == task and story.rows.paths["r1", task, index] == wanted and str(row.state) != "removed"
    )


def ends(task: str, path: str, length: int | None = None, *, again: bool = False):
    return lambda story: succeeded(task, at(story, task, path), length=length, again=again)(story)


def goes_wrong(task: str, path: str):
    return lambda story: failed(task, at(story, task, path))(story)


def inner(edges: str = "g.u >> g.m >> g.r; g.r >> z", rule: str = "all_success") -> Story:
    """u in a mapped group of two gives m its length; r in the group comes behind m, z behind the group."""
    tasks = {"g.m": {"mapped": over("g.u")}, "g.r": {"trigger_rule": rule}}
    return Story().given(dag(edges, tasks=tasks, groups={"g": over(2)}, max_active_tasks=99)).run()


def test_each_copy_of_a_group_has_its_own_number_of_items() -> None:
    story = inner().when(succeeded("g.u", 1, length=3))
    assert paths(story, "g.m") == {"0/0": None, "1/0": "queued", "1/1": "queued", "1/2": "queued"}
    story.when(succeeded("g.u", 0, length=2))
    assert paths(story, "g.m") == dict.fromkeys(("0/0", "0/1", "1/0", "1/1", "1/2"), "queued")


def test_an_index_once_given_means_the_same_path_for_ever() -> None:
    story = inner().when(succeeded("g.u", 1, length=2))
    before = {path: at(story, "g.m", path) for path in paths(story, "g.m")}
    story.when(succeeded("g.u", 0, length=2))
    assert before.items() <= {path: at(story, "g.m", path) for path in paths(story, "g.m")}.items()


def test_a_task_behind_the_inner_map_waits_for_its_own_copy_only() -> None:
    story = inner().when(succeeded("g.u", 0, length=2), succeeded("g.u", 1, length=1), ends("g.m", "0/0"))
    story.when(ends("g.m", "0/1")).expect(dispatched("g.r[0]"))
    assert paths(story, "g.r") == {"0": "queued", "1": None}


def test_a_task_behind_the_group_waits_for_all_copies() -> None:
    story = inner().when(succeeded("g.u", 0, length=1), succeeded("g.u", 1, length=1))
    story.when(ends("g.m", "0/0"), ends("g.m", "1/0"), succeeded("g.r", 0)).expect(lambda s: None)
    assert story.state_of("z") is None
    story.when(succeeded("g.r", 1)).expect(dispatched("z"))


def test_a_failed_inner_item_stops_its_own_copy_only() -> None:
    story = inner().when(succeeded("g.u", 0, length=2), succeeded("g.u", 1, length=1), goes_wrong("g.m", "0/1"))
    assert paths(story, "g.r") == {"0": "upstream_failed", "1": None}
    story.when(ends("g.m", "1/0")).expect(dispatched("g.r[1]"))


def test_no_inner_items_are_skipped_with_what_follows_in_their_copy() -> None:
    story = inner().when(succeeded("g.u", 0, length=0), succeeded("g.u", 1, length=1))
    assert paths(story, "g.m") == {"0/0": "skipped", "1/0": "queued"}
    assert paths(story, "g.r") == {"0": "skipped", "1": None}


@pytest.mark.parametrize(("end", "expected"), [(failed("g.u", 0), "upstream_failed"), (skipped("g.u", 0), "skipped")])
def test_a_copy_whose_source_ends_badly_has_no_items(end: object, expected: str) -> None:
    story = inner().when(end, succeeded("g.u", 1, length=1))  # type: ignore[arg-type]
    assert paths(story, "g.m") == {"0/0": expected, "1/0": "queued"}
    assert paths(story, "g.r") == {"0": expected, "1": None}


def test_a_copy_whose_source_gives_no_list_fails_alone_and_says_why() -> None:
    story = inner().when(succeeded("g.u", 0), succeeded("g.u", 1, length=1))
    assert paths(story, "g.m") == {"0/0": "failed", "1/0": "queued"}
    assert "pushed no list" in str(story.rows.tasks["r1", "g.m", 0].reason)


def test_rules_inside_a_copy_look_at_its_own_items() -> None:
    story = inner(rule="one_failed").when(succeeded("g.u", 0, length=2), succeeded("g.u", 1, length=2))
    story.when(goes_wrong("g.m", "1/1")).expect(dispatched("g.r[1]"))
    story.when(ends("g.m", "0/0"), ends("g.m", "0/1"))
    assert paths(story, "g.r") == {"0": "skipped", "1": "queued"}


def test_a_literal_map_in_a_group_is_there_from_the_start() -> None:
    story = Story().given(dag("g.u >> g.m", tasks={"g.m": {"mapped": over(2)}}, groups={"g": over(2)})).run()
    assert paths(story, "g.m") == {"0/0": None, "1/0": None}
    story.when(succeeded("g.u", 1))
    assert paths(story, "g.m") == {"0/0": None, "1/0": "queued", "1/1": "queued"}


def test_a_source_outside_of_the_group_gives_all_copies_the_same_number() -> None:
    spec = dag("", tasks={"s": {}, "g.m": {"mapped": over("s")}}, groups={"g": over(2)})
    story = Story().given(spec).run().when(succeeded("s", length=2))
    assert paths(story, "g.m") == dict.fromkeys(("0/0", "0/1", "1/0", "1/1"), "queued")


def test_inner_items_flow_on_one_by_one() -> None:
    tasks = {"g.m": {"mapped": over("g.u")}, "g.n": {"mapped": each("g.m")}}
    story = Story().given(dag("g.u >> g.m; g.n >> g.r", tasks=tasks, groups={"g": over(2)}, max_active_tasks=99)).run()
    story.when(succeeded("g.u", 0, length=2), succeeded("g.u", 1, length=2), ends("g.m", "1/1"))
    assert paths(story, "g.n") == {"0/0": None, "0/1": None, "1/0": None, "1/1": "queued"}
    story.when(goes_wrong("g.m", "1/0"))
    assert paths(story, "g.n")["1/0"] == "upstream_failed"
    assert paths(story, "g.r") == {"0": None, "1": "upstream_failed"}


def test_what_follows_a_copy_without_items_is_skipped_with_it() -> None:
    tasks = {"g.m": {"mapped": over("g.u")}, "g.n": {"mapped": each("g.m")}}
    story = (
        Story()
        .given(dag("g.u >> g.m; g.n >> g.r", tasks=tasks, groups={"g": over(2)}))
        .run()
        .when(succeeded("g.u", 0, length=0))
    )
    assert paths(story, "g.n") == {"0/0": "skipped", "1/0": None}


def deep() -> Story:
    """Groups in groups, three deep, and a map in the innermost."""
    edges = "a.s >> a.b.t >> a.b.c.v; a.b.c.v >> a.b.w; a.b.w >> a.x; a.x >> z"
    groups = {"a": over("top"), "a.b": over("a.s"), "a.b.c": over("a.b.t")}
    tasks = {"a.b.c.m": {"mapped": over("a.b.c.v")}, "a.b.sum": {}}
    edges = f"top >> a.s; {edges}; a.b.c.m >> a.b.sum"
    return Story().given(dag(edges, tasks=tasks, groups=groups, max_active_tasks=999)).run()


def test_groups_nest_to_any_depth() -> None:
    story = deep().when(succeeded("top", length=2), succeeded("a.s", 1, length=2))
    assert paths(story, "a.b.t") == {"0/0": None, "1/0": "queued", "1/1": "queued"}
    story.when(ends("a.b.t", "1/1", 3), ends("a.b.c.v", "1/1/2", 2))
    assert [p for p, state in paths(story, "a.b.c.m").items() if state == "queued"] == ["1/1/2/0", "1/1/2/1"]
    story.when(
        ends("a.b.c.m", "1/1/2/0"), ends("a.b.c.m", "1/1/2/1"), ends("a.b.c.v", "1/1/0", 0), ends("a.b.c.v", "1/1/1", 1)
    )
    assert paths(story, "a.b.sum") == {"0/0": None, "1/0": None, "1/1": "skipped"}
    assert paths(story, "a.b.w") == {"0/0": None, "1/0": None, "1/1": "queued"}


def finish(story: Story, length: int = 2) -> Story:
    """Let everything succeed, with lists of this length."""
    while alive := story.shard.active_attempts():
        for attempt in alive:
            home = story.rows.attempts[attempt].dispatch
            succeeded(home.task_id, home.map_index, length=length)(story)
    return story


def test_a_deep_run_comes_to_its_end_and_every_leaf_has_run() -> None:
    story = finish(deep()).expect(run_state("success"))
    assert len(paths(story, "a.b.c.m")) == 16
    assert set(paths(story, "a.b.c.m").values()) == {"success"}
    assert paths(story, "a.b.sum") == dict.fromkeys(("0/0", "0/1", "1/0", "1/1"), "success")


def test_a_deep_run_goes_on_where_it_was_after_a_restart() -> None:
    story = deep().when(succeeded("top", length=2), succeeded("a.s", 1, length=2), ends("a.b.t", "1/1", 3))
    story.when(ends("a.b.c.v", "1/1/2", 2), ends("a.b.c.m", "1/1/2/1"))
    before = {task: paths(story, task) for task in ("a.b.t", "a.b.c.v", "a.b.c.m", "a.b.sum")}
    story.restart()
    assert {task: paths(story, task) for task in before} == before
    finish(story).expect(run_state("success"))
    assert len(paths(story, "a.b.c.m")) == 2 * 2 * 2 + 2 * 2 + 3 * 2


def test_an_empty_outer_group_ends_all_that_is_in_it() -> None:
    story = deep().when(succeeded("top", length=0)).expect(lambda s: None)
    assert {row.state for (_, task, _), row in story.rows.tasks.items() if task.startswith("a.")} == {"skipped"}


def test_a_cleared_copy_finds_its_number_anew() -> None:
    story = inner().when(succeeded("g.u", 0, length=2), succeeded("g.u", 1, length=3))
    finish(story).expect(run_state("success"))
    items = [f"g.m[{at(story, 'g.m', p)}]" for p in ("1/0", "1/1", "1/2")]
    story.when(cleared("g.u[1]", *items, "g.r[1]", "z"), succeeded("g.u", 1, length=1))
    assert paths(story, "g.m") == {"0/0": "success", "0/1": "success", "1/0": "queued"}
    finish(story).expect(run_state("success"))
    story.when(cleared("g.u", "g.m", "g.r", "z"), succeeded("g.u", 1, length=4), succeeded("g.u", 0, length=0))
    assert paths(story, "g.m") == {"0/0": "skipped", **{f"1/{n}": "queued" for n in range(4)}}
    finish(story.restart()).expect(run_state("success"))


def test_a_branch_inside_a_copy_skips_its_own_items_only() -> None:
    edges = "g.u >> g.p >> g.m"
    spec = dag(edges, tasks={"g.m": {"mapped": over("g.u")}}, groups={"g": over(2)})
    story = Story().given(spec).run().when(succeeded("g.u", 0, length=2), succeeded("g.u", 1, length=2))
    story.when(succeeded("g.p", 0, skip=("g.m",)), succeeded("g.p", 1))
    assert paths(story, "g.m") == {"0/0": "skipped", "1/0": "queued", "1/1": "queued"}


def test_a_loop_inside_a_mapped_group_goes_round_in_each_copy_by_itself() -> None:
    spec = dag("g.l >> g.r", tasks={"g.l": {"mapped": looped("g.l", 4)}}, groups={"g": over(2)})
    story = Story().given(spec).run().when(ends("g.l", "1/0", again=True), ends("g.l", "1/1", again=True))
    assert paths(story, "g.l") == {"0/0": "queued", "1/0": "success", "1/1": "success", "1/2": "queued"}
    story.when(ends("g.l", "0/0")).expect(dispatched("g.r[0]"))
    story.when(ends("g.l", "1/2")).expect(dispatched("g.r[1]"))


def test_a_cleared_round_of_an_inner_loop_takes_back_those_behind_it() -> None:
    spec = dag("g.l >> g.r", tasks={"g.l": {"mapped": looped("g.l", 4)}}, groups={"g": over(2)})
    story = Story().given(spec).run().when(ends("g.l", "1/0", again=True), ends("g.l", "1/1", again=True))
    story.when(ends("g.l", "1/2"), started("g.l", 0)).when(lambda s: cleared(f"g.l[{at(s, 'g.l', '1/1')}]")(s))
    assert paths(story, "g.l") == {"0/0": "running", "1/0": "success", "1/1": "queued"}
    story.when(ends("g.l", "1/1", again=True))
    assert paths(story, "g.l")["1/2"] == "queued"
    finish(story.restart()).expect(run_state("success"))


def test_a_map_inside_a_loop_begins_anew_in_each_round() -> None:
    tasks = {"g.m": {"mapped": over("g.u")}}
    story = Story().given(dag("g.u >> g.m >> g.d; g.d >> z", tasks=tasks, groups={"g": looped("g.d", 3)})).run()
    story.when(succeeded("g.u", 0, length=2), ends("g.m", "0/0"), ends("g.m", "0/1"), succeeded("g.d", 0, again=True))
    assert paths(story, "g.m") == {"0/0": "success", "0/1": "success", "1/0": None}
    story.when(succeeded("g.u", 1, length=1), ends("g.m", "1/0"), succeeded("g.d", 1)).expect(
        dispatched("g.m[2]", "g.d[1]", "z")
    )


def test_a_loop_with_a_map_inside_can_be_cleared_and_run_again() -> None:
    tasks = {"g.m": {"mapped": over("g.u")}}
    story = Story().given(dag("g.u >> g.m >> g.d; g.d >> z", tasks=tasks, groups={"g": looped("g.d", 3)})).run()
    story.when(succeeded("g.u", 0, length=2), ends("g.m", "0/0"), ends("g.m", "0/1"), succeeded("g.d", 0, again=True))
    story.when(succeeded("g.u", 1, length=2)).when(cleared("g.u[0]", "g.m[0]", "g.d[0]"))
    assert paths(story, "g.u") == {"0": "queued"}
    story.when(succeeded("g.u", 0, length=2), ends("g.m", "0/0"), succeeded("g.d", 0, again=True))
    story.when(succeeded("g.u", 1, length=3))
    assert paths(story, "g.m") == {
        "0/0": "success",
        "0/1": "success",
        "1/0": "queued",
        "1/1": "queued",
        "1/2": "queued",
    }
    finish(story.restart()).expect(run_state("success"))


def test_many_small_blocks_cost_no_more_each_than_few() -> None:
    story = Story(is_checked=False, parallelism=64)
    story.given(dag("g.u >> g.m >> g.r", tasks={"g.m": {"mapped": over("g.u")}}, groups={"g": over(400)})).run()
    finish(story, 5)
    story.rest()
    finish(story, 5)
    assert story.is_over() or not story.shard.active_attempts()
    assert max(len(said) for _, _, said in story.script) < 3_000


def test_items_that_are_gone_after_a_clear_hold_nothing_back() -> None:
    """A cleared copy finds its number anew; what waits for all items does not wait for those it had before."""
    spec = dag("g.m >> z", tasks={"g.u": {}, "g.m": {"mapped": over("g.u")}}, groups={"g": over(2)})
    story = finish(Story().given(spec).run(), 3).expect(run_state("success"))
    story.when(cleared("g.u", "g.m", "z"), succeeded("g.u", 0, length=1), succeeded("g.u", 1, length=2))
    story.when(ends("g.m", "0/0"), ends("g.m", "1/0"))
    assert story.state_of("z") is None
    story.when(ends("g.m", "1/1")).expect(dispatched("z"))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_copy_waits_for_all_its_tasks_where_a_new_version_brought_them_together(count: int) -> None:
    """Of the tasks that are now in one mapped group, one had instances before, and the other had not."""
    before = dag(tasks={"g.a": {"mapped": over(2)}, "g.b": {}})
    after = dag("g.a >> g.h.c; g.b >> g.h.c", groups={"g": over(count), "g.h": over(2)}, max_active_tasks=99)
    story = Story().given(before).run().when(succeeded("g.a", 0), succeeded("g.a", 1), succeeded("g.b"))
    story.given(after).when(cleared("g.a", "g.b", version="d-v2"))
    assert len(paths(story, "g.a")) == count
    story.when(succeeded("g.a", 0))
    assert paths(story, "g.h.c")["0/0"] is None
    finish(story).expect(run_state("success"))
    assert len(paths(story, "g.h.c")) == 2 * count


@pytest.mark.parametrize("first", ["g.a", "g.b"])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_what_is_inside_a_new_group_waits_for_the_group_to_find_its_number(first: str, count: int) -> None:
    """Tasks of the group keep the instances that they had before, but those say nothing of how many there will be."""
    tasks: dict[str, dict[str, object]] = {
        "x": {},
        first: {},
        "g.a": {"mapped": over(2)},
        "g.b": {"mapped": over(1)},
        "g.d": {},
    }
    before = dag(tasks=tasks, max_active_tasks=99)
    tasks = {"x": {}, first: {}, "g.a": {}, "g.b": {}, "g.d": {}}
    after = dag("[g.a, g.b] >> g.h.c", tasks=tasks, groups={"g": over("x"), "g.h": over(2)}, max_active_tasks=99)
    ends = [succeeded("g.a", 0), succeeded("g.a", 1), succeeded("g.b", 0), succeeded("g.d")]
    story = Story().given(before).run().when(*ends).given(after).when(cleared("x", version="d-v2"), exited("x"))
    assert paths(story, "g.h.c") == {"-1": None}
    story.when(succeeded("x", length=count))
    finish(story).expect(run_state("success"))
    assert len(paths(story, "g.h.c")) == max(2 * count, 1)


def test_a_group_that_stays_as_it_is_keeps_its_copies_when_another_map_comes_into_it() -> None:
    before = dag("g.a", groups={"g": over(2)})
    after = dag("g.a >> g.h.c", groups={"g": over(2), "g.h": over(2)})
    story = Story().given(before).run().when(succeeded("g.a", 0), succeeded("g.a", 1)).given(after)
    story.when(cleared("g.a[0]", version="d-v2"))
    assert paths(story, "g.a") == {"0": "queued", "1": "success"}
    assert paths(story, "g.h.c") == {"0/0": None, "0/1": None, "1/0": "queued", "1/1": "queued"}


def test_items_are_there_as_soon_as_all_instances_of_a_mapped_source_have_ended() -> None:
    tasks: dict[str, dict[str, object]] = {"a": {"mapped": over(2)}, "b": {"mapped": each("a")}}
    spec = dag("[a, b] >> g.h.c", tasks=tasks, groups={"g": over(1), "g.h": over("a")}, max_active_tasks=99)
    story = Story().given(spec).run().when(succeeded("a", 0))
    assert paths(story, "g.h.c") == {"0/0": None}
    story.when(succeeded("a", 1))
    assert paths(story, "g.h.c") == {"0/0": None, "0/1": None}


def test_each_round_of_a_looped_group_in_a_copy_runs_all_its_tasks() -> None:
    groups = {"g": over(2), "g.h": looped("g.h.d", 3)}
    story = Story().given(dag("g.h.u >> [g.h.d, g.h.s]", groups=groups, max_active_tasks=99)).run()
    story.when(ends("g.h.u", "1/0"), lambda s: succeeded("g.h.s", at(s, "g.h.s", "1/0"))(s))
    story.when(ends("g.h.d", "1/0", again=True))
    assert paths(story, "g.h.u") == {"0/0": "queued", "1/0": "success", "1/1": "queued"}
    assert paths(story, "g.h.s") == {"0/0": None, "1/0": "success", "1/1": None}
