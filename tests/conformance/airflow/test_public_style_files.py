"""DAG files as people publish them, old and new, do what they say: by `dag.test()`, and through the running system."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from support import warm
from support.golden import DATE, FOLDER
from support.server import FINISHED, Server

DAGS = FOLDER / "dags"
WAYS = ("dag.test", "system")

# DAG -> its file, instances that do not end in success, and values that tasks leave (return values where no key is told)
EXPECTED: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "retail_etl": ("retail_etl", {}, {"load": ["DE", "FR"], "transform total": 50.0}),
    "classic_jinja": (
        "classic_jinja",
        {},
        {
            "make_line": "week 20260105 2026-01-12",
            "from_file": "report of 2026-01-05",
            "summary": "CLASSIC_JINJA:2026-01-05:week 20260105 2026-01-12:summary:classic_jinja",
        },
    ),
    "branching_join": (
        "branching_join",
        {"large": "skipped", "other_work": "skipped", "never": "skipped", "never_either": "skipped"},
        {},
    ),
    "dynamic_mapping": (
        "dynamic_mapping",
        {"count[2]": "skipped"},
        {
            "count[0]": 10,
            "total": 20,
            "echo[1]": "two",
            "join[2]": "c.txt-0",
            "region.check[1]": "LOADED SOUTH",
            "report": ["LOADED NORTH", "LOADED SOUTH"],
        },
    ),
    "sensors_wait": ("sensors_wait", {"gives_up": "skipped"}, {"use": "what was found", "make_flag": True}),
    "groups_and_states": (
        "groups_and_states",
        {"bad": "failed", "none_failed": "upstream_failed", "skipped": "skipped", "none_skipped": "skipped"},
        {},
    ),
    "callbacks_told": ("callbacks_told", {"broken": "failed"}, {"fine": "fine", "flaky": 2}),
    "datasets_producer": ("datasets_chain", {}, {"write_orders": 3, "write_customers": "ok"}),
    "datasets_consumer": ("datasets_chain", {}, {}),
    "legacy_imports": (
        "legacy_imports",
        {"no": "skipped"},
        {
            "hello": "Hello 2026-01-05",
            "last": "Hello 2026-01-05",
            "settings": ["hi", 5, "2026-01-05", "success", "failed"],
        },
    ),
    "timezones_and_defaults": (
        "timezones_and_defaults",
        {},
        {"local": ["2026-01-05T04:00:00+01:00", "ops", 0, 10, 600.0, "Europe/Berlin"]},
    ),
    "xcoms_pushed": (
        "xcoms_pushed",
        {},
        {
            "pull": {"sum": 6, "both": [{"a": 1, "b": [True, None, 2.5]}, "last"], "missing": "none"},
            "templated": "api 6",
            "by_output": 12,
            "by_arg": [1, 2, 3],
            "push rows": [1, 2, 3],
            "quiet": None,
        },
    ),
    "setup_and_teardown": (
        "setup_and_teardown",
        {"query": "failed", "after": "upstream_failed"},
        {"stop_cluster": "cluster-7 stopped", "drop_table": "dropped", "with_scratch.remove_scratch": "gone"},
    ),
    "params_form": (
        "params_form",
        {},
        {"greet": ["Hello Linda", "Hello Martha", 0], "native": ["list", 43, "2024-01-01"]},
    ),
    "macros_and_filters": (
        "macros_and_filters",
        {},
        {
            "macro": "ACME 2026Q1 3 OK!",
            "dates": "05.01.2026 2026-01-06 20260105T030000 005 2026-02",
            "nested": ["2026-01-05T03:00:00+00:00", "select '2026-01-05'"],
            "as_is": "{{ not a template }}",
            "about": '[6, null, "macros_and_filters__about__20260105", "?"]',
        },
    ),
    "team_a_tables": (
        "team_a/team_a_tables",
        {},
        {
            "loads.load_orders": {
                "sql": "insert into orders select id, customer, amount from staging where day = '2026-01-05' and not deleted",
                "parameters": {"run": "manual"},
            },
            "numbers": [0, 2, 4, 6, 8],
            "home": True,
        },
    ),
    "plugin_user": ("plugin_user", {}, {"twice": "42", "name": "Usher"}),
    "one_of_each_crm": (
        "one_of_each",
        {},
        {"copy": {"sql": "select * from accounts where day = '2026-01-05'", "rows": 3}},
    ),
    "one_of_each_erp": (
        "one_of_each",
        {},
        {"copy": {"sql": "select * from orders where day = '2026-01-05'", "rows": 5}},
    ),
}
FAILED_RUNS = {"groups_and_states", "callbacks_told", "setup_and_teardown"}
CALLBACKS = [
    "done fine on 2026-01-05",
    "retry flaky 1",
    "success flaky",
    "failure broken ValueError",
    "dag failed manual",
]
HEARD = ["running plugin_user twice", "running plugin_user name", "run of plugin_user success"]

PLUGIN = """
import os
from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from house_tools import EveryFullMoon, Patient

