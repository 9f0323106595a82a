"""Alembic, driven without its command line or configuration files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from tradewind.base.errors import DatabaseUnavailable

__all__ = ["head", "upgrade"]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def head() -> str | None:
    """The newest revision."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def upgrade(connection: Connection, before: str | None, to: str = "head") -> None:
    """Run the revisions after `before` (None: all), in the transaction that `connection` is in.

    Raises:
        DatabaseUnavailable: the database is at a revision that this release does not know.
    """
    config = _config()
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs(to, revision)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - as `alembic upgrade` does

    if not connection.in_transaction():
        connection.begin()  # or else Alembic begins a transaction of its own, and commits what is not its to commit
    try:
        with EnvironmentContext(config, scripts, fn=steps):
            scripts.run_env()
    except CommandError as error:
        raise DatabaseUnavailable(
            f"the database is at revision {before}, which this release does not know; install the newer release",
            revision=before,
        ) from error
