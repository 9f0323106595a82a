"""`tradewind connections`: other systems, and how to log in there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.cli.output import show, show_one
from tradewind.cli.session import Session, output_option, pass_session

if TYPE_CHECKING:
    from tradewind.sdk.connection import Connection

__all__ = ["connections"]

FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
COLUMNS = ("connection_id", "conn_type", "description", "host", "schema", "login", "port")


def _types(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 - click's
    """The known types that start so, for shells that complete words."""
    from tradewind.sdk.provider_catalogue import installed_catalogue

    return sorted(kind for kind in installed_catalogue().hooks if kind.startswith(incomplete))


@click.group()
def connections() -> None:
    """Manage connections to other systems."""


@connections.command("list")
@output_option
@click.option("--show-values", is_flag=True, help="Show all fields; passwords stay hidden.")
@click.option("--hide-sensitive", is_flag=True, help="Hide passwords; this is always so, the flag is Airflow's.")
@pass_session
def list_connections(session: Session, output: str, show_values: bool, hide_sensitive: bool) -> None:
    """List connections."""
    columns = [*COLUMNS, "password", "extra"] if show_values or hide_sensitive else ["connection_id", "conn_type"]
    show(session.client.all("connections", "connections"), columns, output)


@connections.command("get")
@click.argument("conn_id")
@click.option("--color", is_flag=True, hidden=True, help="Airflow's flag: colours are used where there is a terminal.")
@output_option
@pass_session
def get_connection(session: Session, conn_id: str, color: bool, output: str) -> None:  # noqa: ARG001 - Airflow's flag
    """Show a connection with all that it takes to log in, in clear."""
    connection = _stored(session, conn_id)
    fields = {"conn_id": conn_id} | {name: getattr(connection, name) for name in FIELDS}
    show_one({**fields, "uri": connection.get_uri()}, output)


@connections.command("add")
@click.argument("conn_id")
@click.option("--conn-uri", help="All of it: type://login:password@host:port/schema?key=value.")
@click.option("--conn-json", help="All of it, as a JSON object of the fields.")
@click.option("--conn-type", shell_complete=_types, help="What kind of system; provider packages bring more.")
@click.option("--conn-description", help="What it is for.")
@click.option("--conn-host", help="Name or address.")
@click.option("--conn-login", help="User.")
@click.option("--conn-password", help="Password; `-` asks for it.")
@click.option("--conn-schema", help="Schema or database.")
@click.option("--conn-port", type=int, help="Port.")
@click.option("--conn-extra", help="More, as a JSON object.")
@pass_session
def add_connection(
    session: Session, *, conn_id: str, conn_uri: str | None, conn_json: str | None, **given: Any
) -> None:
    """Make a connection."""
    from tradewind.cli.connection_texts import connection_of

    fields = {name.removeprefix("conn_"): value for name, value in given.items() if value is not None}
    if "type" in fields:
        fields["conn_type"] = fields.pop("type")
    _one_way_only(conn_uri, conn_json, fields)
    if fields.get("password") == "-":
        fields["password"] = click.prompt("Password", hide_input=True)
    connection = connection_of(conn_id, conn_uri or (json.loads(conn_json) if conn_json else fields))
    session.client.call("POST", ("connections",), body=_body(conn_id, connection))
    _tell_unknown_type(session, connection.conn_type)
    click.echo(f"Connection {conn_id} is added: {connection.conn_type}, {connection.host or 'no host'}")


@connections.command("delete")
@click.argument("conn_id")
@click.option("--color", is_flag=True, hidden=True, help="Airflow's flag: colours are used where there is a terminal.")
@pass_session
def delete_connection(session: Session, conn_id: str, color: bool) -> None:  # noqa: ARG001 - Airflow's flag
    """Delete a connection."""
    session.client.call("DELETE", ("connections", conn_id))
    click.echo(f"Connection {conn_id} is deleted")


@connections.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--overwrite", is_flag=True, help="Replace connections that exist; else they are kept.")
@pass_session
def import_connections(session: Session, file: str, overwrite: bool) -> None:
    """Make the connections that a JSON, YAML or env file lists: id -> URI, or id -> fields."""
    from tradewind.cli.connection_texts import connection_of
    from tradewind.cli.files import read_objects

    wanted = {conn_id: connection_of(conn_id, value) for conn_id, value in read_objects(file).items()}
    kept = 0
    for conn_id, connection in wanted.items():
        body = _body(conn_id, connection)
        try:
            session.client.call("POST", ("connections",), body=body)
        except Conflict:
            if overwrite:
                session.client.call("PATCH", ("connections", conn_id), body=body)
            else:
                kept += 1
                click.echo(f"{conn_id} exists and is kept; --overwrite replaces it", err=True)
    click.echo(f"{len(wanted) - kept} connections imported from {file}")


@connections.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option(
    "--file-format",
    "--format",
    type=click.Choice(["json", "yaml", "env"]),
    help="Format of the file; else its suffix says.",
)
@click.option(
    "--serialization-format",
    type=click.Choice(["uri", "json"]),
    default="uri",
    show_default=True,
    help="How lines of an env file hold a connection.",
)
@pass_session
def export_connections(session: Session, file: str, file_format: str | None, serialization_format: str) -> None:
    """Write all connections to a file, with their passwords in clear."""
    from tradewind.cli.files import as_yaml, write_secret_text
    from tradewind.cli.stored import all_connections

    found = {connection.conn_id: connection for connection in all_connections(session)}
    suffix = file.rpartition(".")[2].lower()
    match file_format or {"yml": "yaml"}.get(suffix, suffix):
        case "env":
            lines = (
                f"{conn_id}={c.get_uri() if serialization_format == 'uri' else c.as_json()}\n"
                for conn_id, c in found.items()
            )
            text = "".join(lines)
        case "yaml":
            text = as_yaml({conn_id: _fields(c) for conn_id, c in found.items()})
        case _:
            text = json.dumps({conn_id: _fields(c) for conn_id, c in found.items()}, indent=2) + "\n"
    write_secret_text(file, text)
    click.echo(f"{len(found)} connections exported to {file}", err=file == "-")


@connections.command("test")
@click.argument("conn_id")
@click.pass_context
@pass_session
def test_connection(session: Session, ctx: click.Context, conn_id: str) -> None:
    """Log in with a connection, from this machine, and say whether it went well."""
    went_well, message = _stored(session, conn_id).test_connection()
    click.echo(f"{'Success' if went_well else 'Failure'}: {message}")
    ctx.exit(0 if went_well else 1)


@connections.command("create-default-connections")
@pass_session
def create_default_connections(session: Session) -> None:
    """Make the connections that Airflow's examples expect."""
    session.client.call("POST", ("connections", "defaults"))
    click.echo("The default connections are there")


