"""`tradewind backfill`: runs of past dates, planned, made, watched, paused and cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from tradewind.base.errors import BrokenInvariant
from tradewind.cli.commands.dags.trigger import parse_conf
from tradewind.cli.dates import MOMENT
from tradewind.cli.output import show, show_one
from tradewind.cli.session import Session, output_option, pass_session

if TYPE_CHECKING:
    from tradewind.cli.client import Client

__all__ = ["backfill"]

COLUMNS = ("id", "dag_id", "from_date", "to_date", "reprocess_behavior", "max_active_runs", "is_paused",
           "created_at", "completed_at")  # fmt: skip
PLAN_COLUMNS = ("logical_date", "data_interval_end", "action", "reason", "dag_run_id")
OVER = {"completed", "cancelled"}


@click.group()
def backfill() -> None:
    """Run a DAG for dates that have passed."""


@backfill.command()
@click.option("--dag-id", required=True, help="The DAG.")
@click.option("--from-date", type=MOMENT, required=True, help="The first date.")
@click.option("--to-date", type=MOMENT, required=True, help="The last date; what has not passed is left out.")
@click.option("--dag-run-conf", help="Parameters of the runs, as a JSON object.")
@click.option("--run-backwards", is_flag=True, help="Begin with the last date.")
@click.option("--max-active-runs", type=click.IntRange(1), default=10, show_default=True, help="Runs of it at once.")
@click.option(
    "--reprocess-behavior",
    type=click.Choice(["none", "failed", "completed"]),
    default="none",
    show_default=True,
    help="Runs that are there and have ended: leave them, run the failed ones again, or all.",
)
@click.option(
    "--run-on-latest-version/--run-on-old-version",
    default=None,
    help="Code of runs that run again: the newest, or what they had; else as the DAG says, else the newest.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done and what it costs, and do nothing.")
@click.option("--follow", is_flag=True, help="Watch it to its end; the exit code is 1 if a run failed.")
@output_option
@click.pass_context
@pass_session
def create(session: Session, ctx: click.Context, *, dry_run: bool, follow: bool, output: str, **given: Any) -> None:
    """Make the runs that a DAG's schedule asks for between two dates.

    They are ordinary runs; how many of them are active at once is for the backfill to say, not for the DAG.
    """
    body = {
        "dag_id": given["dag_id"],
        "from_date": given["from_date"].isoformat(),
        "to_date": given["to_date"].isoformat(),
        "run_backwards": given["run_backwards"],
        "max_active_runs": given["max_active_runs"],
        "reprocess_behavior": given["reprocess_behavior"],
        "dag_run_conf": parse_conf(given["dag_run_conf"]) if given["dag_run_conf"] else None,
        "run_on_latest_version": given["run_on_latest_version"],
    }
    client = session.client
    if dry_run:
        _show_plan(client.call("POST", ("backfills", "plan"), body=body), output)
        return
    made = client.call("POST", ("backfills",), body=body)
    show([made], COLUMNS, output)
    if not client.has_scheduler:
        click.echo("No server runs: the backfill begins when one is started.", err=True)
        return
    if client.get("dags", made["dag_id"])["is_paused"]:
        click.echo(
            f"{made['dag_id']} is paused: nothing begins until `tradewind dags unpause {made['dag_id']}`.", err=True
        )
    if follow:
        ctx.exit(_follow(client, made["id"]))


def _show_plan(plan: dict[str, Any], output: str) -> None:
    show(plan["runs"], PLAN_COLUMNS, output)
    seconds = plan["estimated_seconds"]
    how_long = "no run has succeeded so far, so nobody knows how long" if seconds is None else _words(seconds)
    click.echo(
        f"{plan['to_create']} runs to make, {plan['to_run_again']} to run again, {plan['to_skip']} to leave alone; "
        f"{plan['task_instances']} task instances; {how_long}.",
        err=True,
    )
    if plan["is_dag_paused"]:
        click.echo("The DAG is paused: nothing begins until it is unpaused.", err=True)


def _words(seconds: float) -> str:
    return f"about {timedelta(seconds=round(seconds))} if runs take what they took so far"


@backfill.command("list")
@click.argument("dag_id", required=False)
@click.option("--dag-id", "option", help="The DAG; without one, backfills of all DAGs.")
@output_option
@pass_session
def list_backfills(session: Session, dag_id: str | None, option: str | None, output: str) -> None:
    """List backfills, the latest first."""
    found = session.client.all("backfills", "backfills", dag_id=dag_id or option or "~", order_by="-id")
    show(found, COLUMNS, output)


@backfill.command("show")
@click.argument("backfill_id", type=int)
@click.option("--follow", is_flag=True, help="Watch it to its end; the exit code is 1 if a run failed.")
@output_option
@click.pass_context
@pass_session
def show_backfill(session: Session, ctx: click.Context, backfill_id: int, follow: bool, output: str) -> None:
    """Show a backfill and how far it is."""
    found = session.client.get("backfills", str(backfill_id))
    show_one({**found, **_progress(session.client, backfill_id)}, output)
    if follow:
        ctx.exit(_follow(session.client, backfill_id))


@backfill.command()
@click.argument("backfill_id", type=int)
@output_option
@pass_session
def pause(session: Session, backfill_id: int, output: str) -> None:
    """Begin no more runs of a backfill; those that have begun go on."""
    _change(session, backfill_id, "pause", output)


@backfill.command()
@click.argument("backfill_id", type=int)
@output_option
@pass_session
def unpause(session: Session, backfill_id: int, output: str) -> None:
    """Go on with a backfill."""
    _change(session, backfill_id, "unpause", output)


@backfill.command()
@click.argument("backfill_id", type=int)
@output_option
@pass_session
def cancel(session: Session, backfill_id: int, output: str) -> None:
    """End a backfill: queued runs of it fail, running ones go on."""
    _change(session, backfill_id, "cancel", output)


def _change(session: Session, backfill_id: int, verb: str, output: str) -> None:
    show([session.client.call("PUT", ("backfills", str(backfill_id), verb))], COLUMNS, output)
    if not session.client.has_scheduler:
        click.echo("No server runs: this takes effect when one is started.", err=True)


# -- progress ---------------------------------------------------------------------------------------------------------


def _progress(client: Client, backfill_id: int) -> dict[str, Any]:
    return client.get("backfills", str(backfill_id), "progress")


def _follow(client: Client, backfill_id: int) -> int:
    """Say how far it is whenever that has changed, until it is over; the exit code."""
    from tradewind.cli.live import events

    dag_id = client.get("backfills", str(backfill_id))["dag_id"]
    before = None
    for _ in events(client, types="dag_run,backfill", dag_id=dag_id):
        now = _progress(client, backfill_id)
        if now != before:
            _tell(now)
            before = now
        if now["state"] in OVER:
            return 1 if now["runs"].get("failed") else 0
    raise BrokenInvariant("a stream of changes ended without a word")


def _tell(progress: dict[str, Any]) -> None:
    states = ", ".join(f"{number} {state}" for state, number in sorted(progress["runs"].items()))
    line = f"{progress['finished']} of {progress['total']} done ({progress['state']})"
    click.echo(f"{line}{': ' + states if states else ''}", err=True)
