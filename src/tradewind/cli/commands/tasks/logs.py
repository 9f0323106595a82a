"""`tradewind tasks logs`: what a task instance wrote, once or as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tradewind.cli.run_lookup import find_run
from tradewind.cli.session import Session, pass_session

if TYPE_CHECKING:
    from tradewind.cli.client import Client

__all__ = ["log_lines", "logs"]


@click.command()
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("logical_date_or_run_id")
@click.option("--map-index", type=int, default=-1, help="Index of a mapped instance.")
@click.option("--try", "try_number", type=click.IntRange(1), help="Which try; else the latest.")
@click.option("--follow", is_flag=True, help="Go on until the try has ended.")
@pass_session
def logs(session: Session, *, dag_id: str, task_id: str, logical_date_or_run_id: str, **given: Any) -> None:
    """Show what a task instance wrote to its log."""
    run = find_run(session.client, dag_id, logical_date_or_run_id)
    path = ("dags", dag_id, "dagRuns", run["dag_run_id"], "taskInstances", task_id)
    map_index = given["map_index"]
    instance = session.client.get(*path, *([str(map_index)] if map_index >= 0 else []))
    number = str(given["try_number"] or max(instance["try_number"], 1))
    is_followed = given["follow"] and session.client.has_scheduler
    for line in log_lines(session.client, (*path, "logs", number), map_index, is_followed=is_followed):
        click.echo(line)


def log_lines(client: Client, path: tuple[str, ...], map_index: int, *, is_followed: bool = False) -> Iterator[str]:
    """The lines of a log, as people read them."""
    if is_followed:
        found = client.lines(*path, map_index=map_index)
    else:
        found = client.get(*path, map_index=map_index, full_content=True)["content"]
    for line in found:
        if isinstance(line, str):
            yield line
        else:
            where = "" if line.get("logger", "").startswith("task.") else f"{line.get('logger', '')}: "
            yield f"{line.get('timestamp') or '':27.27} {(line.get('level') or '').upper():7} {where}{line['event']}"
