"""Examples inside the wheels of provider packages, unmodified and run to their end: those that need no credentials.

What the language model of common-ai would say comes from the model that its SDK has for tests, chosen by the connection.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.airflow_examples import ExamplesUnavailableError
from support.golden import DATE
from support.published import unpack_wheels

MODEL = json.dumps({"conn_type": "pydanticai", "extra": {"model": "test"}})
SAID = "success (no tool calls)"
"""The text that the SDK's model for tests gives; of an enumeration it takes the first, for a text it says "a"."""
RETURNED: dict[str, dict[str, dict[str, Any]]] = {
    "example_quickstart.py": {
        "quickstart_llm": {"summarize": SAID, "publish": {"summary": SAID, "characters": len(SAID)}},
    },
    "example_llm.py": {
        "example_llm_operator": {"summarize": SAID},
        "example_llm_operator_structured": {"extract_entities": {"names": ["a"], "locations": ["a"]}},
        "example_llm_decorator": {"summarize": SAID},
    },
    "example_llm_branch.py": {"example_llm_branch_operator": {"handle_auth": "Handling auth issue"}},
    "example_llm_classification.py": {"example_llm_classification": {"classify_incident": "critical"}},
    "example_pydantic_ai_hook.py": {"example_pydantic_ai_hook": {"generate_summary": SAID}},
}
"""File -> DAG -> what its tasks return that the model has a say in."""
CHILD = """
import json, sys, time
from datetime import datetime
from pathlib import Path
real = time.sleep
time.sleep = lambda seconds: real(min(seconds, 0.05))  # examples that take minutes do nothing in them but sleep
from tradewind.cli.dag_files import dags_of_file
from tradewind.testing import golden

found, date = {}, datetime.fromisoformat(sys.argv[2])
for file, dag_ids in json.loads(sys.argv[1]).items():
    dags = dags_of_file(Path(file))
    found |= {dag_id: golden(dags[dag_id], logical_date=date) for dag_id in dag_ids}
print(json.dumps(found))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.registry,
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("published_wheels"),
]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheels."""
    try:
        return unpack_wheels(tmp_path_factory.mktemp("wheels"))
    except ExamplesUnavailableError as error:
        pytest.skip(str(error))


def _run(wheels: Path, folder: Path, provider: str, dags: dict[str, list[str]]) -> dict[str, Any]:
    """DAG -> what came of it, all in one process."""
    jobs: dict[str, list[str]] = {}
    for file, dag_ids in dags.items():
        shutil.copy(wheels / "airflow" / "providers" / provider / "example_dags" / file, folder)
        jobs[str(folder / file)] = dag_ids
    env = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
    env |= {
        "TRADEWIND_HOME": str(folder / "home"),
        "PYTHONPATH": str(wheels),
        "PYTHONWARNINGS": "ignore",
        "AIRFLOW_CONN_PYDANTICAI_DEFAULT": MODEL,
    }
    command = [sys.executable, "-c", CHILD, json.dumps(jobs), DATE]
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def with_model(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of the examples of common-ai."""
    dags = {file: list(found) for file, found in RETURNED.items()}
    return _run(wheels, tmp_path_factory.mktemp("common_ai"), "common/ai", dags)


def _states(result: dict[str, Any]) -> dict[str, str]:
    return {name.removesuffix("[-1]"): state for name, state in result["tis"].items()}


def _returned(result: dict[str, Any]) -> dict[str, Any]:
    return {task: value for task, _, key, value in result["xcoms"] if key == "return_value"}


@pytest.mark.parametrize("dag_id", [dag_id for dags in RETURNED.values() for dag_id in dags])
def test_an_example_of_common_ai_returns_what_its_model_says(with_model: dict[str, Any], dag_id: str) -> None:
    expected = next(dags[dag_id] for dags in RETURNED.values() if dag_id in dags)
    result = with_model[dag_id]
    assert result["state"] == "success"
    found = _returned(result)
    assert {task: found.get(task) for task in expected} == expected


def test_the_branch_that_the_model_takes_is_the_only_one_that_runs(with_model: dict[str, Any]) -> None:
    assert _states(with_model["example_llm_branch_operator"]) == {
        "route_ticket": "success",
        "handle_auth": "success",
        "handle_billing": "skipped",
        "handle_general": "skipped",
    }


def test_the_integration_test_of_edge_runs_to_its_end(wheels: Path, tmp_path: Path) -> None:
    dags = {"integration_test.py": ["integration_test"]}
    result = _run(wheels, tmp_path, "edge3", dags)["integration_test"]
    states = _states(result)
    assert result["state"] == "success", "the failure of a task that another one stands in for is none of the run's"
    assert {task for task, state in states.items() if state == "failed"} == {"plan_to_fail"}
    assert {task for task, state in states.items() if state == "skipped"} == {"not_executed"}
    assert set(states.values()) == {"success", "failed", "skipped"}
    assert {task for task in states if task.startswith("add_one")} == {f"add_one[{number}]" for number in range(4)}
    assert _returned(result)["mapping_from_params"] == [1, 2, 3, 4]
    assert _returned(result)["bash"] == "hello world"
