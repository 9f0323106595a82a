"""`tradewind tokens`: tokens by name, for people and service accounts."""

from __future__ import annotations

from typing import Any

import click

from tradewind.base.errors import InvalidInput
from tradewind.cli.output import print_json, show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["tokens"]

AUTH = "/auth"
COLUMNS = (
    "id", "name", "username", "workspace", "scopes", "created_at", "created_by", "expires_at", "last_used_at",
    "revoked_at",
)  # fmt: skip
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@click.group()
def tokens() -> None:
    """Manage tokens: what programs show to the API, with bounds and an end."""


@tokens.command("create")
@click.argument("name")
@click.option("-u", "--username", help="Whose: a user or a service account; on a server elsewhere, left out: yours.")
@click.option(
    "-s", "--scope", multiple=True, help="What it is good for, such as read:dag:sales_* or run:sales; again for more."
)
@click.option(
    "-w", "--workspace", default="default", show_default=True, help="Where it is good for something; * for all."
)
@click.option("-x", "--expires-in", default="30d", show_default=True, help="Its life: a number with s, m, h, d or w.")
@click.option("--json", "as_json", is_flag=True, help="Print all about it as JSON.")
@pass_session
def create_token(
    session: Session,
    name: str,
    *,
    username: str | None,
    scope: tuple[str, ...],
    workspace: str,
    expires_in: str,
    as_json: bool,
) -> None:
    """Make a token, and print it this once."""
    if username is None and not session.is_remote:
        raise InvalidInput("say whose the token is: --username")
    body = {"name": name, "username": username, "workspace": workspace, "expires_in": _seconds(expires_in)}
    made = session.client.call("POST", (AUTH, "tokens"), body=body | ({"scopes": list(scope)} if scope else {}))
    if as_json:
        print_json(made)
        return
    click.echo(made["token"])
    click.echo(f"It ends at {made['expires_at']}; take it back with: tradewind tokens revoke {made['id']}", err=True)


@tokens.command("list")
@click.option("-u", "--username", help="Whose; left out: everybody's.")
@click.option("--all", "with_all", is_flag=True, help="Those too that are revoked or over.")
@output_option
@pass_session
def list_tokens(session: Session, username: str | None, with_all: bool, output: str) -> None:
    """List tokens; the tokens themselves are not kept."""
    is_live = None if with_all else True
    found = session.client.all("tokens", AUTH, "tokens", username=username or "~", is_live=is_live)
    show(map(_in_short, found) if output == "table" else found, COLUMNS, output)


@tokens.command("revoke")
@click.argument("token_id")
@pass_session
def revoke_token(session: Session, token_id: str) -> None:
    """Take a token back; servers refuse it within seconds."""
    session.client.call("DELETE", (AUTH, "tokens", token_id))
    click.echo(f"Token {token_id} is revoked")


def _in_short(token: dict[str, Any]) -> dict[str, Any]:
    """A token with its scopes as they were asked for, not with all that these stand for."""
    from tradewind.base.policy import in_short, parse_scopes

    return token | {"scopes": in_short(parse_scopes(token["scopes"] or []))}


def _seconds(text: str) -> int:
    number, unit = text[:-1], text[-1:]
    if not number.isdigit() or unit not in UNITS:
        raise InvalidInput(f"{text!r} is no time such as 90d or 12h")
    return int(number) * UNITS[unit]
