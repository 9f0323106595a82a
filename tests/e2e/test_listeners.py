"""Listeners of a plugin hear what becomes of runs, tasks, assets and files, in the processes where user code runs."""

from __future__ import annotations

import json
import time
from pathlib import Path

from support.server import Server

PLUGIN = """
import json
import os
import sys

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk.lineage import HookLineageReader


def note(hook, *facts):
    with open(os.environ["HEARD"], "a") as file:
        file.write(json.dumps([hook, *facts]) + "\\n")


class Ears:
    @hookimpl
    def on_starting(self, component):
        note("on_starting", type(component).__name__)

    @hookimpl
    def before_stopping(self, component):
        note("before_stopping", type(component).__name__)

    @hookimpl
    def on_task_instance_running(self, previous_state, task_instance):
        note("on_task_instance_running", task_instance.task_id)

    @hookimpl
    def on_task_instance_success(self, previous_state, task_instance):
        lineage = HookLineageReader().retrieve_hook_lineage()
        read = [[one.asset.uri, one.count] for one in lineage.inputs]
        note("on_task_instance_success", task_instance.task_id, read, [one.key for one in lineage.extra])

    @hookimpl
    def on_task_instance_failed(self, previous_state, task_instance, error):
        note("on_task_instance_failed", task_instance.task_id, str(error))

    @hookimpl
    def on_task_instance_skipped(self, previous_state, task_instance):
        note("on_task_instance_skipped", task_instance.task_id)

    @hookimpl
    def on_dag_run_running(self, dag_run, msg):
        note("on_dag_run_running", dag_run.run_id, dag_run.state)

    @hookimpl
    def on_dag_run_failed(self, dag_run, msg):
        note("on_dag_run_failed", dag_run.run_id, dag_run.state, sorted(dag_run.get_dag().task_ids))

    @hookimpl
    def on_asset_changed(self, asset):
        note("on_asset_changed", asset.uri)

    @hookimpl
    def on_new_dag_import_error(self, filename, stacktrace):
        note("on_new_dag_import_error", filename, "no_such_module" in stacktrace)


class EarsPlugin(AirflowPlugin):
    name = "ears"
    listeners = [Ears()]
    hook_lineage_readers = [HookLineageReader]
"""

DAG_FILE = """
from airflow.exceptions import AirflowSkipException
from airflow.sdk import DAG, Asset, BaseHook, task
from airflow.sdk.lineage import get_hook_lineage_collector

with DAG("heard", schedule=None):

    @task(outlets=[Asset("out", uri="s3://bucket/out")])
    def works():
        hook = BaseHook()
        for _ in range(2):
            get_hook_lineage_collector().add_input_asset(hook, uri="s3://bucket/in")
        get_hook_lineage_collector().add_extra(hook, "sql_job", {"sql": "select 1"})

    @task
    def skips():
        raise AirflowSkipException

    @task
    def fails():
        raise RuntimeError("broken on purpose")

    works()
    skips()
    fails()
"""


def test_a_plugin_hears_all_that_happens(tmp_path: Path):
    home, dags, heard_file = tmp_path / "home", tmp_path / "dags", tmp_path / "heard"
    (home / "plugins").mkdir(parents=True)
    (home / "plugins" / "ears_of_this_test.py").write_text(PLUGIN)
    dags.mkdir()
    (dags / "heard.py").write_text(DAG_FILE)
    (dags / "broken.py").write_text("from airflow.sdk import DAG\nimport no_such_module\n")
    settings = {"AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False", "HEARD": str(heard_file)}
    with Server(home, dags, env=settings) as server:
        server.wait_dags({"heard"})
        run_id = server.trigger("heard")
        assert server.wait_run("heard", run_id)["state"] == "failed"
        told = [
            ["on_starting", "TaskRunnerMarker"],
            ["on_task_instance_running", "works"],
            ["on_task_instance_success", "works", [["s3://bucket/in", 2]], ["sql_job"]],
            ["on_task_instance_failed", "fails", "broken on purpose"],
            ["on_task_instance_skipped", "skips"],
            ["on_dag_run_running", run_id, "running"],
            ["on_dag_run_failed", run_id, "failed", ["fails", "skips", "works"]],
            ["on_asset_changed", "s3://bucket/out"],
            ["on_new_dag_import_error", "broken.py", True],
        ]
        end = time.monotonic() + 60
        while (missing := [one for one in told if one not in heard(heard_file)]) and time.monotonic() < end:
            time.sleep(0.05)
        assert missing == [], heard(heard_file)
    assert ["before_stopping", "TaskRunnerMarker"] in heard(heard_file)


def heard(file: Path) -> list[list[object]]:
    """What was noted so far; who notes something now has not ended its line."""
    return [json.loads(line) for line in file.read_text().split("\n")[:-1]] if file.exists() else []
