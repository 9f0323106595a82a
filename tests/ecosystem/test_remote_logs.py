"""Logs of ended attempts go to S3 or CloudWatch by the amazon package, unmodified, and are read from there."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.providers.amazon.aws.log.cloudwatch_task_handler import CloudWatchRemoteLogIO
from airflow.providers.amazon.aws.log.s3_task_handler import S3RemoteLogIO

from support.aws import Aws, aws_server
from support.server import Server

EXECUTES = [CloudWatchRemoteLogIO, S3RemoteLogIO]

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
            assert events.count(f"try {number} of a task") == 1


LOST = """
import os

from airflow.sdk import DAG, task


def told(context):
    print("the callback of", context["ti"].task_id)


with DAG("lost", schedule=None):

    @task(on_failure_callback=told)
    def vanish():
        print("before the end")
        os.kill(os.getpid(), 9)

    vanish()
"""


def test_a_callback_that_runs_after_the_upload_is_in_the_log_too(aws: Aws, tmp_path: Path):
    home, dags = tmp_path / "home", tmp_path / "dags"
    dags.mkdir()
    (dags / "lost.py").write_text(LOST)
    settings = {
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__LOGGING__REMOTE_LOGGING": "True",
        "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": "s3://logs/ours",
        "AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID": "log_store",
        "AIRFLOW_CONN_LOG_STORE": aws.connection(),
    }
    with Server(home, dags, env=settings) as server:
        server.wait_dags({"lost"})
        run_id = server.trigger("lost")
        assert server.wait_run("lost", run_id)["state"] == "failed"
        key = f"ours/dag_id=lost/run_id={run_id}/task_id=vanish/attempt=1.log"
        end = time.monotonic() + 60
        while "the callback of vanish" not in aws.texts("logs").get(key, "") and time.monotonic() < end:
            time.sleep(0.05)
        assert aws.texts("logs")[key].count("the callback of vanish") == 1, server.output()
        path = f"/dags/lost/dagRuns/{run_id}/taskInstances/vanish/logs/1?full_content=true"
        events = [line["event"] for line in server.get(path)["content"]]
        assert [events.count(one) for one in ("before the end", "the callback of vanish")] == [1, 1]


def test_logs_go_to_cloudwatch_line_by_line_and_are_read_from_there(aws: Aws, tmp_path: Path):
    home, dags = tmp_path / "home", tmp_path / "dags"
    dags.mkdir()
    (dags / "logs.py").write_text(DAG_FILE)
    client = aws.client("logs")
    client.create_log_group(logGroupName="tasks")
    group = "arn:aws:logs:eu-central-1:123456789012:log-group:tasks"
    settings = {
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__LOGGING__REMOTE_LOGGING": "True",
        "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": f"cloudwatch://{group}",
        "AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID": "log_store",
        "AIRFLOW_CONN_LOG_STORE": aws.connection(),
    }
    with Server(home, dags, env=settings) as server:
        server.wait_dags({"logs"})
        run_id = server.trigger("logs")
        assert server.wait_run("logs", run_id)["state"] == "success"
        end = time.monotonic() + 60
        while not list((home / "remote-logs" / "sent").rglob("attempt=2.log")) and time.monotonic() < end:
            time.sleep(0.05)
        shutil.rmtree(home / "logs", ignore_errors=True)
        for number in (1, 2):
            path = f"/dags/logs/dagRuns/{run_id}/taskInstances/speak/logs/{number}?full_content=true"
            events = [line["event"] for line in server.get(path)["content"]]
            assert any(f"try {number} of a task" in one for one in events), server.output()
