"""`tradewind dags test`: runs a DAG once in this process; nothing is stored, and breakpoints work."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradewind.base.errors import AuthoringError, InvalidInput
from tradewind.cli.dates import MOMENT
from tradewind.cli.output import print_json, show
from tradewind.cli.session import Session, output_option, pass_session

if TYPE_CHECKING:
    from tradewind.sdk.dag import DAG

__all__ = ["test"]


@click.command()
@click.argument("dag_id", required=False)
@click.argument("logical_date", type=MOMENT, required=False)
@click.option(
    "-f",
    "--file",
    "--dagfile-path",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The DAG's file.",
)
@click.option(
    "-l", "--logical-date", "date_option", type=MOMENT, help="The moment that the run is for.  [default: now]"
)
@click.option("-c", "--conf", help="Parameters of the run, as a JSON object.")
@click.option(
    "--mark-success-pattern",
    help="Tasks whose id has a match of this regular expression are not run, and count as success.",
)
@output_option
@click.pass_context
@pass_session
def test(session: Session, ctx: click.Context, *, output: str, **given: Any) -> None:
    """Run a DAG once in this process, without a server.

    Give the DAG's id, a file, or both; a file alone runs all of its DAGs. With `--output json` the result is one object:
    the state of each run, its task instances and their XComs. What tasks print goes to the error output. Ends with 1
    if a run failed.
    """
    from tradewind.cli.file_reads import answered_here

    moment = given["logical_date"] or given["date_option"]
    results: dict[str, Any] = {}
    with answered_here(session), _tasks_print_elsewhere(output != "table"):
        dags, name, errors = _chosen(session, given["dag_id"], given["file"])
        for dag in dags:
            results[dag.dag_id] = _run(dag, moment, given["conf"], given["mark_success_pattern"], output)
    if output == "json":
        print_json({"file": name, "import_errors": errors, "dags": results})
    else:
        rows = [
            {"dag_id": dag_id, "task": task, "state": state}
            for dag_id, run in results.items()
            for task, state in run["tis"].items()
        ]
        show(rows, ["dag_id", "task", "state"], output)
    has_failed = bool(errors) or any(run["state"] != "success" for run in results.values())
    ctx.exit(1 if has_failed else 0)


def _chosen(session: Session, dag_id: str | None, file: Path | None) -> tuple[list[DAG], str, dict[str, str]]:
    """The DAGs to run, the name of their file, and what is wrong with it."""
    from tradewind.cli.dag_files import dag_by_id, dags_of_file, one_dag

    if file is None:
        if dag_id is None:
            raise InvalidInput("say which: a DAG's id, or --file")
        dag, found = dag_by_id(session.served_settings, dag_id)
        return [dag], found.name, {}
    if dag_id is not None:
        return [one_dag(file, dag_id)], file.name, {}
    try:
        return list(dags_of_file(file).values()), file.name, {}
    except AuthoringError as error:
        click.echo(error.message, err=True)
        return [], file.name, {file.name: error.message}


def _run(dag: DAG, moment: datetime | None, conf: str | None, mark_success: str | None, output: str) -> dict[str, Any]:
    from tradewind.cli.commands.dags.trigger import parse_conf
    from tradewind.cli.failures import print_failures
    from tradewind.testing import test_dag

    options: dict[str, Any] = {"run_conf": parse_conf(conf), "mark_success_pattern": mark_success}
    if moment is not None:
        options["logical_date"] = moment
    result = test_dag(dag, **options)
    if output != "json":
        click.echo(f"{dag.dag_id}: {result.state}", err=True)
    print_failures(result)
    return result.as_golden()


@contextmanager
def _tasks_print_elsewhere(is_wanted: bool) -> Generator[None]:
    """Keep the output for the result: what tasks and the programs they start print goes to the error output."""
    if not is_wanted:
        yield
        return
    sys.stdout.flush()
    try:
        output, errors = sys.stdout.fileno(), sys.stderr.fileno()
    except (OSError, ValueError):  # no real files, as in a notebook
        with redirect_stdout(sys.stderr):
            yield
        return
    kept = os.dup(output)
    os.dup2(errors, output)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, output)
        os.close(kept)
