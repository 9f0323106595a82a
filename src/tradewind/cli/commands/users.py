"""`tradewind users`: who may log in, and as what."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import click

from tradewind.base.errors import InvalidInput, NotFound
from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["users"]

AUTH = "/auth"
COLUMNS = ("username", "roles", "email", "first_name", "last_name", "is_active", "created_at", "last_login_at")


@click.group()
def users() -> None:
    """Manage who may log in."""


def _who(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-u` or `-e`: whom a command is about."""
    by_name = click.option("-u", "--username", help="Name of the user.")
    by_email = click.option("-e", "--email", help="Address of the user, in place of the name.")
    return by_name(by_email(function))


def _password_options(function: Callable[..., Any]) -> Callable[..., Any]:
    given = click.option("-p", "--password", help="Password; asked for, or read from the input, where it is not given.")
    made = click.option("--use-random-password", is_flag=True, help="Make a password, and print it once.")
    return given(made(function))


def _workspace(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("-w", "--workspace", default="*", show_default="all of them", help="Where the role is held.")(
        function
    )


# -- one by one ------------------------------------------------------------------------------------------------------


@users.command("list")
@output_option
@pass_session
def list_users(session: Session, output: str) -> None:
    """List users."""
    show(map(_row, session.client.all("users", AUTH, "users")), COLUMNS, output)


@users.command("create")
@click.option("-u", "--username", required=True, help="Name to log in with.")
@click.option("-r", "--role", required=True, help="Viewer, User, Op, Admin, or a role of one's own.")
@click.option("-e", "--email", help="Address.")
@click.option("-f", "--firstname", help="First name.")
@click.option("-l", "--lastname", help="Last name.")
@_workspace
@_password_options
@pass_session
def create_user(
    session: Session, *, username: str, role: str, workspace: str,
    password: str | None, use_random_password: bool, **names: str | None,
) -> None:  # fmt: skip
    """Make a user."""
    secret = _password(password, use_random_password)
    body = {
        "username": username, "password": secret, "roles": [{"role": role, "workspace": workspace}],
        "email": names["email"], "first_name": names["firstname"], "last_name": names["lastname"],
    }  # fmt: skip
    made = session.client.call("POST", (AUTH, "users"), body=body)
    said = f"; password: {secret}" if use_random_password else ""
    click.echo(f"User {username} is made, with the role {_row(made)['roles'][0]}{said}")


@users.command("delete")
@_who
@pass_session
def delete_user(session: Session, username: str | None, email: str | None) -> None:
    """Delete a user; tokens and sessions given before end with it."""
    name = _found(session, username, email)["username"]
    session.client.call("DELETE", (AUTH, "users", name))
    click.echo(f"User {name} is deleted")


@users.command("add-role")
@_who
@click.option("-r", "--role", required=True, help="The role.")
@_workspace
@pass_session
def add_role(session: Session, username: str | None, email: str | None, role: str, workspace: str) -> None:
    """Let a user hold one more role."""
    user = _found(session, username, email)
    wanted = [*_local(user), {"role": role, "workspace": workspace}]
    changed = _patch(session, user["username"], {"roles": wanted})
    click.echo(f"User {user['username']} holds {', '.join(_row(changed)['roles'])}")


@users.command("remove-role")
@_who
@click.option("-r", "--role", required=True, help="The role.")
@_workspace
@pass_session
def remove_role(session: Session, username: str | None, email: str | None, role: str, workspace: str) -> None:
    """Take a role from a user."""
    user = _found(session, username, email)
    kept = [one for one in _local(user) if (one["role"].lower(), one["workspace"]) != (role.lower(), workspace)]
    if len(kept) == len(_local(user)):
        held = ", ".join(_row(user)["roles"]) or "none"
        raise NotFound(f"the user {user['username']!r} does not hold {role!r} in {workspace!r}; they hold {held}")
    changed = _patch(session, user["username"], {"roles": kept})
    click.echo(f"User {user['username']} holds {', '.join(_row(changed)['roles']) or 'no role'}")


@users.command("reset-password")
@_who
@_password_options
@pass_session
def reset_password(
    session: Session, username: str | None, email: str | None, password: str | None, use_random_password: bool
) -> None:
    """Give a user a new password; their sessions and the tokens of their log-ins end."""
    name = _found(session, username, email)["username"]  # before a password is asked for in vain
    secret = _password(password, use_random_password)
    _patch(session, name, {"password": secret})
    click.echo(f"The password of {name} is changed" + (f": {secret}" if use_random_password else ""))


@users.command("deactivate")
@_who
@pass_session
def deactivate(session: Session, username: str | None, email: str | None) -> None:
    """Keep a user but let them in no more; their sessions and tokens end."""
    name = _found(session, username, email)["username"]
    _patch(session, name, {"is_active": False})
    click.echo(f"User {name} is not active any more")


@users.command("activate")
@_who
@pass_session
def activate(session: Session, username: str | None, email: str | None) -> None:
    """Let a user in again."""
    name = _found(session, username, email)["username"]
    _patch(session, name, {"is_active": True})
    click.echo(f"User {name} is active")


@users.command("unlock")
@click.option("-u", "--username", help="Name that is locked.")
@click.option("-a", "--address", help="Address that is locked.")
@pass_session
def unlock(session: Session, username: str | None, address: str | None) -> None:
    """Let a name or an address try passwords again that is locked after too many failures."""
    if (username is None) == (address is None):
        raise InvalidInput("say what is locked: --username or --address")
    if session.is_remote:
        if username is None:
            raise InvalidInput(
                "an address is opened where the server runs: `tradewind users unlock -a ADDRESS` there, without TRADEWIND_URL"
            )
        session.client.call("POST", (AUTH, "users", username, "unlock"))
        click.echo(f"{username} is open again")
        return
    import getpass

    from tradewind.base.clock import SystemClock
    from tradewind.db import event_logs, login_failures

    # The database itself: who is locked out may be the only one who could ask the server.
    key = login_failures.of_user(username) if username is not None else login_failures.of_address(address or "")
    with session.database.write() as tx:
        was_there = login_failures.clear(tx, key)
        new = event_logs.NewEvent(
            workspace="default", timestamp=SystemClock().now(), event="unlock_login", owner=getpass.getuser(),
            extra=json.dumps({"key": key}), via="process",
        )  # fmt: skip
        event_logs.record(tx, new)
    click.echo(f"{username or address} is open again" if was_there else f"{username or address} had no failed log-ins")


# -- files -----------------------------------------------------------------------------------------------------------


@users.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@pass_session
def export_users(session: Session, file: str) -> None:
    """Write all users to a JSON file, without their passwords."""
    from tradewind.cli.files import write_text

    found = [_exported(one) for one in session.client.all("users", AUTH, "users")]
    write_text(file, json.dumps(found, indent=4) + "\n")
    click.echo(f"{len(found)} users exported to {file}", err=file == "-")


@users.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@pass_session
def import_users(session: Session, file: str) -> None:
    """Make or change the users that a JSON file lists, as `users export` or Airflow wrote it; new ones get no password."""
    wanted = [_imported(one, file) for one in _read(file)]
    _check_roles(session, wanted, file)
    there = {one["username"] for one in session.client.all("users", AUTH, "users")}
    for body in wanted:
        name = body["username"]
        if name in there:
            _patch(session, name, {field: value for field, value in body.items() if field != "username"})
        else:
            session.client.call("POST", (AUTH, "users"), body=body)
    new = [body["username"] for body in wanted if body["username"] not in there]
    click.echo(f"{len(new)} users made, {len(wanted) - len(new)} changed")
    if new:
        click.echo("Give the new ones a password: tradewind users reset-password -u NAME")


def _check_roles(session: Session, wanted: list[dict[str, Any]], file: str) -> None:
    """Refuse a file as a whole, rather than in its middle."""
    known = {one["name"].lower() for one in session.client.all("roles", AUTH, "roles")}
    missing = {held["role"] for body in wanted for held in body["roles"] if held["role"].lower() not in known}
    if missing:
        words = ", ".join(sorted(missing))
        raise InvalidInput(f"{file}: there is no role {words}; make it with `tradewind roles create`, or leave it out")


def _exported(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "username": user["username"],
        "email": user["email"],
        "firstname": user["first_name"],
        "lastname": user["last_name"],
        "roles": _row({**user, "roles": _local(user)})["roles"],
    } | ({} if user["is_active"] else {"is_active": False})


def _read(file: str) -> list[Any]:
    from pathlib import Path

    try:
        content = json.loads(Path(file).read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidInput(f"{file} is not valid JSON: {error}") from error
    if not isinstance(content, list):
        raise InvalidInput(f"{file} must hold a list of users, not a {type(content).__name__}")
    return content


def _imported(one: Any, file: str) -> dict[str, Any]:
    """The body of one user; what is unknown in it, as Airflow's `id`, is passed over."""
    if not isinstance(one, dict) or not isinstance(one.get("username"), str):
        raise InvalidInput(f"{file}: each user must be an object with a username, and this is not: {str(one)[:80]}")
    roles = one.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise InvalidInput(f"{file}: the roles of {one['username']!r} must be a list of names")
    held = [role.rpartition("@") if "@" in role else (role, "", "*") for role in roles]
    body = {
        "username": one["username"],
        "email": one.get("email"),
        "first_name": one.get("firstname"),
        "last_name": one.get("lastname"),
        "roles": [{"role": role, "workspace": workspace} for role, _, workspace in held],
    }
    return body | ({"is_active": one["is_active"]} if "is_active" in one else {})


# -- parts of all ----------------------------------------------------------------------------------------------------


def _found(session: Session, username: str | None, email: str | None) -> dict[str, Any]:
    """The user whom a command is about.

    Raises:
        InvalidInput: neither a name nor an address was given, or both.
        NotFound: nobody is called that, or has that address.
    """
    if (username is None) == (email is None):
        raise InvalidInput("say who: --username or --email")
    if username is not None:
        return session.client.get(AUTH, "users", username)
    found = [one for one in session.client.all("users", AUTH, "users") if one["email"] == email]
    if len(found) != 1:
        raise NotFound(f"{len(found) or 'no'} users have the address {email!r}; name one by --username", email=email)
    return found[0]


def _patch(session: Session, username: str, body: dict[str, Any]) -> dict[str, Any]:
    return session.client.call("PATCH", (AUTH, "users", username), body=body)


def _local(user: dict[str, Any]) -> list[dict[str, Any]]:
    """The roles that were given by hand; those that a group claim gave come with the next log-in."""
    roles = [one for one in user["roles"] if one["origin"] == "local"]
    return [{"role": one["role"], "workspace": one["workspace"]} for one in roles]


def _row(user: dict[str, Any]) -> dict[str, Any]:
    """A user with roles as names, each with its workspace where it is not held in all of them."""
    names = [one["role"] if one["workspace"] == "*" else f"{one['role']}@{one['workspace']}" for one in user["roles"]]
    return {**user, "roles": names}


def _password(given: str | None, is_random: bool) -> str:
    if is_random:
        return secrets.token_urlsafe(16)
    if given:
        return given
    from tradewind.cli.passwords import ask_password

    return ask_password(twice=True)
