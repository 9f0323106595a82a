"""Every example runs to the end that its docstring promises: states of all task instances, and what they hand over."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tradewind.sdk.collect import load_dags
from tradewind.testing import DagResult, test_dag

EXAMPLES = Path(__file__).parents[2] / "examples"
DATE = datetime(2026, 1, 5, 9, tzinfo=UTC)

# DAG -> instances that do not end in success, with their states
OTHER_STATES: dict[str, dict[str, str]] = {
    "branching": {"a_sample": "skipped"},
    "short_circuit": {"mail_yesterday": "skipped", "optional_step": "skipped", "shout": "skipped"},
    "trigger_rules": {
        "skipped": "skipped", "bad": "failed", "all_success": "skipped", "none_failed": "upstream_failed", "none_skipped": "skipped",
    },
    "setup_teardown_after_a_failure": {"broken_work": "failed"},
    "sensors": {"never": "skipped"},
    "retries": {"hopeless": "failed"},
    "bash": {"skip": "skipped"},
    "callbacks": {"wrong": "failed"},
    "people": {"wait_a_day": "skipped"},
    "policies": {"wrong_input": "failed"},
}  # fmt: skip

FAILED_RUNS = {"setup_teardown_after_a_failure"}

# DAG -> (task, map index) -> result
RESULTS: dict[str, dict[tuple[str, int], object]] = {
    "first_dag": {("report", -1): "The orders add up to 1236.7"},
    "classic_operators": {("shout", -1): "HELLO ADA"},
    "branching": {("publish", -1): "published the full"},
    "short_circuit": {("mail_today", -1): "mail", ("mail_yesterday", -1): None},
    "task_groups": {("report.numbers.add", -1): 13},
    "mapping": {
        ("total", -1): 30, ("pairs", 1): 9, ("combinations", 0): 1, ("combinations", 5): 8, ("combinations", 3): 2, ("label", 2): "<11>",
    },
    "mapped_groups": {("one_region.forecast", 1): 50, ("merge", -1): 100},
    "setup_teardown": {("stop_cluster", -1): "cluster-1 is gone"},
    "setup_teardown_after_a_failure": {("stop_cluster", -1): "cluster-1 is gone"},
    "params": {("pick", -1): ["DE-a", "DE-b"], ("show", -1): "top 2 of DE"},
    "templates": {
        ("dates", -1): "2026-01-05 20260105 2026-01-12", ("own", -1): "T r a d e w i n d", ("previous", -1): "2026",
        ("in_python", -1): {"week": "2", "next": "2026-01-06"},
    },
    "xcom_types": {("use", -1): "baseline 535000 15 2 9.90"},
    "sensors": {("file_is_there", -1): "tradewind-example-flag"},
    "retries": {("flaky", -1): 3, ("carry_on", -1): "on we go"},
    "bash": {("count", -1): "15", ("greet", -1): "Hello Ada", ("parse", -1): 6, ("made_here", -1): "2026-01-05 DONE"},
    "virtualenv": {("elsewhere", -1): {"is_own": True, "text": "far away"}, ("in_another_interpreter", -1): 42},
    "callbacks": {("fine", -1): "hello"},
    "schedule_daily_interval": {("tell", -1): "2026-01-04 00:00:00+00:00 to 2026-01-05 00:00:00+00:00"},
    "schedule_every_six_hours": {("tell", -1): "2026-01-05 09:00:00+00:00 to 2026-01-05 09:00:00+00:00"},
    "catchup": {("count_day", -1): "rows of 2026-01-05"},
    "isolation": {("forked", -1): True, ("spawned", -1): True, ("small", 2): 9},
    "labels_and_docs": {("check", -1): True},
    "assets_make_orders": {("fetch", -1): 7},
    "waiting": {("report", -1): "job of ann is done", ("polite", -1): "waited"},
    "loops": {("tell", -1): "1.4142 after 4 steps"},
    "nested_maps": {("send", -1): ["ann owes 70", "bob owes 50", "eve owes 90"]},
    "people": {("ship", -1): "shipped"},
    "policies": {("resume", -1): "job-1 is found again", ("carry_on", -1): "on we go"},
    "results": {("add_one", -1): 41},
    "variables_and_connections": {("in_a_template", -1): "Hi there", ("settings", -1): {"limit": 10}},
}  # fmt: skip

FILES = sorted(path.name for path in EXAMPLES.glob("example_*.py"))


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch, tmp_path):
    """What the examples look up is not set, and environments are made in a place of their own."""
    for name in ("EXAMPLE_GREETING", "EXAMPLE_SETTINGS", "GREETING"):
        monkeypatch.delenv(f"AIRFLOW_VAR_{name}", raising=False)
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path))


@pytest.mark.parametrize("file", FILES)
def test_an_example_runs_as_it_says(file: str) -> None:
    dags = load_dags(EXAMPLES / file)
    assert dags, "no DAG in the file"
    for dag in dags:
        result = test_dag(dag, logical_date=DATE)
        expected_state = "failed" if dag.dag_id in FAILED_RUNS else "success"
        assert str(result.state) == expected_state, _errors(result)
        others = {name: state for name, state in result.states.items() if state != "success"}
        assert others == OTHER_STATES.get(dag.dag_id, {}), _errors(result)
        for (task_id, map_index), value in RESULTS.get(dag.dag_id, {}).items():
            assert result.xcom(task_id, map_index=map_index) == value, f"{task_id}[{map_index}]"


def test_every_expectation_is_about_an_example_that_is_there() -> None:
    found = {dag.dag_id for file in FILES for dag in load_dags(EXAMPLES / file)}
    assert set(OTHER_STATES) | set(RESULTS) | FAILED_RUNS <= found


@pytest.mark.parametrize("file", FILES)
def test_an_example_says_what_it_is_about(file: str) -> None:
    text = (EXAMPLES / file).read_text(encoding="utf-8")
    assert text.startswith('"""')
    for dag in load_dags(EXAMPLES / file):
        assert "example" in dag.tags


def test_examples_are_read_without_loading_libraries_of_data() -> None:
    # In an interpreter of its own: here, other tests may have loaded them.
    code = (
        "import sys; from pathlib import Path; from tradewind.sdk.collect import load_dags\n"
        f"folder = Path({str(EXAMPLES)!r}); sys.path.insert(0, str(folder))\n"
        "files = [*sorted(folder.glob('example_*.py')), folder / 'flight_delays' / 'flight_delays.py']\n"
        "count = sum(len(load_dags(file)) for file in files)\n"
        "print(count, sorted({'pandas', 'numpy', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, _, loaded = run.stdout.strip().partition(" ")
    assert (int(count) > 25, loaded) == (True, "[]")


def _errors(result: DagResult) -> str:
    return "\n".join(f"{task.name}: {task.error or task.reason}" for task in result.task_instances if task.error)
