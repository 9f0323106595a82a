"""What somebody may do to things that bodies name, in workspaces, and with roles of their own making."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from support.api import Api
from support.asset_story import asset, consumer, producer
from support.callers import Caller, bound
from support.rows import parsed, spec, store
from tradewind.api.auth.permission_routes import CanIResponse, PermissionsResponse
from tradewind.api.auth.role_routes import RoleCollectionResponse, RoleDetailsResponse, RoleResponse
from tradewind.base.ids import UuidSource
from tradewind.core.events import AttemptSucceeded
from tradewind.db import roles, tables, users
from tradewind.protocol.messages import Ended
from tradewind.spec import DagSpec


def know(api: Api, *specs: DagSpec) -> None:
    for one in specs:
        file = parsed(one, path=f"{one.dag_id}.py", code_hash=one.dag_id)
        api.engine.know(store(api.database, file, ids=UuidSource()))


def user(api: Api, name: str, *held: str, workspace: str = "*") -> Caller:
    """A user with roles, and a token of theirs."""
    now = datetime.now(UTC)
    with api.database.write() as tx:
        holdings = tuple(users.Holding(role, workspace) for role in held)
        users.add_user(tx, users.UserRecord(username=name, password_hash=None, created_at=now, roles=holdings))
    sessions = api.app.state.desk.sessions
    return Caller(api, sessions.tokens.mint(name, UuidSource().new(), now, 600))


def role(api: Api, name: str, *permissions: str) -> Any:
    return api.post("//auth/roles", {"name": name, "permissions": list(permissions)}).ok(201)


# -- bodies ----------------------------------------------------------------------------------------------------------

BULKS = {
    "connection": ("/connections", lambda name: {"connection_id": name, "conn_type": "http"}),
    "variable": ("/variables", lambda name: {"key": name, "value": "1"}),
    "pool": ("/pools", lambda name: {"name": name, "slots": 1}),
}


@pytest.mark.parametrize("resource", BULKS)
def test_of_a_bulk_request_what_may_be_done_is_done_and_the_rest_is_answered_singly(api: Api, resource: str) -> None:
    path, body = BULKS[resource]
    for name in ("mine_1", "other_1"):
        api.post(path, body(name)).ok(201)
    caller = bound(api, *(f"{action}:{resource}:mine_*" for action in ("read", "create", "edit", "delete")))
    actions = [
        {"action": "create", "entities": [body("mine_2"), body("other_2")]},
        {"action": "update", "entities": [body("mine_1"), body("other_1")]},
        {"action": "delete", "entities": ["mine_1", "other_1"]},
    ]
    answer = caller.send("PATCH", path, {"actions": actions}).ok()
    assert {action: answer[action]["success"] for action in answer} == {
        "create": ["mine_2"], "update": ["mine_1"], "delete": ["mine_1"],
    }  # fmt: skip
    for action in answer.values():
        (error,) = action["errors"]
        assert error["status_code"] == 403
        assert "has no scope" in error["error"]
    assert api.get(f"{path}/other_1").status == 200
    assert api.get(f"{path}/mine_1").status == 404
    assert api.get(f"{path}/other_2").status == 404


@pytest.mark.parametrize("resource", BULKS)
def test_what_may_only_be_made_is_not_written_over(api: Api, resource: str) -> None:
    path, body = BULKS[resource]
    api.post(path, body("there")).ok(201)
    caller = bound(api, f"create:{resource}")
    actions = [{"action": "create", "entities": [body("there")], "action_on_existence": "overwrite"}]
    (error,) = caller.send("PATCH", path, {"actions": actions}).ok()["create"]["errors"]
    assert error["status_code"] in {403, 409}
    assert caller.send("POST", path, body("new")).status == 201


@pytest.mark.parametrize("resource", BULKS)
def test_a_name_in_a_body_is_checked(api: Api, resource: str) -> None:
    path, body = BULKS[resource]
    caller = bound(api, f"*:{resource}:mine")
    refused = caller.send("POST", path, body("other"))
    assert (refused.status, refused.json["code"]) == (403, "forbidden")
    assert f"to create {resource} 'other'" in refused.json["detail"]
    assert caller.send("POST", path, body("mine")).status == 201


def runs_of_two(api: Api) -> None:
    know(api, spec("mine"), spec("other"))
    for name in ("mine", "other"):
        api.triggered(name, dag_run_id="r")
        api.engine.finish()


def test_runs_and_instances_of_several_dags_are_changed_one_by_one(api: Api) -> None:
    runs_of_two(api)
    caller = bound(api, "manage:mine")
    both = [{"dag_id": name, "dag_run_id": "r", "note": "n"} for name in ("mine", "other")]
    answer = caller.send("PATCH", "/dags/~/dagRuns", {"actions": [{"action": "update", "entities": both}]}).ok()
    assert answer["update"]["success"] == ["r"]
    assert [error["status_code"] for error in answer["update"]["errors"]] == [403]
    assert api.get("/dags/other/dagRuns/r").ok()["note"] is None
    tasks = [{**one, "task_id": "load"} for one in both]
    path = "/dags/~/dagRuns/~/taskInstances"
    answer = caller.send("PATCH", path, {"actions": [{"action": "update", "entities": tasks}]}).ok()
    assert answer["update"]["success"] == ["load"]
    assert [error["status_code"] for error in answer["update"]["errors"]] == [403]


def test_who_may_mark_runs_may_not_delete_them(api: Api) -> None:
    runs_of_two(api)
    caller = bound(api, "view:mine", "edit:dag_run:mine")
    assert caller.send("PATCH", "/dags/mine/dagRuns/r", {"note": "n"}).status == 200
    assert caller.send("DELETE", "/dags/mine/dagRuns/r").status == 403
    bulk = {"actions": [{"action": "delete", "entities": [{"dag_run_id": "r"}]}]}
    (error,) = caller.send("PATCH", "/dags/mine/dagRuns", bulk).ok()["delete"]["errors"]
    assert error["status_code"] == 403
    assert api.get("/dags/mine/dagRuns/r").status == 200


def test_pausing_all_pauses_what_may_be_paused(api: Api) -> None:
    know(api, spec("mine_1"), spec("mine_2"), spec("other"))
    caller = bound(api, "view:*", "edit:dag:mine_*")
    changed = caller.send("PATCH", "/dags", {"is_paused": True}, dag_id_pattern="~").ok()
    assert [one["dag_id"] for one in changed["dags"]] == ["mine_1", "mine_2"]
    paused = {one["dag_id"]: one["is_paused"] for one in api.get("/dags").ok()["dags"]}
    assert paused == {"mine_1": True, "mine_2": True, "other": False}


# -- what asks the scheduler -----------------------------------------------------------------------------------------


def test_a_token_to_run_one_dag_runs_that_dag(api: Api) -> None:
    know(api, spec("mine"), spec("other"))
    caller = bound(api, "run:mine")
    assert caller.send("POST", "/dags/mine/dagRuns", {"dag_run_id": "r"}).status == 200
    assert caller.send("POST", "/dags/other/dagRuns", {}).status == 403
    assert caller.get("/dags/mine/dagRuns/r").ok()["triggering_user_name"] == "admin"
    assert caller.send("POST", "/dags/mine/clearTaskInstances", {"dag_run_id": "r"}).status == 403
    alone = bound(api, "create:dag_run:mine")
    assert alone.send("POST", "/dags/mine/dagRuns", {"dag_run_id": "r2"}).ok()["dag_run_id"] == "r2"
    assert alone.get("/dags/mine/dagRuns/r2").status == 403


def test_clearing_does_not_go_on_into_a_dag_that_is_none_of_ones_own(api: Api) -> None:
    parent = spec("mine", tasks=("mark",))
    know(api, replace(parent, tasks=tuple(replace(one, marks_depth=1) for one in parent.tasks)), spec("other"))
    for name in ("other", "mine"):
        api.triggered(name, dag_run_id="r", logical_date="2026-01-05T03:00:00Z")
        if name == "other":
            api.engine.finish()
    attempt = api.engine.start("mark")
    fields = {"external_dag_id": "other", "external_task_id": "load", "logical_date": "2026-01-05T03:00:00+00:00"}
    report = Ended(attempt=attempt, at=datetime.now(UTC), outcome="success", rendered=fields)
    api.engine.apply(AttemptSucceeded(attempt, datetime.now(UTC)), outputs={attempt: report})
    body = {"dag_run_id": "r", "only_failed": False}
    for dry_run in (True, False):
        path = "/dags/mine/clearTaskInstances"
        assert len(api.post(path, {**body, "dry_run": True}).ok()["task_instances"]) == 2
        refused = bound(api, "manage:mine", name=str(dry_run)).send("POST", path, {**body, "dry_run": dry_run})
        assert (refused.status, "edit task instance 'other'" in refused.json["detail"]) == (403, True)
    caller = bound(api, "manage:mine", "edit:task_instance:other")
    cleared = caller.send("POST", "/dags/mine/clearTaskInstances", {**body, "dry_run": False}).ok()["task_instances"]
    assert {(one["dag_id"], one["task_id"]) for one in cleared} == {("mine", "mark"), ("other", "load")}


def test_a_backfill_is_checked_by_the_dag_in_its_body(api: Api) -> None:
    know(api, spec("mine"), spec("other"))
    caller = bound(api, "manage:mine")
    dates = {"from_date": "2026-01-01T00:00:00Z", "to_date": "2026-01-02T00:00:00Z"}
    for path in ("/backfills", "/backfills/dry_run", "/backfills/plan"):
        assert caller.send("POST", path, {"dag_id": "other", **dates}).status == 403
        assert caller.send("POST", path, {"dag_id": "mine", **dates}).status != 403


def test_to_make_an_asset_is_to_run_its_dag(api: Api) -> None:
    know(api, producer("maker", "gold"), consumer("waiter", asset("gold")))
    (found,) = api.get("/assets").ok()["assets"]
    path = f"/assets/{found['id']}/materialize"
    only_asset = bound(api, "*:asset:gold", "view:maker")
    refused = only_asset.send("POST", path, {})
    assert refused.status == 403
    assert "create dag run 'maker'" in refused.json["detail"]
    assert bound(api, "*:asset:gold", "run:maker").send("POST", path, {}).status == 200


def test_events_of_assets_take_the_asset(api: Api) -> None:
    know(api, producer("maker", "gold", "silver"), consumer("waiter", asset("gold")))
    numbers = {one["name"]: one["id"] for one in api.get("/assets").ok()["assets"]}
    caller = bound(api, "*:asset:gold", "view:*")
    assert caller.send("POST", "/assets/events", {"asset_id": numbers["gold"]}).status == 200
    assert caller.send("POST", "/assets/events", {"asset_id": numbers["silver"]}).status == 404
    api.engine.drain()
    path = f"/assets/{numbers['silver']}/state-store/k"
    assert caller.send("PUT", path, {"value": 1}).status == 404
    assert caller.send("PUT", path.replace(str(numbers["silver"]), str(numbers["gold"]), 1), {"value": 1}).status == 204


def test_a_webhook_called_with_a_token_takes_the_assets_that_listen(api: Api) -> None:
    hook = {"name": "hook", "classpath": "my.Hook", "kwargs": "{}", "webhook": "mint"}
    know(api, consumer("waiter", asset("gold", watchers=[hook])))
    assert bound(api, "create:asset:silver").send("POST", "/assets/webhooks/mint", {}).status == 403
    assert bound(api, "read:asset:gold").send("POST", "/assets/webhooks/mint", {}).status == 403
    assert bound(api, "create:asset:gold").send("POST", "/assets/webhooks/mint", {}).ok(202)["assets"] == ["gold"]


def test_what_a_dag_returned_takes_the_right_to_its_xcoms(api: Api) -> None:
    runs_of_two(api)
    caller = bound(api, "read:dag_run:mine")
    assert caller.get("/dags/mine/dagRuns/r/result").status == 403
    assert caller.get("/dags/mine/dagRuns/r").status == 200
    assert bound(api, "view:mine").get("/dags/mine/dagRuns/r/result").status == 200


@pytest.mark.parametrize(
    "path", ["/dags/mine/why", "/dags/mine/dagRuns/r/why", "/dags/mine/dagRuns/r/taskInstances/load/why"]
)
def test_why_is_answered_to_who_sees_one_dag_as_to_others(api: Api, path: str) -> None:
    know(api, spec("mine"))
    api.triggered("mine", dag_run_id="r")
    codes: Callable[[Any], list[str]] = lambda answer: [cause["code"] for cause in answer["causes"]]
    assert codes(bound(api, "view:mine").get(path).ok()) == codes(api.get(path).ok())


def test_why_tells_how_full_a_pool_is_and_whose_tasks_hold_it_as_far_as_they_may_be_seen(api: Api) -> None:
    api.post("/pools", {"name": "narrow", "slots": 1}).ok(201)
    api.engine.drain()
    for name in ("other", "mine"):
        one = spec(name, tasks=("work",))
        know(api, replace(one, tasks=tuple(replace(task, pool="narrow") for task in one.tasks)))
        api.triggered(name, dag_run_id="r")
        if name == "other":
            api.engine.start("work")
    path = "/dags/mine/dagRuns/r/taskInstances/work/why"
    (full,) = api.get(path).ok()["causes"]
    assert "1 of 1 slots are used (by other.work)" in full["sentence"]
    (told,) = bound(api, "view:mine").get(path).ok()["causes"]
    assert "1 of 1 slots are used" in told["sentence"]
    assert "other" not in str(told)


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
    assert (no["allowed"], no["reason"]) == (False, "nothing that user holds allows to edit variable: User")
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
