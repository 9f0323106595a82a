"""`tradewind state-store`: what tasks and assets have stored."""

from __future__ import annotations

import click

from tradewind.cli.session import Session, pass_session

__all__ = ["state_store"]


@click.group("state-store")
def state_store() -> None:
    """Look after what tasks have stored for their next try."""


@state_store.command()
@click.option("--dry-run", is_flag=True, help="Say what would be deleted.")
@pass_session
def clean(session: Session, dry_run: bool) -> None:
    """Delete the values of tasks whose time is over."""
    from tradewind.base.clock import SystemClock
    from tradewind.db import state_store as store

    with session.database.write() as tx:
        found = store.clean_expired(tx, SystemClock().now(), dry_run=dry_run)
    if not found:
        click.echo("Nothing to delete.")
        return
    if not dry_run:
        click.echo(f"{len(found)} stored values are deleted")
        return
    click.echo(f"Would delete {len(found)} stored values:")
    for one in found:
        index = "" if one.map_index < 0 else f"[{one.map_index}]"
        click.echo(f"  DAG {one.dag_id}, run {one.run_id}, task {one.task_id}{index}, key {one.key}")
