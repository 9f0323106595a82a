"""The schema of a database: bring it up to date, tell whether it is, empty it, and let go of old rows.

A new database is made in one step from `tables` and stamped with the newest revision, without loading Alembic; an
older one runs the chain in `migrations`. On PostgreSQL an advisory lock, taken inside the transaction, lets one
process migrate while the others wait.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import (
    Column,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
    delete,
    exists,
    func,
    inspect,
    select,
    text,
    union,
)

from tradewind.base.clock import SystemClock
from tradewind.base.errors import DatabaseUnavailable, InvalidInput
from tradewind.db import audit_chain
from tradewind.db import tables as t
from tradewind.db.engine import Database, Tx

__all__ = ["CLEANABLE", "DEFAULT_POOL_SLOTS", "HEAD", "check", "clean", "migrate", "reset"]

HEAD = "0007"
"""The newest revision in `migrations/versions`."""
DEFAULT_POOL_SLOTS = 128
_LOCK_KEY = 7_238_011
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def migrate(database: Database, now: datetime) -> str | None:
    """Bring the schema up to date; safe when several processes start at once.

    Returns:
        The revision it was at before; None: the database was new.

    Raises:
        DatabaseUnavailable: the database belongs to a newer release, or to something else.
    """
    with database.write() as tx:
        _one_at_a_time(tx)
        before = _revision(tx)
        if before == HEAD:
            return before
        if before is None:
            if inspect(tx.connection).get_table_names():
                raise DatabaseUnavailable(
                    f"{database.url.render_as_string()} holds tables that are not ours; give db.url an empty database"
                )
            t.metadata.create_all(tx.connection, checkfirst=False)
            _VERSION.create(tx.connection)
            tx.execute(_VERSION.insert(), {"version_num": HEAD})
            _seed(tx, now)
            return None
        _upgrade(tx, before)
        return before


def check(database: Database) -> bool:
    """Whether the schema is the one this release works with."""
    with database.read() as tx:
        return _revision(tx) == HEAD


def reset(database: Database, now: datetime) -> None:
    """Delete everything and make the schema anew."""
    with database.write() as tx:
        _one_at_a_time(tx)
        found = MetaData()
        ours = {*t.metadata.tables, _VERSION.name}
        found.reflect(tx.connection, only=lambda name, _: name in ours)
        found.drop_all(tx.connection)
    migrate(database, now)


def _one_at_a_time(tx: Tx) -> None:
    if tx.dialect == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


def _revision(tx: Tx) -> str | None:
    if not inspect(tx.connection).has_table(_VERSION.name):
        return None
    return tx.scalar(select(_VERSION.c.version_num))


def _upgrade(tx: Tx, before: str) -> None:
    from tradewind.db.migrations.chain import upgrade  # noqa: PLC0415 - Alembic costs half a second, once per release

    upgrade(tx.connection, before)


def _seed(tx: Tx, now: datetime) -> None:
    tx.execute(t.workspace.insert(), {"name": "default", "created_at": now})
    tx.execute(
        t.pool.insert(),
        {
            "workspace": "default",
            "name": "default_pool",
            "slots": DEFAULT_POOL_SLOTS,
            "description": "Tasks that name no pool",
        },
    )
    start = audit_chain.START
    tx.execute(t.audit_head.insert(), {"id": 1, "last_id": 0, "last_hash": start, "cut_id": 0, "cut_hash": start})


# -- old rows --------------------------------------------------------------------------------------------------------

_FINISHED_RUN = t.dag_run.c.state.in_(("success", "failed"))


def _conditions(before: datetime) -> dict[str, tuple[Table, Any]]:
    old_run = and_(_FINISHED_RUN, t.dag_run.c.end_date < before)

    def of_old_run(
        table: Table,
    ) -> Any:  # found row by row: a part that is deleted must not cost a look at all old runs
        return exists().where(t.dag_run.c.uid == table.c.run_uid, old_run)

    used = union(
        select(t.dag_run.c.version_id),
        select(t.attempt.c.version_id),
        select(t.dag.c.version_id).where(t.dag.c.version_id.is_not(None)),
    )
    waits = select(t.asset_queue.c.event_uid)
    return {
        "asset_event": (t.asset_event, and_(t.asset_event.c.timestamp < before, t.asset_event.c.uid.not_in(waits))),
        "dag_run": (t.dag_run, old_run),
        "xcom": (t.xcom, and_(of_old_run(t.xcom), t.xcom.c.timestamp < before)),
        "rendered": (t.rendered, of_old_run(t.rendered)),
        "dag_version": (t.dag_version, and_(t.dag_version.c.created_at < before, t.dag_version.c.id.not_in(used))),
        "event_log": (t.event_log, t.event_log.c.id < audit_chain.first_kept(before)),
        "import_error": (t.import_error, t.import_error.c.timestamp < before),
        "revoked_token": (t.revoked_token, t.revoked_token.c.expires_at < before),
        "process": (t.process, t.process.c.heartbeat_at < before),
    }


CLEANABLE = (
    "asset_event",
    "dag_run",
    "xcom",
    "rendered",
    "dag_version",
    "event_log",
    "import_error",
    "revoked_token",
    "process",
)
"""Tables that `clean` may be told to look at; a run takes its instances, attempts and XComs with it. Events of assets that
still wait for the rest of a condition stay."""


def clean(
    database: Database,
    before: datetime,
    tables: Collection[str] = CLEANABLE,
    *,
    dry_run: bool = False,
    now: datetime | None = None,
) -> dict[str, int]:
    """Delete what ended before a moment. Unfinished runs stay, whatever their age.

    Args:
        now: what the audit log says about the time of its own cut; None: the present moment.

    Returns:
        Rows deleted (or, in a dry run, that would be), by table.

    Raises:
        InvalidInput: a table that can't be cleaned.
    """
    unknown = sorted(set(tables) - set(CLEANABLE))
    if unknown:
        raise InvalidInput(f"{unknown[0]!r} can't be cleaned; there are {', '.join(CLEANABLE)}", table=unknown[0])
    if dry_run:
        with database.read() as tx:
            return {
                name: tx.scalar(select(func.count()).select_from(table).where(condition))
                for name, (table, condition) in _conditions(before).items()
                if name in tables
            }
    counts: dict[str, int] = {}
    for name, (table, condition) in _conditions(before).items():
        if name == "dag_run" and name in tables:
            counts[name] = _delete_runs(database, condition)
        elif name == "event_log" and name in tables:
            with database.write() as tx:
                counts[name] = audit_chain.cut(tx, before, now or SystemClock().now())
        elif name == "dag_version" and name in tables:
            with database.write() as tx:
                counts[name] = tx.execute(delete(table).where(condition)).rowcount
        elif name in tables:
            counts[name] = _delete_rows(database, table, condition)
    if "dag_version" in tables:
        with database.write() as tx:
            tx.execute(delete(t.spec).where(t.spec.c.hash.not_in(select(t.dag_version.c.spec_hash))))
            tx.execute(delete(t.dag_code).where(t.dag_code.c.hash.not_in(select(t.dag_version.c.code_hash))))
    return counts


_RUNS_AT_ONCE = 100
_ROWS_AT_ONCE = 500
_HOLD_S = 0.05
"""How long one transaction deletes: the scheduler waits for it, and each costs a flush of the disk."""


def _delete_runs(database: Database, condition: Any) -> int:
    """Delete runs a few at a time, so that the scheduler can commit in between."""
    return _delete_by(database, t.dag_run.c.uid, condition, _RUNS_AT_ONCE)


def _delete_rows(database: Database, table: Table, condition: Any) -> int:
    """The same for rows that nothing hangs on."""
    return _delete_by(database, table.primary_key.columns.values()[0], condition, _ROWS_AT_ONCE)


def _delete_by(database: Database, key: Column[Any], condition: Any, most: int) -> int:
    """Delete by the first column of a key, which may stand for several rows."""
    deleted = 0
    some = select(key).where(condition).limit(most)
    while True:
        with database.write() as tx:
            until = monotonic() + _HOLD_S
            while found := tx.execute(some).scalars().all():
                deleted += tx.execute(delete(key.table).where(key.in_(found), condition)).rowcount
                if monotonic() >= until:
                    break
            else:
                return deleted
