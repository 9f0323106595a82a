"""What the Amazon provider brings: objects, messages, secrets, and carrying data between services."""

from __future__ import annotations

import csv
from pathlib import Path

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
from airflow.sdk import DAG, ObjectStoragePath, chain, task

CLOUD = {"aws_conn_id": "cloud"}
FOLDER = "{{ dag_run.conf['folder'] }}"
QUEUE = "{{ dag_run.conf['queue'] }}"


def rows_of(path):
    """The rows of a file with a header."""
    with Path(path).open() as file:
        return list(csv.reader(file))[1:]


with DAG("objects", schedule=None):

    @task
    def by_hook():
        """What the hook sees."""
        hook = S3Hook(aws_conn_id="cloud")
        return sorted(hook.list_keys("things")), hook.read_key("copy.txt", "things")

    @task
    def by_path():
        """The same by a path."""
        place = ObjectStoragePath("s3://cloud@things")
        (place / "by-path.txt").write_text("by path")
        return sorted(one.name for one in place.iterdir()), (place / "big.txt").read_text()

    chain(
        S3CreateBucketOperator(task_id="bucket", bucket_name="things", **CLOUD),
        S3CreateObjectOperator(task_id="object", s3_bucket="things", s3_key="a.txt", data="{{ ds }}", **CLOUD),
        S3KeySensor(task_id="wait", bucket_key="s3://things/*.txt", wildcard_match=True, poke_interval=0.05, **CLOUD),
        S3CopyObjectOperator(
            task_id="copy", source_bucket_key="s3://things/a.txt", dest_bucket_key="s3://things/copy.txt", **CLOUD
        ),
        S3FileTransformOperator(
            task_id="transform", source_s3_key="s3://things/a.txt", dest_s3_key="s3://things/big.txt",
            transform_script="/bin/cp", source_aws_conn_id="cloud", dest_aws_conn_id="cloud",
        ),
        S3ListOperator(task_id="list", bucket="things", **CLOUD),
        by_hook(),
        by_path(),
        S3DeleteObjectsOperator(
            task_id="delete", bucket="things", keys=["a.txt", "copy.txt", "big.txt", "by-path.txt"], **CLOUD
        ),
        S3DeleteBucketOperator(task_id="gone", bucket_name="things", **CLOUD),
    )  # fmt: skip

with DAG("messages", schedule=None):

    @task
    def secrets():
        """What is kept for the program."""
        hooks = SecretsManagerHook(aws_conn_id="cloud"), SsmHook(aws_conn_id="cloud")
        return hooks[0].get_secret("door"), hooks[1].get_parameter_value("/floor")

    @task
    def by_hook():
        """The hooks of queues and topics."""
        queue = SqsHook(aws_conn_id="cloud").create_queue("made")
        return queue["QueueUrl"], len(SnsHook(aws_conn_id="cloud").get_conn().list_topics()["Topics"])

    SnsPublishOperator(task_id="publish", target_arn="{{ dag_run.conf['topic'] }}", message="{{ ds }}", **CLOUD)
    send = SqsPublishOperator(task_id="send", sqs_queue=QUEUE, message_content="hello {{ run_id }}", **CLOUD)
    send >> SqsSensor(task_id="receive", sqs_queue=QUEUE, wait_time_seconds=0, poke_interval=0.1, timeout=90, **CLOUD)
    secrets() >> by_hook()

with DAG("cloud_deferred", schedule=None):
    S3KeySensor(task_id="key", bucket_key="s3://late/there.txt", deferrable=True, poke_interval=0.2, **CLOUD)
    SqsSensor(
        task_id="message", sqs_queue=QUEUE, deferrable=True, wait_time_seconds=0, poke_interval=1, timeout=90, **CLOUD
    )

    @task
    def later():
        """What the two wait for."""
        S3Hook(aws_conn_id="cloud").load_string("here", "there.txt", "late")

    send = SqsPublishOperator(task_id="send", sqs_queue=QUEUE, message_content="at last", **CLOUD)
    later() >> send

with DAG("carried", schedule=None):
    chain(
        LocalFilesystemToS3Operator(
            task_id="from_here", filename=f"{FOLDER}/here.txt", dest_key="s3://hub/here.txt", **CLOUD
        ),
        S3ToSFTPOperator(
            task_id="to_box", s3_bucket="hub", s3_key="here.txt", sftp_path="/from-s3.txt", sftp_conn_id="box", **CLOUD
        ),
        SFTPToS3Operator(
            task_id="from_box", s3_bucket="hub", s3_key="box.txt", sftp_path="/from-s3.txt", sftp_conn_id="box", **CLOUD
        ),
    )
    HttpToS3Operator(
        task_id="from_site", http_conn_id="site", endpoint="page", s3_bucket="hub", s3_key="page.txt", **CLOUD
    )
    FTPToS3Operator(
        task_id="from_shelf", ftp_conn_id="shelf", ftp_path="/book.txt", s3_bucket="hub", s3_key="book.txt", **CLOUD
    )
    chain(
        SqlToS3Operator(
            task_id="from_table", sql_conn_id="books", query="select id, title from books", s3_bucket="hub",
            s3_key="books.csv", pd_kwargs={"index": False}, **CLOUD,
        ),
        S3ToSqlOperator(
            task_id="to_table", sql_conn_id="books", s3_bucket="hub", s3_key="books.csv", table="copies",
            column_list=["id", "title"], parser=rows_of, **CLOUD,
        ),
    )  # fmt: skip

with DAG("cloud_fails", schedule=None):
    S3ListOperator(task_id="no_bucket", bucket="nowhere", **CLOUD)
    S3ListOperator(task_id="no_server", bucket="nowhere", aws_conn_id="cloud_of_nobody")
    S3KeySensor(task_id="too_late", bucket_key="s3://hub/never", poke_interval=0.1, timeout=0.3, **CLOUD)
    SqsSensor(
        task_id="no_queue", sqs_queue="http://127.0.0.1:1/1/x", deferrable=True, poke_interval=1, timeout=60, **CLOUD
    )
