"""`tradewind tasks clear`: makes task instances run again, after showing which."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import click

from tradewind.base.errors import InvalidInput, NotFound
from tradewind.cli.dates import MOMENT
from tradewind.cli.output import show
from tradewind.cli.session import Session, pass_session, yes_option

__all__ = ["clear"]

COLUMNS = ("dag_id", "dag_run_id", "task_id", "map_index", "state")


@click.command()
@click.argument("dag_id")
@click.option("-t", "--task-regex", help="Only tasks whose id has a match of this regular expression.")
@click.option("--run-id", help="Only this run.")
@click.option("-s", "--start-date", type=MOMENT, help="Only runs with a logical date from here on.")
@click.option("-e", "--end-date", type=MOMENT, help="Only runs with a logical date up to here.")
@click.option("-u", "--upstream", is_flag=True, help="Also what comes before the tasks.")
@click.option("-d", "--downstream", is_flag=True, help="Also what comes after the tasks.")
@click.option("-f", "--only-failed", is_flag=True, help="Only instances that failed.")
@click.option("-r", "--only-running", is_flag=True, help="Only instances that run.")
@yes_option
@pass_session
def clear(
    session: Session,
    *,
    dag_id: str,
    yes: bool,
    task_regex: str | None,
    start_date: datetime | None,
    end_date: datetime | None,
    **given: Any,
) -> None:
    """Make task instances run again, as if they never had.

    Without --run-id, --start-date and --end-date all runs of the DAG are meant.
    """
    body: dict[str, Any] = {
        "only_failed": given["only_failed"],
        "only_running": given["only_running"],
        "include_upstream": given["upstream"],
        "include_downstream": given["downstream"],
        "reset_dag_runs": True,
    }
    if given["run_id"]:
        body["dag_run_id"] = given["run_id"]
    if start_date:
        body["start_date"] = start_date.isoformat()
    if end_date:
        body["end_date"] = end_date.isoformat()
    if task_regex:
        body["task_ids"] = _matching(session, dag_id, task_regex)
    path = ("dags", dag_id, "clearTaskInstances")
    affected = session.client.call("POST", path, body={**body, "dry_run": True})["task_instances"]
    if not affected:
        click.echo("Nothing to clear")
        return
    if not yes:
        show(affected, COLUMNS, "table")
        click.confirm(f"Clear these {len(affected)} task instances?", abort=True)
    session.client.call("POST", path, body={**body, "dry_run": False})
    click.echo(f"{len(affected)} task instances are cleared")
    if not session.client.has_scheduler:
        click.echo("No server runs: they run again once one is started.", err=True)


def _matching(session: Session, dag_id: str, task_regex: str) -> list[str]:
    try:
        pattern = re.compile(task_regex)
    except re.error as error:
        raise InvalidInput(f"{task_regex!r} is not a regular expression: {error}") from error
    tasks = session.client.get("dags", dag_id, "tasks")["tasks"]
    found = [task["task_id"] for task in tasks if pattern.search(task["task_id"])]
    if not found:
        raise NotFound(
            f"no task of {dag_id} matches {task_regex!r}; it has {', '.join(task['task_id'] for task in tasks)}"
        )
    return found
