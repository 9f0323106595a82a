"""What a clear means, before anything is cleared: closures, setups and teardowns, filters."""

from __future__ import annotations

import pytest

from support.story import dag, each, looped, over
from tradewind.core.events import TaskRef
from tradewind.core.graph import Graph
from tradewind.core.selection import closure, select, with_relatives
from tradewind.core.states import TaskState

GRAPH = Graph(dag("a >> b >> c; a >> d"))
SETUPS = Graph(dag("s >> w >> x >> t; s >> t; o", tasks={"s": {"is_setup": True}, "t": {"is_teardown": True}, "o": {}}))


@pytest.mark.parametrize(
    ("up", "down", "expected"), [(False, False, "b"), (True, False, "ab"), (False, True, "bc"), (True, True, "abc")]
)
def test_a_closure_reaches_up_and_down(up: bool, down: bool, expected: str) -> None:
    assert closure(GRAPH, ["b", "unknown"], upstream=up, downstream=down) == set(expected)


def test_setups_and_teardowns_come_along_with_the_work_they_serve() -> None:
    assert with_relatives(SETUPS, ["w"]) == {"s", "w", "t"}
    assert with_relatives(SETUPS, ["o"]) == {"o"}


def test_a_setup_brings_its_teardown() -> None:
    assert with_relatives(SETUPS, ["s"]) == {"s", "t"}


def test_a_teardown_comes_alone() -> None:
    assert with_relatives(SETUPS, ["t"]) == {"t"}


STATES = {
    TaskRef("c"): TaskState.UPSTREAM_FAILED, TaskRef("a"): TaskState.SUCCESS, TaskRef("b", 1): TaskState.FAILED,
    TaskRef("b", 0): TaskState.RUNNING, TaskRef("d"): None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["a", "b0", "b1", "c", "d"]),
        ({"only_failed": True}, ["b1", "c"]),
        ({"only_running": True}, ["b0"]),
        ({"only_failed": True, "only_running": True}, ["b0", "b1", "c"]),
        ({"tasks": [TaskRef("b", 1)]}, ["b1"]),
        ({"tasks": [TaskRef("b")]}, ["b0", "b1"]),
        ({"tasks": [TaskRef("b", 1)], "downstream": True}, ["b1", "c"]),
        ({"tasks": [TaskRef("b")], "upstream": True, "only_failed": True}, ["b1"]),
        ({"tasks": []}, []),
    ],
)
def test_a_selection_is_filtered_and_in_order(options: dict[str, object], expected: list[str]) -> None:
    found = select(GRAPH, STATES, **options)  # type: ignore[arg-type]
    assert [f"{r.task_id}{r.map_index if r.map_index >= 0 else ''}" for r in found] == expected


LINE = Graph(
    dag("l >> z", tasks={"m": {"mapped": over(3)}, "n": {"mapped": each("m")}, "z": {}, "l": {"mapped": each("n")}})
)
IN_LINE = {TaskRef(task, index): TaskState.SUCCESS for task in "mnl" for index in range(3)} | {TaskRef("z"): None}


def test_what_follows_an_instance_is_chosen_with_its_own_index_only() -> None:
    found = select(LINE, IN_LINE, tasks=[TaskRef("m", 1)], downstream=True)
    assert found == [TaskRef("m", 1), TaskRef("n", 1), TaskRef("l", 1), TaskRef("z")]


def test_what_follows_a_whole_map_is_chosen_as_a_whole() -> None:
    found = select(LINE, IN_LINE, tasks=[TaskRef("m")], downstream=True)
    assert found == [*(TaskRef(task, index) for task in "mnl" for index in range(3)), TaskRef("z")]


def test_a_mapped_group_is_chosen_with_all_its_copies() -> None:
    graph = Graph(dag("g.a >> g.b", groups={"g": over(2)}))
    states = {TaskRef(task, index): TaskState.SUCCESS for task in ("g.a", "g.b") for index in range(2)}
    found = select(graph, states, tasks=[TaskRef("g.a", 1)], downstream=True)
    assert found == [TaskRef("g.a", 1), TaskRef("g.b", 0), TaskRef("g.b", 1)]


def test_in_a_loop_the_rest_of_the_iteration_is_chosen() -> None:
    graph = Graph(dag("g.a >> g.b", groups={"g": looped("g.b", 3)}))
    states = {TaskRef(task, index): TaskState.SUCCESS for task in ("g.a", "g.b") for index in range(2)}
    assert select(graph, states, tasks=[TaskRef("g.a", 1)], downstream=True) == [TaskRef("g.a", 1), TaskRef("g.b", 1)]
