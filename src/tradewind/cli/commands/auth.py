"""`tradewind auth`: logging in to a server elsewhere, the words of permissions, and whether somebody may do something."""

from __future__ import annotations

import click

from tradewind.base.errors import InvalidInput
from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["auth"]

AUTH = "/auth"


@click.group()
def auth() -> None:
    """Log in to a server elsewhere; ask what somebody may do."""


@auth.command("login")
@click.option("-u", "--username", required=True, help="Name to log in with.")
@click.option("-p", "--password", help="Password; asked for, or read from the input, where it is not given.")
@pass_session
def login(session: Session, username: str, password: str | None) -> None:
    """Print a token of the server at $TRADEWIND_URL; put it into $TRADEWIND_TOKEN, and the other commands talk to that server."""
    from tradewind.cli.passwords import ask_password
    from tradewind.cli.remote import token_for

    if not session.is_remote:
        raise InvalidInput(
            "set TRADEWIND_URL to the address of the server, such as https://tradewind.example.com; "
            "a server on this machine, on a home that you can read, asks for no log-in"
        )
    click.echo(token_for(session.environ, username, password or ask_password()))


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
