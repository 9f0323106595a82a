"""Transactions: all or nothing, fair, and clear about what is wrong."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from support.databases import EPOCH, PostgresServer, sqlite_database
from support.rows import at, create_run, one, parsed, rows, save_task, spec, store, with_run
from tradewind.base.errors import BrokenInvariant, Conflict, DatabaseUnavailable, InvalidInput
from tradewind.base.settings import DbSettings
from tradewind.core.states import TaskState
from tradewind.db import Database, engine, open_database, pools, tables
from tradewind.db.transitions import write


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        tx.execute(tables.pool.insert(), {"workspace": "default", "name": "p", "slots": 1})
        raise ZeroDivisionError
    assert len(rows(database, "pool")) == 1
    with database.write() as tx:
        tx.execute(tables.pool.insert(), {"workspace": "default", "name": "p", "slots": 1})
    assert len(rows(database, "pool")) == 2


def test_a_reader_sees_one_snapshot_and_waits_for_nobody(database: Database) -> None:
    with database.read() as reader:
        before = len(rows(reader, "pool"))
        with database.write() as tx:
            tx.execute(tables.pool.insert(), {"workspace": "default", "name": "p", "slots": 1})
        assert len(rows(reader, "pool")) == before
    assert len(rows(database, "pool")) == before + 1


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"), database.read() as tx:
        tx.execute(tables.pool.insert(), {"workspace": "default", "name": "p", "slots": 1})


def test_moments_come_back_in_utc_to_the_microsecond_and_must_have_a_zone(database: Database) -> None:
    store(database, parsed(spec()))
    east = datetime(2026, 3, 1, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=5)))
    with database.write() as tx:
        write(tx, [create_run(run_after=east, logical_date=east)], now=EPOCH)
    row = one(database, "dag_run")
    assert row["run_after"] == east
    assert row["run_after"].utcoffset() == timedelta(0)
    naive = datetime(2026, 3, 1)
    with pytest.raises(Exception, match="no time zone"), database.write() as tx:
        tx.execute(tables.dag_run.update().values(run_after=naive))


def test_a_violated_constraint_is_a_conflict(database: Database) -> None:
    row = {"workspace": "default", "name": "default_pool", "slots": 1}
    with pytest.raises(Conflict, match="refuses"), database.write() as tx:
        tx.execute(tables.pool.insert(), row)
    with pytest.raises(Conflict, match="refuses"), database.write() as tx:
        tx.raw.execute("INSERT INTO pool (workspace, name, slots) VALUES ('default', 'default_pool', 1)")


KILLED = """
import sys, time
from datetime import UTC, datetime
from sqlalchemy import text
from tradewind.base.settings import DbSettings
from tradewind.core.commands import CreateTasks
from tradewind.db import open_database
from tradewind.db.transitions import write
database = open_database(DbSettings(), sys.argv[1])
now = datetime(2026, 1, 1, tzinfo=UTC)
with database.write() as tx:
    write(tx, [CreateTasks("run-1", "extract", 100, 199)], now=now)
with database.write() as tx:
    write(tx, [CreateTasks("run-1", "extract", 200, 5000)], now=now)
    print("half", flush=True)
    time.sleep(600)
