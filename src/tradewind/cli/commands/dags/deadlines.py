"""`tradewind dags deadlines`: which deadlines are met, missed, or still to come."""

from __future__ import annotations

import click

from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["deadlines"]

COLUMNS = ("deadline_time", "state", "run_id", "task_id", "alert_name", "reference_type", "reason")


@click.command()
@click.argument("dag_id")
@click.argument("run_id", required=False)
@click.option("--missed", is_flag=True, help="Only those that were missed.")
@output_option
@pass_session
def deadlines(session: Session, *, dag_id: str, run_id: str | None, missed: bool, output: str) -> None:
    """Show the deadlines of a DAG or run: met, missed, or still to come."""
    path = ("dags", dag_id, "deadlines") if run_id is None else ("dags", dag_id, "dagRuns", run_id, "deadlines")
    found = session.client.all("deadlines", *path, missed=True if missed else None)
    show(({**one, "run_id": one["dag_run_id"] or "(none)"} for one in found), COLUMNS, output)
