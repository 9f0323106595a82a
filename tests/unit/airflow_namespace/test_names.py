"""The names of Airflow that Tradewind has are there, one object each; what it has not says so."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from importlib import import_module

import pytest

from support.airflow_names import absent, deprecated_modules, names

NAMES = names()


@pytest.mark.parametrize("module", NAMES)
def test_each_listed_name_is_there(module: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert absent(module, NAMES[module]) == []


def test_the_list_has_what_is_worth_keeping():
    assert len(NAMES) >= 200
    assert sum(map(len, NAMES.values())) >= 700


ONE_OBJECT = {
    "BaseOperator": [
        "airflow.sdk",
        "airflow.models",
        "airflow.models.baseoperator",
        "airflow.sdk.bases.operator",
        "airflow.sdk.definitions.baseoperator",
        "tradewind.sdk",
    ],
    "DAG": [
        "airflow",
        "airflow.sdk",
        "airflow.models",
        "airflow.models.dag",
        "airflow.sdk.definitions.dag",
        "tradewind",
    ],
    "Connection": ["airflow.sdk", "airflow.models", "airflow.models.connection", "airflow.sdk.definitions.connection"],
    "Variable": ["airflow.sdk", "airflow.models", "airflow.models.variable", "airflow.sdk.definitions.variable"],
    "BaseHook": ["airflow.sdk", "airflow.hooks.base", "airflow.sdk.bases.hook"],
    "BaseSensorOperator": ["airflow.sdk", "airflow.sensors.base", "airflow.sdk.bases.sensor"],
    "BaseNotifier": ["airflow.sdk", "airflow.notifications.basenotifier", "airflow.sdk.bases.notifier"],
    "BaseTrigger": ["airflow.triggers.base", "airflow.sdk.bases.trigger"],
    "TaskInstanceState": ["airflow.sdk", "airflow.utils.state", "airflow.sdk.state", "airflow.models.taskinstance"],
    "DagRunState": ["airflow.sdk", "airflow.utils.state", "airflow.sdk.state"],
    "TriggerRule": ["airflow.sdk", "airflow.utils.trigger_rule", "airflow.task.trigger_rule"],
    "conf": ["airflow", "airflow.sdk", "airflow.configuration", "airflow.sdk.configuration"],
    "NOTSET": ["airflow.utils.types", "airflow.sdk.definitions._internal.types"],
    "mask_secret": ["airflow.sdk.log", "airflow.sdk.execution_time.secrets_masker", "airflow.utils.log.secrets_masker"],
    "TaskInstance": ["airflow.models", "airflow.models.taskinstance"],
    "DagRun": ["airflow.models", "airflow.models.dagrun"],
    "AirflowPlugin": ["airflow.plugins_manager", "airflow.sdk.plugins_manager"],
}


@pytest.mark.parametrize("name", ONE_OBJECT)
def test_a_name_is_one_object_wherever_it_is_imported_from(name: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        objects = [getattr(import_module(module), name) for module in ONE_OBJECT[name]]
    assert all(one is objects[0] for one in objects)


def test_an_exception_is_one_class_under_both_of_its_names():
    ours, sdk = import_module("airflow.exceptions"), import_module("airflow.sdk.exceptions")
    both = [name for name in dir(sdk) if not name.startswith("_") and name in dir(ours)]
    classes = [name for name in both if isinstance(getattr(sdk, name), type)]
    assert len(classes) > 25
    assert [name for name in classes if getattr(sdk, name) is not getattr(ours, name)] == []


def test_the_version_is_told_as_text_and_by_its_module():
    from airflow import __version__, version

    assert version.version == __version__ == "3.3.2"


LOOK = """
import json, sys, warnings
said = {}
for module in json.load(sys.stdin):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        __import__(module)
        __import__(module)
    said[module] = [
        [str(one.message), one.filename] for one in caught
        if issubclass(one.category, DeprecationWarning) and str(one.message).startswith(module + " is")
    ]
print(json.dumps(said))
"""


def test_a_deprecated_place_is_told_once_and_at_the_line_that_imports_it():
    modules = deprecated_modules()
    assert len(modules) > 60
    done = subprocess.run(
        [sys.executable, "-c", LOOK], input=json.dumps(modules), capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout)
    assert {module: found for module, found in said.items() if len(found) != 1} == {}
    assert {file for found in said.values() for _, file in found} == {"<string>"}
    assert all("; use " in words for found in said.values() for words, _ in found)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("airflow.sdk", "NoSuchThing"),
        ("airflow.models", "SlaMiss"),
        ("airflow.utils.helpers", "no_such_function"),
        ("airflow.sdk.exceptions", "NoSuchError"),
        ("airflow.sdk.state", "NoSuchState"),
    ],
)
def test_a_missing_name_is_an_import_error(module: str, name: str):
    with pytest.raises(ImportError, match=name):
        exec(f"from {module} import {name}")


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("airflow.executors.base_executor", "executors are Tradewind's own"),
        ("airflow.www.views", "a server of its own"),
        ("airflow.api_fastapi.app", "a server of its own"),
        ("airflow.operators.subdag", "task groups"),
        ("airflow.models.slamiss", "a database of its own"),
        ("airflow.contrib.hooks.qubole_hook", "provider package"),
        ("airflow.kubernetes.volume", "kubernetes.client.models"),
        ("airflow.api.common.experimental.trigger_dag", "TriggerDagRunOperator"),
        ("airflow.api.client.local_client", "TriggerDagRunOperator"),
        ("airflow.operators.subdag_operator", "task groups"),
    ],
)
def test_a_part_of_airflow_that_is_not_here_says_why(module: str, words: str):
    with pytest.raises(ModuleNotFoundError, match=words):
        import_module(module)


def test_a_module_that_never_was_is_missing_as_any_other():
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'airflow\.nonsense'"):
        import_module("airflow.nonsense")
