"""Imports of Airflow 1 and of early Airflow 2 find what became of them, and say where it is."""

from __future__ import annotations

import subprocess
import sys
import warnings
from importlib import import_module

import pytest

from tradewind.providers.standard.operators.bash import BashOperator
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.providers.standard.operators.python import BranchPythonOperator, PythonOperator
from tradewind.providers.standard.sensors.bash import BashSensor
from tradewind.providers.standard.sensors.external_task import ExternalTaskSensor
from tradewind.sdk import BaseHook, BaseSensorOperator


@pytest.fixture(autouse=True)
def _quiet() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)


@pytest.mark.parametrize(
    ("module", "name", "thing"),
    [
        ("airflow.operators", "BashOperator", BashOperator),
        ("airflow.operators", "PythonOperator", PythonOperator),
        ("airflow.operators", "BranchPythonOperator", BranchPythonOperator),
        ("airflow.operators", "DummyOperator", EmptyOperator),
        ("airflow.operators.sensors", "BaseSensorOperator", BaseSensorOperator),
        ("airflow.operators.sensors", "ExternalTaskSensor", ExternalTaskSensor),
        ("airflow.sensors", "BaseSensorOperator", BaseSensorOperator),
        ("airflow.hooks", "BaseHook", BaseHook),
        ("airflow.contrib.sensors.bash_sensor", "BashSensor", BashSensor),
    ],
)
def test_an_old_name_is_the_object_of_today(module: str, name: str, thing: object):
    assert getattr(import_module(module), name) is thing


@pytest.mark.parametrize(
    "expression",
    [
        "airflow.utils.dates.days_ago(1)",
        "airflow.utils.trigger_rule.TriggerRule.ALL_DONE",
        "airflow.utils.apply_defaults",
        "airflow.operators.bash_operator.BashOperator",
        "airflow.operators.python.PythonOperator",
        "airflow.sensors.external_task.ExternalTaskSensor",
        "airflow.hooks.base.BaseHook",
        "airflow.macros.ds_add('2020-01-01', 1)",
        "airflow.models.DAG",
    ],
)
def test_after_import_airflow_its_parts_are_found_as_attributes(expression: str):
    code = f"import airflow\n{expression}"  # in a process where nothing else has imported them
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("module", "name", "words"),
    [
        (
            "airflow.contrib.hooks.aws_hook",
            "AwsHook",
            r"AwsHook is in airflow\.providers\.amazon\.aws\.hooks\.base_aws now as AwsBaseHook.*providers-amazon",
        ),
        (
            "airflow.contrib.operators.ssh_operator",
            "SSHOperator",
            r"is in airflow\.providers\.ssh\.operators\.ssh now: it needs",
        ),
        ("airflow.kubernetes.secret", "Secret", r"is in airflow\.providers\.cncf\.kubernetes\.secret now: it needs"),
        ("airflow.operators.check_operator", "CheckOperator", r"common\.sql\.operators\.sql now as SQLCheckOperator"),
        ("airflow.hooks", "PostgresHook", r"is in airflow\.providers\.postgres\.hooks\.postgres now"),
    ],
)
def test_where_the_package_is_not_installed_the_error_says_where_the_name_is(module: str, name: str, words: str):
    with pytest.raises(ImportError, match=words):
        exec(f"from {module} import {name}")


@pytest.mark.parametrize("name", ["DataQualityOperator", "nothing", "_private"])
def test_a_name_that_the_package_never_had_is_missing_as_any_other(name: str):
    with pytest.raises(ImportError, match=f"cannot import name '{name}' from 'airflow.operators'"):
        exec(f"from airflow.operators import {name}")
    assert not hasattr(import_module("airflow.utils"), name)


def test_a_name_that_is_called_otherwise_now_is_told_with_its_new_name():
    code = "from airflow.operators import DummyOperator"
    done = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True)
    said = "airflow.operators.DummyOperator is a name of Airflow 2; use airflow.providers.standard.operators.empty.EmptyOperator"
    assert said in done.stderr


@pytest.mark.parametrize(
    ("times", "unit"), [([], "hours"), ([1, 119], "seconds"), ([1, 500], "minutes"), ([9000], "hours"), ([1e6], "days")]
)
def test_times_are_told_in_a_unit_that_reads_well(times: list[float], unit: str):
    assert import_module("airflow.utils.dates").infer_time_unit(times) == unit


def test_a_file_may_ask_whether_environments_can_be_made():
    assert import_module("airflow.operators.python").is_venv_installed() is True
