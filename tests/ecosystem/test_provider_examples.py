"""Examples that provider packages publish, unmodified and run to their end: those that need no credentials.

They are inside the wheels; those of common-sql are beside the tests in its sdist, and run on SQLite.

What the language model of common-ai would say comes from the model that its SDK has for tests, chosen by the connection.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.airflow_examples import ExamplesUnavailableError
from support.golden import DATE
from support.published import unpack_wheels

TOOLS = Path(__file__).parents[2] / "tools"
MODEL = json.dumps({"conn_type": "pydanticai", "extra": {"model": "test"}})
SAID = "success (no tool calls)"
"""The text that the SDK's model for tests gives; of an enumeration it takes the first, for a text it says "a"."""
ENTITIES = {"names": ["a"], "locations": ["a"]}
RETURNED: dict[str, dict[str, dict[str, Any]]] = {
    "example_agent.py": {
        "example_agent_dynamic_system_prompt": {
            "classify": {"priority": "high", "category": "shipping"},
            "draft_reply": SAID,
        },
    },
    "example_agent_capabilities.py": {"example_agent_capabilities_thinking": {"reasoner": SAID}},
    "example_quickstart.py": {
        "quickstart_llm": {"summarize": SAID, "publish": {"summary": SAID, "characters": len(SAID)}},
    },
    "example_llm.py": {
        "example_llm_operator": {"summarize": SAID},
        "example_llm_operator_structured": {"extract_entities": ENTITIES},
        "example_llm_operator_model_settings": {"creative_writing": SAID},
        "example_llm_decorator": {"summarize": SAID},
        "example_llm_decorator_structured": {"extract": ENTITIES},
        "example_llm_operator_usage_limits": {"capped_summary": SAID},
        "example_llm_operator_templated_usage_limits": {"capped_summary": SAID},
    },
    "example_llm_branch.py": {
        "example_llm_branch_operator": {"handle_auth": "Handling auth issue"},
        "example_llm_branch_descriptions": {"handle_auth": "Handling auth issue"},
        "example_llm_branch_decorator": {"handle_auth": "Handling auth issue"},
        "example_llm_branch_multi": {"handle_packaging": "Escalating packaging issue"},
        "example_llm_branch_decorator_multi": {"handle_packaging": "Escalating packaging issue"},
    },
    "example_llm_analysis_pipeline.py": {"example_llm_analysis_pipeline": {}},
    "example_llm_classification.py": {"example_llm_classification": {"classify_incident": "critical"}},
    "example_pydantic_ai_hook.py": {
        "example_pydantic_ai_hook": {"generate_summary": SAID},
        "example_pydantic_ai_structured_output": {"generate_sql": {"query": "a", "explanation": "a"}},
    },
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
    """DAG -> what came of it, of examples in a wheel."""
    return _run_files(wheels / "airflow" / "providers" / provider / "example_dags", folder, dags, str(wheels))


def _run_files(
    examples: Path, folder: Path, dags: dict[str, list[str]], path: str, **more: str
) -> dict[str, dict[str, Any]]:
    """DAG -> what came of it, all in one process."""
    jobs: dict[str, list[str]] = {}
    for file, dag_ids in dags.items():
        shutil.copy(examples / file, folder)
        jobs[str(folder / file)] = dag_ids
    env = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
    env |= {
        "TRADEWIND_HOME": str(folder / "home"),
        "PYTHONPATH": path,
        "PYTHONWARNINGS": "ignore",
        "AIRFLOW_CONN_PYDANTICAI_DEFAULT": MODEL,
        **more,
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


def test_the_model_is_asked_once_for_each_item_of_a_mapped_task(with_model: dict[str, Any]) -> None:
    states = _states(with_model["example_llm_analysis_pipeline"])
    assert {task for task in states if task.startswith("analyze_ticket")} == {f"analyze_ticket[{n}]" for n in range(3)}
    assert set(states.values()) == {"success"}


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


@pytest.fixture(scope="module")
def sql_examples() -> Path:
    """The folder with the examples of common-sql."""
    sys.path.insert(0, str(TOOLS))
    try:
        import provider_unit_tests
    finally:
        sys.path.remove(str(TOOLS))
    pins = tomllib.loads(provider_unit_tests.DATA.read_text(encoding="utf-8"))["packages"]
    package = provider_unit_tests.Package("common-sql", *pins["common-sql"])
    try:
        provider_unit_tests.fetch(package)
    except SystemExit as error:
        pytest.skip(f"the sdist of common-sql can't be had: {error}")
    return package.folder / "tests" / "system" / "common" / "sql"


def _run_sql(examples: Path, folder: Path, *, roles: int) -> dict[str, dict[str, Any]]:
    database = folder / "company.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE ab_role (id INTEGER, name TEXT)")
        connection.executemany("INSERT INTO ab_role VALUES (?, 'Admin')", [(number + 1,) for number in range(roles)])
        connection.execute("CREATE TABLE sales (customer_id INTEGER)")
        connection.executemany("INSERT INTO sales VALUES (?)", [(number,) for number in range(42)])
    place = json.dumps({"conn_type": "sqlite", "host": str(database)})
    dags = {
        "example_sql_execute_query.py": ["example_sql_execute_query"],
        "example_sql_column_table_check.py": ["example_sql_column_table_check"],
        "example_sql_value_check.py": ["example_sql_value_check_query"],
        "example_sql_threshold_check.py": ["example_sql_threshold_check_query"],
    }
    stand_in = str(TOOLS / "airflow_devel")
    return _run_files(examples, folder, dags, stand_in, AIRFLOW_CONN_AIRFLOW_DB=place, AIRFLOW_CONN_SALES_DB=place)


def test_the_examples_of_common_sql_run_on_a_database_that_is_as_they_expect(
    sql_examples: Path, tmp_path: Path
) -> None:
    results = _run_sql(sql_examples, tmp_path, roles=1)
    assert {result["state"] for result in results.values()} == {"success"}
    rows = [[[1]], [[1, "Admin"]]]
    assert _returned(results["example_sql_execute_query"]) == {
        "execute_query": rows,
        "execute_query_taskflow": rows,
    }


def test_the_check_in_an_example_of_common_sql_fails_where_a_row_is_too_many(
    sql_examples: Path, tmp_path: Path
) -> None:
    results = _run_sql(sql_examples, tmp_path, roles=2)
    assert results["example_sql_column_table_check"]["state"] == "failed"
    assert _states(results["example_sql_column_table_check"]) == {
        "column_check": "failed",
        "row_count_check": "upstream_failed",
    }
