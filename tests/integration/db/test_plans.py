"""Hot statements find their rows by an index; whoever adds a query here says which one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import event, select

from support.databases import EPOCH
from support.rows import create_run, parsed, save_run, spec, store
from tradewind.core.commands import Command, CreateTasks, FeedBackfill
from tradewind.core.states import RunState
from tradewind.db import (
    Database,
    Tx,
    asset_events,
    asset_images,
    asset_queue,
    assets,
    attempts,
    backfills,
    deadlines,
    images,
    inbox,
    inputs,
    pools,
    runs,
    state_store,
    tables,
    task_api,
    tasks,
    transitions,
    waits,
)
from tradewind.db.transitions import write
from tradewind.spec import DagKey

RUNS = 300
DAG = DagKey("default", "dag-1")


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Database:
    """300 finished runs of three DAGs with ten instances each, one run under way."""
    for number in range(3):
        store(shared_database, parsed(spec(f"dag-{number}", tasks=("a",)), path=f"{number}.py"), ids=Ids(number))
    commands: list[Command] = []
    for number in range(RUNS):
        uid, version, dag = f"run-{number}", f"v-{number % 3}", DagKey("default", f"dag-{number % 3}")
        state = RunState.RUNNING if number == 7 else RunState.SUCCESS
        commands += [
            create_run(uid, dag=dag, version_id=version),
            save_run(uid, state, version_id=version),
            CreateTasks(uid, "a", 0, 9),
        ]
    with shared_database.write() as tx:
        write(tx, commands, now=EPOCH)
    with shared_database.write() as tx:
        if shared_database.dialect == "postgresql":
            tx.raw.execute("ANALYZE")
    return shared_database


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
        pytest.param(attempts.waits, id="sensors that look again"),
        pytest.param(lambda tx: waits.waiting_triggers(tx, str), id="all triggers that are waited for"),
        pytest.param(lambda tx: waits.waiting_triggers(tx, str, ["a-1"]), id="triggers that start"),
        pytest.param(lambda tx: waits.resume_of(tx, "a-1", str), id="how a task goes on"),
        pytest.param(lambda tx: inputs.resume_of(tx, "a-1"), id="an answer"),
        pytest.param(asset_images.load_assets, id="assets at the start"),
        pytest.param(lambda tx: asset_queue.waiting_for(tx, DAG), id="events that wait for a DAG"),
        pytest.param(lambda tx: asset_queue.last_run(tx, DAG), id="the last run by assets"),
        pytest.param(lambda tx: asset_events.events_of_run(tx, "run-7"), id="events that started a run"),
        pytest.param(lambda tx: assets.last_events(tx, [1, 2]), id="the last events of assets"),
        pytest.param(deadlines.pending, id="pending deadlines"),
        pytest.param(deadlines.recent_durations, id="how long runs took"),
        pytest.param(lambda tx: backfills.typical_duration(tx, DAG), id="how long a run of a DAG takes"),
        pytest.param(lambda tx: backfills.existing_runs(tx, DAG, EPOCH, EPOCH), id="runs of dates"),
        pytest.param(lambda tx: backfills.existing_partitions(tx, DAG, ["a"]), id="runs of partitions"),
        pytest.param(lambda tx: backfills.feed(tx, FeedBackfill("b", DAG, 3)), id="dates of a backfill"),
        pytest.param(lambda tx: state_store.clean_expired(tx, EPOCH, dry_run=True), id="state that is over"),
        pytest.param(lambda tx: task_api.previous_run(tx, "run-7"), id="the run before"),
    ],
)
def test_a_hot_query_reads_no_big_table_from_end_to_end(filled: Database, ask: Callable[[Tx], object]) -> None:
    big = {
        "task_instance", "dag_run", "attempt", "xcom", "trigger", "input_request", "asset_event", "run_asset_event",
        "deadline", "backfill_slot", "task_state",
    }  # fmt: skip
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
