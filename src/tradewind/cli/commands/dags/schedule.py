"""`tradewind dags next-execution`: when a DAG runs next, and after that."""

from __future__ import annotations

import click

from tradewind.cli.output import show
from tradewind.cli.session import Session, pass_session

__all__ = ["next_execution"]

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
