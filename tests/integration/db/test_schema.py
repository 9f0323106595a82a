"""Making, upgrading, checking, resetting and cleaning the schema."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import Column, MetaData, func, inspect, select, text

from support.databases import EPOCH, PostgresServer
from support.rows import at, create_run, facts, one, parsed, rows, save_run, spec, store, with_run
from tradewind.base.errors import DatabaseUnavailable, InvalidInput
from tradewind.base.ids import SequentialIds
from tradewind.base.settings import DbSettings
from tradewind.core.states import RunState
from tradewind.db import Database, open_database, schema, tables
from tradewind.db.columns import moment_to_text
from tradewind.db.engine import Tx
from tradewind.db.migrations import chain
from tradewind.db.transitions import write


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path):
    """A database with nothing in it."""
    if request.param == "sqlite":
        opened = open_database(DbSettings(), f"sqlite:///{tmp_path / 'empty.db'}")
        yield opened
        opened.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.empty()
    opened = open_database(DbSettings(), url)
    yield opened
    opened.close()
    server.drop(url)


def described(database: Database) -> dict[str, object]:
    """Everything about the tables that a reflection shows."""
    with database.read() as tx:
        seen = inspect(tx.connection)
        found: dict[str, object] = {}
        for table in sorted(seen.get_table_names()):
            found[table] = (
                [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(table)],
                seen.get_pk_constraint(table),
                sorted((i["name"], tuple(i["column_names"]), i["unique"]) for i in seen.get_indexes(table)),
                sorted(map(str, seen.get_foreign_keys(table))),
                sorted(map(str, seen.get_unique_constraints(table))),
            )
        if database.dialect == "sqlite":
            sql = tx.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
            found["sqlite"] = {n: ("WITHOUT ROWID" in s, "AUTOINCREMENT" in s) for n, s in sql.all()}
        else:
            sql = tx.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"))
            found["postgresql"] = dict(tuple(one) for one in sql)
            assert "varchar_pattern_ops" in str(found["postgresql"]), "prefixes of run ids want it in any locale"
        return found


def test_the_chain_of_migrations_ends_in_the_schema_of_the_tables(empty: Database) -> None:
    schema.migrate(empty, EPOCH)
    made = described(empty)
    with empty.write() as tx:
        found = MetaData()
        found.reflect(tx.connection)
        found.drop_all(tx.connection)
    with empty.write() as tx:
        chain.upgrade(tx.connection, None)
    assert described(empty) == made
    assert one_revision(empty) == schema.HEAD == chain.head()


def one_revision(database: Database) -> str:
    with database.read() as tx:
        return tx.scalar(text("SELECT version_num FROM alembic_version"))


def test_migrating_says_what_was_there_and_seeds_a_new_database(empty: Database) -> None:
    assert schema.migrate(empty, EPOCH) is None
    assert schema.migrate(empty, EPOCH) == schema.HEAD
    assert one(empty, "pool")["slots"] == 128
    assert one(empty, "workspace")["name"] == "default"


def test_a_new_database_is_not_current_and_one_of_a_newer_release_is_refused(empty: Database) -> None:
    assert not schema.check(empty)
    schema.migrate(empty, EPOCH)
    assert schema.check(empty)
    with empty.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not schema.check(empty)
    with pytest.raises(DatabaseUnavailable, match="newer release"):
        schema.migrate(empty, EPOCH)


def test_a_database_of_somebody_else_is_refused(empty: Database) -> None:
    with empty.write() as tx:
        tx.execute(text("CREATE TABLE customers (id INTEGER)"))
    with pytest.raises(DatabaseUnavailable, match="not ours"):
        schema.migrate(empty, EPOCH)


def test_several_processes_may_migrate_at_once(empty: Database) -> None:
    url = empty.url.render_as_string(hide_password=False)
    others = [open_database(DbSettings(), url) for _ in range(4)]
    errors: list[BaseException] = []

    def migrate(database: Database) -> None:
        try:
            schema.migrate(database, EPOCH)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)

    threads = [threading.Thread(target=migrate, args=(database,)) for database in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in others:
        database.close()
    assert errors == []
    assert schema.check(empty)


def test_reset_empties_everything(database: Database) -> None:
    with_run(database)
    schema.reset(database, EPOCH)
    assert schema.check(database)
    assert rows(database, "dag_run") == rows(database, "dag") == []
    assert one(database, "pool")["name"] == "default_pool"


def test_clean_deletes_old_finished_runs_and_unused_versions_only(database: Database) -> None:
    with_run(database, "unfinished")
    store(database, parsed(spec(), code_hash="code-2"), ids=SequentialIds("newer-"))
    with database.write() as tx:
        old, young = create_run("old", run_id="o"), create_run("young", run_id="y", version_id="newer-1")
        write(
            tx,
            [old, young, save_run("old", RunState.FAILED, end_date=at(5)), save_run("young", RunState.SUCCESS,
             end_date=at(500), version_id="newer-1"), save_run("unfinished", version_id="newer-1")],
            now=at(10),
        )  # fmt: skip
    expected = {"asset_event": 0, "dag_run": 1, "xcom": 0, "rendered": 0, "dag_version": 0, "event_log": 0, "import_error": 0,
                "revoked_token": 0, "process": 0}  # fmt: skip
    assert schema.clean(database, at(100), dry_run=True) == expected
    assert {row["uid"] for row in rows(database, "dag_run")} == {"unfinished", "old", "young"}
    assert schema.clean(database, at(100)) == expected | {"dag_version": 1}
    assert {row["uid"] for row in rows(database, "dag_run")} == {"unfinished", "young"}
    assert {row["id"] for row in rows(database, "dag_version")} == {"newer-1"}
    assert [row["hash"] for row in rows(database, "dag_code")] == ["code-2"]


def test_clean_refuses_a_table_that_is_not_history(database: Database) -> None:
    with pytest.raises(InvalidInput, match="connection"):
        schema.clean(database, at(0), ["connection"])


def test_making_a_new_database_loads_no_alembic(tmp_path: Path) -> None:
    program = (
        "import sys; from datetime import datetime, UTC; from tradewind.base.settings import DbSettings\n"
        "from tradewind.db import open_database, schema\n"
        f"schema.migrate(open_database(DbSettings(), 'sqlite:///{tmp_path}/a.db'), datetime(2026, 1, 1, tzinfo=UTC))\n"
        "assert not [m for m in sys.modules if m.startswith(('alembic', 'sqlalchemy.orm', 'cryptography'))]\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_table_is_told_apart_by_workspace_or_hangs_on_one_that_is() -> None:
    free = {"workspace", "spec", "spec_task", "dag_code", "user_account", "role", "login_session", "login_failure", "oidc_login", "revoked_token", "inbox",
            "audit_head", "change_log",
            "lease", "process"}  # fmt: skip
    for name, table in tables.metadata.tables.items():
        on_run = "run_uid" in table.c
        on_alias = "alias_id" in table.c
        on_backfill = name == "backfill_slot"
        assert name in free or on_run or on_alias or on_backfill or "workspace" in table.c, name
    assert facts().dag.workspace == "default"


def test_users_of_the_release_before_keep_their_passwords_roles_and_favourites(empty: Database) -> None:
    with empty.write() as tx:
        chain.upgrade(tx.connection, None, "0002")
        put = Former(tx)
        put("workspace", name="default")
        put("user_account", username="ann", password_hash="hers", role="Op", email="a@b.c", is_active=True)
        put("user_account", username="bob", password_hash="his", role="Admin", email=None, is_active=False)
        put("dag", workspace="default", dag_id="etl")
        put("dag_favorite", workspace="default", dag_id="etl", username="ann")
    assert schema.migrate(empty, EPOCH) == "0002"
    wanted = ("username", "password_hash", "email", "kind", "created_at")
    assert [tuple(row[name] for name in wanted) for row in rows(empty, "user_account")] == [
        ("ann", "hers", "a@b.c", "person", EPOCH),
        ("bob", "his", None, "person", EPOCH),
    ]
    assert [bool(row["is_active"]) for row in rows(empty, "user_account")] == [True, False]
    held = [(row["username"], row["workspace"], row["role"], row["origin"]) for row in rows(empty, "role_holder")]
    assert held == [("ann", "*", "Op", "local"), ("bob", "*", "Admin", "local")]
    assert one(empty, "dag_favorite") == {"username": "ann", "workspace": "default", "dag_id": "etl"}


class Former:
    """Writes rows into the tables as they are in the database; what is not given is made up."""

    MADE_UP: ClassVar = {"BOOLEAN": False, "BIGINT": 0, "INTEGER": 0}

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._found = MetaData()
        self._found.reflect(tx.connection)

    def __call__(self, table: str, **given: object) -> None:
        found = self._found.tables[table]
        row = {column.name: self._made_up(column) for column in found.columns if not column.nullable} | given
        self._tx.execute(found.insert(), row)

    def _made_up(self, column: Column[Any]) -> object:
        if column.name.endswith("_at"):
            return EPOCH if self._tx.dialect == "postgresql" else moment_to_text(EPOCH)
        return self.MADE_UP.get(str(column.type), "[]")


def test_clean_deletes_more_rows_than_one_transaction_does(database: Database) -> None:
    errors = [
        {"workspace": "default", "bundle_name": "local", "relative_fileloc": f"{n}.py", "fileloc": f"/dags/{n}.py",
         "stacktrace": "no", "timestamp": at(1 if n < 1200 else 9)}
        for n in range(1205)
    ]  # fmt: skip
    with database.write() as tx:
        tx.execute(tables.import_error.insert(), errors)
    assert schema.clean(database, at(5), ["import_error"]) == {"import_error": 1200}
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(tables.import_error)) == 5
