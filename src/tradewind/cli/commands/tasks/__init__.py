"""`tradewind tasks`: the list of its commands."""

from __future__ import annotations

import click

from tradewind.cli.lazy import LazyGroup, Listed

__all__ = ["tasks"]

HERE = "tradewind.cli.commands.tasks"
COMMANDS: Listed = {
    "clear": (f"{HERE}.clear:clear", "Make task instances run again, as if they never had."),
    "list": (f"{HERE}.states:list_tasks", "List the tasks of a DAG."),
    "logs": (f"{HERE}.logs:logs", "Show what a task instance wrote to its log."),
    "render": (f"{HERE}.states:render", "Show the fields of a task instance as they were rendered when it ran."),
    "state": (f"{HERE}.states:state", "Show the state of a task instance."),
    "states-for-dag-run": (f"{HERE}.states:states_for_dag_run", "Show the states of all task instances of a run."),
    "test": (f"{HERE}.test:test", "Run one task in this process, without what comes before it."),
}


@click.group(cls=LazyGroup, listed=COMMANDS)
def tasks() -> None:
    """Look at tasks, run one, clear some."""
