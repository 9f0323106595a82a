"""`tradewind assets`: what there is, what was told of it, what waits for it, and having it made."""

from __future__ import annotations

from typing import Any

import click

from tradewind.base.errors import InvalidInput, NotFound
from tradewind.cli.output import show, show_one
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["assets"]

COLUMNS = ("name", "uri", "group", "extra")
DETAILS = ("id", "name", "uri", "group", "extra", "created_at", "updated_at", "producing_tasks", "consuming_tasks",
           "scheduled_dags", "aliases", "watchers", "last_event")  # fmt: skip
EVENTS = ("id", "timestamp", "name", "source", "partition_key", "started", "extra")
RUN = ("dag_id", "dag_run_id", "state", "run_type", "run_after", "conf")


@click.group()
def assets() -> None:
    """Manage assets."""


@assets.command("list")
@click.option("--alias", is_flag=True, help="List aliases instead.")
@click.option("--columns", help="Show only these columns: names with commas between them.")
@output_option
@pass_session
def list_assets(session: Session, *, alias: bool, columns: str | None, output: str) -> None:
    """List assets."""
    rows = session.client.all("asset_aliases", "assets", "aliases") if alias else session.client.all("assets", "assets")
    usual = ("name", "group") if alias else COLUMNS
    show(rows, tuple(name.strip() for name in columns.split(",")) if columns else usual, output)


@assets.command("details")
@click.option("--alias", is_flag=True, help="The name is that of an alias.")
@click.option("--name", help="Name of the asset or alias.")
@click.option("--uri", help="URI of the asset.")
@output_option
@pass_session
def details(session: Session, *, alias: bool, name: str | None, uri: str | None, output: str) -> None:
    """Show an asset: who makes it, who waits for it, what was told of it last."""
    if alias:
        if not name or uri:
            raise InvalidInput("an alias is found by its --name")
        found = session.client.all("asset_aliases", "assets", "aliases", name_prefix_pattern=name)
        shown = next((one for one in found if one["name"] == name), None)
        if shown is None:
            raise NotFound(f"there is no alias named {name!r}", name=name)
        show_one(shown, output)
        return
    found = _details(_find(session, name, uri))
    show_one({field: found[field] for field in DETAILS}, output)


@assets.command("materialize")
@click.option("--name", help="Name of the asset.")
@click.option("--uri", help="URI of the asset.")
@output_option
@pass_session
def materialize(session: Session, *, name: str | None, uri: str | None, output: str) -> None:
    """Ask for a run of the DAG that makes an asset."""
    found = _find(session, name, uri)
    run = session.client.call("POST", ("assets", str(found["id"]), "materialize"))
    show([run], RUN, output)
    if not session.client.has_scheduler:
        click.echo("No server runs: the run stays queued until one is started.", err=True)
    elif session.client.get("dags", run["dag_id"])["is_paused"]:
        hint = f"`tradewind dags unpause {run['dag_id']}`"
        click.echo(f"{run['dag_id']} is paused: the run stays queued until {hint}.", err=True)


@assets.command("events")
@click.option("--name", help="Name of the asset; events of all assets without it.")
@click.option("--uri", help="URI of the asset.")
@click.option("--limit", type=click.IntRange(1), default=25, show_default=True, help="How many, the newest first.")
@output_option
@pass_session
def events(session: Session, *, name: str | None, uri: str | None, limit: int, output: str) -> None:
    """Show what was told of assets, by whom, and which runs it started."""
    query: dict[str, Any] = {"order_by": "-timestamp", "limit": limit}
    if name or uri:
        query["asset_id"] = _find(session, name, uri)["id"]
    found = session.client.call("GET", ("assets", "events"), query=query)["asset_events"]
    show(map(_event, found), EVENTS, output)


@assets.command("state")
@click.argument("dag_id")
@output_option
@pass_session
def state(session: Session, dag_id: str, output: str) -> None:
    """Show what a DAG that is scheduled by assets waits for, what has arrived, and what started its last run."""
    found = session.client.get("dags", dag_id, "assets", "state")
    if output in ("json", "yaml"):
        show_one(found, output)
        return
    click.echo(f"{dag_id}: {found['words']}")
    if found["last_run"] is not None:
        run = found["last_run"]
        click.echo(f"last run {run['run_id']} ({run['state']}) started because {run['reason']}")
    for one in found["refused"]:
        click.echo(f"refused at {one['at']}: {one['reason']}")
    rows = [
        {**one, "partition": part["partition_key"] or "", "missing": len(one["missing_partitions"]) or ""}
        for part in found["waiting"]
        for one in part["assets"]
    ]
    show(rows, ("partition", "kind", "name", "events", "arrived_at", "missing"), output)


def _find(session: Session, name: str | None, uri: str | None) -> dict[str, Any]:
    """The one asset of this name or URI.

    Raises:
        InvalidInput: neither is given, or several assets match.
        NotFound: none does.
    """
    if not name and not uri:
        raise InvalidInput("say which asset: --name or --uri")
    query: dict[str, Any] = {"only_active": False}
    if name:
        query["name_prefix_pattern"] = name
    if uri:
        query["uri_prefix_pattern"] = uri
    found = [
        one
        for one in session.client.all("assets", "assets", **query)
        if one["name"] == (name or one["name"]) and one["uri"] == (uri or one["uri"])
    ]
    if not found:
        raise NotFound(f"there is no asset with {'name' if name else 'URI'} {name or uri!r}", name=name, uri=uri)
    if len(found) > 1:
        raise InvalidInput(f"{len(found)} assets have this {'name' if name else 'URI'}; give --name and --uri")
    return found[0]


def _details(one: dict[str, Any]) -> dict[str, Any]:
    def tasks(name: str) -> str:
        return ", ".join(f"{task['dag_id']}.{task['task_id']}" for task in one[name])

    last = one["last_asset_event"] or {}
    return {
        **one,
        "producing_tasks": tasks("producing_tasks"),
        "consuming_tasks": tasks("consuming_tasks"),
        "scheduled_dags": ", ".join(dag["dag_id"] for dag in one["scheduled_dags"]),
        "aliases": ", ".join(alias["name"] for alias in one["aliases"]),
        "watchers": ", ".join(watcher["name"] for watcher in one["watchers"]),
        "last_event": last.get("timestamp") or "",
    }


def _event(one: dict[str, Any]) -> dict[str, Any]:
    source = ""
    if one["source_task_id"]:
        index = f"[{one['source_map_index']}]" if one["source_map_index"] >= 0 else ""
        source = f"{one['source_dag_id']}.{one['source_task_id']}{index} {one['source_run_id']}"
    started = ", ".join(f"{run['dag_id']} {run['run_id']}" for run in one["created_dagruns"])
    return {**one, "source": source, "started": started}
