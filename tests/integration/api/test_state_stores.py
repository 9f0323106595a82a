"""State stores: as running tasks use them, and over REST; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from support.api import Api
from support.rows import one, rows, spec
from tradewind.api.execution import Answers, Asker
from tradewind.core.events import AttemptFailed
from tradewind.db import state_store, tables
from tradewind.protocol import messages as m
from tradewind.spec import DagKey

STORE = "/dags/etl/dagRuns/{run}/taskInstances/extract/state-store"


def asker(api: Api) -> tuple[str, Asker]:
    """A run whose first task is being attempted."""
    api.has(spec())
    run_id = api.triggered("etl")
    attempt = api.engine.start("extract")
    uid = one(api.database, "dag_run", run_id=run_id)["uid"]
    who = Asker(dag=DagKey("default", "etl"), run_uid=uid, task_id="extract", map_index=-1, attempt=attempt)
    return run_id, who


def answers(api: Api, **options: Any) -> Answers:
    s = api.services
    return Answers(s.database, s.cipher, s.clock, s.ids, s.bell, **options)


def value(reply: m.Reply) -> Any:
    assert isinstance(reply, m.ValueReply), reply
    return None if reply.value is None else msgspec.json.decode(reply.value)


def test_a_task_stores_finds_lists_and_forgets_values(both: Api) -> None:
    _, who = asker(both)
    on = answers(both)
    assert value(on.give(who, m.GetState(key="job"))) is None
    for text in ('"job-1"', '{"id": "job-2", "n": [1, null]}'):
        assert on.give(who, m.SetState(key="job", value=text)) == m.Done()
    on.give(who, m.SetState(key="at", value="7"))
    assert value(on.give(who, m.GetState(key="job"))) == {"id": "job-2", "n": [1, None]}
    assert value(on.give(who, m.ListState())) == ["at", "job"]
    on.give(who, m.DeleteState(key="at"))
    assert value(on.give(who, m.ListState())) == ["job"]
    on.give(who, m.DeleteState())
    assert value(on.give(who, m.ListState())) == []


def test_how_long_a_value_is_kept_is_said_by_the_task_or_the_server(both: Api) -> None:
    _, who = asker(both)
    days, forever = answers(both, retention_days=7), answers(both, retention_days=0)
    days.give(who, m.SetState(key="default", value="1"))
    days.give(who, m.SetState(key="hour", value="1", retention_s=3600.0))
    days.give(who, m.SetState(key="never", value="1", never_expires=True))
    days.give(who, m.SetState(key="beyond time", value="1", retention_s=1e12))
    forever.give(who, m.SetState(key="server says never", value="1"))
    kept = {row["key"]: row["expires_at"] and row["expires_at"] - row["updated_at"]
            for row in rows(both.database, "task_state")}  # fmt: skip
    assert kept == {
        "default": timedelta(days=7),
        "hour": timedelta(hours=1),
        "never": None,
        "beyond time": None,
        "server says never": None,
    }


def test_a_value_whose_time_is_over_is_not_found_and_is_cleaned_away(both: Api) -> None:
    _, who = asker(both)
    on = answers(both)
    on.give(who, m.SetState(key="gone", value="1", retention_s=0.0))
    on.give(who, m.SetState(key="here", value="1"))
    assert value(on.give(who, m.GetState(key="gone"))) is None
    assert value(on.give(who, m.ListState())) == ["here"]
    with both.database.write() as tx:
        found = state_store.clean_expired(tx, on.clock.now(), dry_run=True)
        assert [(one.dag_id, one.task_id, one.key) for one in found] == [("etl", "extract", "gone")]
        assert state_store.clean_expired(tx, on.clock.now()) == found
        assert state_store.clean_expired(tx, on.clock.now()) == []


def test_an_attempt_that_is_over_stores_nothing(both: Api) -> None:
    _, who = asker(both)
    late = Asker(dag=who.dag, run_uid=who.run_uid, task_id=who.task_id, map_index=-1, attempt="another")
    reply = answers(both).give(late, m.SetState(key="k", value="1"))
    assert isinstance(reply, m.ErrorReply)
    assert reply.code == "stale_attempt"
    assert rows(both.database, "task_state") == []


def with_asset(api: Api, name: str, uri: str) -> int:
    with api.database.write() as tx:
        now = api.services.clock.now()
        row = {"workspace": "default", "name": name, "uri": uri, "group_name": "asset", "extra": {},
               "created_at": now, "updated_at": now}  # fmt: skip
        tx.execute(tables.asset.insert(), [row])
    return one(api.database, "asset", name=name)["id"]


def test_what_is_kept_with_an_asset_tells_who_wrote_it(both: Api) -> None:
    run_id, who = asker(both)
    asset_id = with_asset(both, "orders", "s3://orders")
    on = answers(both)
    on.give(who, m.SetState(key="watermark", value='"2026"', asset_uri="s3://orders"))
    assert value(on.give(who, m.GetState(key="watermark", asset_name="orders"))) == "2026"
    assert value(on.give(who, m.ListState(asset_name="orders"))) == ["watermark"]
    assert value(on.give(who, m.ListState())) == []
    path = f"/assets/{asset_id}/state-store"
    (entry,) = both.get(path).json["asset_state_store"]
    assert entry["last_updated_by"] == {
        "kind": "task", "dag_id": "etl", "run_id": run_id, "task_id": "extract", "map_index": -1,
    }  # fmt: skip
    assert both.put(f"{path}/a/b", {"value": [1]}).status == 204
    assert both.get(f"{path}/a/b").json["value"] == [1]
    assert both.get(f"{path}/a/b").json["last_updated_by"]["kind"] == "api"
    assert both.delete(f"{path}/a/b").status == 204
    assert both.get(f"{path}/a/b").status == 404
    assert both.delete(path).status == 204
    assert both.get(path).json == {"asset_state_store": [], "total_entries": 0}
    assert both.get("/assets/999/state-store").status == 404


def test_state_of_a_task_over_rest(both: Api) -> None:
    run_id, who = asker(both)
    path = STORE.format(run=run_id)
    answers(both).give(who, m.SetState(key="job", value='"j"', retention_s=60.0))
    before = both.get(f"{path}/job").json
    assert before["value"] == "j"
    assert both.patch(f"{path}/job", {"value": {"a": 1}}).status == 200
    after = both.get(f"{path}/job").json
    assert (after["value"], after["expires_at"]) == ({"a": 1}, before["expires_at"])
    assert both.put(f"{path}/x", {"value": 1, "expires_at": None}).status == 204
    assert both.put(f"{path}/y", {"value": 1}).status == 204
    listed = both.get(path).json
    assert listed["total_entries"] == 3
    assert {one["key"]: one["expires_at"] is None for one in listed["task_state_store"]} == {
        "job": False, "x": True, "y": False,
    }  # fmt: skip
    assert both.delete(f"{path}/x").status == 204
    assert both.patch(f"{path}/x", {"value": 1}).status == 404
    assert both.put(f"{path}/z", {"value": 1}, map_index=4).status == 404
    assert both.delete(path).status == 204
    assert both.get(path).json["total_entries"] == 0


@pytest.mark.parametrize("body", [{"value": None}, {}, {"value": "x" * 70_000}, {"value": 1, "expires_at": "soon"}])
def test_a_value_that_can_not_be_stored_is_refused(api: Api, body: dict[str, Any]) -> None:
    run_id, _ = asker(api)
    assert api.put(STORE.format(run=run_id) + "/k", body).status == 422


def test_state_outlives_a_clear_and_goes_with_its_run(both: Api) -> None:
    run_id, who = asker(both)
    answers(both).give(who, m.SetState(key="job", value='"j"'))
    del both.engine.dispatched["extract", -1]
    both.engine.apply(AttemptFailed(who.attempt or "", both.services.clock.now(), retryable=False))
    both.post("/dags/etl/clearTaskInstances", {"dry_run": False, "dag_run_id": run_id})
    assert both.get(STORE.format(run=run_id)).json["total_entries"] == 1
    both.patch(f"/dags/etl/dagRuns/{run_id}", {"state": "failed"})
    assert both.delete(f"/dags/etl/dagRuns/{run_id}").status == 204
    assert rows(both.database, "task_state") == []
