"""`tradewind run FILE`: runs a DAG file in this terminal, and records the run where the server will show it."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from tradewind.cli.dates import MOMENT
from tradewind.cli.session import Session, pass_session

__all__ = ["run"]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dag-id", help="Which DAG, where the file has several.")
@click.option("-l", "--logical-date", type=MOMENT, help="The moment that the run is for.  [default: now]")
@click.option("-c", "--conf", help="Parameters of the run, as a JSON object.")
@click.pass_context
@pass_session
def run(
    session: Session,
    ctx: click.Context,
    *,
    file: Path,
    dag_id: str | None,
    logical_date: datetime | None,
    conf: str | None,
) -> None:
    """Run a DAG file in this terminal, with live progress.

    The run is recorded in the home folder's database. Ends with 1 if the run failed, with the error of the task that
    failed first on top.
    """
    from tradewind.cli.board import open_board
    from tradewind.cli.commands.dags.trigger import parse_conf
    from tradewind.cli.dag_files import one_dag
    from tradewind.cli.failures import print_failures
    from tradewind.cli.file_reads import answered_here
    from tradewind.testing import run_dag

    with answered_here(session):
        dag = one_dag(file, dag_id)
    given = parse_conf(conf)
    with open_board(dag.dag_id, list(dag.task_dict), sys.stderr) as board:
        result = run_dag(
            dag, logical_date=logical_date, conf=given, home=session.settings.home,
            progress=lambda key, state: board.set(*key, state),
        )  # fmt: skip
        board.end(str(result.state))
    print_failures(result)
    ctx.exit(0 if result.is_success else 1)
