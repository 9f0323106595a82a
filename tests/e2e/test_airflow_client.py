"""The unmodified `apache-airflow-client` 3.3.2 against a running server: all of its operations, each with its effect."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import airflow_client.client as airflow
import airflow_client.client.models as m
import pytest
import urllib3
from airflow_client.client.exceptions import NotFoundException

from support.client_story import Use, operations, until
from support.server import Server

DAGS = Path(__file__).parent / "client_dags"
DAG_IDS = {"etl", "people", "daily", "parts", "load", "books", "spare", "waits"}
REFUSED = {"TaskInstanceApi.get_external_log_url": "logs are files of this server, so no other place has them"}
"""Operations that a server with these settings refuses, and why; Airflow answers 400 as well."""
EXTRACT = ("etl", "one", "extract")

CHAPTERS: dict[str, Callable[[Use, Server], None]] = {}


def chapter(function: Callable[[Use, Server], None]) -> Callable[[Use, Server], None]:
    """A part of the story; the parts are told in the order they stand in."""
    CHAPTERS[function.__name__] = function
    return function


@chapter
def dags(use: Use, server: Server) -> None:
    api = use.DAGApi
    assert {dag.dag_id for dag in api.get_dags(order_by=["-dag_id"]).dags} == DAG_IDS
    assert [dag.dag_id for dag in api.get_dags(tags=["shop"], tags_match_mode="all").dags] == ["etl"]
    assert api.get_dag("etl").description == "Loads the shop"
    assert api.get_dag("parts").timetable_partitioned is True
    assert api.get_dag_details("etl").params["n"] is not None
    assert api.get_dag_tags(tag_name_pattern="sho").tags == ["shop"]
    assert api.patch_dag("spare", m.DAGPatchBody(is_paused=True), update_mask=["is_paused"]).is_paused is True
    assert [dag.is_paused for dag in api.patch_dags(m.DAGPatchBody(is_paused=False), dag_id_pattern="spare").dags] == [
        False
    ]
    api.favorite_dag("etl")
    assert api.get_dags(is_favorite=True).total_entries == 1
    assert api.get_dag_details("etl").is_favorite is True
    api.unfavorite_dag("etl")
    assert api.get_dags(is_favorite=True).total_entries == 0
    assert use.TaskApi.get_tasks("etl", order_by="-task_id").tasks[0].task_id == "publish"
    assert use.TaskApi.get_task("etl", "double").is_mapped is True
    assert use.DagVersionApi.get_dag_versions("etl").total_entries == 1
    assert use.DagVersionApi.get_dag_version("etl", 1).dag_display_name == "etl"
    assert use.DagSourceApi.get_dag_source("etl", version_number=1).content.startswith('"""What clients work with')
    assert use.DagWarningApi.list_dag_warnings(dag_id="etl").dag_warnings == []
    (broken,) = until(lambda: use.ImportErrorApi.get_import_errors(filename_pattern="broken").import_errors)
    assert "no_such_module_anywhere" in use.ImportErrorApi.get_import_error(broken.import_error_id).stack_trace
    before = api.get_dag("spare").last_parsed_time
    use.DAGParsingApi.reparse_dag_file(api.get_dag("spare").file_token)
    until(lambda: api.get_dag("spare").last_parsed_time > before)
    api.delete_dag("spare")
    with use.refusal(404):
        api.get_dag("spare")


