"""A check that is repeated and its branches by airflow-ha; a DAG from models by airflow-pydantic; a migration by Alembic."""

import os
from datetime import datetime, timedelta

from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG
from airflow_ha import Action, HighAvailabilityOperator, Result
from airflow_provider_alembic.operators.alembic import AlembicOperator
from airflow_pydantic import BashTask, Dag


def check(**context):
    return Result.PASS, Action.STOP


with DAG("monitored", start_date=datetime(2024, 1, 1), schedule=None):
    watch = HighAvailabilityOperator(
        task_id="watch", python_callable=check, runtime=timedelta(minutes=5), poke_interval=1, timeout=90
    )
    watch >> PythonOperator(task_id="after", python_callable=lambda: "done")

declared = Dag(
    dag_id="declared",
    schedule=None,
    start_date="2024-01-01",
    catchup=False,
    tasks={
        "say": BashTask(task_id="say", bash_command="echo {{ ds }}"),
        "again": BashTask(task_id="again", bash_command="echo again", dependencies=["say"]),
    },
).instantiate()

with DAG("migrated", start_date=datetime(2024, 1, 1), schedule=None):
    upgrade = AlembicOperator(
        task_id="upgrade", conn_id="ships", command="upgrade", script_location=os.environ["MIGRATIONS"]
    )
    tables = PythonOperator(
        task_id="tables",
        python_callable=lambda: SqliteHook("ships").get_first("select name from sqlite_master where name = 'ships'")[0],
    )
    upgrade >> tables
