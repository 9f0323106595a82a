"""Opens the database for a command: on SQLite it is made where it is missing, elsewhere it must have been migrated."""

from __future__ import annotations

from tradewind.base.clock import SystemClock
from tradewind.base.errors import DatabaseUnavailable
from tradewind.base.settings import Settings
from tradewind.db import schema
from tradewind.db.engine import Database, open_database

__all__ = ["open_migrated"]


def open_migrated(settings: Settings) -> Database:
    """The database, ready for this release.

    Raises:
        DatabaseUnavailable: it can't be reached, or has not been migrated.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(settings.db, settings.db_url)
    if not schema.check(database):
        if not settings.db_url.startswith("sqlite"):
            database.close()
            raise DatabaseUnavailable("the database is not at this release's version; run `tradewind db migrate`")
        schema.migrate(database, SystemClock().now())
    return database
