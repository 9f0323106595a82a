"""What somebody may do to things that bodies name, and to what the scheduler is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from support.api import Api
from support.asset_story import asset, consumer, producer
from support.callers import bound
from support.rows import parsed, spec, store
from tradewind.base.ids import UuidSource
from tradewind.core.events import AttemptSucceeded
from tradewind.protocol.messages import Ended
from tradewind.spec import DagSpec


def know(api: Api, *specs: DagSpec) -> None:
    for one in specs:
        file = parsed(one, path=f"{one.dag_id}.py", code_hash=one.dag_id)
        api.engine.know(store(api.database, file, ids=UuidSource()))


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
