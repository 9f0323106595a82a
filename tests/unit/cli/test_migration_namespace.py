"""The list of names that is shipped says what the namespace says; it is asked where `tradewind-airflow` is not installed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tradewind.cli.migration.namespace import ask, from_list, shipped

ROOT = Path(__file__).parents[3]
NAMES = [
    ("airflow", "DAG"), ("airflow.sdk", "task"), ("airflow.sdk", "NoSuch"), ("airflow.nowhere", "x"), ("airflow.nowhere", ""),
    ("airflow.models", "Variable"), ("airflow.operators.bash", "BashOperator"), ("airflow.operators.dummy", "DummyOperator"),
    ("airflow.utils.dates", "days_ago"), ("airflow.configuration.conf", "get"), ("airflow.utils", "timezone"),
    ("airflow.providers.standard.operators.empty", "EmptyOperator"), ("airflow.contrib.hooks", "x"), ("airflow.datasets", "Dataset"),
    ("airflow.operators.subdag", "SubDagOperator"),
]  # fmt: skip


@pytest.fixture(scope="module")
def modules() -> Mapping[str, tuple[list[str], str]]:
    """What the namespace has now; found out in another process, since it imports all of it."""
    code = "import json, sys; sys.path.insert(0, 'tools'); import namespace_list; print(json.dumps(namespace_list.modules()))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_each_listed_name_is_there(modules: Mapping[str, tuple[list[str], str]]) -> None:
    """One that is gone would be told as there: `make generate` writes the list anew."""
    gone = [
        f"{module}.{name}"
        for module, (names, _) in shipped().items()
        for name in names
        if module not in modules or name not in modules[module][0]
    ]
    assert len(gone) <= 20, gone


def test_nearly_all_names_are_listed(modules: Mapping[str, tuple[list[str], str]]) -> None:
    every = {(module, name) for module, (names, _) in modules.items() for name in names}
    listed = {(module, name) for module, (names, _) in shipped().items() for name in names}
    assert len(every & listed) > 0.95 * len(every)


def test_the_list_answers_as_the_namespace_does() -> None:
    answers = ask(NAMES)
    told = {key: "missing" if answers[key][0] == "broken" else answers[key][0] for key in NAMES}
    assert {key: from_list(*key)[0] for key in NAMES} == told


def test_a_path_of_airflow_2_says_where_it_is_now() -> None:
    assert ask([("airflow.operators.bash", "BashOperator")]) == {
        ("airflow.operators.bash", "BashOperator"): ("moved", "airflow.providers.standard.operators.bash")
    }


def test_nothing_asked_is_nothing_answered() -> None:
    assert ask([]) == {}
