"""Connections, variables, pools, the event log, processes and settings over REST."""

from __future__ import annotations

import importlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from support.api import Api
from support.contract import matches
from support.rows import spec
from tradewind.api.models import admin as models
from tradewind.api.models.bulk import BulkResponse
from tradewind.db import connections, processes, variables

# -- connections -----------------------------------------------------------------------------------------------------

WAREHOUSE = {
    "connection_id": "warehouse", "conn_type": "postgres", "host": "db", "login": "ann", "password": "s3cret!",
    "schema": "public", "port": 5432, "extra": '{"api_key": "k-123", "region": "eu"}',
}  # fmt: skip


def kept(api: Api, conn_id: str) -> connections.ConnectionRecord:
    """The connection with its secrets in the clear."""
    with api.database.read() as tx:
        return connections.get_connection(tx, api.services.cipher, "default", conn_id)


def test_a_connection_is_kept_whole_and_shown_without_its_secrets(both: Api) -> None:
    made = matches(both.post("/connections", WAREHOUSE).ok(201), models.ConnectionResponse)
    assert (made["password"], json.loads(made["extra"])) == ("***", {"api_key": "***", "region": "eu"})
    assert (made["schema"], made["port"]) == ("public", 5432)
    assert kept(both, "warehouse").password == "s3cret!"
    assert both.post("/connections", WAREHOUSE).status == 409
    body = matches(both.get("/connections").ok(), models.ConnectionCollectionResponse)
    assert body["total_entries"] == 1
    assert both.get("/connections", connection_id_pattern="ware").ok()["total_entries"] == 1
    assert both.get("/connections", connection_id_prefix_pattern="x").ok()["total_entries"] == 0
    assert both.get("/connections/absent").status == 404


def test_what_was_shown_masked_keeps_its_value_when_it_comes_back(api: Api) -> None:
    api.post("/connections", WAREHOUSE).ok(201)
    shown = api.get("/connections/warehouse").ok()
    changed = {**shown, "host": "other", "extra": '{"api_key": "***", "region": "us"}'}
    assert api.patch("/connections/warehouse", changed).ok()["host"] == "other"
    now = kept(api, "warehouse")
    assert (now.password, json.loads(now.extra or "")) == ("s3cret!", {"api_key": "k-123", "region": "us"})


def test_an_update_mask_picks_the_fields_of_a_connection(api: Api) -> None:
    api.post("/connections", WAREHOUSE).ok(201)
    body = {"connection_id": "warehouse", "conn_type": "mysql", "host": "new"}
    assert api.patch("/connections/warehouse", body, update_mask=["host"]).ok()["conn_type"] == "postgres"
    assert api.patch("/connections/warehouse", {**body, "connection_id": "other"}).status == 400
    assert api.patch("/connections/absent", {**body, "connection_id": "absent"}).status == 404


@pytest.mark.parametrize(
    "change", [{"extra": "not json"}, {"extra": "[1]"}, {"connection_id": "a b"}, {"port": "x"}, {"colour": "red"}]
)
def test_a_connection_that_can_not_be_is_refused(api: Api, change: dict[str, object]) -> None:
    assert api.post("/connections", {**WAREHOUSE, **change}).status in {400, 422}
    assert api.get("/connections").ok()["total_entries"] == 0


def test_connections_in_bulk(both: Api) -> None:
    both.post("/connections", WAREHOUSE).ok(201)
    actions = [
        {"action": "create", "entities": [{"connection_id": "a", "conn_type": "http"}, WAREHOUSE]},
        {
            "action": "create", "action_on_existence": "overwrite",
            "entities": [{"connection_id": "warehouse", "conn_type": "mysql"}],
        },
        {"action": "update", "entities": [{"connection_id": "a", "conn_type": "ftp"}]},
        {"action": "delete", "entities": ["a", "absent"]},
    ]  # fmt: skip
    body = matches(both.patch("/connections", {"actions": actions}).ok(), BulkResponse)
    assert body["create"]["success"] == ["a", "warehouse"]
    assert [error["status_code"] for error in body["create"]["errors"]] == [409]
    assert body["update"]["success"] == ["a"]
    assert (body["delete"]["success"], len(body["delete"]["errors"])) == (["a"], 1)
    assert kept(both, "warehouse").conn_type == "mysql"


def test_default_connections_are_added_once(api: Api) -> None:
    assert api.post("/connections/defaults").status == 204
    before = api.get("/connections").ok()["total_entries"]
    assert before > 3
    assert api.post("/connections/defaults").status == 204
    assert api.get("/connections").ok()["total_entries"] == before
    assert api.delete("/connections/http_default").status == 204
    assert api.delete("/connections/http_default").status == 404


