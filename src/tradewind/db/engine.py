"""How this process reaches the metadata database: `open_database`, and transactions from `Database`.

SQLite: one connection writes, behind a lock that serves threads in the order they came, so that a commit costs no
check-out; readers have connections of their own and, thanks to the WAL, never wait. PostgreSQL: a pool. On both, a
read is one consistent snapshot and a write is all or nothing.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, CursorResult, Engine, Executable, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool, QueuePool

from tradewind.base.errors import BrokenInvariant, Conflict, DatabaseUnavailable, InvalidInput
from tradewind.base.private_files import make_private_file, make_private_folder
from tradewind.base.settings import DbSettings

__all__ = ["Database", "Dialect", "Tx", "open_database"]

Dialect = Literal["sqlite", "postgresql"]
Params = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None

_NO_WAIT = text("SET LOCAL synchronous_commit = off")
_WAIT = text("SELECT pg_logical_emit_message(true, 'tradewind', '')")
BUSY_TIMEOUT_S = 5.0
"""How long SQLite waits for a writer in another process, per attempt."""
BUSY_ATTEMPTS = 3


class Narrowing(Protocol):
    """Makes statements read less: only what somebody may see."""

    def narrowed(self, statement: Executable, dialect: Dialect) -> Executable:
        """The statement that is run instead."""
        ...

    def dags(self, table: str, dialect: Dialect) -> Executable | None:
        """Asks for the DAGs of a ``:workspace`` whose rows of a table may be seen, ``:most`` of them; None: all may be."""
        ...

    def sees_alike(self, table: str, other: str) -> bool:
        """Whether the rows of both tables are seen by the same names."""
        ...


@dataclass(slots=True)
class _Ending:
    """How a transaction is to end."""

    works: list[Callable[[], None]]
    """What is done last."""
    waits_later: bool = False


class Tx:
    """A transaction under way. The caller of a query owns it; queries never commit."""

    __slots__ = ("_ending", "_raw", "_sight", "connection", "dialect")

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        raw: Any = None,
        sight: Narrowing | None = None,
        ending: _Ending | None = None,
    ) -> None:
        self.connection = connection
        self.dialect: Dialect = dialect
        self._raw = raw
        self._sight = sight
        self._ending = ending or _Ending([])

    def execute(self, statement: Executable, params: Params = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement; with a list of parameters, once for each."""
        if self._sight is not None:
            statement = self._sight.narrowed(statement, self.dialect)
        return self.connection.execute(statement, params)  # type: ignore[return-value]  # Core gives cursor results

    def scalar(self, statement: Executable, params: Params = None) -> Any:
        """The first column of the first row, or None."""
        return self.execute(statement, params).scalar()

    def seen_by(self, sight: Narrowing | None) -> Tx:
        """The same transaction for somebody who may not see everything; None: for one who may."""
        return self if sight is None else Tx(self.connection, self.dialect, self._raw, sight, self._ending)

    @property
    def whole(self) -> Tx:
        """The same transaction without any narrowing: for figures and checks that show no single row to a caller."""
        return self if self._sight is None else Tx(self.connection, self.dialect, self._raw, ending=self._ending)

    def dags_seen(self, table: str, workspace: str, most: int) -> list[str] | None:
        """The DAGs whose rows of a table may be seen; None: all, or more than `most`."""
        asked = None if self._sight is None else self._sight.dags(table, self.dialect)
        if asked is None:
            return None
        found = self.connection.execute(asked, {"workspace": workspace, "most": most + 1}).scalars().all()
        return list(found) if len(found) <= most else None

    def sees_alike(self, table: str, other: str) -> bool:
        """Whether the rows of both tables are seen by the same names."""
        return self._sight is None or self._sight.sees_alike(table, other)

    def before_commit(self, work: Callable[[], None]) -> None:
        """Have something done at the end of the transaction: statements for whose locks others wait."""
        self._ending.works.append(work)

    def end(self) -> None:
        """Do what was left for the end; for whoever opened the transaction."""
        for work in self._ending.works:
            work()

    def wait_for_disk_without_locks(self) -> None:
        """Have the locks of this transaction let go before it is on the disk: others who wait for them need not wait for
        the disk, too. Whoever opened it still hears of its end only when it is there.

        A commit that needs one of the locks is behind this one in the log of the database, so it is never there without it.
        """
        if self.dialect == "postgresql" and not self._ending.waits_later:
            self.connection.execute(_NO_WAIT)
            self._ending.waits_later = True

    @property
    def waits_later(self) -> bool:
        """Whether its end was asked not to wait for the disk, for whoever opened it to do so."""
        return self._ending.waits_later

    @property
    def raw(self) -> Any:
        """The driver's own connection, for hot statements that bypass SQLAlchemy.

        Raises:
            BrokenInvariant: the transaction is narrowed to what a caller may see, and the driver knows nothing of that.
        """
        if self._sight is not None:
            raise BrokenInvariant(
                "raw SQL does not know what a caller may see; use execute, or `whole` where it shows nothing"
            )
        if self._raw is None:
            self._raw = self.connection.connection.driver_connection
        return self._raw