def twice(x):
    return x * 2

class Ears:
    @hookimpl
    def on_task_instance_success(self, previous_state, task_instance):
        with open(os.path.join(os.environ["AIRFLOW_HOME"], "heard.txt"), "a") as book:
            book.write(f"{previous_state} {task_instance.dag_id} {task_instance.task_id}\\n")

    @hookimpl
    def on_dag_run_success(self, dag_run, msg):
        with open(os.path.join(os.environ["AIRFLOW_HOME"], "heard.txt"), "a") as book:
            book.write(f"run of {dag_run.dag_id} {dag_run.state}\\n")

class HousePlugin(AirflowPlugin):
    name = "house"
    macros = [twice]
    listeners = [Ears()]
    timetables = [EveryFullMoon]
    priority_weight_strategies = [Patient]
"""
PLUGIN_MODULE = """
from datetime import timedelta
from airflow.task.priority_strategy import PriorityWeightStrategy
from airflow.timetables.base import DagRunInfo, DataInterval, Timetable

def house_name():
    return "Usher"

class Patient(PriorityWeightStrategy):
    def get_weight(self, ti):
        return 10 - ti.try_number

class EveryFullMoon(Timetable):
    def infer_manual_data_interval(self, *, run_after):
        return DataInterval(start=run_after - timedelta(days=29), end=run_after)

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        return None
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("public_style_files")]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("public_style")
    homes = {"dag.test": folder / "alone", "system": folder / "server"}
    for home in homes.values():
        (home / "plugins").mkdir(parents=True)
        (home / "plugins" / "house_plugin.py").write_text(PLUGIN)
        (home / "plugins" / "house_tools.py").write_text(PLUGIN_MODULE)
    return homes


