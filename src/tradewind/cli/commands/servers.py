"""`tradewind standalone`: the flags of the server, given to the composition root."""

from __future__ import annotations

import click

from tradewind.cli.session import Session, pass_session

__all__ = ["standalone"]


@click.command()
@click.option("--dags", "dags_folder", type=click.Path(exists=True, file_okay=False), help="Folder of the DAG files.")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8080]")
@pass_session
def standalone(session: Session, dags_folder: str | None, host: str | None, port: int | None) -> None:
    """Run everything in one process: API, scheduler, parser, executor.

    On the first start it makes the database and the user `admin`, and prints the password once.
    """
    from tradewind.cli.standalone import run_standalone

    run_standalone(
        session.settings_with({"parsing": {"dags_folder": dags_folder}, "api": {"host": host, "port": port}})
    )
