"""Instances in scopes inside of scopes: their paths in rows, and values asked for by path, on both databases."""

from __future__ import annotations

import pytest

from support.rows import at, create_run, dispatch, ended, parsed, save_run, save_task, spec, store
from tradewind.core.commands import CreateTasks, KeepOutput
from tradewind.core.states import TaskState
from tradewind.db import Database, images
from tradewind.db.task_api import xcom_indexes_under
from tradewind.db.transitions import write

PATHS = ("0/0", "1/0", "10/0", "1/1", "0/1", "1/2")


@pytest.fixture
def with_paths(database: Database) -> Database:
    store(database, parsed(spec()))
    removed = save_task("load", TaskState.REMOVED, 5)
    with database.write() as tx:
        write(tx, [create_run(), save_run(start_date=at(1)), CreateTasks("run-1", "load", 0, 5, PATHS)], now=at(1))
    for index in range(6):
        attempt = f"a-{index}"
        with database.write() as tx:
            write(
                tx,
                [dispatch(attempt, "load", map_index=index), save_task("load", TaskState.SUCCESS, index, attempt=attempt),
                 KeepOutput(attempt)],
                {attempt: ended(attempt, return_value=index)},
                now=at(2),
            )  # fmt: skip
    with database.write() as tx:
        write(tx, [removed], now=at(3))
    return database


@pytest.mark.parametrize(
    ("path", "expected"),
    [("*", [0, 4, 1, 3, 2]), ("1", [1, 3]), ("1/1", [3]), ("0$", [4]), ("*$", [4, 3, 2]), ("7", [])],
)
def test_values_come_in_the_order_of_their_paths(with_paths: Database, path: str, expected: list[int]) -> None:
    with with_paths.read() as tx:
        assert xcom_indexes_under(tx, "run-1", "load", "return_value", path) == expected


def test_a_run_comes_back_with_the_paths_of_its_instances(with_paths: Database) -> None:
    with with_paths.read() as tx:
        image = images.run_image(tx, "run-1")
    found = {task.save.map_index: task.path for task in image.tasks if task.save.task_id == "load"}
    assert found == {n: tuple(map(int, path.split("/"))) for n, path in enumerate(PATHS)}