@chapter
def runs(use: Use, server: Server) -> None:
    api = use.DagRunApi
    made = api.trigger_dag_run("etl", m.TriggerDAGRunPostBody(dag_run_id="one", logical_date=at(1), conf={"rows": 3}))
    assert (made.state, made.conf) == ("queued", {"rows": 3})
    # Of a stream of JSON lines the client gives the bytes, in this form of its methods alone.
    lines = api.wait_dag_run_until_finished_without_preload_content("etl", "one", 1.0).data.splitlines()
    assert json.loads(lines[-1])["state"] == "success"
    wait = use.ExperimentalApi.wait_dag_run_until_finished_without_preload_content
    (line,) = wait("etl", "one", 1.0, result=["extract"]).data.splitlines()
    assert json.loads(line)["results"] == {"extract": {"rows": 3}}
    assert api.get_dag_run("etl", "one").state == "success"
    api.trigger_dag_run("etl", m.TriggerDAGRunPostBody(dag_run_id="two", logical_date=at(2)))
    server.wait_run("etl", "two")
    assert [run.dag_run_id for run in api.get_dag_runs("etl", order_by=["-logical_date"], limit=1).dag_runs] == ["two"]
    assert api.get_dag_runs("~", conf_contains="rows", logical_date_lt=at(2)).total_entries == 1
    batch = m.DAGRunsBatchBody(dag_ids=["etl"], states=["success"], order_by="logical_date")
    assert [run.dag_run_id for run in api.get_list_dag_runs_batch("~", batch).dag_runs] == ["one", "two"]
    assert api.patch_dag_run("etl", "two", m.DAGRunPatchBody(state="failed", note="no")).note == "no"
    assert api.get_dag_run("etl", "two").state == "failed"
    (stats,) = use.DagStatsApi.get_dag_stats(dag_ids=["etl"]).dags
    assert {one.state: one.count for one in stats.stats}["failed"] == 1
    cleared = api.clear_dag_run("etl", "two", m.DAGRunClearBody(dry_run=False, note="again"))
    assert cleared.actual_instance.note == "again"
    server.wait_run("etl", "two")
    several = m.BulkDAGRunClearBody(dag_runs=[m.BulkDAGRunBody(dag_run_id="two")], dry_run=False)
    assert api.clear_dag_runs("etl", several).actual_instance.dag_runs[0].dag_run_id == "two"
    server.wait_run("etl", "two")
    entity = {"dag_run_id": "two", "note": "in bulk"}
    bulk = m.BulkBodyBulkDAGRunBody.from_dict({"actions": [{"action": "update", "entities": [entity]}]})
    assert api.bulk_dag_runs("etl", bulk).update.success
    assert api.get_dag_run("etl", "two").note == "in bulk"
    api.trigger_dag_run("parts", m.TriggerDAGRunPostBody(dag_run_id="p", partition_key="2026-01-02T00:00:00"))
    forgot = api.clear_dag_run_partitions("parts", m.ClearPartitionsBody(run_id="p", dry_run=False))
    assert forgot.dag_runs_cleared == 1
    assert api.get_dag_run("parts", "p").partition_key is None
    api.delete_dag_run("etl", "two")
    with use.refusal(404):
        api.get_dag_run("etl", "two")


@chapter
def task_instances(use: Use, server: Server) -> None:
    api = use.TaskInstanceApi
    assert api.get_task_instance(*EXTRACT).state == "success"
    assert api.get_task_instances("etl", "one", task_group_id="checks").total_entries == 2
    body = m.TaskInstancesBatchBody(dag_ids=["etl"], dag_run_ids=["one"], task_ids=["double"])
    assert api.get_task_instances_batch("~", "~", body).total_entries == 2
    assert api.get_task_instance_tries(*EXTRACT).task_instances[0].try_number == 1
    assert api.get_task_instance_try_details(*EXTRACT, 1).state == "success"
    assert api.get_task_instance_dependencies(*EXTRACT).dependencies is not None
    assert api.get_task_instance_dependencies_by_map_index("etl", "one", "double", 1).dependencies is not None
    assert api.get_mapped_task_instances("etl", "one", "double", map_index=[1]).total_entries == 1
    assert api.get_mapped_task_instance("etl", "one", "double", 0).map_index == 0
    assert api.get_mapped_task_instance_tries("etl", "one", "double", 0).total_entries == 1
    assert api.get_mapped_task_instance_try_details("etl", "one", "double", 1, 0).map_index == 0
    assert api.get_log(*EXTRACT, 1, full_content=True).content.actual_instance
    with use.refusal(400):
        api.get_external_log_url(*EXTRACT, 1)
    expected = {"Report": "https://reports.example/one"}
    assert api.get_extra_links("etl", "one", "publish").extra_links == expected
    assert use.ExtraLinksApi.get_extra_links("etl", "one", "publish").extra_links == expected
    change = m.PatchTaskInstanceBody(new_state="failed", note="by hand")
    assert api.patch_task_instance_dry_run(*EXTRACT, change).total_entries == 1
    assert api.patch_task_instance_dry_run_by_map_index("etl", "one", "double", 0, change).total_entries == 1
    assert api.patch_task_group_instances_dry_run("etl", "one", "checks", change).total_entries == 2
    assert api.get_task_instances("~", "~", state=["failed"]).total_entries == 0
    assert api.patch_task_instance(*EXTRACT, change).task_instances[0].note == "by hand"
    assert api.patch_task_instance_by_map_index("etl", "one", "double", 0, change).task_instances[0].state == "failed"
    assert api.patch_task_group_instances("etl", "one", "checks", change).total_entries == 2
    assert api.get_task_instances("etl", "one", state=["failed"]).total_entries == 4
    clear = m.ClearTaskInstancesBody(dag_run_id="one", dry_run=False, only_failed=True)
    assert api.post_clear_task_instances("etl", clear).total_entries == 4
    assert server.wait_run("etl", "one")["state"] == "success"
    assert api.get_task_instance_tries("etl", "one", "checks.first").total_entries == 2
    entity = {"task_id": "publish", "new_state": "skipped", "note": "in bulk"}
    bulk = m.BulkBodyBulkTaskInstanceBody.from_dict({"actions": [{"action": "update", "entities": [entity]}]})
    assert api.bulk_task_instances("etl", "one", bulk).update.success
    publish = api.get_task_instance("etl", "one", "publish")
    assert (publish.state, publish.note) == ("skipped", "in bulk")
    api.delete_task_instance("etl", "one", "publish")
    with use.refusal(404):
        api.get_task_instance("etl", "one", "publish")


