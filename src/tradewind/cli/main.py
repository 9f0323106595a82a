"""The entry of the command line: the list of commands, and the one place where errors become words and exit codes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from tradewind.base.errors import TradewindError
from tradewind.cli.lazy import LazyGroup, Listed
from tradewind.cli.session import Session

__all__ = ["EXIT_CODES", "cli", "main"]

YOUNG_OBJECTS = 50_000
HERE = "tradewind.cli.commands"
COMMANDS: Listed = {
    "airflow": (
        f"{HERE}.airflow:airflow",
        "Move from Airflow: check DAG files, take over connections, variables and pools.",
    ),
    "assets": (f"{HERE}.assets:assets", "Manage assets."),
    "audit": (f"{HERE}.audit:audit", "Look at the audit log, take it away, verify that nobody has changed it."),
    "auth": (f"{HERE}.auth:auth", "Log in to a server elsewhere; ask what somebody may do."),
    "backfill": (f"{HERE}.backfill:backfill", "Run a DAG for dates that have passed."),
    "config": (f"{HERE}.config:config", "Show what is set, and where it came from."),
    "connections": (f"{HERE}.connections:connections", "Manage connections to other systems."),
    "dags": (f"{HERE}.dags:dags", "List, run and look after DAGs."),
    "db": (f"{HERE}.db:db", "Look after the metadata database."),
    "events": (
        f"{HERE}.events:events",
        "Show what has changed, and what changes: runs, task instances, DAGs, assets, backfills.",
    ),
    "hitl": (f"{HERE}.hitl:hitl", "Answer questions that tasks ask people (human in the loop)."),
    "info": (f"{HERE}.info:info", "Show this installation: versions, folders, database, server."),
    "partitions": (f"{HERE}.partitions:partitions", "Look after which part of the data runs are about."),
    "plugins": (f"{HERE}.plugins:plugins", "List plugins, what they bring, and those that can't be loaded."),
    "pools": (f"{HERE}.pools:pools", "Manage pools."),
    "providers": (f"{HERE}.providers:providers", "Install provider packages, and see what they bring."),
    "roles": (f"{HERE}.roles:roles", "Manage roles: what they allow."),
    "rotate-fernet-key": (
        f"{HERE}.rotate_fernet_key:rotate_fernet_key",
        "Encrypt passwords and variables again with the newest key.",
    ),
    "run": (f"{HERE}.run:run", "Run a DAG file in this terminal, with live progress."),
    "service-accounts": (
        f"{HERE}.service_accounts:service_accounts",
        "Manage service accounts: programs that use the API.",
    ),
    "standalone": (f"{HERE}.servers:standalone", "Run everything in one process: API, scheduler, parser, executor."),
    "state-store": (f"{HERE}.state_store:state_store", "Look after what tasks have stored for their next try."),
    "tasks": (f"{HERE}.tasks:tasks", "Look at tasks, run one, clear some."),
    "tokens": (
        f"{HERE}.tokens:tokens",
        "Manage tokens: what programs show to the API, with bounds and an end.",
    ),
    "users": (f"{HERE}.users:users", "Manage who may log in."),
    "variables": (f"{HERE}.variables:variables", "Manage variables."),
    "version": (f"{HERE}.version:version", "Show the version."),
    "why": (f"{HERE}.why:why", "Say why a DAG, a run or a task is not going on, or ended as it did."),
}

EXIT_CODES = {
    "invalid_input": 2,
    "authoring": 2,
    "not_found": 3,
    "conflict": 4,
    "unauthenticated": 5,
    "forbidden": 5,
    "database_unavailable": 6,
    "server_unavailable": 6,
}
"""Code of the error -> exit code; all other errors, and runs that failed, end with 1."""


@click.group(cls=LazyGroup, listed=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(file_okay=False), help="Home folder, instead of $TRADEWIND_HOME or ~/.tradewind."
)
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback behind an error.")
@click.pass_context
def cli(ctx: click.Context, home: str | None, verbose: bool) -> None:
    """Tradewind runs workflows: DAGs of tasks in Airflow's language, on an event-driven engine."""
    ctx.obj = Session(os.environ, home=home, verbose=verbose)
    ctx.call_on_close(ctx.obj.close)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave the process with its exit code."""
    # Loading modules makes many objects and no garbage: looking for it would take a tenth of a command's time.
    gc.set_threshold(YOUNG_OBJECTS)
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_run(words))


def _run(words: list[str]) -> int:
    is_verbose = "-v" in words or "--verbose" in words
    try:
        result = cli.main(args=words, prog_name="tradewind", standalone_mode=False)
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        return 130
    except BrokenPipeError:
        # The reader of our output has seen enough (`| head`); nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except TradewindError as error:
        if is_verbose:
            _traceback()
        click.echo(f"{click.style('Error:', fg='red', bold=True)} {error.message}", err=True)
        return EXIT_CODES.get(error.code, 1)
    except Exception as error:  # noqa: BLE001 - the edge of the process: a bug is told, with the way to its traceback
        if is_verbose:
            _traceback()
        if isinstance(error, OSError) and error.filename is not None:  # a file or folder of the user's, not a bug
            click.echo(f"{click.style('Error:', fg='red', bold=True)} {error.filename}: {error.strerror}", err=True)
            return 1
        hint = "" if is_verbose else "; run it again with --verbose for the traceback"
        click.echo(f"{click.style('Bug:', fg='red', bold=True)} {type(error).__name__}: {error}{hint}", err=True)
        return 70
    return result if isinstance(result, int) else 0


def _traceback() -> None:
    import traceback

    traceback.print_exc()
