"""A project folder: helpers in packages, a YAML file that tasks are made of, SQL files, a class of operators, chains."""

import os
import sys
from datetime import datetime
from pathlib import Path

import yaml

from airflow.models import BaseOperator
from airflow.models.dag import DAG
from airflow.operators.python import PythonOperator
from airflow.sdk import task
from airflow.utils.task_group import TaskGroup
from team_a.lib.calc import double

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from beside import LIMIT  # noqa: E402

CONFIG = yaml.safe_load((Path(__file__).parent / "tables.yaml").read_text())


class SqlOperator(BaseOperator):
    template_fields = ("sql", "parameters")
    template_ext = (".sql",)
    template_fields_renderers = {"sql": "sql"}

    def __init__(self, *, sql, parameters=None, **kwargs):
        super().__init__(**kwargs)
        self.sql = sql
        self.parameters = parameters or {}

    def execute(self, context):
        return {"sql": self.sql, "parameters": self.parameters}


with DAG(
    "team_a_tables",
    start_date=datetime(2024, 1, 1),
    schedule="@monthly",
    catchup=False,
    template_searchpath=str(Path(__file__).parent),
    default_args={"retries": 1},
) as dag:
    loads = {}
    with TaskGroup("loads") as group:
        for table in CONFIG["tables"]:
            loads[table["name"]] = SqlOperator(
                task_id=f"load_{table['name']}",
                sql="sql/load.sql",
                parameters={"run": "{{ run_id.split('__')[0] }}"},
                params={"table": table["name"], "columns": table["columns"]},
            )
            for upstream in table["depends_on"]:
                loads[upstream] >> loads[table["name"]]

    @task
    def numbers(limit):
        return [double(n) for n in range(limit)]

    group >> numbers(LIMIT) >> PythonOperator(task_id="home", python_callable=lambda: "AIRFLOW_HOME" in os.environ)
