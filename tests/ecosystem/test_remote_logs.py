"""Logs of ended attempts go to S3 by the amazon package, unmodified, and are read from there when they are gone here."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.providers.amazon.aws.log.s3_task_handler import S3RemoteLogIO

from support.aws import Aws, aws_server
from support.server import Server

EXECUTES = [S3RemoteLogIO]

DAG_FILE = """
from datetime import timedelta

from airflow.sdk import DAG, task

with DAG("logs", schedule=None):

    @task(retries=1, retry_delay=timedelta(0))
    def speak(**context):
        print("try", context["ti"].try_number, "of a task")
        if context["ti"].try_number == 1:
            raise RuntimeError("once more")

    speak()
"""


@pytest.fixture
def aws() -> Iterator[Aws]:
    """S3 with a bucket for logs."""
    with aws_server() as aws:
        aws.client("s3").create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield aws


def keys(aws: Aws) -> list[str]:
    return [one["Key"] for one in aws.client("s3").list_objects_v2(Bucket="logs").get("Contents", [])]


def test_logs_are_uploaded_and_read_from_there_when_they_are_gone_here(aws: Aws, tmp_path: Path):
    home, dags = tmp_path / "home", tmp_path / "dags"
    dags.mkdir()
    (dags / "logs.py").write_text(DAG_FILE)
    settings = {
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__LOGGING__REMOTE_LOGGING": "True",
        "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": "s3://logs/ours",
        "AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID": "log_store",
    }
    with Server(home, dags, env=settings) as server:
        fields = json.loads(aws.connection())
        server.request("POST", "/api/v2/connections", {
            "connection_id": "log_store", **fields, "extra": json.dumps(fields["extra"]),
        })  # fmt: skip
        server.wait_dags({"logs"})
        run_id = server.trigger("logs")
        assert server.wait_run("logs", run_id)["state"] == "success"
        end = time.monotonic() + 60
        while len(keys(aws)) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        folder = f"ours/dag_id=logs/run_id={run_id}/task_id=speak"
        assert keys(aws) == [f"{folder}/attempt=1.log", f"{folder}/attempt=2.log"], server.output()
        shutil.rmtree(home / "logs", ignore_errors=True)
        for number in (1, 2):
            path = f"/dags/logs/dagRuns/{run_id}/taskInstances/speak/logs/{number}?full_content=true"
            events = [line["event"] for line in server.get(path)["content"]]
            assert f"try {number} of a task" in events
