"""What one invocation of the command line shares: its settings, and the client for the API, each made on first use."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from tradewind.base.errors import InvalidInput

if TYPE_CHECKING:
    from tradewind.base.settings import Settings
    from tradewind.cli.client import Client
    from tradewind.db.engine import Database

__all__ = ["Session", "output_option", "pass_session", "yes_option"]

P = ParamSpec("P")
R = TypeVar("R")


class Session:
    """The invocation.

    Args:
        environ: the environment's variables.
        home: the home folder from the flag, if given.
        verbose: whether tracebacks are wanted.
    """

    def __init__(self, environ: Mapping[str, str], *, home: str | None = None, verbose: bool = False) -> None:
        self.environ = environ
        self.verbose = verbose
        self._home = Path(home) if home else None
        self._client: Client | None = None
        self._database: Database | None = None

    @functools.cached_property
    def settings(self) -> Settings:
        """What is set for this home."""
        from tradewind.base.settings import load_settings

        return load_settings(self.environ, home=self._home)

    @functools.cached_property
    def served_settings(self) -> Settings:
        """The settings, with the DAGs folder of the server that runs on this home: it may come from a flag of its own."""
        from tradewind.cli.client import running_server

        server = running_server(self.settings.home)
        if server is None or not server.dags_folder:
            return self.settings
        return self.settings_with({"parsing": {"dags_folder": server.dags_folder}})

    def settings_with(self, flags: Mapping[str, Mapping[str, object]]) -> Settings:
        """The settings with what flags say on top; section -> key -> value, None for flags not given."""
        from tradewind.base.settings import load_settings

        return load_settings(self.environ, home=self._home, overrides=flags)

    @property
    def is_remote(self) -> bool:
        """Whether the environment names a server on another machine; `--home` says more, and means this one."""
        return self._home is None and bool(self.environ.get("TRADEWIND_URL", "").strip())

    @property
    def client(self) -> Client:
        """The API: of the server that `TRADEWIND_URL` names, else of the one on this home, else mounted in this process."""
        if self._client is None and self.is_remote:
            from tradewind.cli.remote import remote_client

            self._client = remote_client(self.environ)
        if self._client is None:
            from tradewind.cli.client import open_client

            self._client = open_client(self)
        return self._client

    @property
    def database(self) -> Database:
        """The database itself, for commands that work below the API. On SQLite it is made where it is missing.

        Raises:
            DatabaseUnavailable: it can't be reached, or has not been migrated.
            InvalidInput: the environment names a server elsewhere, whose database this is not.
        """
        self.only_here()
        if self._database is None:
            from tradewind.cli.database import open_migrated

            self._database = open_migrated(self.settings)
        return self._database

    def only_here(self) -> None:
        """Refuse what works on the home itself while commands are meant for a server elsewhere.

        Raises:
            InvalidInput: they are.
        """
        if self.is_remote:
            raise InvalidInput(
                "this works on the database itself, and TRADEWIND_URL names a server elsewhere: "
                "run it where that server runs, or without TRADEWIND_URL for the home here"
            )

    def close(self) -> None:
        """Let go of what was opened."""
        if self._client is not None:
            self._client.close()
        if self._database is not None:
            self._database.close()


def pass_session(function: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
    """Give a command the session, and the option `--verbose` that Airflow's commands have."""

    @click.option("-v", "--verbose", is_flag=True, expose_value=False, help="Show the traceback behind an error.")
    @click.pass_obj
    @functools.wraps(function)
    def command(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return function(session, *args, **kwargs)

    return command  # type: ignore[return-value]  # click.pass_obj fills in the session


def output_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-o/--output`: how rows are printed."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(["table", "json", "yaml", "plain"]),
        default="table",
        show_default=True,
        help="Format of the output.",
    )(function)


def yes_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-y/--yes`: do not ask."""
    return click.option("-y", "--yes", is_flag=True, help="Do not ask.")(function)
