"""`tradewind roles`: what roles allow; the built-in ones to look at, and those of one's own."""

from __future__ import annotations

import json
from typing import Any

import click

from tradewind.base.errors import InvalidInput, NotFound
from tradewind.cli.files import read_objects, write_text
from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["roles"]

COLUMNS = ("name", "is_built_in", "permissions", "description")
AUTH = "/auth"


@click.group()
def roles() -> None:
    """Manage roles: what they allow.

    A role is a set of permissions such as read:dag:sales_*, create:dag_run or *:variable:sales_*; `tradewind auth
    permissions` lists the words.
    """


@roles.command("list")
@output_option
@pass_session
def list_roles(session: Session, output: str) -> None:
    """List roles."""
    show(map(_row, session.client.all("roles", AUTH, "roles")), COLUMNS, output)


@roles.command("get")
@click.argument("role")
@output_option
@pass_session
def get_role(session: Session, role: str, output: str) -> None:
    """Show a role, and who holds it where."""
    found = session.client.get(AUTH, "roles", role)
    holders = " ".join(f"{one['username']}@{one['workspace']}" for one in found["holders"])
    show([_row(found) | {"holders": holders}], (*COLUMNS, "holders"), output)


@roles.command("create")
@click.argument("role")
@click.argument("permission", nargs=-1)
@click.option("-d", "--description", help="What it is for.")
@output_option
@pass_session
def create_role(session: Session, role: str, permission: tuple[str, ...], description: str | None, output: str) -> None:
    """Make a role."""
    body = {"name": role, "permissions": list(permission), "description": description}
    show([_row(session.client.call("POST", (AUTH, "roles"), body=body))], COLUMNS, output)


@roles.command("update")
@click.argument("role")
@click.argument("permission", nargs=-1)
@click.option("-d", "--description", help="What it is for.")
@output_option
@pass_session
def update_role(session: Session, role: str, permission: tuple[str, ...], description: str | None, output: str) -> None:
    """Replace what a role allows, its description, or both."""
    if not permission and description is None:
        raise InvalidInput("say what changes: permissions or --description")
    body = {"permissions": list(permission)} if permission else {}
    show([_row(_patch(session, role, {**body, "description": description}))], COLUMNS, output)


@roles.command("add-permission")
@click.argument("role")
@click.argument("permission", nargs=-1, required=True)
@output_option
@pass_session
def add_permission(session: Session, role: str, permission: tuple[str, ...], output: str) -> None:
    """Let a role allow more."""
    show([_row(_patch(session, role, {"add_permissions": list(permission)}))], COLUMNS, output)


@roles.command("remove-permission")
@click.argument("role")
@click.argument("permission", nargs=-1, required=True)
@output_option
@pass_session
def remove_permission(session: Session, role: str, permission: tuple[str, ...], output: str) -> None:
    """Let a role allow less; permissions are named as `roles get` shows them."""
    show([_row(_patch(session, role, {"remove_permissions": list(permission)}))], COLUMNS, output)


@roles.command("delete")
@click.argument("role")
@pass_session
def delete_role(session: Session, role: str) -> None:
    """Delete a role that nobody holds."""
    session.client.call("DELETE", (AUTH, "roles", role))
    click.echo(f"Role {role} is deleted")


@roles.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@pass_session
def export_roles(session: Session, file: str) -> None:
    """Write the roles that people made to a JSON file."""
    found = {
        row["name"]: {"permissions": row["permissions"], "description": row["description"]}
        for row in session.client.all("roles", AUTH, "roles")
        if not row["is_built_in"]
    }
    write_text(file, json.dumps(found, indent=2) + "\n")
    click.echo(f"{len(found)} roles exported to {file}", err=file == "-")


@roles.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@pass_session
def import_roles(session: Session, file: str) -> None:
    """Make or change the roles that a JSON or YAML file lists: name -> permissions, description."""
    wanted = read_objects(file)
    for name, fields in wanted.items():
        if not isinstance(fields, dict) or not isinstance(fields.get("permissions"), list):
            raise InvalidInput(f"{file}: role {name!r} must be an object with a list of permissions")
    for name, fields in wanted.items():
        body = {"permissions": fields["permissions"], "description": fields.get("description")}
        try:
            _patch(session, name, body)
        except NotFound:
            session.client.call("POST", (AUTH, "roles"), body={"name": name, **body})
    click.echo(f"{len(wanted)} roles imported from {file}")


def _patch(session: Session, role: str, body: dict[str, Any]) -> dict[str, Any]:
    return session.client.call("PATCH", (AUTH, "roles", role), body=body)


def _row(role: dict[str, Any]) -> dict[str, Any]:
    return {**role, "permissions": " ".join(role["permissions"])}