@pytest.fixture(scope="session")
def results(homes: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """way -> DAG -> run in the shape of `DagResult.as_golden`."""
    return {"dag.test": _in_process(homes["dag.test"]), "system": _in_system(homes["system"])}


def _in_process(home: Path) -> dict[str, Any]:
    jobs = [f"{DAGS / file}.py:{dag_id}" for dag_id, (file, _, _) in EXPECTED.items()]
    command = [sys.executable, str(FOLDER / "run_in_process.py"), DATE, "2", *jobs]
    env = os.environ | {"TRADEWIND_HOME": str(home), "AIRFLOW_HOME": str(home), "PYTHONWARNINGS": "ignore"}
    done = warm.run(command, env=env, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def _in_system(home: Path) -> dict[str, Any]:
    env = {"AIRFLOW_HOME": str(home), "PYTHONWARNINGS": "ignore"}
    with Server(home, DAGS, env=env, start_timeout_s=90) as server:
        server.wait_dags(set(EXPECTED), timeout_s=60)
        assert server.get("/importErrors")["import_errors"] == []
        runs = {}
        for dag_id in EXPECTED:
            server.request("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
            runs[dag_id] = server.trigger(dag_id, logical_date=DATE)
        found = {dag_id: _run(server, dag_id, run_id) for dag_id, run_id in runs.items()}
        found["datasets_consumer"]["by assets"] = _triggered(server)
        _wait_for_lines(home / "callbacks_told.txt", CALLBACKS)
        _wait_for_lines(home / "heard.txt", HEARD)
        return found


def _wait_for_lines(file: Path, lines: list[str]) -> None:
    """What is called after the end of a run is called by the server: it may not end before."""
    end = time.monotonic() + 60
    while not (file.exists() and {*lines} <= {*file.read_text().splitlines()}) and time.monotonic() < end:
        time.sleep(0.05)


def _run(server: Server, dag_id: str, run_id: str) -> dict[str, Any]:
    run = server.wait_run(dag_id, run_id)
    at = f"/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances"
    xcoms = []
    for entry in server.get(f"{at}/~/xcomEntries?limit=100")["xcom_entries"]:
        task, index, key = entry["task_id"], entry["map_index"], entry["key"]
        value = server.get(f"{at}/{task}/xcomEntries/{key}?map_index={index}")["value"]
        xcoms.append([task, index, key, value])
    ends = [run["data_interval_start"], run["data_interval_end"]]
    return {
        "state": run["state"],
        "data_interval": [end and end.replace("T", " ").replace("Z", "+00:00") for end in ends],
        "tis": server.states(dag_id, quote(run_id)),
        "xcoms": xcoms,
    }


def _triggered(server: Server) -> dict[str, Any]:
    """The run that the producer's events have started."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        runs = server.get("/dags/datasets_consumer/dagRuns?run_type=asset_triggered")["dag_runs"]
        if runs and runs[0]["state"] in FINISHED:
            return _run(server, "datasets_consumer", runs[0]["dag_run_id"])
        time.sleep(0.05)
    raise TimeoutError("no run was triggered by the assets")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dag_id", sorted(EXPECTED))
def test_a_public_style_file_does_what_it_says(results: dict[str, Any], dag_id: str, way: str) -> None:
    found = results[way][dag_id]
    _, others, values = EXPECTED[dag_id]
    assert found["state"] == ("failed" if dag_id in FAILED_RUNS else "success"), found
    states = {name.removesuffix("[-1]"): state for name, state in found["tis"].items()}
    assert {name: state for name, state in states.items() if state != "success"} == others
    pushed = {
        (task if index < 0 else f"{task}[{index}]") + ("" if key == "return_value" else f" {key}"): value
        for task, index, key, value in found["xcoms"]
    }
    assert {name: pushed.get(name) for name in values} == values


@pytest.mark.parametrize("way", WAYS)
def test_callbacks_and_notifiers_are_called(results: dict[str, Any], homes: dict[str, Path], way: str) -> None:
    assert results[way]["callbacks_told"]["state"] == "failed"
    book = homes[way] / "callbacks_told.txt"
    assert sorted(book.read_text().splitlines()) == sorted(CALLBACKS)


@pytest.mark.parametrize("way", WAYS)
def test_a_listener_of_a_plugin_hears_of_tasks_and_runs(
    results: dict[str, Any], homes: dict[str, Path], way: str
) -> None:
    assert results[way]["plugin_user"]["state"] == "success"
    heard = [line for line in (homes[way] / "heard.txt").read_text().splitlines() if "plugin_user" in line]
    assert heard == HEARD


def test_a_timetable_of_a_plugin_says_what_a_manual_run_covers(results: dict[str, Any]) -> None:
    for way in WAYS:
        assert results[way]["plugin_user"]["data_interval"] == [
            "2025-12-07 03:00:00+00:00",
            "2026-01-05 03:00:00+00:00",
        ]


def test_assets_by_the_names_of_airflow_2_start_the_consumer(results: dict[str, Any]) -> None:
    run = results["system"]["datasets_consumer"]["by assets"]
    uris = ["s3://warehouse/public_style/customers.parquet", "s3://warehouse/public_style/orders.parquet"]
    assert (run["state"], run["xcoms"]) == ("success", [["read", -1, "return_value", uris]])


def test_every_file_is_expected_to_do_something() -> None:
    files = {file for file, _, _ in EXPECTED.values()}
    assert files == {*(path.stem for path in DAGS.glob("*.py")), "team_a/team_a_tables"}
