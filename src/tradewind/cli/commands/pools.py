"""`tradewind pools`: slots that tasks share."""

from __future__ import annotations

import json
from typing import Any

import click

from tradewind.base.errors import InvalidInput, NotFound
from tradewind.cli.files import read_objects, write_text
from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["pools"]

COLUMNS = ("pool", "slots", "description", "include_deferred")


@click.group()
def pools() -> None:
    """Manage pools."""


@pools.command("list")
@output_option
@pass_session
def list_pools(session: Session, output: str) -> None:
    """List pools."""
    show(map(_row, session.client.all("pools", "pools")), COLUMNS, output)


@pools.command("get")
@click.argument("pool")
@output_option
@pass_session
def get_pool(session: Session, pool: str, output: str) -> None:
    """Show a pool."""
    show([_row(session.client.get("pools", pool))], COLUMNS, output)


@pools.command("set")
@click.argument("pool")
@click.argument("slots", type=click.IntRange(-1))
@click.argument("description")
@click.option("--include-deferred", is_flag=True, help="Deferred tasks hold their slots too.")
@output_option
@pass_session
def set_pool(session: Session, *, pool: str, slots: int, description: str, include_deferred: bool, output: str) -> None:
    """Make a pool, or change one; -1 slots are endless."""
    pool_fields = {"slots": slots, "description": description, "include_deferred": include_deferred}
    show([_row(_store(session, pool, pool_fields))], COLUMNS, output)


@pools.command("delete")
@click.argument("pool")
@output_option
@pass_session
def delete_pool(session: Session, pool: str, output: str) -> None:
    """Delete a pool."""
    row = _row(session.client.get("pools", pool))
    session.client.call("DELETE", ("pools", pool))
    show([row], COLUMNS, output)


@pools.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@pass_session
def import_pools(session: Session, file: str) -> None:
    """Make or change the pools that a JSON or YAML file lists: name -> slots, description, include_deferred."""
    wanted = read_objects(file)
    for name, fields in wanted.items():
        if not isinstance(fields, dict) or not isinstance(fields.get("slots"), int):
            raise InvalidInput(f"{file}: pool {name!r} must be an object with a number of slots")
    for name, fields in wanted.items():
        known = {
            key: fields.get(key, default)
            for key, default in (("slots", 0), ("description", ""), ("include_deferred", False))
        }
        _store(session, name, known)
    click.echo(f"{len(wanted)} pools imported from {file}")


@pools.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@pass_session
def export_pools(session: Session, file: str) -> None:
    """Write all pools to a JSON file."""
    found = {row["name"]: {key: row[key] for key in COLUMNS[1:]} for row in session.client.all("pools", "pools")}
    write_text(file, json.dumps(found, indent=2) + "\n")
    click.echo(f"{len(found)} pools exported to {file}", err=file == "-")


def _row(pool: dict[str, Any]) -> dict[str, Any]:
    return {**pool, "pool": pool["name"]}


def _store(session: Session, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    try:
        session.client.get("pools", name)
    except NotFound:
        return session.client.call("POST", ("pools",), body={"name": name, **fields})
    # The default pool keeps its description: only its size may change.
    mask = ["slots", "include_deferred"] if name == "default_pool" else list(fields)
    return session.client.call(
        "PATCH", ("pools", name), query={"update_mask": mask}, body={key: fields[key] for key in mask}
    )
