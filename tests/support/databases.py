"""Real databases for tests: an SQLite file, or a PostgreSQL that is started once a session and cloned per test."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import psycopg
import pytest

from support.ports import free_port
from tradewind.base.settings import DbSettings
from tradewind.db import Database, open_database, schema

__all__ = ["EPOCH", "PostgresServer", "postgres_binaries", "postgres_server", "sqlite_database"]

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_TEMPLATE = "tradewind_template"
_GROWTH = 4_000_000
"""Bytes by which a database may grow until a new one takes its place."""
_SHAPE = """
    SELECT md5(string_agg(fact, ',' ORDER BY fact)), pg_database_size(current_database()) FROM (
        SELECT concat_ws(' ', relname, relkind, attname, atttypid, attnotnull, atthasdef) AS fact
        FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, contype) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname) FROM pg_trigger
        UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
        UNION ALL SELECT array_to_string(setconfig, ' ') FROM pg_db_role_setting JOIN pg_database ON oid = setdatabase
        WHERE datname = current_database()
    ) AS facts
"""
_GUESTS = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class _FirstState:
    """What a migrated database holds before anything happens, and how to make it so again."""

    def __init__(self, connection: psycopg.Connection) -> None:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        self._filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for (name,) in tables)
        self._rows = dict[str, bytes]()
        for name in self._with_rows(connection):
            with connection.cursor().copy(f"COPY {name} TO STDOUT".encode()) as copy:
                self._rows[name] = b"".join(copy)
        self._sequences = self._last_values(connection)
        self._shape, self._bytes = self._measure(connection)

    def restore(self, connection: psycopg.Connection) -> bool:
        """Whether it is as it was at first; a database whose tables were changed, or have grown, is not."""
        connection.execute(_GUESTS)
        shape, size = self._measure(connection)
        if shape != self._shape or size > self._bytes + _GROWTH:
            return False
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")  # in any order
            for name in self._with_rows(connection):
                connection.execute(f"DELETE FROM {name}".encode())
            for name, rows in self._rows.items():
                with connection.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
                    copy.write(rows)
            for name, value in self._last_values(connection).items():
                if value != self._sequences[name]:
                    first = self._sequences[name]
                    connection.execute("SELECT setval(%s, %s, %s)", (name, first or 1, first is not None))
        return True

    def _with_rows(self, connection: psycopg.Connection) -> list[str]:
        return [name for (name,) in connection.execute(self._filled.encode()).fetchall()]

    @staticmethod
    def _last_values(connection: psycopg.Connection) -> dict[str, int | None]:
        query = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
        return dict(connection.execute(query).fetchall())

    @staticmethod
    def _measure(connection: psycopg.Connection) -> tuple[str, int]:
        found = connection.execute(_SHAPE).fetchone()
        assert found is not None
        return found[0], found[1]


def postgres_binaries() -> Path | None:
    """The folder of initdb and pg_ctl, the newest where there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class PostgresServer:
    """A server of its own folder and port, gone with the session."""

    def __init__(self, binaries: Path, *, is_durable: bool) -> None:
        self._binaries = binaries
        self._durability = "on" if is_durable else "off"
        self._folder = Path(tempfile.mkdtemp(prefix="tw-pg-"))
        self._made = 0
        self._first: _FirstState | None = None
        self._given_back: list[str] = []
        self._cleaners: dict[str, psycopg.Connection] = {}
        self.port = free_port()

    def start(self) -> None:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", "-D", f"{self._folder}/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"
        )
        with (self._folder / "data" / "postgresql.conf").open("a") as config:
            config.write(
                f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = '{self._folder}'\n"
                f"shared_buffers = 64MB\nmax_connections = 60\nfsync = {self._durability}\n"
                f"full_page_writes = {self._durability}\n"
            )
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-l", f"{self._folder}/log", "-w", "start")
        self._admin(f"CREATE DATABASE {_TEMPLATE}")
        database = open_database(DbSettings(), self.url(_TEMPLATE))
        schema.migrate(database, EPOCH)
        database.close()

    def crash(self) -> None:
        """End it on the spot, and start it again."""
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", "immediate", "-w", "stop")
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-l", f"{self._folder}/log", "-w", "start")

    def stop(self) -> None:
        for cleaner in self._cleaners.values():
            cleaner.close()
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    @property
    def log(self) -> Path:
        """What the server writes down."""
        return self._folder / "log"

    def writes_down_everything(self, url: str) -> None:
        """Have the server log each statement of a database, with its values."""
        self._admin(f"ALTER DATABASE {url.rsplit('/', 1)[1]} SET log_statement = 'all'")

    def clone(self) -> str:
        """The URL of a new database with the schema in it."""
        self._made += 1
        self._admin(f"CREATE DATABASE test_{self._made} TEMPLATE {_TEMPLATE}")
        return self.url(f"test_{self._made}")

    def empty(self) -> str:
        """The URL of a new database with nothing in it."""
        self._made += 1
        self._admin(f"CREATE DATABASE test_{self._made}")
        return self.url(f"test_{self._made}")

    def lend(self) -> str:
        """The URL of a database as `clone` makes it, for `take_back` later."""
        return self._given_back.pop() if self._given_back else self.clone()

    def take_back(self, url: str) -> None:
        """Make a database that was lent what it was at first, for the next test: that is quicker than a new one."""
        if self._first is None:
            with psycopg.connect(self.url(_TEMPLATE), autocommit=True) as connection:
                self._first = _FirstState(connection)
        if url not in self._cleaners:  # kept open: most of the time would go into what a new connection has to read
            self._cleaners[url] = psycopg.connect(url, autocommit=True)
        if self._first.restore(self._cleaners[url]):
            self._given_back.append(url)
        else:
            self.drop(url)

    def drop(self, url: str) -> None:
        if url in self._cleaners:
            self._cleaners.pop(url).close()
        self._admin(f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        result = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=100)
        if result.returncode:
            raise RuntimeError(f"{program} failed: {result.stdout}{result.stderr}")


@contextlib.contextmanager
def postgres_server(*, is_durable: bool = False) -> Iterator[PostgresServer]:
    """A running server; the test is skipped where PostgreSQL is not installed.

    Args:
        is_durable: whether commits reach the disk, as benchmarks want and tests need not.
    """
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's initdb is not installed")
    server = PostgresServer(binaries, is_durable=is_durable)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@cache
def _migrated_file() -> bytes:
    """An SQLite file with the schema in it, to be copied: making the tables takes longer than most tests."""
    with tempfile.TemporaryDirectory(prefix="tw-sqlite-") as folder:
        file = Path(folder) / "tradewind.db"
        database = open_database(DbSettings(), f"sqlite:///{file}")
        schema.migrate(database, EPOCH)
        database.close()
        assert [one.name for one in Path(folder).iterdir()] == [file.name], "there is more to copy than the file"
        return file.read_bytes()


@contextlib.contextmanager
def sqlite_database(folder: Path) -> Iterator[Database]:
    """A new SQLite file with the schema in it. What is written need not outlive the machine, so nothing waits for the disk."""
    file = folder / "tradewind.db"
    file.write_bytes(_migrated_file())
    database = open_database(DbSettings(sqlite_synchronous="OFF"), f"sqlite:///{file}")
    try:
        yield database
    finally:
        database.close()
