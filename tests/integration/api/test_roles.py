"""Roles of one's own, the workspaces that they are held in, and whether somebody may do something."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from support.api import Api
from support.callers import bound, user
from tradewind.api.auth.permission_routes import CanIResponse, PermissionsResponse
from tradewind.api.auth.role_routes import RoleCollectionResponse, RoleDetailsResponse, RoleResponse
from tradewind.db import roles, tables, users


def role(api: Api, name: str, *permissions: str) -> Any:
    return api.post("//auth/roles", {"name": name, "permissions": list(permissions)}).ok(201)


# -- workspaces ------------------------------------------------------------------------------------------------------


@pytest.fixture
def team(api: Api) -> str:
    """Another workspace."""
    with api.database.write() as tx:
        tx.execute(tables.workspace.insert(), {"name": "team", "created_at": datetime.now(UTC)})
    return "//w/team/api/v2"


def test_a_workspace_has_names_of_its_own(api: Api, team: str) -> None:
    api.post("/variables", {"key": "k", "value": "default's"}).ok(201)
    api.post(f"{team}/variables", {"key": "k", "value": "team's"}).ok(201)
    assert api.get(f"{team}/variables/k").ok()["value"] == "team's"
    assert api.get("//w/default/api/v2/variables/k").ok()["value"] == "default's"
    api.post(f"{team}/pools", {"name": "team_pool", "slots": 1}).ok(201)
    assert api.get("/pools/team_pool").status == 404


def test_a_workspace_that_is_not_there_is_not_found(api: Api, team: str) -> None:
    answer = api.get("//w/nowhere/api/v2/dags")
    assert (answer.status, answer.json["detail"]) == (404, "there is no workspace 'nowhere'")
    assert api.get("//w/nowhere/api/v2/dags", role=None).status == 401
    assert api.get("//w/team/execution/anything").status == 404
    assert api.get("//w/team").status == 404
    assert api.get(f"{team}/dags").status == 200


def test_roles_and_tokens_count_in_their_workspace(api: Api, team: str) -> None:
    member = user(api, "member", "Op", workspace="team")
    assert member.get(f"{team}/variables").status == 200
    assert member.get("/variables").status == 403
    token = bound(api, workspace="team")
    assert token.get(f"{team}/variables").status == 200
    assert token.get("/variables").status == 403
    answer = member.get("//w/team/auth/can-i", action="edit", resource="variable").ok()
    assert (answer["allowed"], answer["workspace"], answer["role"]) == (True, "team", "Op")
    assert member.get("//auth/can-i", action="edit", resource="variable").ok()["allowed"] is False


# -- roles -----------------------------------------------------------------------------------------------------------


def test_a_role_of_ones_own_is_made_changed_and_deleted(both: Api) -> None:
    made = role(both, "sales", "read:dag:sales_*", "read:dag_run:sales_*")
    RoleResponse.model_validate(made)
    caller = user(both, "ann", "sales")
    assert caller.get("/dags/sales_a").status == 404
    assert caller.get("/dags/hr").status == 403
    changed = both.patch("//auth/roles/sales", {"add_permissions": ["read:dag:hr"], "description": "d"}).ok()
    assert changed["permissions"] == ["read:dag:sales_*", "read:dag_run:sales_*", "read:dag:hr"]
    assert changed["description"] == "d"
    assert caller.get("/dags/hr").status == 404
    both.patch("//auth/roles/sales", {"remove_permissions": ["read:dag:hr"]}).ok()
    assert caller.get("/dags/hr").status == 403
    details = both.get("//auth/roles/sales").ok()
    RoleDetailsResponse.model_validate(details)
    assert details["holders"] == [{"username": "ann", "workspace": "*"}]
    held = both.delete("//auth/roles/sales")
    assert (held.status, "held by ann" in held.json["detail"]) == (409, True)
    with both.database.write() as tx:
        users.delete_user(tx, "ann")
    assert both.delete("//auth/roles/sales").status == 204
    assert both.get("//auth/roles/sales").status == 404


def test_roles_are_listed_with_the_built_in_ones_first(api: Api) -> None:
    role(api, "a", "read:dag")
    listed = api.get("//auth/roles").ok()
    RoleCollectionResponse.model_validate(listed)
    assert [one["name"] for one in listed["roles"]] == ["Viewer", "User", "Op", "Admin", "a"]
    assert listed["total_entries"] == 5
    page = api.get("//auth/roles", order_by="-name", limit=2, offset=1).ok()
    assert [one["name"] for one in page["roles"]] == ["Viewer", "User"]
    assert api.get("//auth/roles", order_by="size").status == 400
    mine = user(api, "ann", "a")
    assert mine.get("//auth/roles").status == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "//auth/roles", {"name": "admin", "permissions": []}, 409),
        ("POST", "//auth/roles", {"name": "", "permissions": []}, 400),
        ("POST", "//auth/roles", {"name": "a/b", "permissions": []}, 400),
        ("POST", "//auth/roles", {"name": "x", "permissions": ["look:dag"]}, 400),
        ("POST", "//auth/roles", {"name": "x"}, 422),
        ("PATCH", "//auth/roles/Op", {"add_permissions": ["read:user"]}, 409),
        ("PATCH", "//auth/roles/nothing", {"description": "d"}, 404),
        ("PATCH", "//auth/roles/there", {"permissions": [], "add_permissions": ["read:dag"]}, 400),
        ("PATCH", "//auth/roles/there", {"remove_permissions": ["read:pool"]}, 400),
        ("DELETE", "//auth/roles/Admin", None, 409),
        ("DELETE", "//auth/roles/nothing", None, 404),
    ],
)
def test_what_can_t_be_done_to_roles(api: Api, method: str, path: str, body: Any, status: int) -> None:
    role(api, "there", "read:dag")
    assert api.send(method, path, body).status == status
    assert api.get("//auth/roles/there").ok()["permissions"] == ["read:dag"]


def test_nobody_gives_what_they_have_not(api: Api) -> None:
    role(api, "keeper", "*:role", "read:dag:sales_*")
    keeper = user(api, "keeper", "keeper")
    refused = keeper.send("POST", "//auth/roles", {"name": "x", "permissions": ["read:dag", "read:dag:sales_a"]})
    assert refused.status == 403
    assert refused.json["detail"].endswith("keeper lacks read:dag")
    assert keeper.send("POST", "//auth/roles", {"name": "x", "permissions": ["read:dag:sales_a*"]}).status == 201
    assert keeper.send("PATCH", "//auth/roles/keeper", {"add_permissions": ["*:*"]}).status == 403
    assert keeper.send("PATCH", "//auth/roles/x", {"remove_permissions": ["read:dag:sales_a*"]}).status == 200


def test_who_rules_one_workspace_does_not_change_roles_for_all(api: Api, team: str) -> None:
    ruler = user(api, "ruler", "Admin", workspace="team")
    assert ruler.get("//w/team/auth/roles").status == 200
    refused = ruler.send("POST", "//w/team/auth/roles", {"name": "x", "permissions": ["*:*"]})
    assert (refused.status, "the same in all workspaces" in refused.json["detail"]) == (403, True)
    for workspace in ("team", "default"):
        base = "//w/team/auth/roles" if workspace == "team" else "//auth/roles"
        caller = bound(api, workspace=workspace)
        assert caller.send("POST", base, {"name": "x", "permissions": []}).status == 403


def test_a_role_that_is_gone_gives_nothing(api: Api) -> None:
    role(api, "x", "*:*")
    user(api, "ann", "x")
    with api.database.write() as tx:
        assert [str(one.grant) for one in roles.rights_of(tx, "ann", "default")] == ["*:*"]
        tx.execute(tables.role.delete())
        assert roles.rights_of(tx, "ann", "default") == []
        assert roles.known_role(tx, "viewer") == "Viewer"


# -- can I? ----------------------------------------------------------------------------------------------------------


def test_can_i_says_whether_and_why(api: Api) -> None:
    yes = api.get("//auth/can-i", action="create", resource="dag_run", name="etl", role="user").ok()
    CanIResponse.model_validate(yes)
    assert yes["reason"] == "the role User of user allows it: *:dag_run"
    assert (yes["allowed"], yes["role"], yes["permission"]) == (True, "User", "*:dag_run")
    no = api.get("//auth/can-i", action="edit", resource="variable", role="user").ok()
    assert (no["allowed"], no["reason"]) == (
        False,
        "nothing that user holds allows to edit variable (edit:variable); roles held: User",
    )
    scoped = bound(api, "view:sales").get("//auth/can-i", action="read", resource="dag", name="hr").ok()
    assert scoped["allowed"] is False
    assert "the token of admin has no scope to read dag 'hr'" in scoped["reason"]
    for query in ({"action": "look", "resource": "dag"}, {"action": "read", "resource": "dags"}):
        assert api.get("//auth/can-i", **query).status == 400


def test_can_somebody_else_is_for_who_may_read_users(api: Api) -> None:
    query = {"action": "edit", "resource": "variable", "username": "op"}
    assert api.get("//auth/can-i", **query).ok()["allowed"] is True
    assert api.get("//auth/can-i", role="op", **query).ok()["username"] == "op"
    assert api.get("//auth/can-i", role="viewer", **query).status == 403
    assert api.get("//auth/can-i", **{**query, "username": "nobody"}).status == 404


def test_the_words_of_permissions_are_told_to_everybody(api: Api) -> None:
    told = bound(api, "read:dag:x").get("//auth/permissions").ok()
    PermissionsResponse.model_validate(told)
    named = {one["name"]: one["named_by"] for one in told["resources"]}
    assert (named["log"], named["connection"], named["asset"], named["job"]) == (
        "dag_id", "connection_id", "asset name", None,
    )  # fmt: skip
    assert "create:dag_run:DAG" in told["scopes"]["run:DAG"]
