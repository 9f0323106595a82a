"""Roles and permissions on the command line, without a server."""

from __future__ import annotations

import json


def test_a_role_is_made_changed_shown_and_deleted(tradewind) -> None:
    made = tradewind("roles", "create", "sales", "read:dag:sales_*", "-d", "of the shop", "-o", "json").json()
    assert made == [
        {"name": "sales", "is_built_in": False, "permissions": "read:dag:sales_*", "description": "of the shop"}
    ]
    tradewind("roles", "add-permission", "sales", "create:dag_run:sales_*", "read:dag")
    tradewind("roles", "remove-permission", "sales", "read:dag:sales_*")
    (shown,) = tradewind("roles", "get", "sales", "-o", "json").json()
    assert (shown["permissions"], shown["holders"]) == ("create:dag_run:sales_* read:dag", "")
    (changed,) = tradewind("roles", "update", "sales", "read:pool", "-d", "d", "-o", "json").json()
    assert (changed["permissions"], changed["description"]) == ("read:pool", "d")
    assert "say what changes" in tradewind("roles", "update", "sales", expect=2).err
    assert tradewind("roles", "delete", "sales").out == "Role sales is deleted\n"
    assert "no role 'sales'" in tradewind("roles", "get", "sales", expect=3).err


def test_built_in_roles_are_listed_and_stay_as_they_are(tradewind) -> None:
    listed = tradewind("roles", "list", "-o", "json").json()
    assert [one["name"] for one in listed] == ["Viewer", "User", "Op", "Admin"]
    assert "built in" in tradewind("roles", "add-permission", "Viewer", "*:*", expect=4).err
    assert "no action 'look'" in tradewind("roles", "create", "x", "look:dag", expect=2).err


def test_exported_roles_can_be_imported_elsewhere(tradewind, tmp_path) -> None:
    file = tmp_path / "roles.json"
    tradewind("roles", "create", "sales", "read:dag:sales_*", "-d", "of the shop")
    assert "1 roles exported" in tradewind("roles", "export", str(file)).out
    wanted = {"sales": {"permissions": ["read:dag:sales_*"], "description": "of the shop"}}
    assert json.loads(file.read_text()) == wanted
    tradewind("roles", "delete", "sales")
    file.write_text(json.dumps(wanted | {"hr": {"permissions": ["read:dag:hr"]}}))
    for _ in range(2):
        assert "2 roles imported" in tradewind("roles", "import", str(file)).out
    listed = tradewind("roles", "list", "-o", "json").json()
    assert [one["name"] for one in listed if not one["is_built_in"]] == ["hr", "sales"]
    file.write_text('{"x": 1}')
    assert "list of permissions" in tradewind("roles", "import", str(file), expect=2).err


def test_can_i_ends_with_what_it_says(tradewind) -> None:
    assert tradewind("auth", "can-i", "edit", "variable", "x").out.startswith("yes: the role Admin of ")
    tradewind("users", "create", "-u", "ann", "-r", "Viewer", "-p", "a long enough password")
    said = tradewind("auth", "can-i", "edit", "variable", "-u", "ann", expect=1).out
    assert said == "no: nothing that ann holds allows to edit variable (edit:variable); roles held: Viewer\n"
    assert "no user 'bob'" in tradewind("auth", "can-i", "edit", "variable", "-u", "bob", expect=3).err
    assert "no resource 'table'" in tradewind("auth", "can-i", "edit", "table", expect=2).err


def test_the_words_of_permissions_are_listed(tradewind) -> None:
    words = {one["resource"]: one for one in tradewind("auth", "permissions", "-o", "json").json()}
    assert words["xcom"] == {"resource": "xcom", "actions": "read create edit delete", "named_by": "dag_id"}
