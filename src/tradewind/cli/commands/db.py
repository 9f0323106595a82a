"""`tradewind db`: the metadata database itself; none of this needs a server, and most of it wants none running."""

from __future__ import annotations

import os
import shutil
import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tradewind.base.errors import Conflict, DatabaseUnavailable, InvalidInput, NotFound
from tradewind.cli.dates import MOMENT
from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session, yes_option

if TYPE_CHECKING:
    from tradewind.db.engine import Database

__all__ = ["db"]


@click.group()
def db() -> None:
    """Look after the metadata database."""


@db.command()
@pass_session
def migrate(session: Session) -> None:
    """Bring the schema to this release's version; makes it where there is none."""
    from tradewind.base.clock import SystemClock
    from tradewind.db import schema

    database = _opened(session)
    before = schema.migrate(database, SystemClock().now())
    database.close()
    if before == schema.HEAD:
        click.echo(f"The database is at {schema.HEAD} already")
    else:
        click.echo(f"The database is at {schema.HEAD}" + (f", from {before}" if before else ", newly made"))


@db.command()
@click.option("--retry", type=click.IntRange(0), default=0, show_default=True, help="How often to try again.")
@click.option("--retry-delay", type=click.FloatRange(0), default=1.0, show_default=True, help="Seconds between tries.")
@pass_session
def check(session: Session, retry: int, retry_delay: float) -> None:
    """Check that the database answers."""
    session.only_here()
    _until_it_answers(session, retry, retry_delay)
    click.echo("The database answers")


@db.command("check-migrations")
@click.option(
    "-t", "--migration-wait-timeout", type=click.FloatRange(0), default=60.0, show_default=True, help="Seconds to wait."
)
@pass_session
def check_migrations(session: Session, migration_wait_timeout: float) -> None:
    """Wait until the schema is at this release's version."""
    from tradewind.db import schema

    until = time.monotonic() + migration_wait_timeout
    database = _opened(session)
    while not schema.check(database):
        if time.monotonic() >= until:
            raise DatabaseUnavailable(
                f"the database is not at {schema.HEAD} after {migration_wait_timeout:g} s; run `tradewind db migrate`"
            )
        time.sleep(0.5)
    database.close()
    click.echo(f"The database is at {schema.HEAD}")


@db.command()
@click.option("-t", "--tables", help="Tables to clean, with commas between; else all that can be.")
@click.option("--clean-before-timestamp", type=MOMENT, required=True, help="Delete what ended before this moment.")
@click.option("--dry-run", is_flag=True, help="Count what would be deleted.")
@yes_option
@output_option
@pass_session
def clean(
    session: Session, *, tables: str | None, clean_before_timestamp: datetime, dry_run: bool, yes: bool, output: str
) -> None:
    """Delete old rows: runs that ended, XComs, versions without runs, event logs; and artifacts that nothing names."""
    from tradewind.cli.artifacts import sweep
    from tradewind.db import schema
    from tradewind.worker.xcom import stored_artifacts

    names = [name.strip() for name in tables.split(",")] if tables else [*schema.CLEANABLE, "artifacts"]
    if not yes and not dry_run:
        click.confirm(
            f"Delete what ended before {clean_before_timestamp.isoformat()} from {', '.join(names)}?", abort=True
        )
    counts = schema.clean(
        session.database, clean_before_timestamp, [name for name in names if name != "artifacts"], dry_run=dry_run
    )
    if "artifacts" in names:
        store = stored_artifacts(session.settings.artifact_url)
        counts["artifacts"] = sweep(session.database, store, clean_before_timestamp, dry_run=dry_run).files
    show(({"table": name, "rows": count} for name, count in counts.items()), ["table", "rows"], output)


@db.command()
@yes_option
@pass_session
def reset(session: Session, yes: bool) -> None:
    """Delete everything in the database, and make the schema anew."""
    from tradewind.base.clock import SystemClock
    from tradewind.cli.client import running_server
    from tradewind.db import schema

    server = running_server(session.settings.home)
    if server is not None:
        raise Conflict(f"a server (process {server.pid}) uses this database; stop it first", pid=server.pid)
    if not yes:
        click.confirm(f"Delete everything in {_shown(session.settings.db_url)}?", abort=True)
    database = _opened(session)
    schema.reset(database, SystemClock().now())
    database.close()
    click.echo(f"The database is empty, at {schema.HEAD}")


@db.command()
@pass_session
def shell(session: Session) -> None:
    """Open the database's own shell: sqlite3 or psql."""
    session.only_here()
    url = session.settings.db_url
    if url.startswith("sqlite"):
        words = ["sqlite3", url.partition("///")[2]]
    elif url.startswith("postgres"):
        words = ["psql", "postgresql://" + url.partition("://")[2]]
    else:
        raise InvalidInput(f"no shell is known for {_shown(url)}")
    program = shutil.which(words[0])
    if program is None:
        raise NotFound(f"the program {words[0]} is not installed; it is what this command opens", program=words[0])
    os.execv(program, words)  # noqa: S606 - the shell takes over this process


def _opened(session: Session) -> Database:
    """The database as it is, migrated or not."""
    session.only_here()
    from tradewind.db.engine import open_database

    session.settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return open_database(session.settings.db, session.settings.db_url)


def _until_it_answers(session: Session, retry: int, delay_s: float) -> None:
    from tradewind.db import schema

    for left in range(retry, -1, -1):
        try:
            database = _opened(session)
            schema.check(database)
            database.close()
        except DatabaseUnavailable as error:
            if left == 0:
                raise
            click.echo(f"{error.message}; {left} tries left", err=True)
            time.sleep(delay_s)
        else:
            return


def _shown(url: str) -> str:
    """The URL without its password."""
    head, at, tail = url.rpartition("@")
    return f"{head.partition('://')[0]}://***{at}{tail}" if at else url
