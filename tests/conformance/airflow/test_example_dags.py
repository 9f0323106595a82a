"""Airflow's example DAGs give what they give in Airflow: by `dag.test()`, and through the running system."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import filter as filter_names
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from support import warm
from support.airflow_examples import Examples, ExamplesUnavailableError, fetch_examples
from support.golden import DATE, FOLDER, differences, golden_runs, listed_differences
from support.server import FINISHED, Server

GOLDEN = golden_runs()
WAYS = ("dag.test", "system")
RUN_TIMEOUT_S = 240
START_TIMEOUT_S = 90
"""A folder of 67 files is parsed meanwhile, on a machine that may have other work."""
NEVER_ASKED = {"example_params_ui_tutorial"}
"""DAGs that can't run without a conf: asking is refused, see the test of its own."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.registry,
    pytest.mark.timeout(700),
    pytest.mark.xdist_group("airflow_examples"),
]


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    try:
        return fetch_examples(tmp_path_factory.mktemp("airflow_examples"))
    except ExamplesUnavailableError as error:
        pytest.skip(f"Airflow's examples can't be fetched: {error}")


@pytest.fixture(scope="session")
def results(examples: Examples, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """way -> DAG -> what came of it. Both ways run at the same time."""
    home = tmp_path_factory.mktemp("homes")
    with Server(home / "server", examples.dags, env=_environment(examples), start_timeout_s=START_TIMEOUT_S) as server:
        process = _start_in_process(examples, home / "alone")
        in_system = _run_in_system(server)
        errors_of_files = {
            one["filename"]: one["stack_trace"] for one in _all(server, "/importErrors", "import_errors")
        }
        output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors[-2000:]
    return {"dag.test": json.loads(output), "system": in_system, "import errors": errors_of_files}


@pytest.fixture(scope="session")
def import_errors(results: dict[str, dict[str, Any]]) -> dict[str, str]:
    """File of the examples -> why the system could not import it."""
    return results["import errors"]


def _environment(examples: Examples) -> dict[str, str]:
    return {"PYTHONPATH": str(examples.path), "PYTHONWARNINGS": "ignore", "TRADEWIND__EXECUTOR__PARALLELISM": "6"}


def _start_in_process(examples: Examples, home: Path) -> subprocess.Popen[str]:
    env = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
    env |= {"TRADEWIND_HOME": str(home), **_environment(examples)}
    jobs = [f"{examples.dags / file}:{dag_id}" for file, dag_id in GOLDEN]
    return warm.Popen(
        [sys.executable, str(FOLDER / "run_in_process.py"), DATE, "3", *jobs],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run_in_system(server: Server) -> dict[str, Any]:
    wanted = [dag_id for _, dag_id in GOLDEN if dag_id not in NEVER_ASKED]
    results: dict[str, Any] = {}
    runs: dict[str, str] = {}
    end = time.monotonic() + RUN_TIMEOUT_S
    for dag_id in wanted:
        if _is_there(server, dag_id, end):
            server.request("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
            runs[dag_id] = server.trigger(dag_id, logical_date=DATE)
        else:
            results[dag_id] = {"error": "the DAG is not there"}
    for dag_id, run_id in runs.items():
        while (run := server.run(dag_id, run_id))["state"] not in FINISHED and time.monotonic() < end:
            time.sleep(0.1)
        results[dag_id] = _result(server, dag_id, run)
    return results


def _is_there(server: Server, dag_id: str, end: float) -> bool:
    while True:
        if "dag_id" in server.request("GET", f"/api/v2/dags/{dag_id}", ok=False):
            return True
        if time.monotonic() > end - RUN_TIMEOUT_S / 2:
            return False
        time.sleep(0.1)


def _result(server: Server, dag_id: str, run: dict[str, Any]) -> dict[str, Any]:
    """The run as REST tells it, in the shape of `DagResult.as_golden`."""
    run_id = run["dag_run_id"]
    at = f"/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances"
    xcoms = []
    for entry in _all(server, f"{at}/~/xcomEntries", "xcom_entries"):
        one = f"{at}/{entry['task_id']}/xcomEntries/{quote(entry['key'])}?map_index={entry['map_index']}"
        xcoms.append([entry["task_id"], entry["map_index"], entry["key"], server.get(one)["value"]])
    return {
        "state": run["state"],
        "data_interval": [_moment(run["data_interval_start"]), _moment(run["data_interval_end"])],
        "tis": server.states(dag_id, quote(run_id)),
        "xcoms": xcoms,
    }


def _all(server: Server, path: str, name: str) -> Iterator[dict[str, Any]]:
    seen = 0
    while True:
        page = server.get(f"{path}?limit=100&offset={seen}")
        yield from page[name]
        seen += len(page[name])
        if not page[name] or seen >= page["total_entries"]:
            return


def _moment(text: str | None) -> str | None:
    return None if text is None else text.replace("T", " ").replace("Z", "+00:00")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dag_id", [dag_id for _, dag_id in GOLDEN])
def test_an_example_gives_what_it_gives_in_airflow(results: dict[str, Any], dag_id: str, way: str) -> None:
    if way == "system" and dag_id in NEVER_ASKED:
        pytest.skip("asked for without its required param, which is refused")
    expected = next(run for (_, name), run in GOLDEN.items() if name == dag_id)
    found = differences(expected, results[way].get(dag_id, {"error": "no result"}))
    listed = listed_differences(way).get(dag_id, [])
    unlisted = {what: pair for what, pair in found.items() if not any(fnmatch(what, one.what) for one in listed)}
    assert not unlisted, f"{results[way].get(dag_id, {}).get('log', '')}\n{unlisted}"
    vanished = [one.what for one in listed if not filter_names(found, one.what) and not one.is_chance]
    assert not vanished, "these are listed in differences.toml and are no more"


def test_every_example_file_is_imported_by_the_system(import_errors: dict[str, str]) -> None:
    """The whole folder, also files whose tasks need a network, and those that no golden result tells of."""
    assert import_errors == {}


def test_a_run_without_its_required_param_is_refused(examples: Examples, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tradewind", "dags", "test", "--output", "json", "--file"]
    env = os.environ | {"TRADEWIND_HOME": str(tmp_path), **_environment(examples)}
    done = warm.run(
        [*command, str(examples.dags / "example_params_ui_tutorial.py")], env=env, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "Invalid input for param required_field: No value passed" in done.stdout + done.stderr


def test_the_command_prints_the_shape_of_the_golden_results(examples: Examples, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tradewind", "dags", "test", "--output", "json", "--logical-date", DATE, "--file"]
    env = os.environ | {"TRADEWIND_HOME": str(tmp_path), **_environment(examples)}
    done = warm.run([*command, str(examples.dags / "example_xcom.py")], env=env, capture_output=True, text=True)
    printed = json.loads(done.stdout)
    assert printed["file"] == "example_xcom.py"
    assert differences(GOLDEN["example_xcom.py", "example_xcom"], printed["dags"]["example_xcom"]) == {}


def test_airflows_example_plugins_are_loaded_and_listen(examples: Examples, tmp_path: Path) -> None:
    plugins = tmp_path / "plugins"
    shutil.copytree(examples.path / "airflow" / "example_dags" / "plugins", plugins)
    command = [sys.executable, "-m", "tradewind", "dags", "test", "--output", "json", "--file"]
    env = os.environ | {"TRADEWIND_HOME": str(tmp_path), **_environment(examples)}
    file = str(examples.dags / "example_simplest_dag.py")
    done = warm.run([*command, file], env=env, capture_output=True, text=True)
    printed = done.stderr.splitlines()
    assert "can't be loaded" not in done.stderr
    assert [line for line in printed if line.startswith("Task instance")] == [
        "Task instance is in running state",
        "Task instance in success state",
    ]
    assert "Task operator:<Task(_PythonDecoratedOperator): my_task>" in printed


def test_every_listed_difference_is_about_an_example_that_is_compared() -> None:
    names = {dag_id for _, dag_id in GOLDEN}
    assert {dag_id for way in WAYS for dag_id in listed_differences(way)} <= names
