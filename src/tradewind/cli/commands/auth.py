"""`tradewind auth`: the words of permissions, and whether somebody may do something."""

from __future__ import annotations

import click

from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["auth"]

AUTH = "/auth"


@click.group()
def auth() -> None:
    """Ask what somebody may do."""


@auth.command("can-i")
@click.argument("action")
@click.argument("resource")
@click.argument("name", required=False)
@click.option("-u", "--username", help="Somebody else; without it, you.")
@output_option
@pass_session
def can_i(session: Session, *, action: str, resource: str, name: str | None, username: str | None, output: str) -> int:
    """Say whether ACTION on RESOURCE is allowed and why: on NAME (of the DAG, for what is below one) or on any one at all. Ends with 0 for yes, 1 for no."""
    answer = session.client.get(AUTH, "can-i", action=action, resource=resource, name=name, username=username)
    if output == "table":
        click.echo(f"{'yes' if answer['allowed'] else 'no'}: {answer['reason']}")
    else:
        show([answer], tuple(answer), output)
    return 0 if answer["allowed"] else 1


@auth.command("permissions")
@output_option
@pass_session
def permissions(session: Session, output: str) -> None:
    """List the resources that permissions speak of, the actions, and what names them."""
    found = session.client.get(AUTH, "permissions")
    actions = " ".join(found["actions"])
    rows = [
        {"resource": one["name"], "actions": actions, "named_by": one["named_by"] or ""} for one in found["resources"]
    ]
    show(rows, ("resource", "actions", "named_by"), output)
