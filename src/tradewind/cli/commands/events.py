"""`tradewind events`: what changes, as it changes."""

from __future__ import annotations

import json
from typing import Any

import click

from tradewind.cli.live import events as listen
from tradewind.cli.session import Session, pass_session

__all__ = ["events"]

SHOWN_APART = ("type", "time", "id")


@click.command()
@click.option("--follow", is_flag=True, help="Go on with what happens from now on, without end.")
@click.option("--types", help="Types of events with commas, such as dag_run,task_instance; else all.")
@click.option("--dag-id", multiple=True, help="Only of DAGs that fit; * stands for any characters.")
@click.option("--run-id", multiple=True, help="Only of runs that fit.")
@click.option("--asset", multiple=True, help="Only events of assets whose name or URI fits.")
@click.option("--cursor", help="Begin after the event with this id; `oldest`: with all that is kept.")
@click.option("-o", "--output", type=click.Choice(["plain", "json"]), default="plain", show_default=True,
              help="Lines for people, or a JSON object a line.")  # fmt: skip
@pass_session
def events(session: Session, *, follow: bool, run_id: tuple[str, ...], output: str, **given: Any) -> None:
    """Show what has changed, and what changes: runs, task instances, DAGs, assets, backfills.

    Without --follow: what the server still knows of the past.
    """
    is_followed = follow and session.client.has_scheduler
    query: dict[str, Any] = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    query["cursor"] = given["cursor"] or (None if is_followed else "oldest")
    for event in listen(session.client, **query, dag_run_id=list(run_id), follow=is_followed):
        if output == "json":
            click.echo(json.dumps(event))
        elif event["type"] == "reset":
            click.echo(f"Some events are missing: {event['reason']}.", err=True)
        elif event["type"] != "start":
            click.echo(_line(event))


def _line(event: dict[str, Any]) -> str:
    facts = " ".join(
        f"{name}={value}"
        for name, value in event.items()
        if name not in SHOWN_APART and value is not None and not (name.endswith("map_index") and value == -1)
    )
    return f"{event['time']:27.27} {event['type']:13} {facts}"
