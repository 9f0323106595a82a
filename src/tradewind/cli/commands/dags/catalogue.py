"""DAGs as things: listed, shown, paused, deleted."""

from __future__ import annotations

import re
from typing import Any

import click

from tradewind.base.errors import InvalidInput, NotFound
from tradewind.cli.output import show, show_one
from tradewind.cli.session import Session, output_option, pass_session, yes_option

__all__ = ["delete", "details", "list_dags", "pause", "show_dag", "unpause"]

COLUMNS = ("dag_id", "fileloc", "owners", "is_paused", "bundle_name", "bundle_version")


@click.command("list")
@output_option
@click.option("--columns", help="Names of the columns to show, with commas between.")
@click.option("-B", "--bundle-name", help="Only DAGs of this bundle.")
@pass_session
def list_dags(session: Session, output: str, columns: str | None, bundle_name: str | None) -> None:
    """List DAGs."""
    rows = list(session.client.all("dags", "dags", bundle_name=bundle_name))
    chosen = [name.strip() for name in columns.split(",")] if columns else list(COLUMNS)
    unknown = [name for name in chosen if rows and name not in rows[0]]
    if unknown:
        raise InvalidInput(f"no column {unknown[0]!r}; there are {', '.join(sorted(rows[0]))}", column=unknown[0])
    show(rows, chosen, output)
    if not rows and not session.client.has_scheduler:
        click.echo(
            "No server runs, and none has read a DAG file yet: `tradewind dags reserialize` reads them now.", err=True
        )


@click.command()
@click.argument("dag_id")
@output_option
@pass_session
def details(session: Session, dag_id: str, output: str) -> None:
    """Show all that is known about a DAG."""
    show_one(session.client.get("dags", dag_id, "details"), output)


@click.command("show")
@click.argument("dag_id")
@click.option(
    "-s", "--save", type=click.Path(dir_okay=False), help="Write the graph to this file, in Graphviz's language."
)
@pass_session
def show_dag(session: Session, dag_id: str, save: str | None) -> None:
    """Show the tasks of a DAG and what follows from what."""
    from tradewind.cli.graph import as_dot, print_tree

    tasks = session.client.get("dags", dag_id, "tasks")["tasks"]
    if save:
        with click.open_file(save, "w") as file:
            file.write(as_dot(dag_id, tasks))
        click.echo(f"{save}: {len(tasks)} tasks")
    else:
        print_tree(dag_id, tasks)


@click.command()
@click.argument("dag_id")
@click.option(
    "--treat-dag-id-as-regex", is_flag=True, help="DAG_ID is a regular expression that a whole id must match."
)
@yes_option
@output_option
@pass_session
def pause(session: Session, *, dag_id: str, treat_dag_id_as_regex: bool, yes: bool, output: str) -> None:
    """Stop starting runs of a DAG."""
    _set_paused(session, _named(session, dag_id, treat_dag_id_as_regex, yes), True, output)


@click.command()
@click.argument("dag_id")
@click.option(
    "--treat-dag-id-as-regex", is_flag=True, help="DAG_ID is a regular expression that a whole id must match."
)
@yes_option
@output_option
@pass_session
def unpause(session: Session, *, dag_id: str, treat_dag_id_as_regex: bool, yes: bool, output: str) -> None:
    """Start runs of a DAG again."""
    _set_paused(session, _named(session, dag_id, treat_dag_id_as_regex, yes), False, output)


@click.command()
@click.argument("dag_id")
@yes_option
@pass_session
def delete(session: Session, dag_id: str, yes: bool) -> None:
    """Delete a DAG with its runs and all that they left.

    A DAG whose file is still there comes back when the file is read again, without its history.
    """
    if not yes:
        click.confirm(f"Delete all runs, task instances and XComs of {dag_id}?", abort=True)
    session.client.call("DELETE", ("dags", dag_id))
    click.echo(f"{dag_id} is deleted")


def _named(session: Session, dag_id: str, is_pattern: bool, yes: bool) -> list[str]:
    """The DAGs meant: one by its id, or all whose id matches, after a question."""
    if not is_pattern:
        return [dag_id]
    try:
        pattern = re.compile(dag_id)
    except re.error as error:
        raise InvalidInput(f"{dag_id!r} is not a regular expression: {error}") from error
    found = [row["dag_id"] for row in session.client.all("dags", "dags") if pattern.fullmatch(row["dag_id"])]
    if not found:
        raise NotFound(f"no DAG's id matches {dag_id!r}")
    if not yes:
        click.confirm(f"{len(found)} DAGs: {', '.join(found)}. Go on?", abort=True)
    return found


def _set_paused(session: Session, dag_ids: list[str], is_paused: bool, output: str) -> None:
    rows: list[dict[str, Any]] = []
    for dag_id in dag_ids:
        dag = session.client.call(
            "PATCH", ("dags", dag_id), query={"update_mask": "is_paused"}, body={"is_paused": is_paused}
        )
        rows.append({"dag_id": dag["dag_id"], "is_paused": dag["is_paused"]})
    show(rows, ["dag_id", "is_paused"], output)
