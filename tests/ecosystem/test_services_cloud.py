"""The Amazon provider against a server of its API, and what carries data between it and other services, unmodified."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.hooks.secrets_manager import SecretsManagerHook
from airflow.providers.amazon.aws.hooks.sns import SnsHook
from airflow.providers.amazon.aws.hooks.sqs import SqsHook
from airflow.providers.amazon.aws.hooks.ssm import SsmHook
from airflow.providers.amazon.aws.operators.s3 import (
    S3CopyObjectOperator,
    S3CreateBucketOperator,
    S3CreateObjectOperator,
    S3DeleteBucketOperator,
    S3DeleteObjectsOperator,
    S3FileTransformOperator,
    S3ListOperator,
)
from airflow.providers.amazon.aws.operators.sns import SnsPublishOperator
from airflow.providers.amazon.aws.operators.sqs import SqsPublishOperator
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.providers.amazon.aws.sensors.sqs import SqsSensor
from airflow.providers.amazon.aws.transfers.ftp_to_s3 import FTPToS3Operator
from airflow.providers.amazon.aws.transfers.http_to_s3 import HttpToS3Operator
from airflow.providers.amazon.aws.transfers.local_to_s3 import LocalFilesystemToS3Operator
from airflow.providers.amazon.aws.transfers.s3_to_sftp import S3ToSFTPOperator
from airflow.providers.amazon.aws.transfers.s3_to_sql import S3ToSqlOperator
from airflow.providers.amazon.aws.transfers.sftp_to_s3 import SFTPToS3Operator
from airflow.providers.amazon.aws.transfers.sql_to_s3 import SqlToS3Operator
from airflow.providers.amazon.aws.triggers.s3 import S3KeyTrigger
from airflow.providers.amazon.aws.triggers.sqs import SqsSensorTrigger

from support.aws import Aws, aws_server
from support.connections import connection
from support.dag_files import run_dag_file
from support.ftp_server import ftp_server
from support.http_site import Answer, web_site
from support.server import free_port
from support.ssh_server import ssh_server

EXECUTES = [
    S3Hook, SecretsManagerHook, SnsHook, SqsHook, SsmHook, S3CopyObjectOperator, S3CreateBucketOperator,
    S3CreateObjectOperator, S3DeleteBucketOperator, S3DeleteObjectsOperator, S3FileTransformOperator, S3ListOperator,
    SnsPublishOperator, SqsPublishOperator, S3KeySensor, SqsSensor, FTPToS3Operator, HttpToS3Operator,
    LocalFilesystemToS3Operator, S3ToSFTPOperator, S3ToSqlOperator, SFTPToS3Operator, SqlToS3Operator, S3KeyTrigger,
    SqsSensorTrigger,
]  # fmt: skip
DEFERS = [S3KeySensor, SqsSensor]

FILE = Path(__file__).parent / "services_dags/cloud.py"


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """The server, and connections to it and to nothing."""
    with aws_server() as cloud:
        monkeypatch.setenv("AIRFLOW_CONN_CLOUD", cloud.connection())
        nowhere = Aws(f"http://127.0.0.1:{free_port()}").connection(
            config_kwargs={"retries": {"total_max_attempts": 1}}
        )
        monkeypatch.setenv("AIRFLOW_CONN_CLOUD_OF_NOBODY", nowhere)
        yield cloud


@pytest.fixture
def queue(cloud: Aws) -> str:
    """The address of an empty queue."""
    return cloud.client("sqs").create_queue(QueueName="line")["QueueUrl"]


def test_objects_are_made_waited_for_copied_changed_listed_and_deleted(cloud: Aws):
    result = run_dag_file(FILE, "objects")
    assert set(result.states.values()) == {"success"}, result.states
    assert result.xcom("list") == ["a.txt", "big.txt", "copy.txt"]
    names, text = result.xcom("by_hook")
    assert names == ["a.txt", "big.txt", "copy.txt"]
    assert list(result.xcom("by_path")) == [["a.txt", "big.txt", "by-path.txt", "copy.txt"], text]
    assert cloud.client("s3").list_buckets()["Buckets"] == []


def test_messages_are_sent_and_received_and_secrets_read(cloud: Aws, queue: str):
    cloud.client("secretsmanager").create_secret(Name="door", SecretString="sesame")
    cloud.client("ssm").put_parameter(Name="/floor", Value="3", Type="String")
    topic = cloud.client("sns").create_topic(Name="news")["TopicArn"]
    result = run_dag_file(FILE, "messages", {"queue": queue, "topic": topic})
    assert set(result.states.values()) == {"success"}, result.states
    assert [one["Body"] for one in result.xcom("receive", "messages")] == [f"hello {result.run_id}"]
    assert result.xcom("send")["MessageId"]
    assert list(result.xcom("secrets")) == ["sesame", "3"]
    made, topics = result.xcom("by_hook")
    assert (made.endswith("/made"), topics) == (True, 1)


def test_sensors_wait_without_a_worker(cloud: Aws, queue: str):
    cloud.client("s3").create_bucket(Bucket="late", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    result = run_dag_file(FILE, "cloud_deferred", {"queue": queue})
    assert set(result.states.values()) == {"success"}, result.states
    assert [one["Body"] for one in result.xcom("message", "messages")] == ["at last"]


def test_data_is_carried_between_services(cloud: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cloud.client("s3").create_bucket(Bucket="hub", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for folder in ("box", "shelf"):
        (tmp_path / folder).mkdir()
    (tmp_path / "here.txt").write_text("from here")
    (tmp_path / "shelf/book.txt").write_text("from the shelf")
    with sqlite3.connect(tmp_path / "books.db") as books:
        books.executescript(
            "create table books (id int, title text); insert into books values (1, 'a'), (2, 'b');"
            "create table copies (id int, title text)"
        )
    monkeypatch.setenv("AIRFLOW_CONN_BOOKS", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "books.db")}))
    with ssh_server(tmp_path / "box") as box, ftp_server(tmp_path / "shelf") as shelf, web_site() as site:
        site.says("GET", "/page", Answer("from the site"))
        extra = {"host_key": box.host_key, "look_for_keys": "false"}
        there = connection("ssh", box.port, login=box.login, password=box.password, extra=extra)
        monkeypatch.setenv("AIRFLOW_CONN_BOX", there)
        monkeypatch.setenv("AIRFLOW_CONN_SHELF", connection("ftp", shelf.port, login="ada", password=shelf.password))
        monkeypatch.setenv("AIRFLOW_CONN_SITE", connection("http", site.port))
        result = run_dag_file(FILE, "carried", {"folder": str(tmp_path)})
    assert set(result.states.values()) == {"success"}, result.states
    assert cloud.texts("hub") == {
        "here.txt": "from here", "box.txt": "from here", "page.txt": "from the site", "book.txt": "from the shelf",
        "books.csv": "id,title\n1,a\n2,b\n",
    }  # fmt: skip
    with sqlite3.connect(tmp_path / "books.db") as books:
        assert books.execute("select id, title from copies order by id").fetchall() == [(1, "a"), (2, "b")]


def test_failures_are_told_in_the_words_of_the_provider(cloud: Aws, caplog: pytest.LogCaptureFixture):
    cloud.client("s3").create_bucket(Bucket="hub", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    result = run_dag_file(FILE, "cloud_fails")
    assert set(result.states.values()) == {"failed"}
    assert "NoSuchBucket" in (result.task("no_bucket").error or "")
    assert "EndpointConnectionError" in (result.task("no_server").error or "")
    assert "AirflowSensorTimeout" in (result.task("too_late").error or "")
    assert "TaskDeferralError: Trigger failure" in (result.task("no_queue").error or "")
    assert "NonExistentQueue" in caplog.text, "what the trigger raised is in the task's log"
