"""The audit log: in one order without gaps, append-only, and what was changed in it is found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy import event as events

from support.databases import EPOCH, postgres_server
from support.rows import at, rows
from tradewind.base.errors import Conflict
from tradewind.base.settings import DbSettings
from tradewind.db import Database, audit_chain, event_logs, open_database, schema
from tradewind.db.audit_chain import Verdict
from tradewind.db.engine import Tx
from tradewind.db.migrations import chain


def note(database: Database, event: str, when: datetime = EPOCH, **more: Any) -> None:
    with database.write() as tx:
        event_logs.record(
            tx, event_logs.NewEvent(workspace="default", timestamp=when, event=event, owner="ann", **more)
        )


def verdict(database: Database) -> Verdict:
    with database.read() as tx:
        return audit_chain.verify(tx)


def unguarded(database: Database, statement: str) -> None:
    """Do what the guards forbid, as somebody with all rights on the database could."""
    with database.write() as tx:
        if tx.dialect == "postgresql":
            tx.execute(text("SET LOCAL session_replication_role = replica"))
            tx.execute(text(statement))
            return
        guards = tx.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in guards:
            tx.execute(text(f"DROP TRIGGER {name}"))
        tx.execute(text(statement))
        for _, guard in guards:
            tx.execute(text(guard))


def test_entries_are_numbered_without_gaps_and_verified(database: Database) -> None:
    assert verdict(database) == Verdict(0, 1, 0, audit_chain.START)
    for number in range(3):
        note(database, f"event-{number}", extra='{"ä": "ö"}', address="::1")
    found = rows(database, "event_log")
    assert [row["id"] for row in found] == [1, 2, 3]
    assert verdict(database) == Verdict(3, 1, 3, found[-1]["hash"])


def test_a_transaction_that_is_rolled_back_leaves_no_gap(database: Database) -> None:
    note(database, "one")
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        event_logs.record(tx, event_logs.NewEvent(workspace="default", timestamp=EPOCH, event="lost", owner="ann"))
        raise ZeroDivisionError
    note(database, "two")
    assert [row["event"] for row in rows(database, "event_log")] == ["one", "two"]
    assert verdict(database).broken is None


@pytest.mark.parametrize("statement", ["UPDATE event_log SET owner = 'eve'", "DELETE FROM event_log WHERE id = 1"])
def test_the_database_itself_refuses_changes(database: Database, statement: str) -> None:
    note(database, "one")
    with pytest.raises(Conflict, match="append-only"), database.write() as tx:
        tx.execute(text(statement))
    assert verdict(database).entries == 1


def test_postgresql_refuses_to_truncate(database: Database) -> None:
    note(database, "one")
    if database.dialect == "postgresql":
        with pytest.raises(Conflict, match="append-only"), database.write() as tx:
            tx.execute(text("TRUNCATE event_log"))
    assert verdict(database).entries == 1


@pytest.mark.parametrize(
    ("statement", "number", "reason"),
    [
        ("UPDATE event_log SET owner = 'eve' WHERE id = 2", 2, "not what was written"),
        ("UPDATE event_log SET hash = '' WHERE id = 2", 2, "not what was written"),
        ("DELETE FROM event_log WHERE id = 3", 3, "missing; the next one is 4"),
        ("DELETE FROM event_log WHERE id >= 4", 4, "and all after it; the last one written was 5"),
        ("DELETE FROM event_log WHERE id = 1", 1, "missing"),
    ],
)
def test_the_first_entry_that_was_changed_is_named(
    database: Database, statement: str, number: int, reason: str
) -> None:
    for event in "abcde":
        note(database, event)
    unguarded(database, statement)
    broken = verdict(database).broken
    assert broken is not None
    assert broken.id == number
    assert reason in broken.reason


def test_an_entry_with_a_hash_of_its_own_breaks_the_next(database: Database) -> None:
    for event in "abc":
        note(database, event)
    forged = {**rows(database, "event_log")[0], "owner": "eve", "timestamp": EPOCH}
    fresh = audit_chain.link(audit_chain.START, forged)
    unguarded(database, f"UPDATE event_log SET owner = 'eve', hash = '{fresh}' WHERE id = 1")
    broken = verdict(database).broken
    assert broken is not None
    assert broken.id == 2


def test_retention_cuts_the_old_end_and_leaves_an_anchor(database: Database) -> None:
    for number in range(5):
        note(database, f"event-{number}", at(number * 100))
    assert schema.clean(database, at(250), ["event_log"], dry_run=True) == {"event_log": 3}
    assert schema.clean(database, at(250), ["event_log"], now=at(900)) == {"event_log": 3}
    assert [row["id"] for row in rows(database, "event_log")] == [4, 5, 6]
    assert verdict(database).broken is None
    assert schema.clean(database, at(950), ["event_log"], now=at(1000)) == {"event_log": 3}
    assert [row["event"] for row in rows(database, "event_log")] == [audit_chain.CUT_EVENT]
    assert verdict(database).broken is None


def test_a_cut_that_nothing_tells_of_is_found(database: Database) -> None:
    for event in "abc":
        note(database, event)
    first = rows(database, "event_log")[0]["hash"]
    unguarded(database, "DELETE FROM event_log WHERE id = 1")
    with database.write() as tx:
        tx.execute(text(f"UPDATE audit_head SET cut_id = 1, cut_hash = '{first}'"))
    broken = verdict(database).broken
    assert broken is not None
    assert "no entry cut_audit_log says so" in broken.reason


def test_writers_in_several_connections_make_one_chain(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    others = [open_database(DbSettings(), url) for _ in range(3)]

    def write(opened: Database) -> None:
        for number in range(15):
            note(opened, f"event-{number}")

    _at_once([lambda one=one: write(one) for one in (*others, *others)])
    for one in others:
        one.close()
    assert [row["id"] for row in rows(database, "event_log")] == list(range(1, 91))
    assert verdict(database).entries == 90
    assert verdict(database).broken is None


def _at_once(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_entries_of_the_release_before_are_taken_into_the_chain(database: Database) -> None:
    for event in "abc":
        note(database, event)
    with database.write() as tx:
        _back_to_0003(tx)
    with database.write() as tx:
        chain.upgrade(tx.connection, "0003", "0004")
    assert [row["event"] for row in rows(database, "event_log")] == ["a", "c"]
    assert [row["id"] for row in rows(database, "event_log")] == [1, 2]
    assert verdict(database).broken is None
    note(database, "d")
    assert verdict(database).entries == 3
    with pytest.raises(Conflict, match="append-only"), database.write() as tx:
        tx.execute(text("UPDATE event_log SET owner = 'eve'"))


def _back_to_0003(tx: Tx) -> None:
    """As the release before left it: no chain, and a gap in the numbers."""
    if tx.dialect == "sqlite":
        for name in ("event_log_keeps", "event_log_stays"):
            tx.execute(text(f"DROP TRIGGER {name}"))
    else:
        for name in ("event_log_keeps", "event_log_stays"):
            tx.execute(text(f"DROP TRIGGER {name} ON event_log"))
    tx.execute(text("DELETE FROM event_log WHERE id = 2"))
    for column in ("via", "address", "resource", "name", "before", "after", "hash"):
        tx.execute(text(f"ALTER TABLE event_log DROP COLUMN {column}"))
    tx.execute(text("DROP TABLE audit_head"))
    tx.execute(text("UPDATE alembic_version SET version_num = '0003'"))


def test_who_adds_an_entry_does_not_wait_for_the_disk_of_the_one_before(database: Database) -> None:
    if database.dialect != "postgresql":
        return
    free: list[int] = []

    def look(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "pg_logical_emit_message" in statement:
            with psycopg.connect(
                database.url.set(drivername="postgresql").render_as_string(hide_password=False)
            ) as other:
                row = other.execute("SELECT last_id FROM audit_head FOR UPDATE NOWAIT").fetchone()
                free.append(row[0] if row else 0)

    events.listen(Engine, "before_cursor_execute", look)
    try:
        note(database, "one")
    finally:
        events.remove(Engine, "before_cursor_execute", look)
    assert free == [1]


@pytest.mark.postgres
def test_an_entry_that_was_confirmed_outlives_a_crash_of_the_database() -> None:
    with postgres_server(is_durable=True) as server:
        url = server.clone()
        for number in range(1, 4):
            database = open_database(DbSettings(), url)
            note(database, f"event-{number}")
            server.crash()
            database.close()
            database = open_database(DbSettings(), url)
            found = verdict(database)
            database.close()
            assert (found.last_id, found.broken) == (number, None)
