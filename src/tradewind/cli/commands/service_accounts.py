"""`tradewind service-accounts`: programs that use the API, with tokens and without a password."""

from __future__ import annotations

from typing import Any

import click

from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["service_accounts"]

AUTH, ACCOUNTS = "/auth", "service-accounts"
COLUMNS = ("username", "roles", "description", "is_active", "created_at")


@click.group()
def service_accounts() -> None:
    """Manage service accounts: programs that use the API."""


@service_accounts.command("list")
@output_option
@pass_session
def list_accounts(session: Session, output: str) -> None:
    """List service accounts."""
    show(map(_row, session.client.all("service_accounts", AUTH, ACCOUNTS)), COLUMNS, output)


@service_accounts.command("create")
@click.argument("name")
@click.option("-r", "--role", multiple=True, help="A role, or ROLE@WORKSPACE; again for more.")
@click.option("-d", "--description", help="What it is for.")
@output_option
@pass_session
def create_account(session: Session, name: str, role: tuple[str, ...], description: str | None, output: str) -> None:
    """Make a service account; `tradewind tokens create` makes its tokens."""
    body = {"username": name, "description": description, "roles": _held(role)}
    show([_row(session.client.call("POST", (AUTH, ACCOUNTS), body=body))], COLUMNS, output)


@service_accounts.command("update")
@click.argument("name")
@click.option("-r", "--role", multiple=True, help="All its roles from now on, as ROLE or ROLE@WORKSPACE.")
@click.option("-d", "--description", help="What it is for.")
@click.option("--active/--not-active", default=None, help="Whether its tokens count.")
@output_option
@pass_session
def update_account(
    session: Session, name: str, *, role: tuple[str, ...], description: str | None, active: bool | None, output: str
) -> None:
    """Change a service account."""
    given = {"description": description, "is_active": active, "roles": _held(role) if role else None}
    body = {field: value for field, value in given.items() if value is not None}
    show([_row(session.client.call("PATCH", (AUTH, ACCOUNTS, name), body=body))], COLUMNS, output)


@service_accounts.command("delete")
@click.argument("name")
@pass_session
def delete_account(session: Session, name: str) -> None:
    """Delete a service account; its tokens end with it."""
    session.client.call("DELETE", (AUTH, ACCOUNTS, name))
    click.echo(f"Service account {name} is deleted")


def _held(roles: tuple[str, ...]) -> list[dict[str, str]]:
    held = [role.rpartition("@") if "@" in role else (role, "", "*") for role in roles]
    return [{"role": role, "workspace": workspace} for role, _, workspace in held]


def _row(account: dict[str, Any]) -> dict[str, Any]:
    names = [
        one["role"] if one["workspace"] == "*" else f"{one['role']}@{one['workspace']}" for one in account["roles"]
    ]
    return {**account, "roles": names}
