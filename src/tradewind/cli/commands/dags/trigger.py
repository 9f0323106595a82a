"""`tradewind dags trigger`: asks for a run, and watches it when told to."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from tradewind.base.errors import InvalidInput
from tradewind.cli.dates import MOMENT
from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["parse_conf", "trigger"]

COLUMNS = ("dag_id", "dag_run_id", "state", "logical_date", "run_after", "conf")


@click.command()
@click.argument("dag_id")
@click.option("-r", "--run-id", help="Id of the run; made from the time where it is not given.")
@click.option("-c", "--conf", help="Parameters of the run, as a JSON object.")
@click.option("-l", "--logical-date", type=MOMENT, help="The moment that the run is for.")
@click.option("--note", help="A note to keep with the run.")
@click.option("--partition-key", help="The part of the data that the run is about, where the DAG has parts.")
@click.option(
    "--wait",
    is_flag=True,
    help="Wait for the end of the run, and show what the DAG returns; the exit code is 1 if it failed.",
)
@click.option("--follow", is_flag=True, help="As --wait, with the states of the tasks on the terminal all the way.")
@output_option
@click.pass_context
@pass_session
def trigger(
    session: Session, ctx: click.Context, *, dag_id: str, output: str, wait: bool, follow: bool, **given: Any
) -> None:
    """Ask for a run of a DAG.

    A run of a paused DAG stays queued until the DAG is unpaused.
    """
    body = _request(given["run_id"], given["conf"], given["logical_date"], given["note"])
    if given["partition_key"]:
        body["partition_key"] = given["partition_key"]
    run = session.client.call("POST", ("dags", dag_id, "dagRuns"), body=body)
    waits = (wait or follow) and session.client.has_scheduler
    if not waits:
        show([run], COLUMNS, output)
    if not session.client.has_scheduler:
        click.echo("No server runs: the run stays queued until one is started.", err=True)
        return
    if session.client.get("dags", dag_id)["is_paused"]:
        click.echo(f"{dag_id} is paused: the run stays queued until `tradewind dags unpause {dag_id}`.", err=True)
    if wait or follow:
        from tradewind.cli.follow import follow_run
        from tradewind.cli.live import Absence

        state = follow_run(session.client, dag_id, run["dag_run_id"], is_live=follow)
        absence, path = Absence(session.client), ("dags", dag_id, "dagRuns", run["dag_run_id"])
        ended = absence.read(lambda: session.client.get(*path))
        result = absence.read(lambda: session.client.get(*path, "result"))
        has_result = bool(result["result_task_ids"])
        columns = (*COLUMNS, "result") if has_result else COLUMNS
        show([{**ended, "result": result["result"]}], columns, output)
        ctx.exit(0 if state == "success" else 1)


def parse_conf(text: str | None) -> dict[str, Any]:
    """The object that `--conf` gives.

    Raises:
        InvalidInput: it is not a JSON object.
    """
    if not text:
        return {}
    try:
        conf = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"--conf is not valid JSON: {error}") from error
    if not isinstance(conf, dict):
        raise InvalidInput(f'--conf must be a JSON object such as {{"key": 1}}, not {text}')
    return conf


def _request(run_id: str | None, conf: str | None, logical_date: datetime | None, note: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "logical_date": logical_date.isoformat() if logical_date else None,
        "conf": parse_conf(conf),
    }
    if run_id:
        body["dag_run_id"] = run_id
    if note:
        body["note"] = note
    return body