class Database(Protocol):
    """The metadata database. Safe to use from several threads; open one per process, after any fork."""

    url: URL
    dialect: Dialect

    def write(self) -> AbstractContextManager[Tx]:
        """A transaction that may write: committed at the end of the block, rolled back when the block raises.

        Raises:
            DatabaseUnavailable: no answer, locked for too long, disk full, read-only.
            Conflict: a constraint of the schema was violated and the query did not say it better.
        """
        ...

    def read(self) -> AbstractContextManager[Tx]:
        """A read-only transaction over one snapshot.

        Raises:
            DatabaseUnavailable: no answer.
        """
        ...

    def close(self) -> None:
        """Close all connections; transactions under way end first."""
        ...


def open_database(settings: DbSettings, url: str) -> Database:
    """Connect to the metadata database.

    Args:
        settings: pool size, SQLite's synchronous level.
        url: ``sqlite:///path`` or ``postgresql://...`` (psycopg 3).

    Raises:
        InvalidInput: a URL of another kind.
        DatabaseUnavailable: it does not answer.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidInput(
            "db.url is not a database URL such as sqlite:///file.db or postgresql://host/name"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _SqliteDatabase(settings, parsed)
    if backend in ("postgresql", "postgres"):
        return _PostgresDatabase(settings, parsed.set(drivername="postgresql+psycopg"))
    raise InvalidInput(f"db.url names {backend!r}; the metadata database is SQLite or PostgreSQL", backend=backend)


# -- SQLite ----------------------------------------------------------------------------------------------------------


class _QueueLock:
    """A lock handed to threads in the order they asked; a thread that holds it and asks again is told so."""

    __slots__ = ("_guard", "_owner", "_waiting")

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[tuple[int, threading.Lock]] = deque()
        self._owner: int | None = None

    def acquire(self) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._owner is None:
                self._owner = me
                return
            if self._owner == me:
                raise BrokenInvariant("a write transaction was opened inside another one of the same thread")
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append((me, turn))
        turn.acquire()

    def release(self) -> None:
        with self._guard:
            if not self._waiting:
                self._owner = None
                return
            self._owner, turn = self._waiting.popleft()
        turn.release()


class _SqliteDatabase:
    dialect: Dialect = "sqlite"

    def __init__(self, settings: DbSettings, url: URL) -> None:
        if not url.database or url.database == ":memory:":
            raise InvalidInput("SQLite in memory can't be shared by threads and processes; give db.url a file")
        self.url = url
        self._path = url.database
        self._synchronous = settings.sqlite_synchronous.upper()
        if self._synchronous not in ("NORMAL", "FULL", "EXTRA", "OFF"):
            raise InvalidInput(f"db.sqlite_synchronous must be NORMAL or FULL, not {settings.sqlite_synchronous!r}")
        self._lock = _QueueLock()
        try:
            make_private_folder(Path(self._path).parent)
            if not Path(self._path).exists():
                make_private_file(Path(self._path))  # SQLite gives the files beside it the same mode
        except OSError as error:
            raise DatabaseUnavailable(f"the database's file can't be made: {error}") from error
        with _translated():
            self._write_engine = create_engine("sqlite://", creator=self._connect_writer, poolclass=NullPool)
            self._read_engine = create_engine(
                "sqlite://",
                creator=self._connect_reader,
                poolclass=QueuePool,
                pool_size=settings.pool_size,
                max_overflow=32,
            )
            self._writer = self._write_engine.connect()
        self._raw: Any = self._writer.connection.driver_connection

    def _connect(self, cache_kb: int) -> sqlite3.Connection:
        raw = sqlite3.connect(
            self._path,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,  # transactions begin and end where `write` and `read` say
            check_same_thread=False,
            cached_statements=256,
        )
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA temp_store = MEMORY")
        raw.execute(f"PRAGMA cache_size = -{cache_kb}")
        return raw

    def _connect_writer(self) -> sqlite3.Connection:
        raw = self._connect(cache_kb=16_000)
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute(f"PRAGMA synchronous = {self._synchronous}")
        raw.execute("PRAGMA journal_size_limit = 67108864")
        return raw

    def _connect_reader(self) -> sqlite3.Connection:
        raw = self._connect(cache_kb=4_000)
        raw.execute("PRAGMA query_only = ON")
        return raw

    @contextmanager
    def write(self) -> Generator[Tx, None, None]:
        self._lock.acquire()
        try:
            with _translated():
                raw = self._raw
                self._begin(raw)
                try:
                    yield (tx := Tx(self._writer, "sqlite", raw))
                    tx.end()
                    raw.execute("COMMIT")
                except BaseException:
                    if raw.in_transaction:
                        raw.execute("ROLLBACK")
                    raise
        finally:
            self._lock.release()

    def _begin(self, raw: sqlite3.Connection) -> None:
        for attempt in range(BUSY_ATTEMPTS):
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or attempt == BUSY_ATTEMPTS - 1:
                    raise
            else:
                return

    @contextmanager
    def read(self) -> Generator[Tx, None, None]:
        with _translated(), self._read_engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("BEGIN")
            try:
                yield Tx(connection, "sqlite", raw)
            finally:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")

    def close(self) -> None:
        self._lock.acquire()
        try:
            self._writer.close()
            self._read_engine.dispose()
            self._write_engine.dispose()
        finally:
            self._lock.release()


# -- PostgreSQL ------------------------------------------------------------------------------------------------------


class _PostgresDatabase:
    dialect: Dialect = "postgresql"

    def __init__(self, settings: DbSettings, url: URL) -> None:
        self.url = url
        self._engine: Engine = create_engine(
            url, pool_size=settings.pool_size, max_overflow=settings.pool_size, pool_timeout=30, pool_use_lifo=True
        )
        event.listen(self._engine, "connect", _speak_utc)
        self._driver: Any = self._engine.dialect.dbapi
        self._readers = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with self._translated(), self._engine.connect():
            pass

    @contextmanager
    def write(self) -> Generator[Tx, None, None]:
        with self._translated(), self._engine.connect() as connection:
            with connection.begin():
                yield (tx := Tx(connection, "postgresql"))
                tx.end()
            if tx.waits_later:
                with connection.begin():  # writes a little, so that its end waits for all that was written before
                    connection.execute(_WAIT)

    @contextmanager
    def read(self) -> Generator[Tx, None, None]:
        with self._translated(), self._readers.connect() as connection:
            yield Tx(connection, "postgresql")

    @contextmanager
    def _translated(self) -> Generator[None, None, None]:
        """Errors of statements that went to the driver directly, then the others."""
        with _translated():
            try:
                yield
            except self._driver.IntegrityError as error:
                raise Conflict(f"the database refuses this: {error}") from error
            except self._driver.DataError as error:
                raise InvalidInput(f"the database can't hold this value: {error}") from error
            except self._driver.OperationalError as error:
                raise DatabaseUnavailable(_silent(error)) from error

    def close(self) -> None:
        self._engine.dispose()


def _speak_utc(raw: Any, _record: object) -> None:
    raw.autocommit = True
    raw.execute("SET TIME ZONE 'UTC'")
    raw.autocommit = False


# -- errors ----------------------------------------------------------------------------------------------------------

_SQLITE_CAUSES = (
    ("locked", "the SQLite database is locked by another process; stop it, or use PostgreSQL for several servers"),
    ("busy", "the SQLite database is locked by another process; stop it, or use PostgreSQL for several servers"),
    ("full", "the disk under the database is full; free some space"),
    ("readonly", "the database file is read-only for this user; change its owner or db.url"),
    ("unable to open", "the database file can't be opened; check db.url and the rights of its folder"),
    ("disk I/O", "the disk under the database reports an error"),
    ("not a database", "the file that db.url names is not an SQLite database"),
    ("malformed", "the SQLite database is damaged; restore a copy"),
)


@contextmanager
def _translated() -> Generator[None, None, None]:
    """Errors of the driver in our words; mistakes in our own SQL pass through as they are."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(f"the database refuses this: {error.orig}") from error
    except sqlite3.IntegrityError as error:
        raise Conflict(f"the database refuses this: {error}") from error
    except DataError as error:
        raise InvalidInput(f"the database can't hold this value: {error.orig}") from error
    except (
        OverflowError,
        UnicodeEncodeError,
    ) as error:  # an integer of 65 bits, half a surrogate pair: SQLite's driver
        raise InvalidInput(f"the database can't hold this value: {error}") from error
    except (DBAPIError, sqlite3.OperationalError, sqlite3.DatabaseError, PoolTimeout) as error:
        if any(words in str(error)[:500] for words in _TOO_MANY):
            raise InvalidInput("the request names more things at once than the database takes; ask in parts") from error
        sentence = _unavailable(error)
        if sentence is None:
            raise
        raise DatabaseUnavailable(sentence) from error


_TOO_MANY = ("too many SQL variables", "number of parameters must be between")


def _unavailable(error: BaseException) -> str | None:
    origin = error.orig if isinstance(error, DBAPIError) else error
    words = str(origin)
    if isinstance(error, PoolTimeout):
        return "all connections to the database are in use for 30 s; raise db.pool_size"
    if isinstance(origin, sqlite3.Error):
        return next((f"{sentence} ({words})" for cause, sentence in _SQLITE_CAUSES if cause in words), None)
    if isinstance(error, DBAPIError) and (error.connection_invalidated or type(origin).__name__ == "OperationalError"):
        return _silent(origin)
    return None


def _silent(error: object) -> str:
    return f"PostgreSQL does not answer as it should: {str(error).strip()}"