@chapter
def a_deferred_task(use: Use, server: Server) -> None:
    api = use.TaskInstanceApi
    use.DagRunApi.trigger_dag_run("waits", m.TriggerDAGRunPostBody(dag_run_id="w"))
    until(lambda: any(one.state == "deferred" for one in api.get_task_instances("waits", "w").task_instances))
    assert api.get_task_instance("waits", "w", "wait").state == "deferred"
    (one,) = api.get_task_instances("~", "~", state=["deferred"]).task_instances
    assert one.trigger.classpath.endswith("DateTimeTrigger")
    assert one.trigger == api.get_task_instance("waits", "w", "wait").trigger
    use.DagRunApi.patch_dag_run("waits", "w", m.DAGRunPatchBody(state="failed"))
    until(lambda: api.get_task_instance("waits", "w", "wait").trigger is None)


@chapter
def what_tasks_leave(use: Use, server: Server) -> None:
    where = {"dag_id": "etl", "dag_run_id": "one", "task_id": "extract"}
    api = use.XComApi
    assert api.create_xcom_entry(**where, x_com_create_body=m.XComCreateBody(key="k", value={"a": 1})).key == "k"
    assert api.update_xcom_entry(**where, xcom_key="k", x_com_update_body=m.XComUpdateBody(value=[2])).key == "k"
    assert api.get_xcom_entry(**where, xcom_key="k").actual_instance.value == [2]
    assert {one.key for one in api.get_xcom_entries(**where).xcom_entries} == {"k", "return_value"}
    api.delete_xcom_entry(**where, xcom_key="k")
    with use.refusal(404):
        api.get_xcom_entry(**where, xcom_key="k")
    store = use.TaskStateStoreApi
    store.set_task_state_store("at", **where, task_state_store_body=m.TaskStateStoreBody(value={"page": 1}))
    store.set_task_state_store("on", **where, task_state_store_body=m.TaskStateStoreBody(value=1))
    store.patch_task_state_store(
        "at", **where, task_state_store_patch_body=m.TaskStateStorePatchBody(value={"page": 2})
    )
    assert store.get_task_state_store("at", **where).value == {"page": 2}
    store.delete_task_state_store("at", **where)
    assert [one.key for one in store.list_task_state_store(**where).task_state_store] == ["on"]
    store.clear_task_state_store(**where)
    assert store.list_task_state_store(**where).total_entries == 0


@chapter
def questions(use: Use, server: Server) -> None:
    api = use.TaskInstanceApi
    use.DagRunApi.trigger_dag_run("people", m.TriggerDAGRunPostBody(dag_run_id="ask"))
    until(lambda: api.get_hitl_details("~", "~", response_received=False).total_entries)
    assert api.get_hitl_detail("people", "ask", "approve", -1).subject == "Ship it?"
    said = api.update_hitl_detail("people", "ask", "approve", -1, m.UpdateHITLDetailPayload(chosen_options=["Approve"]))
    assert said.chosen_options == ["Approve"]
    assert server.wait_run("people", "ask")["state"] == "success"
    assert api.get_hitl_detail_try_detail("people", "ask", "approve", -1, 1).response_received is True


