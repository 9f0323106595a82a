"""A local time zone, default_args of all kinds, cron in that zone, depends_on_past, pools, priorities, timeouts."""

from datetime import timedelta

import pendulum

from airflow import DAG
from airflow.providers.standard.operators.python import PythonOperator
from airflow.timetables.trigger import CronTriggerTimetable

berlin = pendulum.timezone("Europe/Berlin")

with DAG(
    "timezones_and_defaults",
    description="Local time",
    default_args={
        "owner": "ops",
        "depends_on_past": True,
        "email": ["ops@example.com"],
        "email_on_failure": False,
        "email_on_retry": False,
        "retries": 3,
        "retry_delay": timedelta(minutes=5),
        "execution_timeout": timedelta(minutes=10),
        "priority_weight": 10,
        "weight_rule": "absolute",
        "pool": "default_pool",
        "queue": "default",
        "do_xcom_push": True,
    },
    start_date=pendulum.datetime(2024, 1, 1, tz=berlin),
    end_date=pendulum.datetime(2030, 1, 1, tz=berlin),
    schedule=CronTriggerTimetable("30 7 * * MON-FRI", timezone=berlin),
    catchup=False,
    max_active_tasks=4,
    dagrun_timeout=timedelta(hours=1),
    doc_md="# Local time",
    owner_links={"ops": "mailto:ops@example.com"},
) as dag:

    def local(data_interval_end, task, dag, **_):
        return [
            data_interval_end.in_timezone("Europe/Berlin").isoformat(),
            task.owner,
            task.retries,
            task.priority_weight,
            task.execution_timeout.total_seconds(),
            str(dag.timezone),
        ]

    PythonOperator(task_id="local", python_callable=local, retries=0)
