"""`tradewind users`: who may log in, as what. Works on the database itself: it is how the first admin gets in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click

from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

if TYPE_CHECKING:
    from tradewind.db.users import UserRecord

__all__ = ["users"]

COLUMNS = ("username", "roles", "email", "first_name", "last_name", "is_active", "created_at")
ROLES = ("Viewer", "User", "Op", "Admin")


@click.group()
def users() -> None:
    """Manage who may log in."""


@users.command("list")
@output_option
@pass_session
def list_users(session: Session, output: str) -> None:
    """List users."""
    from tradewind.db import users as table

    with session.database.read() as tx:
        found, _ = table.list_users(tx)
    rows = ({name: getattr(user, name) for name in COLUMNS} | {"roles": _roles(user)} for user in found)
    show(rows, COLUMNS, output)


@users.command("create")
@click.option("-u", "--username", required=True, help="Name to log in with.")
@click.option(
    "-r",
    "--role",
    type=click.Choice(ROLES, case_sensitive=False),
    required=True,
    help="What the user may do; each may all that the one before may.",
)
@click.option("-e", "--email", help="Address.")
@click.option("-f", "--firstname", help="First name.")
@click.option("-l", "--lastname", help="Last name.")
@click.option("-p", "--password", help="Password; asked for where it is not given.")
@click.option("--use-random-password", is_flag=True, help="Make a password, and print it once.")
@pass_session
def create_user(
    session: Session, *, username: str, role: str, email: str | None,
    password: str | None, use_random_password: bool, **names: str | None,
) -> None:  # fmt: skip
    """Make a user."""
    from tradewind.base.clock import SystemClock
    from tradewind.db import users as table
    from tradewind.db.passwords import hash_password

    secret = _password(password, use_random_password)
    user = table.UserRecord(
        username=username, password_hash=hash_password(secret), roles=(table.Holding(role),),
        created_at=SystemClock().now(), email=email, first_name=names["firstname"], last_name=names["lastname"],
    )  # fmt: skip
    with session.database.write() as tx:
        table.add_user(tx, user)
    click.echo(
        f"User {username} is made, with the role {role}" + (f"; password: {secret}" if use_random_password else "")
    )


@users.command("delete")
@click.option("-u", "--username", required=True, help="Name of the user.")
@pass_session
def delete_user(session: Session, username: str) -> None:
    """Delete a user; tokens given before end with it."""
    from tradewind.db import users as table

    with session.database.write() as tx:
        table.delete_user(tx, username)
    click.echo(f"User {username} is deleted")


@users.command("reset-password")
@click.option("-u", "--username", required=True, help="Name of the user.")
@click.option("-p", "--password", help="New password; asked for where it is not given.")
@click.option("--use-random-password", is_flag=True, help="Make a password, and print it once.")
@pass_session
def reset_password(session: Session, username: str, password: str | None, use_random_password: bool) -> None:
    """Give a user a new password."""
    from tradewind.db import users as table
    from tradewind.db.passwords import hash_password

    with session.database.read() as tx:
        table.get_user(tx, username)  # before a password is asked for in vain
    secret = _password(password, use_random_password)
    with session.database.write() as tx:
        table.update_user(tx, username, password_hash=hash_password(secret))
    click.echo(f"The password of {username} is changed" + (f": {secret}" if use_random_password else ""))


def _roles(user: UserRecord) -> list[str]:
    """The names of roles; with the workspace where a role is not held in all of them."""
    return [one.role if one.workspace == "*" else f"{one.role}@{one.workspace}" for one in user.roles]


def _password(given: str | None, is_random: bool) -> str:
    if is_random:
        return secrets.token_urlsafe(16)
    return given or click.prompt("Password", hide_input=True, confirmation_prompt=True)
