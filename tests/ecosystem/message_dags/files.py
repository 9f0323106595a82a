"""Files from one place to another, wherever they are."""

from airflow.providers.common.io.operators.file_transfer import FileTransferOperator
from airflow.sdk import DAG

with DAG("files", schedule=None, params={"folder": "/tmp"}):
    source, target = "file://{{ params.folder }}/from.txt", "file://{{ params.folder }}/to.txt"
    copy = FileTransferOperator(task_id="copy", src=source, dst=target)
    again = FileTransferOperator(task_id="again", src=source, dst=target)
    over = FileTransferOperator(task_id="over", src=source, dst=target, overwrite=True)
    copy >> [again, over]
