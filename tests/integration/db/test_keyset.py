"""Pages of long lists: whichever way they are found, they are parts of one list, and totals are those of the rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from support.databases import EPOCH
from support.rows import create_run, parsed, save_run, save_task, spec, store
from tradewind.base.errors import InvalidInput
from tradewind.core.commands import Command, CreateTasks, ForgetTasks
from tradewind.core.states import RunState, TaskState
from tradewind.db import Database, keyset, task_lists
from tradewind.db.keyset import FAR
from tradewind.db.listing import Page
from tradewind.db.task_lists import TaskFilter
from tradewind.db.transitions import write

RUNS, WIDE = 23, 60
ALL = RUNS * WIDE
assert ALL > FAR + 300, "the last pages come from the other end"
ORDERS: Sequence[tuple[str, ...]] = (
    (), ("start_date",), ("-start_date",), ("-duration", "task_id"), ("state", "-map_index"), ("-run_after",), ("id",),
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Database:
    """23 runs of 60 instances, of which two have started; these tests read only."""
    return fill(shared_database)


@pytest.fixture
def own(database: Database) -> Database:
    """The same, for a test that writes."""
    return fill(database)


def fill(database: Database) -> Database:
    store(database, parsed(spec(tasks=("a",))))
    commands: list[Command] = []
    for number in range(RUNS):
        uid = f"run-{number:02d}"
        commands += [create_run(uid, run_after=EPOCH + timedelta(minutes=number // 2)), save_run(uid, RunState.SUCCESS)]
        commands += [CreateTasks(uid, "a", 0, WIDE - 1)]
        for index in (0, 1):
            start = EPOCH + timedelta(seconds=(number * 7 + index) % 11)
            commands.append(
                save_task(
                    "a", TaskState.SUCCESS if index else TaskState.FAILED, index, run_uid=uid,
                    start_date=start, end_date=start + timedelta(seconds=number % 4),
                )
            )  # fmt: skip
    with database.write() as tx:
        write(tx, commands, now=EPOCH)
    return database


def keys(found: Sequence[Any]) -> list[tuple[str, str, int]]:
    return [(one.run_uid, one.task_id, one.map_index) for one in found]


def page_of_tasks(database: Database, page: Page, **wanted: Any) -> tuple[list[tuple[str, str, int]], keyset.Found]:
    with database.read() as tx:
        records, found = task_lists.list_tasks(tx, "default", TaskFilter(**wanted), page)
        return keys(records), found


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_pages_from_either_end_are_parts_of_one_list(filled: Database, order: tuple[str, ...]) -> None:
    everything, found = page_of_tasks(filled, Page(ALL, 0, order))
    assert (len(set(everything)), found.total) == (ALL, ALL)
    for offset in (0, 70, 950, FAR, FAR + 90, ALL - 70, ALL - 1, ALL, ALL + 9):
        some, found = page_of_tasks(filled, Page(70, offset, order))
        assert (some, found.total) == (everything[offset : offset + 70], ALL)


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_cursors_lead_through_the_list_and_back(filled: Database, order: tuple[str, ...]) -> None:
    everything, _ = page_of_tasks(filled, Page(ALL, 0, order))
    cursor, walked, pages = "", list[Any](), 0
    while True:
        some, found = page_of_tasks(filled, Page(100, 0, order, cursor))
        walked += some
        pages += 1
        if found.next_cursor is None:
            break
        cursor = found.next_cursor
    assert (walked, pages) == (everything, 14)
    while found.previous_cursor is not None:
        some, found = page_of_tasks(filled, Page(100, 0, order, found.previous_cursor))
        pages -= 1
        assert some == everything[(pages - 1) * 100 : pages * 100]
    assert pages == 1


def test_a_cursor_holds_while_rows_come_in_before_it(own: Database) -> None:
    some, found = page_of_tasks(own, Page(10, 0, (), ""))
    with own.write() as tx:
        write(tx, [create_run("run-00b"), CreateTasks("run-00b", "a", 0, 4)], now=EPOCH)
    following, _ = page_of_tasks(own, Page(10, 0, (), found.next_cursor))
    assert following[0] > some[-1]
    assert not {key[0] for key in following} & {"run-00b"}


@pytest.mark.parametrize("other", [("-start_date",), ("end_date",), ("start_date", "task_id"), ()])
def test_a_cursor_of_another_order_is_refused(filled: Database, other: tuple[str, ...]) -> None:
    _, found = page_of_tasks(filled, Page(10, 0, ("start_date",), ""))
    page_of_tasks(filled, Page(10, 0, ("start_date",), found.next_cursor))
    with pytest.raises(InvalidInput, match="order_by"):
        page_of_tasks(filled, Page(10, 0, other, found.next_cursor))


@pytest.mark.parametrize("cursor", ["nonsense", "bnVsbA", "WyJuZXh0IiwxXQ", "é"])
def test_a_cursor_that_no_answer_gave_is_refused(filled: Database, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        page_of_tasks(filled, Page(10, 0, (), cursor))


@pytest.mark.parametrize("moment", ["2026-01-01T00:00:00", "2026-01-01", "0001-01-01T00:00:00+14:00"])
def test_a_cursor_whose_moment_is_nowhere_in_time_is_refused(filled: Database, moment: str) -> None:
    _, found = page_of_tasks(filled, Page(10, 0, ("start_date",), ""))
    assert found.next_cursor is not None
    way, order, _, *others = json.loads(base64.urlsafe_b64decode(found.next_cursor + "==="))
    cursor = base64.urlsafe_b64encode(json.dumps([way, order, moment, *others]).encode()).decode()
    with pytest.raises(InvalidInput, match="cursor"):
        page_of_tasks(filled, Page(10, 0, ("start_date",), cursor))


def test_totals_are_those_of_the_rows(own: Database) -> None:
    with own.write() as tx:
        write(tx, [ForgetTasks("run-03", "a", 1)], now=EPOCH)
        tx.execute(text("DELETE FROM dag_run WHERE uid = 'run-04'"))
    for wanted in (
        {}, {"dag_ids": ["etl"]}, {"dag_ids": ["other"]}, {"states": [TaskState.SUCCESS]}, {"states": [None]},
        {"states": [TaskState.SUCCESS, None]}, {"states": [TaskState.SUCCESS], "dag_ids": ["etl"]},
        {"states": list(TaskState)},
    ):  # fmt: skip
        some, _ = page_of_tasks(own, Page(2 * ALL), **wanted)
        _, found = page_of_tasks(own, Page(1), **wanted)
        assert found.total == len(some), wanted