# -- variables -------------------------------------------------------------------------------------------------------


def test_a_variable_takes_any_json_and_hides_secrets(both: Api) -> None:
    matches(both.post("/variables", {"key": "n", "value": {"a": [1]}}).ok(201), models.VariableResponse)
    assert both.get("/variables/n").ok()["value"] == '{"a":[1]}'
    both.post("/variables", {"key": "db_password", "value": "hunter22", "description": "d"}).ok(201)
    both.post("/variables", {"key": "conf/x", "value": '{"token": "t-1", "url": "u"}'}).ok(201)
    assert both.get("/variables/db_password").ok()["value"] == "***"
    assert json.loads(both.get("/variables/conf/x").ok()["value"]) == {"token": "***", "url": "u"}
    body = matches(both.get("/variables", order_by="-key").ok(), models.VariableCollectionResponse)
    assert [one["key"] for one in body["variables"]] == ["n", "db_password", "conf/x"]
    assert both.post("/variables", {"key": "n", "value": "x"}).status == 409
    both.patch("/variables/db_password", {"key": "db_password", "value": "***", "description": "new"}).ok()
    both.patch("/variables/conf/x", {"key": "conf/x", "value": '{"token": "***", "url": "v"}'}).ok()
    with both.database.read() as tx:
        found = {one.key: one for one in variables.list_variables(tx, both.services.cipher, "default")[0]}
    assert (found["db_password"].value, found["db_password"].description) == ("hunter22", "new")
    assert json.loads(found["conf/x"].value) == {"token": "t-1", "url": "v"}
    assert both.patch("/variables/n", {"key": "m", "value": "x"}).status == 400
    assert both.delete("/variables/conf/x").status == 204
    assert both.get("/variables/conf/x").status == 404


def test_variables_in_bulk(api: Api) -> None:
    actions = [
        {"action": "create", "entities": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]},
        {"action": "update", "entities": [{"key": "a", "value": "3", "description": "no"}], "update_mask": ["value"]},
        {"action": "delete", "entities": ["b"]},
    ]
    assert api.patch("/variables", {"actions": actions}).ok()["delete"]["success"] == ["b"]
    only = api.get("/variables").ok()["variables"]
    assert [(one["key"], one["value"], one["description"]) for one in only] == [("a", "3", None)]


# -- pools -----------------------------------------------------------------------------------------------------------


def test_a_pool_holds_tasks_back_as_soon_as_it_is_changed(both: Api) -> None:
    both.has(spec())
    both.patch("/pools/default_pool", {"pool": "default_pool", "slots": 0}).ok()
    both.triggered("etl", dag_run_id="r")
    waiting = matches(both.get("/pools/default_pool").ok(), models.PoolResponse)
    assert (waiting["scheduled_slots"], waiting["queued_slots"], waiting["open_slots"]) == (1, 0, 0)
    opened = both.patch("/pools/default_pool", {"pool": "default_pool", "slots": 1}).ok()
    assert (opened["queued_slots"], opened["occupied_slots"], opened["open_slots"]) == (1, 1, 0)


def test_pools_are_added_changed_and_deleted(both: Api) -> None:
    made = matches(both.post("/pools", {"name": "small", "slots": 2}).ok(201), models.PoolResponse)
    assert (made["open_slots"], made["include_deferred"]) == (2, False)
    assert both.post("/pools", {"name": "small", "slots": 2}).status == 409
    assert both.post("/pools", {"name": "bad", "slots": -2}).status == 422
    assert both.patch("/pools/small", {"slots": -1, "description": "wide"}).ok()["open_slots"] == -1
    assert both.patch("/pools/small", {"pool": "other"}).status == 400
    assert both.patch("/pools/default_pool", {"description": "x"}).status == 400
    body = matches(both.get("/pools", pool_name_pattern="smal").ok(), models.PoolCollectionResponse)
    assert [pool["name"] for pool in body["pools"]] == ["small"]
    actions = [
        {"action": "create", "action_on_existence": "skip", "entities": [{"name": "small", "slots": 9}]},
        {"action": "update", "entities": [{"name": "small", "slots": 5}]},
        {"action": "delete", "entities": ["default_pool"]},
    ]
    answer = both.patch("/pools", {"actions": actions}).ok()
    assert (answer["create"]["success"], answer["update"]["success"]) == ([], ["small"])
    assert answer["delete"]["errors"][0]["status_code"] == 400
    assert both.get("/pools/small").ok()["slots"] == 5
    assert both.delete("/pools/small").status == 204
    assert both.delete("/pools/default_pool").status == 400


