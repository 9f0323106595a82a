"""Hot statements find their rows by an index; whoever adds a query here says which one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import event, select

from support.databases import EPOCH
from support.rows import create_run, parsed, save_run, spec, store
from tradewind.core.commands import Command, CreateTasks
from tradewind.core.states import RunState
from tradewind.db import Database, Tx, images, inbox, pools, runs, tables, task_api, tasks, transitions
from tradewind.db.transitions import write
from tradewind.spec import DagKey

RUNS = 300


@pytest.fixture
def filled(database: Database) -> Database:
    """300 finished runs of three DAGs with ten instances each, one run under way."""
    for number in range(3):
        store(database, parsed(spec(f"dag-{number}", tasks=("a",)), path=f"{number}.py"), ids=Ids(number))
    commands: list[Command] = []
    for number in range(RUNS):
        uid, version, dag = f"run-{number}", f"v-{number % 3}", DagKey("default", f"dag-{number % 3}")
        state = RunState.RUNNING if number == 7 else RunState.SUCCESS
        commands += [
            create_run(uid, dag=dag, version_id=version),
            save_run(uid, state, version_id=version),
            CreateTasks(uid, "a", 0, 9),
        ]
    with database.write() as tx:
        write(tx, commands, now=EPOCH)
    with database.write() as tx:
        if database.dialect == "postgresql":
            tx.raw.execute("ANALYZE")
    return database


class Ids:
    def __init__(self, number: int) -> None:
        self._number = number

    def new(self) -> str:
        return f"v-{self._number}"


def scanned(database: Database, ask: Callable[[Tx], object]) -> set[str]:
    """The tables that the statements of a query read from end to end."""
    found: set[str] = set()
    seen: list[tuple[str, object]] = []
    with database.read() as tx:
        event.listen(tx.connection, "before_cursor_execute", lambda *about: seen.append((about[2], about[3])))
        ask(tx)
    with database.read() as tx:
        if tx.dialect == "postgresql":  # small tables are quicker to scan; what matters is that there is another way
            tx.raw.execute("SET LOCAL enable_seqscan = off")
        for statement, parameters in seen:
            prefix = "EXPLAIN QUERY PLAN " if tx.dialect == "sqlite" else "EXPLAIN "
            plan = "\n".join(str(row) for row in tx.raw.execute(prefix + statement, parameters).fetchall())
            found |= set(re.findall(r"SCAN (\w+)(?! USING)\b(?!.*USING (?:COVERING )?INDEX)", plan))
            found |= set(re.findall(r"Seq Scan on (\w+)", plan))
    return found


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(images.unfinished_runs, id="unfinished runs"),
        pytest.param(lambda tx: images.run_image(tx, "run-7"), id="one run with its instances"),
        pytest.param(lambda tx: pools.usage(tx, "default"), id="slots in use"),
        pytest.param(lambda tx: inbox.take(tx, 100), id="inbox"),
        pytest.param(lambda tx: task_api.xcom_value(tx, "run-7", "a", 0, "k"), id="one XCom"),
        pytest.param(lambda tx: task_api.xcom_sequence(tx, "run-7", "a", "k"), id="XComs of a mapped task"),
        pytest.param(lambda tx: runs.get_run(tx, "default", "dag-1", "manual__run-7"), id="one run"),
        pytest.param(lambda tx: tasks.tasks_of(tx, ["run-7"]), id="instances of a run"),
    ],
)
def test_a_hot_query_reads_no_big_table_from_end_to_end(filled: Database, ask: Callable[[Tx], object]) -> None:
    big = {"task_instance", "dag_run", "attempt", "xcom"}
    assert scanned(filled, ask) & big == set()


def test_a_scan_would_be_noticed(filled: Database) -> None:
    unindexed = select(tables.dag_run.c.uid).where(tables.dag_run.c.note == "x")
    assert scanned(filled, lambda tx: tx.execute(unindexed).all()) == {"dag_run"}


def test_the_committers_statements_find_their_rows_by_key(filled: Database) -> None:
    with filled.write() as tx:
        if tx.dialect == "postgresql":
            tx.raw.execute("SET LOCAL enable_seqscan = off")
        for bulk in (
            transitions._SAVE_TASK,
            transitions._END_ATTEMPT,
            transitions._START_ATTEMPT,
            transitions._SAVE_RUN,
        ):
            if tx.dialect == "sqlite":
                none = [None] * bulk.sqlite.count("?")
                plan = str(tx.raw.execute(f"EXPLAIN QUERY PLAN {bulk.sqlite}", none).fetchall())
                assert "SEARCH" in plan and "SCAN" not in plan
            else:
                empty = ["{}"] * bulk.postgresql.count("%s")
                plan = str(tx.raw.execute(f"EXPLAIN {bulk.postgresql}", empty).fetchall())
                assert "Seq Scan" not in plan
