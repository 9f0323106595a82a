"""Runs of a DAG: listed, and the state of one."""

from __future__ import annotations

import json
from datetime import datetime

import click

from tradewind.base.errors import InvalidInput
from tradewind.cli.dates import MOMENT
from tradewind.cli.output import show
from tradewind.cli.run_lookup import find_run
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["list_runs", "state"]

COLUMNS = ("dag_id", "run_id", "state", "run_after", "logical_date", "start_date", "end_date")


@click.command("list-runs")
@click.argument("dag_id")
@click.option("--state", type=click.Choice(["queued", "running", "success", "failed"]), help="Only runs in this state.")
@click.option("--no-backfill", is_flag=True, help="Leave out the runs of backfills.")
@click.option("-s", "--start-date", type=MOMENT, help="Only runs with a logical date from here on.")
@click.option("-e", "--end-date", type=MOMENT, help="Only runs with a logical date up to here.")
@output_option
@pass_session
def list_runs(
    session: Session,
    *,
    dag_id: str,
    state: str | None,
    no_backfill: bool,
    start_date: datetime | None,
    end_date: datetime | None,
    output: str,
) -> None:
    """List the runs of a DAG."""
    if start_date and end_date and start_date > end_date:
        raise InvalidInput("--start-date is after --end-date")
    runs = session.client.all(
        "dag_runs", "dags", dag_id, "dagRuns", state=state, order_by="-run_after",
        logical_date_gte=start_date and start_date.isoformat(), logical_date_lte=end_date and end_date.isoformat(),
        run_type=["manual", "scheduled", "asset_triggered"] if no_backfill else None,
    )  # fmt: skip
    show(({**run, "run_id": run["dag_run_id"]} for run in runs), COLUMNS, output)


@click.command()
@click.argument("dag_id")
@click.argument("logical_date_or_run_id")
@click.option("--follow", is_flag=True, help="Watch it to its end first; the exit code is 1 if it failed.")
@click.pass_context
@pass_session
def state(session: Session, ctx: click.Context, dag_id: str, logical_date_or_run_id: str, follow: bool) -> None:
    """Show the state of a run.

    The run's conf follows after a comma where it has one.
    """
    run = find_run(session.client, dag_id, logical_date_or_run_id)
    if follow and session.client.has_scheduler:
        from tradewind.cli.follow import follow_run

        run["state"] = follow_run(session.client, dag_id, run["dag_run_id"], is_live=True)
    click.echo(run["state"] + (f", {json.dumps(run['conf'])}" if run["conf"] else ""))
    if follow and run["state"] == "failed":
        ctx.exit(1)
