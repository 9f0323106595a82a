"""`tradewind info`: the facts to put into a question about this installation."""

from __future__ import annotations

import importlib.metadata
import platform
import sys

import click

from tradewind.cli.output import show_one
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["info"]

PACKAGES = ("sqlalchemy", "fastapi", "msgspec", "jinja2", "pendulum", "pandas", "psycopg")


@click.command()
@click.option("--anonymize", is_flag=True, help="Leave out names of folders and users.")
@output_option
@pass_session
def info(session: Session, anonymize: bool, output: str) -> None:
    """Show this installation: versions, folders, database, server."""
    from tradewind.cli.client import running_server

    settings = session.settings
    server = running_server(settings.home)
    kind = settings.db_url.partition(":")[0]
    fields = {
        "version": importlib.metadata.version("tradewind"),
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "executable": "hidden" if anonymize else sys.executable,
        "home": "hidden" if anonymize else str(settings.home),
        "dags_folder": "hidden" if anonymize else str(settings.dags_folder),
        "log_folder": "hidden" if anonymize else str(settings.log_folder),
        "database": kind if anonymize or "@" in settings.db_url else settings.db_url,
        "executor": settings.executor.name,
        "isolation": settings.worker.isolation,
        "server": _asked(session) or (f"{server.url} (process {server.pid})" if server else "none runs"),
    }
    show_one(fields | {f"package {name}": _installed(name) for name in PACKAGES}, output)


def _asked(session: Session) -> str:
    """The server elsewhere that commands talk to; empty: none is named."""
    return f"{session.environ['TRADEWIND_URL']} (TRADEWIND_URL)" if session.is_remote else ""


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