"""


def test_a_process_killed_in_the_middle_of_a_batch_leaves_the_committed_batches_only(database: Database) -> None:
    with_run(database, tasks=("extract",))
    url = database.url.render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.kill()
    with database.write() as tx:
        write(tx, [save_task(state=TaskState.QUEUED)], now=EPOCH)
    assert [row["map_index"] for row in rows(database, "task_instance")] == [-1, *range(100, 200)]


def test_a_value_too_long_for_its_column_is_the_callers_mistake(database: Database) -> None:
    row = {"workspace": "default", "name": "x" * 300, "slots": 1}
    if database.dialect == "sqlite":
        with pytest.raises(InvalidInput, match="1 to 250"), database.write() as tx:
            pools.add_pool(tx, "default", pools.PoolRecord(name="x" * 300, slots=1))
        return
    with pytest.raises(InvalidInput, match="can't hold"), database.write() as tx:
        tx.execute(tables.pool.insert(), row)
    with pytest.raises(InvalidInput, match="can't hold"), database.write() as tx:
        tx.raw.execute("UPDATE pool SET name = repeat('x', 300)")


def test_threads_that_write_the_same_row_lose_nothing(database: Database) -> None:
    def add() -> None:
        for _ in range(25):
            with database.write() as tx:
                tx.execute(text("UPDATE pool SET slots = slots + 1"))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert one(database, "pool")["slots"] == 228


def test_two_committers_of_different_runs_leave_both_batches_whole(database: Database) -> None:
    with_run(database, "run-1", tasks=("extract",))
    with database.write() as tx:
        write(tx, [create_run("run-2", run_id="second")], now=EPOCH)
    other = open_database(DbSettings(), database.url.render_as_string(hide_password=False))

    def commit(through: Database, uid: str) -> None:
        for number in range(20):
            with through.write() as tx:
                batch = [save_task(run_uid=uid, state=TaskState.QUEUED, try_number=number)]
                write(tx, batch, now=at(number))

    with database.write() as tx:
        tx.raw.execute(
            "INSERT INTO task_instance (run_uid, task_id, map_index, workspace, dag_id, operator, pool, pool_slots,"
            " queue, priority_weight, updated_at) SELECT 'run-2', task_id, map_index, workspace, dag_id, operator, pool,"
            " pool_slots, queue, priority_weight, updated_at FROM task_instance"
        )
    threads = [
        threading.Thread(target=commit, args=args) for args in ((database, "run-1"), (other, "run-2"), (other, "run-2"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert [row["try_number"] for row in rows(database, "task_instance")] == [19, 19]


def test_a_write_inside_a_write_of_the_same_thread_is_a_bug_that_says_so(tmp_path: Path) -> None:
    with (
        sqlite_database(tmp_path) as database,
        pytest.raises(BrokenInvariant, match="inside another"),
        database.write(),
        database.write(),
    ):
        pass


def test_a_database_locked_by_another_process_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.01)
    with sqlite_database(tmp_path) as database:
        other = sqlite3.connect(tmp_path / "tradewind.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable, match="locked by another process"), database.write():
            pass
        other.execute("ROLLBACK")
        other.close()
        with database.write() as tx:
            tx.execute(text("UPDATE pool SET slots = 5"))
        assert one(database, "pool")["slots"] == 5


def test_a_full_disk_is_named_and_the_next_write_succeeds(tmp_path: Path) -> None:
    with sqlite_database(tmp_path) as database:
        with database.write() as tx:
            pages = tx.raw.execute("PRAGMA page_count").fetchone()[0]
        with database.write() as tx:
            tx.raw.execute("CREATE TABLE big (x TEXT)")
        database._raw.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(DatabaseUnavailable, match="free some space"), database.write() as tx:
            tx.raw.execute("INSERT INTO big VALUES (?)", ("x" * 10_000_000,))
        database._raw.execute("PRAGMA max_page_count = 1000000")
        with database.write() as tx:
            tx.raw.execute("INSERT INTO big VALUES (?)", ("x" * 10_000,))


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"This is a letter, not a database. " * 100)
    with pytest.raises(DatabaseUnavailable, match="not an SQLite database"):
        open_database(DbSettings(), f"sqlite:///{tmp_path / 'x.db'}")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://root@localhost/x", "SQLite or PostgreSQL"),
        ("nonsense", "not a database URL"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
def test_a_url_of_another_kind_is_refused(url: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        open_database(DbSettings(), url)


def test_an_unknown_synchronous_level_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="NORMAL or FULL"):
        open_database(DbSettings(sqlite_synchronous="SOMETIMES"), f"sqlite:///{tmp_path / 'x.db'}")


def test_the_chosen_synchronous_level_and_wal_are_in_force(tmp_path: Path) -> None:
    database = open_database(DbSettings(sqlite_synchronous="FULL"), f"sqlite:///{tmp_path / 'x.db'}")
    with database.write() as tx:
        assert tx.raw.execute("PRAGMA synchronous").fetchone() == (2,)
        assert tx.raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert tx.raw.execute("PRAGMA foreign_keys").fetchone() == (1,)
    database.close()


@pytest.mark.postgres
def test_a_postgresql_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnavailable, match="does not answer") as raised:
        open_database(DbSettings(), "postgresql://ann:pa55word@127.0.0.1:1/x")
    assert "pa55word" not in str(raised.value)


@pytest.mark.postgres
def test_a_connection_that_postgresql_cut_is_reported_and_replaced(postgres: PostgresServer) -> None:
    url = postgres.clone()
    database = open_database(DbSettings(pool_size=1), url)
    with pytest.raises(DatabaseUnavailable), database.write() as tx:
        backend = tx.scalar(text("SELECT pg_backend_pid()"))
        postgres._admin(f"SELECT pg_terminate_backend({backend})")
        tx.raw.execute("UPDATE pool SET slots = 1")
    with database.write() as tx:
        tx.execute(text("UPDATE pool SET slots = 7"))
    assert one(database, "pool")["slots"] == 7
    database.close()
    postgres.drop(url)
