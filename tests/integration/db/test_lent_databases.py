"""A PostgreSQL database that one test gives back is for the next one like a new one."""

from __future__ import annotations

import psycopg
import pytest

from support.databases import EPOCH, PostgresServer
from support.rows import create_run, parsed, save_run, spec, store
from tradewind.base.settings import DbSettings
from tradewind.core.commands import CreateTasks
from tradewind.core.states import RunState
from tradewind.db import open_database
from tradewind.db.transitions import write

pytestmark = pytest.mark.postgres


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows, and where the sequences are."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = {name: connection.execute(f"SELECT * FROM {name}".encode()).fetchall() for (name,) in names}
        found["sequences"] = connection.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()
        return {name: sorted(rows, key=repr) for name, rows in found.items()}


def test_what_a_test_wrote_is_gone_when_the_database_is_lent_again(postgres: PostgresServer) -> None:
    new = postgres.clone()
    url = postgres.lend()
    database = open_database(DbSettings(), url)
    store(database, parsed(spec(tasks=("a",))))
    with database.write() as tx:
        write(
            tx, [create_run("run-1"), save_run("run-1", RunState.SUCCESS), CreateTasks("run-1", "a", 0, 9)], now=EPOCH
        )
        tx.raw.execute("DELETE FROM pool")
        tx.raw.execute("UPDATE workspace SET name = 'other'")
    database.close()
    assert len(contents(url)["task_instance"]) == 10
    postgres.take_back(url)
    again = postgres.lend()
    assert again == url
    assert contents(again) == contents(new)
    postgres.drop(again)
    postgres.drop(new)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE pool ADD COLUMN more int",
        "DROP INDEX {index}",
        "CREATE TABLE more (id int)",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER DATABASE {database} SET work_mem = '1MB'",
    ],
)
def test_a_database_whose_schema_a_test_changed_is_not_lent_again(postgres: PostgresServer, change: str) -> None:
    url = postgres.lend()
    with psycopg.connect(url) as connection:
        query = """
            SELECT min(indexrelid::regclass::text) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
            WHERE relname = 'dag_run' AND NOT indisunique
        """
        (index,) = connection.execute(query).fetchone() or ("",)
        connection.execute(change.format(index=index, database=url.rsplit("/", 1)[1]).encode())
    postgres.take_back(url)
    lent = postgres.lend()
    assert lent != url
    postgres.drop(lent)


def test_who_is_still_connected_is_cut_off_when_a_database_is_given_back(postgres: PostgresServer) -> None:
    url = postgres.lend()
    forgotten = psycopg.connect(url)
    forgotten.execute("INSERT INTO alembic_version VALUES ('x')")
    postgres.take_back(url)
    with pytest.raises(psycopg.OperationalError):
        forgotten.execute("SELECT 1")
    forgotten.close()
    lent = postgres.lend()
    assert lent == url
    assert contents(lent)["alembic_version"] != [("x",)]
    postgres.drop(lent)
