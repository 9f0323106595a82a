"""Assets over the API: what is listed, telling of updates, what waits and why, webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from support.api import Api
from support.asset_story import all_of, asset, consumer, producer, ref
from support.rows import parsed, store
from tradewind.base.ids import UuidSource
from tradewind.core.events import AssetUpdate, AttemptSucceeded
from tradewind.db import variables
from tradewind.db.variables import VariableRecord
from tradewind.spec import DagSpec, ScheduleSpec, TaskSpec

HOOK = {"name": "hook", "classpath": "my.Hook", "kwargs": "{}", "webhook": "orders", "secret": "hook_key"}


def know(api: Api, *specs: DagSpec) -> None:
    api.engine.know(store(api.database, parsed(*specs), ids=UuidSource()))


@pytest.fixture
def shop(api: Api) -> dict[str, int]:
    """A producer of `a` and `b`, and a DAG that waits for both; numbers of the assets by name."""
    know(api, producer("p", "a", "b"), consumer("d", all_of(asset("a"), ref(name="b"))))
    return {one["name"]: one["id"] for one in api.send("GET", "/assets").ok()["assets"]}


def tell(api: Api, asset_id: int, **more: Any) -> dict[str, Any]:
    return api.send("POST", "/assets/events", {"asset_id": asset_id, **more}).ok()


def test_assets_are_listed_with_who_makes_and_who_waits_for_them(api: Api, shop: dict[str, int]) -> None:
    body = api.send("GET", "/assets", name_pattern="a").ok()
    (found,) = body["assets"]
    assert body["total_entries"] == 1
    assert (found["name"], found["uri"], found["group"]) == ("a", "s3://a", "asset")
    assert [one["dag_id"] for one in found["scheduled_dags"]] == ["d"]
    assert [(one["dag_id"], one["task_id"]) for one in found["producing_tasks"]] == [("p", "make")]
    assert found["consuming_tasks"] == found["aliases"] == found["watchers"] == []
    assert found["last_asset_event"] == {"id": None, "timestamp": None}
    assert api.send("GET", f"/assets/{shop['a']}").ok() == found
    assert api.send("GET", "/assets", dag_ids="d").ok()["total_entries"] == 2
    assert api.send("GET", "/assets/4711").status == 404
    for part, dags in (("3://a", ["d"]), ("nothing", [])):
        found_dags = api.send("GET", "/dags", asset_dependency=part).ok()["dags"]
        assert [one["dag_id"] for one in found_dags] == dags
    assert [one["dag_id"] for one in api.send("GET", "/dags", has_asset_schedule=False).ok()["dags"]] == ["p"]


def test_an_event_of_the_api_is_recorded_and_starts_what_waits(api: Api, shop: dict[str, int]) -> None:
    event = tell(api, shop["a"], extra={"rows": 7})
    assert (event["asset_id"], event["extra"]) == (shop["a"], {"rows": 7, "from_rest_api": True})
    assert event["created_dagruns"] == []
    api.engine.drain()
    tell(api, shop["b"])
    api.engine.drain()
    runs = api.send("GET", "/dags/d/dagRuns").ok()["dag_runs"]
    assert [(run["run_type"], run["triggered_by"], run["logical_date"]) for run in runs] == [
        ("asset_triggered", "asset", None)
    ]
    upstream = api.send("GET", f"/dags/d/dagRuns/{runs[0]['dag_run_id']}/upstreamAssetEvents").ok()
    assert [one["name"] for one in upstream["asset_events"]] == ["a", "b"]
    (created,) = upstream["asset_events"][0]["created_dagruns"]
    assert (created["dag_id"], created["run_id"]) == ("d", runs[0]["dag_run_id"])
    assert api.send("GET", "/dags/d/dagRuns", consuming_asset_pattern="a").ok()["total_entries"] == 1
    assert api.send("GET", "/dags/d/dagRuns", consuming_asset_pattern="other").ok()["total_entries"] == 0


def test_events_are_listed_by_asset_source_and_time(api: Api, shop: dict[str, int]) -> None:
    first, second = tell(api, shop["a"]), tell(api, shop["b"])
    listed = api.send("GET", "/assets/events").ok()
    assert [one["id"] for one in listed["asset_events"]] == [first["id"], second["id"]]
    of_b = api.send("GET", "/assets/events", asset_id=shop["b"]).ok()["asset_events"]
    assert [one["id"] for one in of_b] == [second["id"]]
    assert api.send("GET", "/assets/events", source_dag_id="p").ok()["total_entries"] == 0
    assert api.send("GET", "/assets/events", timestamp_gt=second["timestamp"]).ok()["total_entries"] == 0
    newest = api.send("GET", "/assets/events", order_by="-timestamp", limit=1).ok()["asset_events"]
    assert [one["id"] for one in newest] == [second["id"]]


def test_a_task_that_succeeds_tells_of_its_outlets(api: Api, shop: dict[str, int]) -> None:
    run = api.send("POST", "/dags/p/dagRuns", {"logical_date": None}).ok()
    api.engine.drain()
    attempt = api.engine.start("make")
    update = AssetUpdate(uid=UuidSource().new(), name="a", uri="s3://a", aliases=("today",))
    api.engine.apply(AttemptSucceeded(attempt, datetime.now(UTC), assets=(update,)))
    (event,) = api.send("GET", "/assets/events").ok()["asset_events"]
    assert (event["source_dag_id"], event["source_task_id"], event["source_run_id"], event["source_map_index"]) == (
        "p", "make", run["dag_run_id"], -1,
    )  # fmt: skip
    (alias,) = api.send("GET", "/assets/aliases").ok()["asset_aliases"]
    assert alias["name"] == "today"
    assert api.send("GET", f"/assets/aliases/{alias['id']}").ok() == alias
    assert api.send("GET", f"/assets/{shop['a']}").ok()["aliases"] == [alias]
    assert api.send("GET", "/assets/aliases/4711").status == 404


def test_what_waits_is_shown_and_can_be_thrown_away(api: Api, shop: dict[str, int]) -> None:
    a = shop["a"]
    assert api.send("GET", "/dags/d/assets/queuedEvents").status == 404
    tell(api, a)
    api.engine.drain()
    (queued,) = api.send("GET", "/dags/d/assets/queuedEvents").ok()["queued_events"]
    assert (queued["dag_id"], queued["asset_id"], queued["dag_display_name"]) == ("d", a, "d")
    assert api.send("GET", f"/dags/d/assets/{a}/queuedEvents").ok() == queued
    assert api.send("GET", f"/assets/{a}/queuedEvents").ok()["queued_events"] == [queued]
    assert api.send("GET", f"/dags/d/assets/{shop['b']}/queuedEvents").status == 404
    assert api.send("GET", "/dags/d/assets/queuedEvents", before="2020-01-01T00:00:00Z").status == 404
    for path in (f"/dags/d/assets/{a}/queuedEvents", "/dags/d/assets/queuedEvents", f"/assets/{a}/queuedEvents"):
        tell(api, a)
        api.engine.drain()
        assert api.send("DELETE", path).status == 204
        assert api.send("GET", "/dags/d/assets/queuedEvents").status == 404
        assert api.send("DELETE", path).status == 404


def test_where_a_dag_stands_is_told_in_words(api: Api, shop: dict[str, int]) -> None:
    state = api.send("GET", "/dags/d/assets/state").ok()
    assert state["words"] == "waiting for a and b"
    assert state["asset_expression"] == {
        "all": [{"asset": {"uri": "s3://a", "name": "a", "group": "asset"}}, {"asset_ref": {"name": "b"}}]
    }
    tell(api, shop["a"])
    api.engine.drain()
    state = api.send("GET", "/dags/d/assets/state").ok()
    assert state["words"].startswith("waiting for b; a arrived 20")
    assert state["words"].endswith("from admin over the API")
    tell(api, shop["b"])
    api.engine.drain()
    last = api.send("GET", "/dags/d/assets/state").ok()["last_run"]
    assert last["reason"].startswith("asset a was updated at ")
    assert api.send("GET", "/dags/p/assets/state").status == 400
    assert api.send("GET", "/dags/d/details").ok()["asset_expression"] == state["asset_expression"]


def test_partitions_that_are_missing_or_refused_are_told(api: Api) -> None:
    rollup = {"kind": "rollup", "upstream": {"kind": "fixed", "key": "all"},
              "window": {"kind": "segment", "segments": ["us", "eu", "apac"]}}  # fmt: skip
    allowed = {"kind": "allowed", "keys": ["us"]}
    know(api, consumer("d", asset("a"), partitions={"default": rollup}),
         consumer("e", asset("a"), partitions={"default": allowed}))  # fmt: skip
    (a,) = (one["id"] for one in api.send("GET", "/assets").ok()["assets"])
    tell(api, a, partition_key="eu")
    api.engine.drain()
    state = api.send("GET", "/dags/d/assets/state").ok()
    (part,) = state["waiting"]
    assert part["partition_key"] == "all"
    assert part["assets"][0]["missing_partitions"] == ["us", "apac"]
    assert part["words"].startswith("waiting for 2 more partitions of a; a arrived ")
    (refused,) = api.send("GET", "/dags/e/assets/state").ok()["refused"]
    assert (refused["partition_key"], refused["reason"]) == ("eu", "the partition 'eu' is none of us")
    for key in ("us", "apac"):
        tell(api, a, partition_key=key)
        api.engine.drain()
    (run,) = api.send("GET", "/dags/d/dagRuns").ok()["dag_runs"]
    assert run["partition_key"] == "all"
    assert api.send("GET", "/dags/~/dagRuns", partition_key_pattern="all").ok()["total_entries"] == 1


def test_an_asset_is_materialised_by_the_one_dag_that_makes_it(api: Api, shop: dict[str, int]) -> None:
    run = api.send("POST", f"/assets/{shop['a']}/materialize").ok()
    assert (run["dag_id"], run["run_type"], run["triggered_by"]) == ("p", "asset_materialization", "rest_api")
    run = api.send("POST", f"/assets/{shop['a']}/materialize", {"dag_run_id": "mine", "conf": {"x": 1}}).ok()
    assert (run["dag_run_id"], run["conf"]) == ("mine", {"x": 1})
    assert api.send("POST", "/assets/4711/materialize").status == 404
    know(api, producer("p", "a", "b"), producer("q", "a"), consumer("d", asset("c")))
    assert "More than one DAG" in api.send("POST", f"/assets/{shop['a']}/materialize").text
    nobody = next(one["id"] for one in api.send("GET", "/assets", name_pattern="c").ok()["assets"])
    assert api.send("POST", f"/assets/{nobody}/materialize").status == 404


def test_a_signed_call_of_a_webhook_starts_what_waits(api: Api) -> None:
    know(api, consumer("d", asset("a", watchers=[HOOK])))
    with api.database.write() as tx:
        variables.put_variable(tx, api.services.cipher, "default", VariableRecord(key="hook_key", value="s3cret"))
    body = {"order": 7}
    raw = json.dumps(body).encode()
    for header in ("X-Tradewind-Signature", "X-Hub-Signature-256"):
        signature = "sha256=" + hmac.new(b"s3cret", raw, hashlib.sha256).hexdigest()
        answer = api.send("POST", "/assets/webhooks/orders", raw, role=None, headers={header: signature})
        assert answer.ok(202)["assets"] == ["a"]
    api.engine.drain()
    runs = api.send("GET", "/dags/d/dagRuns").ok()["dag_runs"]
    assert [run["run_type"] for run in runs] == ["asset_triggered", "asset_triggered"]
    (event, _) = api.send("GET", "/assets/events").ok()["asset_events"]
    assert event["extra"] == {"from_webhook": "orders", "payload": body}


def test_a_call_of_a_webhook_that_nobody_signed_needs_a_token(api: Api) -> None:
    know(api, consumer("d", asset("a", watchers=[HOOK])))
    wrong = {"X-Tradewind-Signature": "sha256=" + "0" * 64}
    assert api.send("POST", "/assets/webhooks/orders", b"{}", role=None, headers=wrong).status == 401
    assert api.send("POST", "/assets/webhooks/orders", b"{}", role="viewer").status == 403
    assert api.send("POST", "/assets/webhooks/orders", {"x": 1}, role="user").status == 202
    assert api.send("POST", "/assets/webhooks/other", {"x": 1}, role="user").status == 404
    assert api.send("POST", "/assets/webhooks/orders", b"no json", role="user").status == 400


def test_of_a_call_that_is_too_large_no_more_is_read_than_may_be(api: Api) -> None:
    answer = api.send("POST", "/assets/webhooks/orders", b"x" * 3_000_000, role=None)
    assert (answer.status, "at most 1000000 bytes" in answer.json["detail"]) == (400, True)


@pytest.mark.parametrize("signature", ["sha256=" + "0" * 64, "sha256=\u00e9", ""])
def test_a_signature_that_does_not_hold_opens_nothing(api: Api, signature: str) -> None:
    know(api, consumer("d", asset("a", watchers=[HOOK])))
    with api.database.write() as tx:
        variables.put_variable(tx, api.services.cipher, "default", VariableRecord(key="hook_key", value="s3cret"))
    headers = {"X-Tradewind-Signature": signature}
    assert api.send("POST", "/assets/webhooks/orders", b"{}", role=None, headers=headers).status == 401


def test_a_viewer_reads_but_tells_nothing(api: Api, shop: dict[str, int]) -> None:
    assert api.send("GET", "/assets", role="viewer").status == 200
    assert api.send("POST", "/assets/events", {"asset_id": shop["a"]}, role="viewer").status == 403
    assert api.send("POST", f"/assets/{shop['a']}/materialize", role="viewer").status == 403


def test_a_run_of_a_dag_without_a_schedule_by_assets_has_no_events(api: Api) -> None:
    know(api, DagSpec(dag_id="plain", schedule=ScheduleSpec("none"), tasks=(TaskSpec(task_id="t"),)))
    run = api.send("POST", "/dags/plain/dagRuns", {"logical_date": None}).ok()
    found = api.send("GET", f"/dags/plain/dagRuns/{run['dag_run_id']}/upstreamAssetEvents").ok()
    assert found == {"asset_events": [], "total_entries": 0}
