"""`tradewind dags`: the list of its commands."""

from __future__ import annotations

import click

from tradewind.cli.lazy import LazyGroup, Listed

__all__ = ["dags"]

HERE = "tradewind.cli.commands.dags"
COMMANDS: Listed = {
    "deadlines": (
        f"{HERE}.deadlines:deadlines",
        "Show the deadlines of a DAG or run: met, missed, or still to come.",
    ),
    "delete": (f"{HERE}.catalogue:delete", "Delete a DAG with its runs and all that they left."),
    "details": (f"{HERE}.catalogue:details", "Show all that is known about a DAG."),
    "list": (f"{HERE}.catalogue:list_dags", "List DAGs."),
    "list-import-errors": (f"{HERE}.files:list_import_errors", "List the files that could not be imported."),
    "list-runs": (f"{HERE}.runs:list_runs", "List the runs of a DAG."),
    "next-execution": (f"{HERE}.schedule:next_execution", "Show when a DAG runs next."),
    "pause": (f"{HERE}.catalogue:pause", "Stop starting runs of a DAG."),
    "preview": (f"{HERE}.schedule:preview", "Show what the coming runs cover and when they fire."),
    "reserialize": (f"{HERE}.files:reserialize", "Read all DAG files again, now."),
    "show": (f"{HERE}.catalogue:show_dag", "Show the tasks of a DAG and what follows from what."),
    "state": (f"{HERE}.runs:state", "Show the state of a run."),
    "test": (f"{HERE}.test:test", "Run a DAG once in this process, without a server."),
    "trigger": (f"{HERE}.trigger:trigger", "Ask for a run of a DAG."),
    "unpause": (f"{HERE}.catalogue:unpause", "Start runs of a DAG again."),
}


@click.group(cls=LazyGroup, listed=COMMANDS)
def dags() -> None:
    """List, run and look after DAGs."""
