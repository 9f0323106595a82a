"""Wheels as published: Airflow's examples with the published operators, and packages of others that need no SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from support.airflow_examples import ExamplesUnavailableError, fetch_examples
from support.golden import DATE, FOLDER, differences, golden_runs, listed_differences
from support.published import unpack_wheels

GOLDEN = golden_runs()
WAY = "dag.test"
MODULES = {
    "airflow_powerbi_plugin.operators.powerbi",
    "airflow_provider_hightouch.operators.hightouch",
    "airflow_provider_hightouch.sensors.hightouch",
    "airflow_provider_census.operators.census",
    "airflow_provider_census.sensors.census",
    "fivetran_provider_async.operators",
    "fivetran_provider_async.sensors",
    "fivetran_provider_async.triggers",
    "airflow_dbt.operators.dbt_operator",
}
EXAMPLES = (
    "airflow/providers/edge3/example_dags/win_notepad.py",
    "airflow/providers/edge3/example_dags/win_test.py",
    "airflow_provider_hightouch/example_dags/example_hightouch_trigger_sync.py",
)
OPERATORS = """
import json, sys
from airflow.sdk import DAG
from airflow_dbt.operators.dbt_operator import DbtRunOperator
from airflow_provider_census.operators.census import CensusOperator
from airflow_provider_hightouch.operators.hightouch import HightouchTriggerSyncOperator
from fivetran_provider_async.operators import FivetranOperator
from tradewind.sdk.serialize import serialize_dag

with DAG("saas", schedule=None) as dag:
    FivetranOperator(task_id="fivetran", connector_id="one") >> CensusOperator(task_id="census", sync_id=1)
    HightouchTriggerSyncOperator(task_id="hightouch", sync_id=2) >> DbtRunOperator(task_id="dbt", dir=".")
print(json.dumps(sorted(task.task_id for task in serialize_dag(dag, "saas.py").tasks)))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.registry,
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("published_wheels"),
]


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """DAG -> what came of it by dag.test(), with operators of the published standard provider."""
    try:
        examples = fetch_examples(tmp_path_factory.mktemp("airflow_examples"))
    except ExamplesUnavailableError as error:
        pytest.skip(f"Airflow's examples can't be fetched: {error}")
    env = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
    env |= {"TRADEWIND_HOME": str(tmp_path_factory.mktemp("home")), "PYTHONPATH": str(examples.path)}
    jobs = [f"{examples.dags / file}:{dag_id}" for file, dag_id in GOLDEN]
    command = [sys.executable, "-W", "ignore", str(FOLDER / "run_in_process.py"), DATE, "2", *jobs]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheels."""
    try:
        return unpack_wheels(tmp_path_factory.mktemp("wheels"))
    except ExamplesUnavailableError as error:
        pytest.skip(str(error))


def _python(wheels: Path, code: str) -> Any:
    env = os.environ | {"PYTHONPATH": str(wheels), "PYTHONWARNINGS": "ignore", "TRADEWIND_HOME": str(wheels / "home")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("dag_id", [dag_id for _, dag_id in GOLDEN])
def test_an_example_gives_what_it_gives_in_airflow_with_published_operators(
    results: dict[str, Any], dag_id: str
) -> None:
    expected = next(run for (_, name), run in GOLDEN.items() if name == dag_id)
    found = differences(expected, results.get(dag_id, {"error": "no result"}))
    listed = listed_differences(WAY).get(dag_id, [])
    unlisted = {what: pair for what, pair in found.items() if not any(fnmatch(what, one.what) for one in listed)}
    assert not unlisted, f"{results.get(dag_id, {}).get('log', '')}\n{unlisted}"


def test_modules_of_packages_of_others_import(wheels: Path) -> None:
    code = (
        f"import importlib, json\nprint(json.dumps([importlib.import_module(m).__name__ for m in {sorted(MODULES)}]))"
    )
    assert set(_python(wheels, code)) == MODULES


def test_their_operators_make_a_dag_that_serializes(wheels: Path) -> None:
    assert _python(wheels, OPERATORS) == ["census", "dbt", "fivetran", "hightouch"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_inside_their_wheels_is_parsed(wheels: Path, tmp_path: Path, example: str) -> None:
    file = tmp_path / Path(example).name
    file.write_bytes((wheels / example).read_bytes())
    code = f"""
import json
from pathlib import Path
from tradewind.cli.dag_files import dags_of_file
from tradewind.sdk.serialize import serialize_dag
dags = dags_of_file(Path({str(file)!r}))
print(json.dumps([len(serialize_dag(dag, "x.py").tasks) for dag in dags.values()]))
"""
    assert [count for count in _python(wheels, code) if count]
