"""Users and service accounts over the API, and that nobody makes anybody more than they are."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert

from support.api import PASSWORD, Api
from support.browser import Browser
from support.rows import rows
from tradewind.base.errors import Conflict
from tradewind.base.policy import Grant
from tradewind.db import Database, roles, users
from tradewind.db import tables as t

NEW = {"username": "ann", "password": "a long one", "roles": [{"role": "user"}], "email": "a@b.c"}


def held(api: Api, username: str, **by_workspace: str) -> None:
    """Somebody holds roles by workspace; `everywhere` means all of them."""
    with api.database.write() as tx:
        wanted = [users.Holding(role, "*" if name == "everywhere" else name) for name, role in by_workspace.items()]
        users.set_roles(tx, username, wanted)
    api.app.state.desk.sessions.forget()


def has_role(api: Api, name: str, *grants: str) -> None:
    with api.database.write() as tx:
        roles.add_role(tx, name, [Grant.parse(one) for one in grants], None, api.services.clock.now())


def test_a_user_is_made_shown_changed_and_removed(both: Api) -> None:
    made = both.post("//auth/users", NEW).ok(201)
    assert (made["username"], made["kind"], made["has_password"], made["is_active"]) == ("ann", "person", True, True)
    assert made["roles"] == [{"role": "User", "workspace": "*", "origin": "local"}]
    assert both.get("//auth/users/ann").ok() == made
    assert Browser(both).log_in("ann", "a long one").status == 200
    changed = both.patch("//auth/users/ann", {"first_name": "Ann", "roles": []}).ok()
    assert (changed["first_name"], changed["roles"], changed["email"]) == ("Ann", [], "a@b.c")
    assert both.delete("//auth/users/ann").status == 204
    assert both.get("//auth/users/ann").status == 404
    events = [row["event"] for row in rows(both.database, "event_log") if row["owner"] == "admin"]
    assert events == ["create_user", "patch_user", "delete_user"]
    assert "a long one" not in str(rows(both.database, "event_log"))


def test_users_are_listed_page_by_page_and_by_pattern(api: Api) -> None:
    found = api.get("//auth/users", limit=2, offset=1, order_by="-username").ok()
    assert ([one["username"] for one in found["users"]], found["total_entries"]) == (["user", "op"], 4)
    found = api.get("//auth/users", username_pattern="IE").ok()
    assert [one["username"] for one in found["users"]] == ["viewer"]
    assert "password" not in str(found).replace("has_password", "")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": "user"}, 409),
        ({"username": "a/b"}, 400),
        ({"username": "ann", "roles": [{"role": "Nope"}]}, 400),
        ({"username": "ann", "roles": [{"role": "User", "workspace": "nowhere"}]}, 400),
        ({"username": "ann", "password": "short"}, 400),
        ({"username": "ann", "is_admin": True}, 422),
    ],
    ids=str,
)
def test_what_does_not_fit_makes_no_user(api: Api, body: dict[str, object], status: int) -> None:
    assert api.post("//auth/users", body).status == status
    assert api.get("//auth/users").ok()["total_entries"] == 4


@pytest.mark.parametrize("role", ["viewer", "user", "op"])
def test_only_who_may_manages_users(api: Api, role: str) -> None:
    assert api.get("//auth/users", role=role).status == 403
    assert api.post("//auth/users", NEW, role=role).status == 403
    assert api.patch("//auth/users/viewer", {"roles": [{"role": "Admin"}]}, role=role).status == 403
    assert api.delete("//auth/users/viewer", role=role).status == 403
    assert api.get("//auth/me", role=role).status == 200


def test_who_manages_users_without_being_an_admin_makes_no_admin(api: Api) -> None:
    has_role(api, "staff", "*:user", "*:dag", "*:dag_run")
    held(api, "user", everywhere="staff")
    mine = {"roles": [{"role": "staff"}]}
    assert api.post("//auth/users", {"username": "ann", **mine}, role="user").status == 201
    refused = api.patch("//auth/users/ann", {"roles": [{"role": "Admin"}]}, role="user")
    assert (refused.status, "nobody gives more than they have" in refused.json["detail"]) == (403, True)
    assert api.patch("//auth/users/user", {"roles": [{"role": "Admin"}]}, role="user").status == 403
    assert api.patch("//auth/users/admin", {"password": "mine from now on"}, role="user").status == 403
    assert api.delete("//auth/users/admin", role="user").status == 403
    assert api.patch("//auth/users/ann", {"password": "a new long one"}, role="user").status == 200


def test_an_admin_of_one_workspace_gives_nothing_in_the_others(api: Api) -> None:
    held(api, "op", default="Admin")
    give = {"roles": [{"role": "Viewer", "workspace": "default"}]}
    assert api.post("//auth/users", {"username": "ann", **give}, role="op").status == 201
    for workspace in ("*",):
        wanted = {"roles": [{"role": "Viewer", "workspace": workspace}]}
        assert api.patch("//auth/users/ann", wanted, role="op").status == 403
    assert api.delete("//auth/users/admin", role="op").status == 403


def test_an_admin_of_one_workspace_sees_the_accounts_of_that_one_alone(both: Api) -> None:
    with both.database.write() as tx:
        tx.execute(insert(t.workspace), {"name": "other", "created_at": both.services.clock.now()})
    both.post("//auth/roles", {"name": "elsewhere", "permissions": ["read:dag"]}).ok(201)
    two = [{"role": "Viewer", "workspace": "default"}, {"role": "elsewhere", "workspace": "other"}]
    for name, given in {"here": two[:1], "both": two, "there": two[1:], "nowhere": []}.items():
        both.post("//auth/users", {"username": name, "roles": given}).ok(201)
    for name, workspace in {"ci_here": "default", "ci_there": "other"}.items():
        given = {"username": name, "roles": [{"role": "Viewer", "workspace": workspace}]}
        both.post("//auth/service-accounts", given).ok(201)
        both.post("//auth/tokens", {"name": "t", "username": name, "workspace": workspace}).ok(201)
    both.post("//auth/tokens", {"name": "there", "username": "admin", "workspace": "other"}).ok(201)
    held(both, "op", default="Admin")
    found = {one["username"]: one["roles"] for one in both.get("//auth/users", role="op").ok()["users"]}
    assert sorted(found) == ["admin", "both", "here", "op", "user", "viewer"]
    assert [one["workspace"] for one in found["both"]] == ["default"]
    assert [one["workspace"] for one in both.get("//auth/users/both", role="op").ok()["roles"]] == ["default"]
    accounts = both.get("//auth/service-accounts", role="op").ok()["service_accounts"]
    assert [one["username"] for one in accounts] == ["ci_here"]
    for name in ("there", "nowhere"):
        assert both.get(f"//auth/users/{name}", role="op").status == 404
        assert both.patch(f"//auth/users/{name}", {"password": "a new long one"}, role="op").status == 404
        assert both.delete(f"//auth/users/{name}", role="op").status == 404
        assert both.post(f"//auth/users/{name}/unlock", role="op").status == 404
        asked = {"action": "read", "resource": "dag", "username": name}
        assert both.get("//auth/can-i", role="op", **asked).status == 404
    assert both.get("//auth/roles/elsewhere", role="op").ok()["holders"] == []
    everything = both.get("//auth/tokens", username="~").ok()["tokens"]
    assert {one["username"] for one in everything} == {"ci_here", "ci_there", "admin"}
    seen = both.get("//auth/tokens", username="~", role="op").ok()["tokens"]
    assert [one["username"] for one in seen] == ["ci_here"]
    assert both.get("//auth/tokens", username="ci_there", role="op").ok()["tokens"] == []
    hidden = [one["id"] for one in everything if one["username"] != "ci_here"]
    assert [both.delete(f"//auth/tokens/{one}", role="op").status for one in hidden] == [404, 404]
    assert both.delete(f"//auth/tokens/{seen[0]['id']}", role="op").status == 204


def test_a_grant_on_one_user_reaches_that_one_alone(api: Api) -> None:
    has_role(api, "pal", "read:user:vi*", "edit:user:viewer")
    held(api, "user", everywhere="pal")
    found = api.get("//auth/users", role="user").ok()
    assert ([one["username"] for one in found["users"]], found["total_entries"]) == (["viewer"], 1)
    assert api.get("//auth/users/op", role="user").status == 403
    assert api.patch("//auth/users/op", {"first_name": "x"}, role="user").status == 403


def test_the_last_admin_can_not_be_removed_demoted_or_put_to_sleep(both: Api) -> None:
    for refused in (
        both.delete("//auth/users/admin"),
        both.patch("//auth/users/admin", {"is_active": False}),
        both.patch("//auth/users/admin", {"roles": [{"role": "Op"}]}),
        both.patch("//auth/users/admin", {"roles": [{"role": "Admin", "workspace": "default"}]}),
    ):
        assert (refused.status, "last one" in refused.json["detail"]) == (409, True)
    assert both.get("//auth/users/admin").ok()["roles"][0]["role"] == "Admin"
    held(both, "op", everywhere="Admin")
    assert both.delete("//auth/users/admin", role="op").status == 204


def test_two_admins_who_remove_each_other_at_once_do_not_both_succeed(database: Database, both: Api) -> None:
    held(both, "op", everywhere="Admin")
    gate = threading.Barrier(2)

    def demote(name: str) -> bool:
        gate.wait()
        try:
            with database.write() as tx:
                users.remove_role(tx, name, "Admin")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(demote, ["admin", "op"])) == [False, True]


def test_a_user_who_is_put_to_sleep_is_out_at_once_and_does_not_come_back_with_old_tokens(both: Api) -> None:
    browser = Browser(both)
    browser.log_in("user")
    assert (browser.get("/dags").status, both.get("/dags", role="user").status) == (200, 200)
    assert both.patch("//auth/users/user", {"is_active": False}).status == 200
    assert (browser.get("/dags").status, both.get("/dags", role="user").status) == (401, 401)
    assert both.patch("//auth/users/user", {"is_active": True}).status == 200
    assert (browser.get("/dags").status, both.get("/dags", role="user").status) == (401, 401)
    assert browser.log_in("user").status == 200


def test_roles_that_change_count_at_once(api: Api) -> None:
    assert api.get("/connections", role="user").status == 403
    api.patch("//auth/users/user", {"roles": [{"role": "Op"}]}).ok()
    assert api.get("/connections", role="user").status == 200
    api.patch("//auth/users/user", {"roles": []}).ok()
    refused = api.get("/dags", role="user")
    assert (refused.status, "no role in this workspace" in refused.json["detail"]) == (403, True)


def test_a_new_user_of_an_old_name_is_not_served_by_the_old_ones_token(both: Api) -> None:
    assert both.get("/dags", role="user").status == 200
    both.delete("//auth/users/user").ok(204)
    both.post("//auth/users", {"username": "user", "roles": [{"role": "Admin"}]}).ok(201)
    assert both.get("/dags", role="user").status == 401


def test_me_says_who_one_is_and_what_one_may(api: Api) -> None:
    me = api.get("//auth/me", role="viewer").ok()
    assert (me["username"], me["kind"], me["via"], me["workspace"], me["scopes"]) == (
        "viewer", "person", "token", "default", None,
    )  # fmt: skip
    assert {"grant": "read:dag", "role": "Viewer"} in me["grants"]
    assert me["user"]["username"] == "viewer"


# -- service accounts ------------------------------------------------------------------------------------------------


def test_a_service_account_has_tokens_and_nothing_else(both: Api) -> None:
    made = both.post("//auth/service-accounts", {"username": "ci", "roles": [{"role": "User"}]}).ok(201)
    assert (made["kind"], made["is_active"]) == ("service", True)
    token = both.post("//auth/tokens", {"name": "deploy", "username": "ci"}).ok(201)["token"]
    mine = {"authorization": f"Bearer {token}"}
    me = both.get("//auth/me", role=None, headers=mine).ok()
    assert (me["username"], me["kind"]) == ("ci", "service")
    assert both.send("PUT", "//auth/me/password", {"current_password": "x", "new_password": "y" * 9}, role=None,
                     headers=mine).status == 403  # fmt: skip
    assert Browser(both).log_in("ci", PASSWORD).status == 401
    assert both.get("//auth/users/ci").status == 404
    assert [one["username"] for one in both.get("//auth/service-accounts").ok()["service_accounts"]] == ["ci"]
    assert both.patch("//auth/service-accounts/ci", {"is_active": False}).status == 200
    assert both.get("/dags", role=None, headers=mine).status == 401
    assert both.delete("//auth/service-accounts/ci").status == 204
    assert both.get("//auth/service-accounts/ci").status == 404
    assert both.delete("//auth/service-accounts/admin").status == 404


def test_a_token_of_a_service_account_is_made_by_who_holds_as_much(api: Api) -> None:
    has_role(api, "keeper", "*:service_account", "*:token")
    held(api, "user", everywhere="keeper")
    api.post("//auth/service-accounts", {"username": "root", "roles": [{"role": "Admin"}]}).ok(201)
    api.post("//auth/service-accounts", {"username": "low", "roles": []}).ok(201)
    assert api.post("//auth/tokens", {"name": "t", "username": "root"}, role="user").status == 403
    assert api.post("//auth/tokens", {"name": "t", "username": "low"}, role="user").status == 201
    assert api.post("//auth/tokens", {"name": "t", "username": "low"}, role="viewer").status == 403
    assert api.post("//auth/tokens", {"name": "t", "username": "viewer"}).status == 404
