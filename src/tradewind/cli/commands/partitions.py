"""`tradewind partitions`: which part of the data runs are about."""

from __future__ import annotations

from datetime import datetime

import click

from tradewind.cli.dates import parse_moment
from tradewind.cli.session import Session, pass_session

__all__ = ["partitions"]


@click.group()
def partitions() -> None:
    """Look after which part of the data runs are about."""


def _wall_clock(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A date as it is read off the clock of the DAG's schedule."""
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value).isoformat()
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date such as 2026-01-31 or 2026-01-31T09:00:00") from None


@partitions.command()
@click.option("-d", "--dag-id", required=True, help="The DAG.")
@click.option("--run-id", help="One run.")
@click.option("-k", "--partition-key", help="The runs of this key.")
@click.option(
    "-s", "--start-date", callback=_wall_clock, help="Runs whose partition is not before this, on the schedule's clock."
)
@click.option("-e", "--end-date", callback=_wall_clock, help="Runs whose partition is not after this.")
@click.option("--date", "span", help="Both dates as one, as in 2026-01-01~2026-01-31.")
@click.option("--clear-task-instances", is_flag=True, help="Run them again as well.")
@click.option("--dry-run", is_flag=True, help="Say how many runs it would be, and do nothing.")
@pass_session
def clear(session: Session, *, dag_id: str, span: str | None, dry_run: bool, **given: str | bool | None) -> None:
    """Make runs forget which partition they are about.

    Say which by exactly one of --run-id, --partition-key, and dates.
    """
    start, end = given["start_date"], given["end_date"]
    if span is not None:
        if start or end:
            raise click.UsageError("--date is both dates: leave out --start-date and --end-date")
        start, _, end = span.partition("~")
        if parse_moment(start) is None or parse_moment(end) is None:
            raise click.UsageError(f"--date has to be two dates, as in 2026-01-01~2026-01-31, not {span!r}")
    if [given["run_id"] is not None, given["partition_key"] is not None, bool(start or end)].count(True) != 1:
        raise click.UsageError("say which runs by exactly one of --run-id, --partition-key, and dates")
    body = {
        "run_id": given["run_id"],
        "partition_key": given["partition_key"],
        "partition_date_start": start,
        "partition_date_end": end,
        "clear_task_instances": given["clear_task_instances"],
        "dry_run": dry_run,
    }
    done = session.client.call("POST", ("dags", dag_id, "clearPartitions"), body=body)
    would = "Would make" if dry_run else "Made"
    click.echo(f"{would} {done['dag_runs_cleared']} runs of {dag_id} forget their partition.")
    if given["clear_task_instances"]:
        click.echo(f"{'Would clear' if dry_run else 'Cleared'} {done['task_instances_cleared']} task instances.")
