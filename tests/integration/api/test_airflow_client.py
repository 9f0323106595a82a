"""The unmodified `apache-airflow-client` against a live server: what it sends is taken, what it gets it understands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import airflow_client.client as airflow
import pytest
import urllib3
from airflow_client.client.exceptions import ApiException, NotFoundException
from airflow_client.client.models import (
    BulkBodyPoolBody,
    ClearTaskInstancesBody,
    ConnectionBody,
    CreateAssetEventsBody,
    DAGPatchBody,
    DAGRunClearBody,
    DAGRunPatchBody,
    DAGRunsBatchBody,
    PatchTaskInstanceBody,
    PoolBody,
    TaskInstancesBatchBody,
    TriggerDAGRunPostBody,
    VariableBody,
    XComCreateBody,
)

from support.api import PASSWORD, Api, live
from support.asset_story import all_of, asset, consumer, producer
from support.rows import spec


@pytest.fixture
def client(api: Api) -> Iterator[airflow.ApiClient]:
    """A client of the live server, logged in as its users do it."""
    api.has(spec(tags=("x",)))
    with live(api.app) as url:
        pool = urllib3.PoolManager()
        login = pool.request("POST", f"{url}/auth/token", json={"username": "admin", "password": PASSWORD})
        assert login.status == 201
        configuration = airflow.Configuration(host=url, access_token=login.json()["access_token"])
        with airflow.ApiClient(configuration) as opened:
            yield opened
            opened.rest_client.pool_manager.clear()
        pool.clear()


def test_a_run_from_trigger_to_clear(api: Api, client: airflow.ApiClient) -> None:
    runs, tis = airflow.DagRunApi(client), airflow.TaskInstanceApi(client)
    made = runs.trigger_dag_run(
        "etl", TriggerDAGRunPostBody(dag_run_id="r", logical_date=datetime(2024, 1, 1, tzinfo=UTC))
    )
    assert made.state == "queued"
    api.engine.drain()
    assert tis.get_task_instance("etl", "r", "extract").state == "queued"
    assert tis.get_task_instance("etl", "r", "load").state is None
    api.engine.succeed("extract", return_value={"n": 1})
    patched = tis.patch_task_instance("etl", "r", "load", PatchTaskInstanceBody(new_state="failed", note="no"))
    assert patched.task_instances[0].state == "failed"
    assert runs.get_dag_run("etl", "r").state == "failed"
    assert tis.get_task_instance_tries("etl", "r", "extract").task_instances[0].try_number == 1
    cleared = tis.post_clear_task_instances(
        "etl", ClearTaskInstancesBody(dag_run_id="r", dry_run=False, only_failed=True, task_ids=None)
    )
    assert [one.task_id for one in cleared.task_instances] == ["load"]
    api.engine.finish()
    assert runs.get_dag_run("etl", "r").state == "success"
    assert runs.patch_dag_run("etl", "r", DAGRunPatchBody(note="done")).note == "done"
    again = runs.clear_dag_run(
        "etl", "r", DAGRunClearBody(dry_run=False)
    )  # of a dry run the client can't read the answer
    assert again.actual_instance.dag_run_id == "r"
    api.engine.finish()
    assert runs.get_dag_runs("etl", state=["success"], order_by=["-run_after"]).total_entries == 1
    assert runs.get_list_dag_runs_batch("~", DAGRunsBatchBody(dag_ids=["etl"])).dag_runs[0].dag_run_id == "r"
    assert tis.get_task_instances_batch("~", "~", TaskInstancesBatchBody(dag_ids=["etl"])).total_entries == 2
    assert airflow.TaskInstanceApi(client).get_task_instance_dependencies("etl", "r", "load").dependencies
    log = tis.get_log("etl", "r", "extract", 1)
    assert log.content.actual_instance == []
    runs.delete_dag_run("etl", "r")
    with pytest.raises(NotFoundException):
        runs.get_dag_run("etl", "r")


def test_dags_and_what_belongs_to_them(api: Api, client: airflow.ApiClient) -> None:
    dags = airflow.DAGApi(client)
    assert [dag.dag_id for dag in dags.get_dags(tags=["x"]).dags] == ["etl"]
    assert dags.get_dag_details("etl").latest_dag_version.version_number == 1
    assert dags.patch_dag("etl", DAGPatchBody(is_paused=True)).is_paused is True
    assert dags.get_dag_tags().tags == ["x"]
    dags.favorite_dag("etl")
    assert dags.get_dags(is_favorite=True).total_entries == 1
    assert [task.task_id for task in airflow.TaskApi(client).get_tasks("etl").tasks] == ["extract", "load"]
    assert airflow.DagVersionApi(client).get_dag_versions("etl").total_entries == 1
    assert airflow.DagSourceApi(client).get_dag_source("etl").content == "# the file"
    assert airflow.DagStatsApi(client).get_dag_stats(dag_ids=["etl"]).dags[0].dag_id == "etl"
    assert airflow.ImportErrorApi(client).get_import_errors().total_entries == 0
    assert airflow.DagWarningApi(client).list_dag_warnings().total_entries == 0
    dags.delete_dag("etl")
    with pytest.raises(NotFoundException):
        dags.get_dag("etl")


def test_what_people_set_up(client: airflow.ApiClient) -> None:
    connections = airflow.ConnectionApi(client)
    connections.post_connection(ConnectionBody(connection_id="c", conn_type="http", password="hidden!"))
    assert connections.get_connection("c").password == "***"
    variables = airflow.VariableApi(client)
    variables.post_variable(VariableBody(key="v", value={"a": 1}))
    assert variables.get_variable("v").value == '{"a":1}'
    pools = airflow.PoolApi(client)
    pools.post_pool(PoolBody(name="p", slots=3))
    bulk = BulkBodyPoolBody.from_dict({"actions": [{"action": "delete", "entities": ["p"]}]})
    assert pools.bulk_pools(bulk).delete.success == ["p"]
    with pytest.raises(ApiException) as refused:
        connections.post_connection(ConnectionBody(connection_id="c", conn_type="http"))
    assert refused.value.status == 409
    assert {log.event for log in airflow.EventLogApi(client).get_event_logs().event_logs} >= {
        "post_pool",
        "post_variable",
    }


def test_the_rest_of_the_surface(api: Api, client: airflow.ApiClient) -> None:
    assert airflow.VersionApi(client).get_version().version == "9.9.9"
    assert airflow.MonitorApi(client).get_health().scheduler.status == "healthy"
    assert airflow.ConfigApi(client).get_config().sections
    assert airflow.JobApi(client).get_jobs().total_entries == 0
    assert airflow.ProviderApi(client).get_providers().providers == []
    assert airflow.PluginApi(client).get_plugins().plugins == []
    api.triggered("etl", dag_run_id="r")
    api.engine.finish()
    xcoms = airflow.XComApi(client)
    where = {"dag_id": "etl", "dag_run_id": "r", "task_id": "extract"}
    xcoms.create_xcom_entry(**where, x_com_create_body=XComCreateBody(key="k", value=[1]))
    assert {one.key for one in xcoms.get_xcom_entries(**where).xcom_entries} == {"k", "return_value"}
    native = xcoms.get_xcom_entry(**where, xcom_key="k").actual_instance
    assert native.value == [1]
    assert airflow.ExtraLinksApi(client).get_extra_links("etl", "r", "extract").total_entries == 0


def test_assets_from_the_list_to_the_run_that_they_started(api: Api, client: airflow.ApiClient) -> None:
    hook = {"name": "hook", "classpath": "my.Hook", "kwargs": "{}"}
    api.has(producer("p", "a", "b"), consumer("d", all_of(asset("a", watchers=[hook]), asset("b")), tags=("y",)))
    assets, runs = airflow.AssetApi(client), airflow.DagRunApi(client)
    listed = assets.get_assets(only_active=True, order_by=["name"])
    assert [one.name for one in listed.assets] == ["a", "b"]
    a, b = (one.id for one in listed.assets)
    found = assets.get_asset(a)
    assert [one.name for one in found.watchers] == ["hook"]
    assert [one.dag_id for one in found.scheduled_dags] == ["d"]
    assert assets.create_asset_event(CreateAssetEventsBody(asset_id=a, extra={"n": 1})).extra["n"] == 1
    api.engine.drain()
    assert assets.get_dag_asset_queued_events("d").queued_events[0].asset_id == a
    assert assets.get_dag_asset_queued_event("d", a).dag_display_name == "d"
    assert assets.get_asset_queued_events(a).total_entries == 1
    assets.delete_asset_queued_events(a)
    with pytest.raises(NotFoundException):
        assets.get_dag_asset_queued_events("d")
    for number in (a, b):
        assets.create_asset_event(CreateAssetEventsBody(asset_id=number))
    api.engine.drain()
    (run,) = runs.get_dag_runs("d").dag_runs
    assert run.run_type == "asset_triggered"
    events = runs.get_upstream_asset_events("d", run.dag_run_id).asset_events
    assert {event.asset_id for event in events} == {a, b}
    assert events[0].created_dagruns[0].run_id == run.dag_run_id
    assert assets.get_asset_events(asset_id=b).total_entries == 1
    assert assets.get_asset_aliases().total_entries == 0
    assert assets.materialize_asset(b).run_type == "asset_materialization"
    assert airflow.DAGApi(client).get_dag_details("d").asset_expression["all"][1]["asset"]["name"] == "b"