@chapter
def assets(use: Use, server: Server) -> None:
    api = use.AssetApi
    use.DagRunApi.trigger_dag_run("load", m.TriggerDAGRunPostBody(dag_run_id="l"))
    server.wait_run("load", "l")
    found = {one.name: one.id for one in api.get_assets(uri_pattern="shop", order_by=["-name"]).assets}
    assert set(found) == {"orders", "closed", "paid"}
    orders, closed = found["orders"], found["closed"]
    assert [dag.dag_id for dag in api.get_asset(orders).scheduled_dags] == ["books"]
    (alias,) = api.get_asset_aliases(name_prefix_pattern="urg").asset_aliases
    assert api.get_asset_alias(alias.id)["name"] == "urgent"
    assert [one.name for one in api.get_asset(found["paid"]).aliases] == ["urgent"]
    (event,) = api.get_asset_events(asset_id=orders, source_run_id="l").asset_events
    assert event.extra == {"rows": 7}
    until(lambda: is_queued(use, orders))
    assert api.get_dag_asset_queued_events("books").queued_events[0].asset_id == orders
    assert api.get_dag_asset_queued_event("books", orders).dag_id == "books"
    queue(use, orders, api.delete_asset_queued_events, orders)
    queue(use, orders, api.delete_dag_asset_queued_event, "books", orders)
    queue(use, orders, api.delete_dag_asset_queued_events, "books")
    for number in (orders, closed):
        api.create_asset_event(m.CreateAssetEventsBody(asset_id=number, extra={"by": "hand"}))
    run = until(lambda: use.DagRunApi.get_dag_runs("books").dag_runs)[0]
    upstream = use.DagRunApi.get_upstream_asset_events("books", run.dag_run_id).asset_events
    assert {event.asset_id for event in upstream} == {orders, closed}
    assert api.materialize_asset(orders).dag_id == "load"
    store = use.AssetStateStoreApi
    store.set_asset_state_store("at", orders, m.AssetStateStoreBody(value={"offset": 4}))
    store.set_asset_state_store("on", orders, m.AssetStateStoreBody(value=1))
    assert store.get_asset_state_store("at", orders).value == {"offset": 4}
    store.delete_asset_state_store("at", orders)
    assert [one.key for one in store.list_asset_state_store(orders).asset_state_store] == ["on"]
    store.clear_asset_state_store(orders)
    assert store.list_asset_state_store(orders).total_entries == 0


def queue(use: Use, asset_id: int, forget: Callable[..., Any], *args: Any) -> None:
    """What waits for a DAG is forgotten, and then there is one more for the next."""
    forget(*args)
    with use.refusal(404):
        use.AssetApi.get_dag_asset_queued_events("books")
    use.AssetApi.create_asset_event(m.CreateAssetEventsBody(asset_id=asset_id))
    until(lambda: is_queued(use, asset_id))


def is_queued(use: Use, asset_id: int) -> bool:
    try:
        return use.AssetApi.get_asset_queued_events(asset_id).total_entries == 1
    except NotFoundException:
        return False


@chapter
def backfills(use: Use, server: Server) -> None:
    api = use.BackfillApi
    years = m.BackfillPostBody(dag_id="daily", from_date=at(1, 2024), to_date=at(31, 2025), max_active_runs=1)
    long = api.create_backfill(years)
    assert api.pause_backfill(long.id).is_paused is True
    assert api.unpause_backfill(long.id).is_paused is False
    assert [one.id for one in api.list_backfills("daily", order_by=["-id"]).backfills] == [long.id]
    assert api.cancel_backfill(long.id).completed_at is not None
    days = m.BackfillPostBody(dag_id="daily", from_date=at(1), to_date=at(3), max_active_runs=1)
    assert api.create_backfill_dry_run(days).total_entries == 3
    short = api.create_backfill(days)
    until(lambda: api.get_backfill(short.id).completed_at)
    assert use.DagRunApi.get_dag_runs("daily", run_type=["backfill"], logical_date_gte=at(1)).total_entries == 3


@chapter
def connections(use: Use, server: Server) -> None:
    api = use.ConnectionApi
    body = m.ConnectionBody(connection_id="c", conn_type="fs", extra='{"path": "/"}', password="hidden!")
    assert api.post_connection(body).password == "***"
    with use.refusal(409):
        api.post_connection(body)
    changed = m.ConnectionBody(connection_id="c", conn_type="fs", description="files")
    assert api.patch_connection("c", changed, update_mask=["description"]).description == "files"
    assert [one.connection_id for one in api.get_connections(connection_id_pattern="c").connections] == ["c"]
    assert api.test_connection(m.ConnectionBody(connection_id="c", conn_type="fs")).status is True
    asked = api.enqueue_connection_test(m.ConnectionTestRequestBody(connection_id="c", conn_type="fs"))
    until(lambda: api.get_connection_test(asked.token).state == "success")
    api.create_default_connections()
    assert api.get_connection("http_default").conn_type == "http"
    bulk = m.BulkBodyConnectionBody.from_dict({"actions": [{"action": "delete", "entities": ["http_default"]}]})
    assert api.bulk_connections(bulk).delete.success == ["http_default"]
    api.delete_connection("c")
    with use.refusal(404):
        api.get_connection("c")


