"""DuckDB by airflow-provider-duckdb: its hook, and the generic SQL operators over its connection type."""

from datetime import datetime

from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator, SQLExecuteQueryOperator
from duckdb_provider.hooks.duckdb_hook import DuckDBHook


def fill():
    hook = DuckDBHook.get_hook("ducks")
    with hook.get_conn() as connection:
        connection.execute(
            "create or replace table ducks as select * from (values ('mallard', 3), ('teal', 5)) t(kind, n)"
        )


with DAG("ducks", start_date=datetime(2024, 1, 1), schedule=None):
    filled = PythonOperator(task_id="fill", python_callable=fill)
    asked = SQLExecuteQueryOperator(
        task_id="ask",
        conn_id="ducks",
        sql="select kind, n from ducks where n > {{ params.least }} order by n",
        params={"least": 3},
    )
    checked = SQLColumnCheckOperator(
        task_id="check",
        conn_id="ducks",
        table="ducks",
        column_mapping={"n": {"min": {"geq_to": 3}, "null_check": {"equal_to": 0}}},
    )
    filled >> asked >> checked
