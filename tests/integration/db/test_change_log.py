"""The log of changes: what batches and others write into it, in the order of commits, once, and for how long."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest

from support.databases import EPOCH
from support.rows import DAG, at, create_run, facts, parsed, rows, save_run, save_task, spec, store, with_run
from tradewind.base.errors import DatabaseUnavailable
from tradewind.base.ids import SequentialIds
from tradewind.core.commands import Command, CreateTasks, DeleteRun, ForgetTasks, RecordAssetEvent
from tradewind.core.events import AssetKey, AssetUpdate
from tradewind.core.states import RunState, TaskState
from tradewind.db import Database, change_log, parses, runs
from tradewind.db.change_log import Change
from tradewind.db.change_recorder import Recorder
from tradewind.db.transitions import write


def commit(database: Database, recorder: Recorder, *commands: Command) -> list[str]:
    with database.write() as tx:
        lost = write(tx, commands, now=at(1), recorder=recorder)
    recorder.committed()
    return lost


def logged(database: Database, first: int = 1) -> list[Change]:
    with database.read() as tx:
        return [change for row in change_log.read(tx, first, 1000) for change in row.changes]


def told(changes: Sequence[Change]) -> list[tuple[object, ...]]:
    return [(c.kind, c.task_id or c.dag_id, c.map_index, c.old, c.new) for c in changes]


def test_a_batch_is_one_row_that_says_what_each_thing_was_and_is(database: Database) -> None:
    store(database, parsed(spec()))
    recorder = Recorder()
    start = len(rows(database, "change_log"))
    tasks = [CreateTasks("run-1", "extract", -1, -1), CreateTasks("run-1", "load", -1, -1)]
    commit(database, recorder, create_run(), save_run(), *tasks, save_task(state=TaskState.SCHEDULED),
           save_task(state=TaskState.QUEUED))  # fmt: skip
    commit(database, recorder, save_task(state=TaskState.SUCCESS), save_run(state=RunState.SUCCESS, end_date=at(3)))
    found = rows(database, "change_log")[start:]
    assert len(found) == 2
    assert told(logged(database, found[0]["id"])) == [
        ("dag_run", "etl", -1, None, "queued"),
        ("dag_run", "etl", -1, "queued", "running"),
        ("task_instance", "extract", -1, None, "queued"),
        ("task_instance", "extract", -1, "queued", "success"),
        ("dag_run", "etl", -1, "running", "success"),
    ]
    assert logged(database, found[1]["id"])[0].run_id == "manual__run-1"


def test_what_has_not_changed_is_not_told(database: Database) -> None:
    with_run(database)
    recorder = Recorder()
    commit(database, recorder, save_run(), save_task(state=TaskState.RUNNING))
    newest = len(rows(database, "change_log"))
    commit(database, recorder, save_run(), save_task(state=TaskState.RUNNING, reason="slow"))
    assert len(rows(database, "change_log")) == newest
    assert told(logged(database))[-1] == ("task_instance", "extract", -1, None, "running")


def test_a_new_process_knows_from_the_rows_what_was_before(database: Database) -> None:
    with_run(database)
    commit(database, Recorder(), save_task(state=TaskState.RUNNING))
    commit(database, Recorder(), save_task(state=TaskState.FAILED))
    assert told(logged(database))[-1] == ("task_instance", "extract", -1, "running", "failed")


def test_a_batch_written_twice_since_its_fate_was_unknown_is_told_once(database: Database) -> None:
    store(database, parsed(spec()))
    recorder = Recorder()
    update = AssetUpdate(uid="event-1", name="orders", uri="s3://orders")
    event = RecordAssetEvent(asset=AssetKey("default", "orders", "s3://orders"), update=update, at=at(1))
    made = CreateTasks("run-1", "extract", -1, -1)
    batch = (create_run(), save_run(), made, save_task(state=TaskState.QUEUED), event)
    commit(database, recorder, *batch)
    before = logged(database)
    assert ("asset_event", None, -1, None, "added") in told(before)
    recorder.forget()
    commit(database, recorder, *batch)
    assert logged(database) == before


def test_a_transaction_that_is_rolled_back_is_not_told(database: Database) -> None:
    with_run(database)
    recorder = Recorder()
    newest = len(rows(database, "change_log"))
    with pytest.raises(DatabaseUnavailable), database.write() as tx:
        write(tx, [save_task(state=TaskState.RUNNING)], now=at(1), recorder=recorder)
        raise DatabaseUnavailable("gone")
    recorder.forget()
    assert len(rows(database, "change_log")) == newest
    commit(database, recorder, save_task(state=TaskState.RUNNING))
    assert told(logged(database))[-1] == ("task_instance", "extract", -1, None, "running")


def test_instances_that_come_and_go_are_told_as_ranges(database: Database) -> None:
    with_run(database)
    recorder = Recorder()
    commit(database, recorder, ForgetTasks("run-1", "load", -1), CreateTasks("run-1", "load", 0, 2))
    commit(database, recorder, save_task("load", TaskState.RUNNING, 2))
    commit(database, recorder, ForgetTasks("run-1", "load", 1), CreateTasks("run-1", "load", 1, 2))
    commit(database, recorder, save_task("load", TaskState.RUNNING, 2))
    found = [c for c in logged(database) if c.run_id]
    assert [(c.kind, c.new, c.map_index, c.last) for c in found] == [
        ("expansion", "removed", -1, None), ("expansion", "created", 0, 2), ("task_instance", "running", 2, None),
        ("expansion", "removed", 1, None), ("expansion", "created", 1, 2), ("task_instance", "running", 2, None),
    ]  # fmt: skip


def test_a_run_that_somebody_asks_for_and_one_that_is_deleted(database: Database) -> None:
    store(database, parsed(spec()))
    with database.write() as tx:
        runs.insert_requested(tx, facts(), EPOCH)
    recorder = Recorder()
    commit(database, recorder, save_run(), save_task(state=TaskState.QUEUED))
    commit(database, recorder, DeleteRun("run-1"))
    assert told([c for c in logged(database) if c.run_id]) == [
        ("dag_run", "etl", -1, None, "queued"),
        ("dag_run", "etl", -1, "queued", "running"),
        ("task_instance", "extract", -1, None, "queued"),
        ("dag_run", "etl", -1, "running", None),
    ]


def test_a_run_that_could_not_be_made_is_not_told(database: Database) -> None:
    with_run(database)
    before = logged(database)
    twin = create_run("run-2", run_id="manual__run-1")
    assert commit(database, Recorder(), twin, save_run("run-2")) == ["run-2"]
    assert logged(database) == before


def test_dags_that_are_read_change_and_go_and_files_with_errors(database: Database) -> None:
    store(database, parsed(spec()))
    newer = SequentialIds("newer-")
    store(database, parsed(spec(), code_hash="code-2"), ids=newer)
    store(database, parsed(path="etl.py", error="SyntaxError"))
    store(database, parsed(spec(), code_hash="code-2"), ids=newer)
    with database.write() as tx:
        parses.forget_files(tx, "default", "local", ["etl.py"], EPOCH)
    assert [(c.kind, c.dag_id or c.name, c.old, c.new) for c in logged(database)] == [
        ("dag", "etl", None, "added"), ("dag", "etl", None, "updated"), ("import_error", "etl.py", None, "added"),
        ("import_error", "etl.py", None, "removed"), ("dag", "etl", None, "stale"),
    ]  # fmt: skip
    assert [c.dag_ids for c in logged(database) if c.kind == "import_error"] == [("etl",), ("etl",)]


def test_numbers_are_in_the_order_of_commits_whoever_writes(database: Database) -> None:
    """A reader that goes on after the last number it saw misses nothing, while several threads write."""
    writers, each, seen = 4, 25, list[int]()

    def work(name: int) -> None:
        for number in range(each):
            with database.write() as tx:
                change_log.note(tx, [Change(kind="dag", workspace="w", dag_id=f"{name}-{number}", new="added")], EPOCH)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(writers)]
    for thread in threads:
        thread.start()
    first, names = 1, list[str]()
    while any(thread.is_alive() for thread in threads) or len(names) < writers * each:
        with database.read() as tx:
            found = change_log.read(tx, first, 7)
        seen += [row.id for row in found]
        names += [change.dag_id or "" for row in found for change in row.changes]
        first = seen[-1] + 1 if seen else 1
    for thread in threads:
        thread.join()
    assert len(set(names)) == len(names) == writers * each
    assert seen == sorted(seen)


def test_old_rows_and_those_beyond_a_number_go_and_the_newest_stays(database: Database) -> None:
    for second in range(10):
        with database.write() as tx:
            change_log.append(tx, [Change(kind="dag", workspace="w", dag_id=DAG.dag_id)], at(second))
    with database.write() as tx:
        assert change_log.prune(tx, at(3), most=100) == 3
        assert change_log.prune(tx, at(3), most=100) == 0
        oldest, newest = change_log.bounds(tx)
        assert newest - oldest == 6
        assert change_log.prune(tx, EPOCH - timedelta(days=1), most=2) == 5
        assert change_log.prune(tx, at(1000), most=2) == 1
        assert change_log.bounds(tx) == (newest, newest)
        assert change_log.prune(tx, at(1000), most=0) == 0
