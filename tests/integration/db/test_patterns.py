"""Text that is looked for: each database finds the same names, however it is asked to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import insert, not_, select

from support.databases import EPOCH
from support.rows import create_run, parsed, save_run, spec, store
from tradewind.base.ids import SequentialIds
from tradewind.base.policy import Grant, Held, Rights
from tradewind.core.commands import Command, CreateTasks
from tradewind.core.states import RunState
from tradewind.db import Database, dag_patterns, dags, runs, task_lists
from tradewind.db.listing import Page, like, prefixed
from tradewind.db.patterns import after_all
from tradewind.db.runs import RunFilter
from tradewind.db.sight import sight_of
from tradewind.db.tables import variable
from tradewind.db.task_lists import TaskFilter
from tradewind.db.transitions import write
from tradewind.spec import DagKey

NAMES = (
    "a",
    "A",
    "a_b",
    "axb",
    "a%b",
    "a\\b",
    "ab",
    "abz",
    "ac",
    "b",
    "Äpfel",
    "ä",
    "z\U0010ffff",
    "z\U0010ffffa",
    "{",
)


@pytest.fixture
def named(database: Database) -> Database:
    with database.write() as tx:
        tx.execute(
            insert(variable),
            [{"workspace": "default", "key": name, "value": "1", "is_encrypted": False} for name in NAMES],
        )
    return database


def keys(database: Database, *conditions: object) -> set[str]:
    with database.read() as tx:
        return set(tx.execute(select(variable.c.key).where(*conditions)).scalars())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "prefix", ["a", "a_", "a%", "a\\", "A", "ab", "Ä", "z\U0010ffff", "\U0010ffff", "{", "no", "a|b"]
)
def test_a_prefix_finds_what_begins_with_it_letter_by_letter(named: Database, prefix: str) -> None:
    wanted = {name for name in NAMES if name.startswith(tuple(prefix.split("|")))}
    assert keys(named, *prefixed(variable.c.key, prefix)) == wanted
    assert keys(named, *map(not_, prefixed(variable.c.key, prefix))) == set(NAMES) - wanted


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("B", {"a_b", "axb", "a%b", "a\\b", "ab", "abz", "b"}),
        ("a_b", {"a_b", "axb", "a%b", "a\\b"}),
        ("%c | {", {"ac", "{"}),
        ("{", {"{"}),
        ("pfe", {"Äpfel"}),
        ("Äp", {"Äpfel"}),
        ("a\\", {"a\\b"}),
        ("A\\b", {"a\\b"}),
        ("\\", {"a\\b"}),
        ("a\\_b", set[str]()),
        ("ä\\p", set[str]()),
    ],
)
def test_a_pattern_is_found_wherever_it_stands_and_in_any_case(named: Database, pattern: str, found: set[str]) -> None:
    assert keys(named, *like(variable.c.key, pattern)) == found
    assert keys(named, *map(not_, like(variable.c.key, pattern))) == set(NAMES) - found


def test_what_comes_after_all_of_a_prefix_is_no_half_of_a_pair() -> None:
    assert (after_all("ab"), after_all("a\ud7ff"), after_all("a\U0010ffff")) == ("ac", "a\ue000", "b")


# -- DAGs and their runs ---------------------------------------------------------------------------------------------


def with_dags(database: Database, count: int) -> None:
    file = parsed(*(spec(f"dag-{number:03d}", tasks=("a",)) for number in range(count)))
    store(database, file, ids=SequentialIds("v-"))


def in_place_of(
    database: Database, pattern: str | None, *dag_ids: str, prefix: str | None = None
) -> Sequence[str] | None:
    with database.read() as tx:
        return dag_patterns.dags_like(tx, "default", dag_ids, pattern, prefix, of="dag_run")


def test_a_pattern_of_dags_is_looked_up_once_where_it_names_few(database: Database) -> None:
    with_dags(database, 12)
    assert in_place_of(database, "G-00") == [f"dag-00{number}" for number in range(10)]
    assert in_place_of(database, "00", "dag-003", "dag-011") == ["dag-003"]
    assert in_place_of(database, None, "dag-003", prefix="dag-01") == ("",), "no DAG has this name"
    assert in_place_of(database, None) == ()


def test_a_pattern_of_all_dags_is_no_condition_and_one_of_very_many_stays(database: Database) -> None:
    with_dags(database, dag_patterns.FEW + 2)
    assert in_place_of(database, "dag") == ()
    assert in_place_of(database, "dag-0|dag-1|dag-2|dag-3|dag-4|dag-500") is None


def test_runs_are_found_by_patterns_of_their_dags_and_by_prefixes(database: Database) -> None:
    with_dags(database, 3)
    commands: list[Command] = []
    for number in range(9):
        uid, dag = f"run-{number}", DagKey("default", f"dag-{number % 3:03d}")
        commands += [
            create_run(uid, dag=dag, run_after=EPOCH + timedelta(hours=number)),
            save_run(uid, RunState.SUCCESS),
        ]
    with database.write() as tx:
        write(tx, commands, now=EPOCH)

    def found(**wanted: str) -> tuple[list[str], int]:
        with database.read() as tx:
            records, around = runs.list_runs(tx, "default", RunFilter(**wanted), Page(order_by=("-run_after",)))  # type: ignore[arg-type]
            return [one.uid for one in records], around.total

    assert found(dag_id_pattern="002") == (["run-8", "run-5", "run-2"], 3)
    assert found(dag_id_pattern="none") == ([], 0)
    assert found(run_id_prefix="manual__run-4|manual__run-7") == (["run-7", "run-4"], 2)
    assert found(run_id_prefix="MANUAL") == ([], 0)


@pytest.mark.parametrize("count", [3, dag_patterns.FEW + 3])
def test_who_sees_some_dags_only_is_told_of_their_runs_and_instances_alone(database: Database, count: int) -> None:
    with_dags(database, count)
    commands: list[Command] = []
    for number in range(count):
        uid, dag = f"run-{number}", DagKey("default", f"dag-{number:03d}")
        commands += [create_run(uid, dag=dag), save_run(uid, RunState.SUCCESS), CreateTasks(uid, "a", 0, 1)]
    with database.write() as tx:
        write(tx, commands, now=EPOCH)
    grants = [Held(Grant("read", resource, "dag-[01]*"), "mine") for resource in ("dag_run", "task_instance")]
    grants += [Held(Grant("read", resource, "dag-0*"), "mine") for resource in ("dag_run", "task_instance")]
    seen = sight_of(Rights("ann", grants), ("read",), "dag_run")
    mine = min(count, 100)
    with database.read() as tx:
        records, found = runs.list_runs(tx.seen_by(seen), "default", RunFilter(), Page(1000))
        tasks, around = task_lists.list_tasks(tx.seen_by(seen), "default", TaskFilter(), Page(1000))
        named, _ = runs.list_runs(tx.seen_by(seen), "default", RunFilter(dag_ids=["dag-000", "other"]), Page())
    assert (len(records), found.total, len(tasks), around.total) == (mine, mine, 2 * mine, 2 * mine)
    assert [one.dag_id for one in named] == ["dag-000"]


def test_dags_are_sorted_and_picked_by_their_last_runs(database: Database) -> None:
    with_dags(database, 4)
    commands: list[Command] = []
    for number, (dag, hour, state) in enumerate(
        [
            ("000", 1, RunState.FAILED),
            ("000", 9, RunState.SUCCESS),
            ("001", 5, RunState.FAILED),
            ("002", 7, RunState.FAILED),
        ]
    ):
        key, at = DagKey("default", f"dag-{dag}"), EPOCH + timedelta(hours=hour)
        commands += [create_run(f"run-{number}", dag=key, run_after=at)]
        commands += [save_run(f"run-{number}", state, start_date=at)]
    with database.write() as tx:
        write(tx, commands, now=EPOCH)

    def found(page: Page, **wanted: str) -> tuple[list[str], int]:
        with database.read() as tx:
            records, total = dags.list_dags(tx, dags.DagFilter(**wanted), page)  # type: ignore[arg-type]
            return [one.dag_id[-1] for one in records], total

    newest = Page(order_by=("-last_run_start_date",))
    assert found(newest) == (["0", "2", "1", "3"], 4)
    assert found(newest, last_run_state="failed") == (["2", "1"], 2)
    assert found(Page(1, 1, newest.order_by), last_run_state="failed") == (["1"], 2)
    assert found(Page(1, 5, newest.order_by), last_run_state="failed") == ([], 2)
