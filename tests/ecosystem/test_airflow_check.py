"""`tradewind airflow check` beside installed provider packages: it knows what they hold without importing them."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

PROVIDERS = Path(str(distribution("apache-airflow-providers-standard").locate_file("airflow/providers")))
DAG_FILE = """\
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator, S3NoSuchOperator
from airflow.providers.amazon.aws.operators.no_such_module import Thing
from airflow.providers.common.compat.sdk import conf, timezone
from airflow.providers.google.cloud.hooks.gcs import GCSHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.hooks.http_hook import HttpHook

def use():
    S3Hook.get_conn, conf.get, timezone.utcnow()
"""


def _check(path: Path, *words: str, home: Path) -> dict[str, Any]:
    """What the command says, as JSON."""
    command = [
        sys.executable,
        "-m",
        "tradewind",
        "--home",
        str(home),
        "airflow",
        "check",
        str(path),
        "-o",
        "json",
        *words,
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode in (0, 1), run.stderr
    return json.loads(run.stdout)


def test_names_that_an_installed_package_has_are_told_from_those_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(DAG_FILE)
    [report] = _check(tmp_path, "--static", home=tmp_path / "home")["files"]
    assert [(one["code"], one["line"]) for one in report["findings"]] == [
        ("TW203", 2), ("TW203", 3), ("TW202", 5), ("TW110", 7),
    ]  # fmt: skip


OF_EARLIER_PACKAGES = """\
from airflow.providers.postgres.operators.postgres import PostgresOperator
from airflow.providers.http.operators.http import SimpleHttpOperator
from airflow.providers.amazon.aws.operators.s3_bucket import S3CreateBucketOperator
from airflow.providers.amazon.aws.operators.glue import (
    AwsGlueJobOperator,
)
from airflow.providers.amazon.aws.operators.emr import EmrStepSensor
from airflow.contrib.hooks.aws_hook import AwsHook
"""


def test_what_a_package_has_moved_or_replaced_is_told_with_what_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(OF_EARLIER_PACKAGES)
    [report] = _check(tmp_path, home=tmp_path / "home")["files"]
    assert [(one["code"], one["line"], one["fix"]) for one in report["findings"]] == [
        (
            "TW203",
            1,
            "use SQLExecuteQueryOperator of airflow.providers.common.sql.operators.sql, with `conn_id=`",
        ),
        ("TW203", 2, "use HttpOperator of airflow.providers.http.operators.http"),
        (
            "TW110",
            3,
            "`from airflow.providers.amazon.aws.operators.s3 import S3CreateBucketOperator` works in Airflow 3 too",
        ),
        ("TW203", 5, "use GlueJobOperator of airflow.providers.amazon.aws.operators.glue"),
        ("TW203", 7, "write `from airflow.providers.amazon.aws.sensors.emr import EmrStepSensor`"),
        (
            "TW110",
            8,
            "`from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook` works in Airflow 3 too",
        ),
    ]


def test_the_modules_of_the_packages_themselves_lack_nothing_of_each_other(tmp_path: Path) -> None:
    told = _check(PROVIDERS, "--static", home=tmp_path / "home")
    assert told["summary"]["files"] > 500
    assert "TW203" not in told["summary"]["codes"]
    of_tasks = [
        report for report in told["files"] if report["file"].split("/")[-2] in {"hooks", "operators", "transfers"}
    ]
    assert len(of_tasks) > 100
    missing = [
        (report["file"], one["message"])
        for report in of_tasks
        for one in report["findings"]
        if one["code"] in {"TW201", "TW207", "TW208"} and "._CURRENT_CONTEXT" not in one["message"]  # for Airflow 2
    ]
    assert missing == []


def test_the_examples_of_the_standard_provider_run(tmp_path: Path) -> None:
    told = _check(PROVIDERS / "standard" / "example_dags", home=tmp_path / "home")
    assert told["summary"]["verdicts"]["runs"] == told["summary"]["files"] > 15
    assert all(report["imported"] or not report["dags"] for report in told["files"])
