"""`tradewind dags next-execution` and `preview`: when a DAG runs next, and what those runs cover."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from tradewind.cli.dates import MOMENT
from tradewind.cli.output import print_json, show
from tradewind.cli.session import Session, pass_session

__all__ = ["next_execution", "preview"]

COLUMNS = ("logical_date", "data_interval_start", "data_interval_end", "run_after")


@click.command("next-execution")
@click.argument("dag_id")
@click.option(
    "-n", "--num-executions", type=click.IntRange(1), default=1, show_default=True, help="How many runs to show."
)
@click.option("--table", is_flag=True, help="Show logical date, data interval and moment of the run, as a table.")
@click.option(
    "--field", type=click.Choice(COLUMNS), default="logical_date", show_default=True, help="What to print of each run."
)
@pass_session
def next_execution(session: Session, *, dag_id: str, num_executions: int, table: bool, field: str) -> None:
    """Show when a DAG runs next.

    A DAG without a schedule, or past its end, prints nothing and says so.
    """
    from tradewind.cli.upcoming import upcoming_runs

    rows, reason = upcoming_runs(session, dag_id, num_executions)
    if table:
        show(rows, COLUMNS, "table")
    else:
        for row in rows:
            click.echo(row[field])
    if len(rows) < num_executions:
        click.echo(f"{reason}", err=True)


@click.command("preview")
@click.argument("target", metavar="DAG_ID|FILE")
@click.option("-n", "--num", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many runs to show.")
@click.option("--start", type=MOMENT, help="From this date on, as if no run had been made; default: now.")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Format.")
@pass_session
def preview(session: Session, *, target: str, num: int, start: datetime | None, output: str) -> None:
    """Show what the coming runs cover and when they fire.

    Of a DAG that has been read, by its id; or of the DAGs in a file, which need not be in the DAGs folder.
    """
    from tradewind.cli.file_reads import answered_here
    from tradewind.cli.upcoming import preview_of_dag, preview_of_file

    file = Path(target)
    if file.suffix == ".py" or file.is_file():
        with answered_here(session):
            found = preview_of_file(file, num, start)
    else:
        found = [preview_of_dag(session, target, num, start)]
    if output == "json":
        print_json(found if len(found) != 1 else found[0])
        return
    for dag in found:
        words = dag["timetable_description"]
        click.echo(f"{dag['dag_id']}: {dag['timetable_summary']}{f' ({words})' if words else ''}, {dag['timezone']}")
        for run in dag["next_runs"]:
            click.echo(f"  {run['text']}")
            for note in run["notes"]:
                click.echo(f"    note: {note}")
        for note in dag["notes"]:
            click.echo(f"  note: {note}")
