"""Tasks and their instances, looked at."""

from __future__ import annotations

from typing import Any

import click

from tradewind.base.errors import NotFound
from tradewind.cli.output import as_text, show
from tradewind.cli.run_lookup import find_run
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["list_tasks", "render", "state", "states_for_dag_run"]

COLUMNS = ("dag_id", "logical_date", "task_id", "map_index", "state", "try_number", "start_date", "end_date")


@click.command("list")
@click.argument("dag_id")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["plain", "table", "json", "yaml"]),
    default="plain",
    help="Format of the output; plain: the ids alone.",
)
@pass_session
def list_tasks(session: Session, dag_id: str, output: str) -> None:
    """List the tasks of a DAG."""
    tasks = session.client.get("dags", dag_id, "tasks", order_by="task_id")["tasks"]
    if output == "plain":
        for task in tasks:
            click.echo(task["task_id"])
    else:
        show(
            tasks,
            ["task_id", "operator_name", "trigger_rule", "retries", "pool", "is_mapped", "downstream_task_ids"],
            output,
        )


@click.command()
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("logical_date_or_run_id")
@click.option("--map-index", type=int, default=-1, help="Index of a mapped instance.")
@click.option("--follow", is_flag=True, help="Go on, a line for each state, until it has ended.")
@pass_session
def state(
    session: Session, *, dag_id: str, task_id: str, logical_date_or_run_id: str, map_index: int, follow: bool
) -> None:
    """Show the state of a task instance."""
    if follow and session.client.has_scheduler:
        from tradewind.cli.follow import follow_task

        run = find_run(session.client, dag_id, logical_date_or_run_id)
        path = ("dags", dag_id, "dagRuns", run["dag_run_id"], "taskInstances", task_id)
        for seen in follow_task(session.client, path, map_index):
            click.echo(seen or "None")
        return
    instance = _instance(session, dag_id, task_id, logical_date_or_run_id, map_index)
    click.echo(instance["state"] or "None")


@click.command()
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("logical_date_or_run_id")
@click.option("--map-index", type=int, default=-1, help="Index of a mapped instance.")
@pass_session
def render(session: Session, dag_id: str, task_id: str, logical_date_or_run_id: str, map_index: int) -> None:
    """Show the fields of a task instance as they were rendered when it ran."""
    instance = _instance(session, dag_id, task_id, logical_date_or_run_id, map_index)
    fields = instance["rendered_fields"]
    if not fields:
        word = "has not run yet" if instance["start_date"] is None else "has no templated fields"
        raise NotFound(f"{task_id} in {instance['dag_run_id']} {word}, so nothing was rendered", task_id=task_id)
    for name, value in fields.items():
        click.echo(click.style(f"# {name}", dim=True))
        click.echo(as_text(value))


@click.command("states-for-dag-run")
@click.argument("dag_id")
@click.argument("logical_date_or_run_id")
@click.option("--follow", is_flag=True, help="Watch the run to its end first.")
@output_option
@pass_session
def states_for_dag_run(session: Session, dag_id: str, logical_date_or_run_id: str, follow: bool, output: str) -> None:
    """Show the states of all task instances of a run."""
    run = find_run(session.client, dag_id, logical_date_or_run_id)
    if follow and session.client.has_scheduler:
        from tradewind.cli.follow import follow_run

        follow_run(session.client, dag_id, run["dag_run_id"], is_live=True)
    found = session.client.all("task_instances", "dags", dag_id, "dagRuns", run["dag_run_id"], "taskInstances")
    show(found, COLUMNS, output)


def _instance(session: Session, dag_id: str, task_id: str, run_id_or_date: str, map_index: int) -> dict[str, Any]:
    run = find_run(session.client, dag_id, run_id_or_date)
    path = ["dags", dag_id, "dagRuns", run["dag_run_id"], "taskInstances", task_id]
    return session.client.get(*path, *([str(map_index)] if map_index >= 0 else []))