@chapter
def variables_and_pools(use: Use, server: Server) -> None:
    api = use.VariableApi
    api.post_variable(m.VariableBody(key="v", value={"a": 1}))
    body = m.VariableBody(key="v", value=None, description="about it")
    assert api.patch_variable("v", body, update_mask=["description"]).description == "about it"
    assert api.get_variable("v").value == '{"a":1}'
    entities = [{"key": "w", "value": "1"}]
    bulk = m.BulkBodyVariableBody.from_dict({"actions": [{"action": "create", "entities": entities}]})
    assert api.bulk_variables(bulk).create.success == ["w"]
    assert [one.key for one in api.get_variables(order_by=["-key"]).variables] == ["w", "v"]
    api.delete_variable("w")
    assert api.get_variables().total_entries == 1
    pools = use.PoolApi
    pools.post_pool(m.PoolBody(name="p", slots=3))
    assert pools.patch_pool("p", m.PoolPatchBody(slots=5), update_mask=["slots"]).slots == 5
    assert pools.get_pool("p").open_slots == 5
    entities = [{"name": "q", "slots": 1}]
    bulk = m.BulkBodyPoolBody.from_dict({"actions": [{"action": "create", "entities": entities}]})
    assert pools.bulk_pools(bulk).create.success == ["q"]
    assert {one.name for one in pools.get_pools(pool_name_pattern="p|q").pools} >= {"p", "q"}
    pools.delete_pool("q")
    with use.refusal(404):
        pools.get_pool("q")


@chapter
def the_server(use: Use, server: Server) -> None:
    assert use.VersionApi.get_version().version
    assert use.MonitorApi.get_health().scheduler.status == "healthy"
    assert {one.name for one in use.ConfigApi.get_config(section="api").sections} == {"api"}
    assert use.ConfigApi.get_config_value("api", "port").sections[0].options[0].value.actual_instance == str(
        server.port
    )
    assert {job.job_type for job in use.JobApi.get_jobs(is_alive=True).jobs} >= {"SchedulerJob"}
    use.ProviderApi.get_providers()
    assert use.PluginApi.get_plugins(limit=10).total_entries == 0
    assert use.PluginApi.import_errors().total_entries == 0
    logs = use.EventLogApi.get_event_logs(event="delete_pool", order_by=["-id"]).event_logs
    assert use.EventLogApi.get_event_log(logs[0].event_log_id).owner == "admin"


@chapter
def log_in_and_out(use: Use, server: Server) -> None:
    """They are redirections of a browser, to pages: what is behind them is no JSON, and the client takes it as text."""
    use.LoginApi.login(next="/")
    use.LoginApi.logout()


def at(day: int, year: int = 2026) -> datetime:
    return datetime(year, 1, day, tzinfo=UTC)


@dataclass
class Told:
    """How the story went."""

    failures: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The whole story, told once to one server."""
    home = tmp_path_factory.mktemp("home")
    env = {"TRADEWIND__PARSING__DAGS_ARE_PAUSED_AT_CREATION": "false"}
    with Server(home, DAGS, env=env, start_timeout_s=60) as server, urllib3.PoolManager() as pool:
        server.wait_dags(DAG_IDS, 60)
        password = (home / "admin-password").read_text().strip()
        login = pool.request("POST", f"{server.url}/auth/token", json={"username": "admin", "password": password})
        configuration = airflow.Configuration(host=server.url, access_token=login.json()["access_token"])
        with airflow.ApiClient(configuration) as client:
            use, result = Use(client), Told()
            for name, tell in CHAPTERS.items():
                try:
                    tell(use, server)
                except Exception:  # noqa: BLE001 - each chapter has a test that shows its failure
                    result.failures[name] = traceback.format_exc()
            client.rest_client.pool_manager.clear()
        result.answered, result.refused = use.answered, use.refused
        yield result


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", CHAPTERS)
def test_the_chapter_goes_well(told: Told, name: str) -> None:
    if name in told.failures:
        pytest.fail(told.failures[name], pytrace=False)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("operation", operations())
def test_the_client_gets_an_answer_from(told: Told, operation: str) -> None:
    if operation in REFUSED:
        assert (operation in told.refused) is True, REFUSED[operation]
    else:
        assert (operation in told.answered) is True


def test_the_client_has_28_classes() -> None:
    assert len({operation.partition(".")[0] for operation in operations()}) == 28
    assert set(operations()) >= REFUSED.keys()
