"""Callbacks of tasks and DAG, lists of them, a notifier, retries with exponential back-off."""

import os
from datetime import datetime, timedelta

from airflow.sdk import DAG, BaseNotifier, task
from airflow.sdk.exceptions import AirflowException

BOOK = os.path.join(os.environ.get("AIRFLOW_HOME", "/tmp"), "callbacks_told.txt")


def note(text):
    with open(BOOK, "a") as book:
        book.write(text + "\n")


def on_success(context):
    note(f"success {context['ti'].task_id}")


def on_retry(context):
    note(f"retry {context['ti'].task_id} {context['ti'].try_number}")


def on_failure(context):
    note(f"failure {context['ti'].task_id} {type(context['exception']).__name__}")


class BookNotifier(BaseNotifier):
    template_fields = ("message",)

    def __init__(self, message):
        super().__init__()
        self.message = message

    def notify(self, context):
        note(self.message)


with DAG(
    "callbacks_told",
    start_date=datetime(2024, 1, 1),
    schedule=None,
    default_args={"on_success_callback": on_success, "on_failure_callback": [on_failure]},
    on_failure_callback=lambda context: note(f"dag failed {context['dag_run'].run_type}"),
) as dag:

    @task(on_success_callback=BookNotifier(message="done {{ ti.task_id }} on {{ ds }}"))
    def fine():
        return "fine"

    @task(retries=1, retry_delay=timedelta(milliseconds=100), retry_exponential_backoff=True, on_retry_callback=on_retry)
    def flaky(ti=None):
        if ti.try_number == 1:
            raise AirflowException("not yet")
        return ti.try_number

    @task
    def broken():
        raise ValueError("always")

    fine() >> flaky() >> broken()