def _stored(session: Session, conn_id: str) -> Connection:
    from tradewind.cli.stored import stored_connection

    found = stored_connection(session, conn_id)
    if found is None:
        raise NotFound(f"there is no connection {conn_id!r}; `tradewind connections list` shows all", conn_id=conn_id)
    return found


def _tell_unknown_type(session: Session, conn_type: str) -> None:
    """A type without a hook is no error: tasks can read such a connection, and its package may be installed later."""
    from difflib import get_close_matches

    from tradewind.sdk.provider_catalogue import installed_catalogue
    from tradewind.sdk.provider_hints import how_to_add, package_of_type

    known = installed_catalogue(str(session.settings.home)).hooks
    if conn_type in known or conn_type == "generic":
        return
    near = get_close_matches(conn_type, known, n=3)
    hint = how_to_add(package_of_type(conn_type)) or (f"; did you mean {', '.join(near)}?" if near else "")
    click.echo(
        f"{click.style('Warning:', fg='yellow')} no installed package brings a hook for type {conn_type!r}{hint}",
        err=True,
    )


def _one_way_only(uri: str | None, as_json: str | None, fields: dict[str, Any]) -> None:
    ways = [
        name
        for name, value in (("--conn-uri", uri), ("--conn-json", as_json), ("--conn-type and others", fields))
        if value
    ]
    if len(ways) != 1:
        given = " and ".join(ways) or "nothing"
        raise InvalidInput(
            f"say what to connect to by --conn-uri, by --conn-json, or by --conn-type and others; given: {given}"
        )
    if as_json:
        try:
            json.loads(as_json)
        except json.JSONDecodeError as error:
            raise InvalidInput(f"--conn-json is not valid JSON: {error}") from error
    if fields and not fields.get("conn_type"):
        raise InvalidInput("--conn-type is missing: what kind of system is it?")


def _fields(connection: Connection) -> dict[str, Any]:
    return {name: getattr(connection, name) for name in FIELDS}


def _body(conn_id: str, connection: Connection) -> dict[str, Any]:
    fields = _fields(connection)
    return {"connection_id": conn_id} | {name: value for name, value in fields.items() if value is not None}
