"""`tradewind why`: the true cause in words, with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from tradewind.cli.output import print_json
from tradewind.cli.run_lookup import find_run
from tradewind.cli.session import Session, pass_session

__all__ = ["why"]


@click.command()
@click.argument("dag_id")
@click.argument("run_id", required=False)
@click.argument("task_id", required=False)
@click.option("--map-index", type=int, default=-1, help="Of a mapped task; else the first that is not successful.")
@click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Words, or JSON."
)
@pass_session
def why(session: Session, *, dag_id: str, run_id: str | None, task_id: str | None, map_index: int, output: str) -> None:
    """Say why a DAG, a run or a task is not going on, or ended as it did.

    RUN_ID may be a run's id, a logical date, or `last` for the newest run.
    """
    path: tuple[str, ...] = ("dags", dag_id)
    wanted: dict[str, Any] = {}
    if run_id is not None:
        path += ("dagRuns", _run_id(session, dag_id, run_id))
    if task_id is not None:
        path += ("taskInstances", task_id)
        wanted["map_index"] = map_index
    found = session.client.get(*path, "why", **wanted)
    if output == "json":
        print_json(found)
        return
    _headline(found)
    for cause in found["causes"]:
        _tell([cause], 0)


def _run_id(session: Session, dag_id: str, words: str) -> str:
    if words != "last":
        return find_run(session.client, dag_id, words)["dag_run_id"]
    runs = session.client.get("dags", dag_id, "dagRuns", order_by="-run_after", limit=1)["dag_runs"]
    if not runs:
        raise click.ClickException(f"{dag_id} has no runs yet; why it has none: tradewind why {dag_id}")
    return runs[0]["dag_run_id"]


def _headline(found: dict[str, Any]) -> None:
    names = [found[name] for name in ("dag_id", "run_id", "task_id") if found[name] is not None]
    if found["map_index"] is not None and found["map_index"] >= 0:
        names[-1] += f"[{found['map_index']}]"
    state = "" if found["run_id"] is None else f": {found['state'] or 'not started'}"
    click.secho(" > ".join(names) + state, bold=True)


def _tell(causes: Sequence[dict[str, Any]], depth: int) -> None:
    margin = "  " * depth
    for cause in causes:
        click.echo(f"{margin}{'- ' if not depth else 'because '}{cause['sentence']}")
        _tell(cause["because"], depth + 1)
        if cause["fix"]:
            click.secho(f"{margin}  Do: {cause['fix']}", fg="green")