# -- the event log ---------------------------------------------------------------------------------------------------


def test_every_write_leaves_an_entry_that_says_who_did_what(both: Api) -> None:
    both.has(spec(display_name="Extract"))
    both.triggered("etl", dag_run_id="r", conf={"a": 1})
    both.patch("/dags/etl/dagRuns/r", {"note": "n"}, role="user").ok()
    both.post("/variables", {"key": "k", "value": "secret value"}).ok(201)
    both.post("/variables", {"key": "k", "value": "again"})
    body = matches(both.get("/eventLogs", order_by="event_log_id").ok(), models.EventLogCollectionResponse)
    said = [(one["event"], one["owner"], one["dag_id"], one["run_id"]) for one in body["event_logs"]]
    assert said == [
        ("trigger_dag_run", "admin", "etl", "r"), ("patch_dag_run", "user", "etl", "r"),
        ("post_variable", "admin", None, None),
    ]  # fmt: skip
    assert body["event_logs"][0]["dag_display_name"] == "Extract"
    assert json.loads(body["event_logs"][0]["extra"])["conf"] == {"a": 1}
    assert "secret value" not in json.dumps(body)
    first = body["event_logs"][0]["event_log_id"]
    assert matches(both.get(f"/eventLogs/{first}").ok(), models.EventLogResponse)["event"] == "trigger_dag_run"
    assert both.get("/eventLogs", owner="user").ok()["total_entries"] == 1
    assert both.get("/eventLogs", excluded_events=["post_variable"]).ok()["total_entries"] == 2
    assert both.get("/eventLogs", event_pattern="patch").ok()["total_entries"] == 1
    assert both.get("/eventLogs", before="2020-01-01").ok()["total_entries"] == 0
    assert both.get("/eventLogs/9999").status == 404


# -- processes, settings, what is installed --------------------------------------------------------------------------


def test_processes_are_listed_with_their_heartbeats(both: Api) -> None:
    now = both.services.clock.now()
    with both.database.write() as tx:
        processes.beat(tx, "p1", "SchedulerJob", now)
        processes.beat(tx, "p2", "DagProcessorJob", now - timedelta(hours=1))
    body = matches(both.get("/jobs").ok(), models.JobCollectionResponse)
    assert [job["job_type"] for job in body["jobs"]] == ["SchedulerJob", "DagProcessorJob"]
    assert both.get("/jobs", is_alive=True).ok()["total_entries"] == 1
    assert both.get("/jobs", job_type="DagProcessorJob", job_state="running").ok()["total_entries"] == 1
    assert both.get("/jobs", executor_class="x").ok()["total_entries"] == 0


def test_settings_are_shown_as_json_and_text(api: Api) -> None:
    body = matches(api.get("/config").ok(), models.Config)
    sections = {section["name"]: section["options"] for section in body["sections"]}
    assert {"key": "port", "value": "8080"} in sections["api"]
    assert [one["name"] for one in api.get("/config", section="db").ok()["sections"]] == ["db"]
    assert api.get("/config", section="nope").status == 404
    text = api.get("/config/section/api/option/port", headers={"accept": "text/plain"}).text
    assert text == "[api]\nport = 8080\n"
    assert api.get("/config/section/api/option/nope").status == 404


def test_nothing_is_installed_beside_the_server(api: Api) -> None:
    assert matches(api.get("/providers").ok(), models.ProviderCollectionResponse)["providers"] == []
    assert matches(api.get("/plugins").ok(), models.PluginCollectionResponse)["plugins"] == []
    assert (
        matches(api.get("/plugins/importErrors").ok(), models.PluginImportErrorCollectionResponse)["total_entries"] == 0
    )


def test_health_tells_of_routes_that_cannot_be_loaded(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "routes_without_their_library.py"
    module.write_text("import a_library_that_is_not_there")
    monkeypatch.syspath_prepend(tmp_path)
    routes = api.app.state.routes
    assert api.get("/monitor/health", role=None).ok()["api"] == {"status": "healthy", "problem": None}
    with pytest.raises(ModuleNotFoundError):
        routes.load(module.stem)
    health = api.get("/monitor/health", role=None).ok()["api"]
    assert health["status"] == "unhealthy"
    assert module.stem in health["problem"]
    assert "a_library" not in health["problem"], "anybody may ask"
    module.write_text("router = 'of no use, and there'")
    importlib.invalidate_caches()
    routes.load(module.stem)
    assert api.get("/monitor/health", role=None).ok()["api"]["status"] == "healthy"
