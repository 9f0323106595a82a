"""Users, service accounts and tokens on the command line, without a server."""

from __future__ import annotations

import io
import json

import pytest

from support.command_line import CommandLine

LONG = "a long password"


def test_a_user_is_made_listed_given_a_new_password_and_deleted(tradewind) -> None:
    made = tradewind("users", "create", "-u", "anna", "-r", "op", "-e", "a@example.com", "--use-random-password")
    assert "password: " in made.out
    assert "with the role Op" in made.out
    [user] = tradewind("users", "list", "-o", "json").json()
    assert (user["username"], user["roles"], user["email"], user["is_active"]) == (
        "anna",
        ["Op"],
        "a@example.com",
        True,
    )
    assert "password_hash" not in user
    tradewind("users", "reset-password", "-u", "anna", "-p", LONG)
    assert tradewind("users", "reset-password", "-u", "anna", "-p", "short", expect=2).err
    assert tradewind("users", "create", "-u", "anna", "-r", "Op", "-p", LONG, expect=4).err
    tradewind("users", "delete", "-e", "a@example.com")
    assert "no user 'anna'" in tradewind("users", "reset-password", "-u", "anna", "-p", LONG, expect=3).err


def test_roles_are_given_and_taken_by_workspace(tradewind) -> None:
    tradewind("users", "create", "-u", "anna", "-r", "Viewer", "-p", LONG)
    assert "Op@default, Viewer" in sorted_roles(
        tradewind("users", "add-role", "-u", "anna", "-r", "op", "-w", "default").out
    )
    assert tradewind("users", "remove-role", "-u", "anna", "-r", "Op", expect=3).err
    tradewind("users", "remove-role", "-u", "anna", "-r", "viewer")
    [user] = tradewind("users", "list", "-o", "json").json()
    assert user["roles"] == ["Op@default"]
    assert "no role 'Pilot'" in tradewind("users", "add-role", "-u", "anna", "-r", "Pilot", expect=2).err


def sorted_roles(said: str) -> str:
    return ", ".join(sorted(said.strip().removeprefix("User anna holds ").split(", ")))


def test_the_last_admin_stays(tradewind) -> None:
    tradewind("users", "create", "-u", "anna", "-r", "Admin", "-p", LONG)
    for verb in ("delete", "deactivate"):
        assert "last one" in tradewind("users", verb, "-u", "anna", expect=4).err
    assert "last one" in tradewind("users", "remove-role", "-u", "anna", "-r", "Admin", expect=4).err


def test_users_are_exported_and_imported_with_their_roles(tradewind, tmp_path) -> None:
    tradewind("users", "create", "-u", "anna", "-r", "Viewer", "-p", LONG, "-f", "Anna", "-l", "Lee", "-e", "a@b.c")
    tradewind("users", "add-role", "-u", "anna", "-r", "Op", "-w", "default")
    file = tmp_path / "users.json"
    tradewind("users", "export", str(file))
    content = json.loads(file.read_text())
    assert content == [
        {
            "username": "anna",
            "email": "a@b.c",
            "firstname": "Anna",
            "lastname": "Lee",
            "roles": ["Viewer", "Op@default"],
        }
    ]
    assert LONG not in file.read_text()
    tradewind("users", "delete", "-u", "anna")
    assert tradewind("users", "import", str(file)).out.startswith("1 users made, 0 changed")
    assert tradewind("users", "import", str(file)).out == "0 users made, 1 changed\n"
    again = tmp_path / "again.json"
    tradewind("users", "export", str(again))
    assert json.loads(again.read_text()) == content


def test_a_file_that_airflow_exported_is_taken(tradewind, tmp_path) -> None:
    file = tmp_path / "users.json"
    user = {"id": 1, "username": "bob", "email": "b@b.c", "firstname": "Bob", "lastname": "Lee", "roles": ["Admin"]}
    file.write_text(json.dumps([user]))
    tradewind("users", "import", str(file))
    [found] = tradewind("users", "list", "-o", "json").json()
    assert (found["username"], found["roles"], found["last_name"]) == ("bob", ["Admin"], "Lee")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "{}",
        '[{"email": "x"}]',
        '[{"username": "x", "roles": "Admin"}]',
        '[{"username": "x", "roles": ["Admin"]}, {"username": "y", "roles": ["Public"]}]',
    ],
)
def test_a_file_that_holds_no_users_changes_nothing(tradewind, tmp_path, content: str) -> None:
    file = tmp_path / "users.json"
    file.write_text(content)
    assert str(file) in tradewind("users", "import", str(file), expect=2).err
    assert tradewind("users", "list", "-o", "json").json() == []


def test_a_service_account_gets_a_token_that_is_listed_and_taken_back(tradewind) -> None:
    [made] = tradewind("service-accounts", "create", "ci", "-r", "User@default", "-o", "json").json()
    assert (made["username"], made["roles"]) == ("ci", ["User@default"])
    token = tradewind("tokens", "create", "deploy", "-u", "ci", "-s", "run:sales", "-x", "12h", "--json").json()
    assert token["token"].count(".") == 2
    assert "create:dag_run:sales" in token["scopes"]
    [listed] = tradewind("tokens", "list", "-o", "json").json()
    assert (listed["name"], listed["username"], listed["workspace"]) == ("deploy", "ci", "default")
    assert "token" not in listed
    tradewind("tokens", "revoke", listed["id"])
    assert tradewind("tokens", "list", "-o", "json").json() == []
    [listed] = tradewind("tokens", "list", "--all", "-o", "json").json()
    assert listed["revoked_at"]
    [changed] = tradewind("service-accounts", "update", "ci", "--not-active", "-o", "json").json()
    assert changed["is_active"] is False
    tradewind("service-accounts", "delete", "ci")
    assert tradewind("service-accounts", "list", "-o", "json").json() == []


def test_a_token_takes_a_user_who_is_there_and_a_life_that_is_one(tradewind) -> None:
    assert "no user 'nobody'" in tradewind("tokens", "create", "t", "-u", "nobody", expect=3).err
    assert "no time" in tradewind("tokens", "create", "t", "-u", "nobody", "-x", "soon", expect=2).err


def test_a_name_is_unlocked(tradewind) -> None:
    assert "had no failed log-ins" in tradewind("users", "unlock", "-u", "anna").out
    assert tradewind("users", "unlock", expect=2).err


def test_a_password_may_be_piped_in_and_none_at_all_is_said(
    tradewind: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a quiet long word\n"))
    assert "is made" in tradewind("users", "create", "-u", "piped", "-r", "Viewer").out
    refused = tradewind("users", "create", "-u", "nobody", "-r", "Viewer", expect=2)
    assert "--password" in refused.err
    assert "Warning" not in refused.err
