"""Parameters, in the style of each driver, and a database of the connection that is replaced by the task."""

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

with DAG("parameters", schedule=None):
    SQLExecuteQueryOperator(
        task_id="by_name", conn_id="pg", sql="SELECT %(word)s || '!'", parameters={"word": "{{ dag.dag_id }}"}
    )
    SQLExecuteQueryOperator(task_id="by_place", conn_id="pg", sql="SELECT %s + %s", parameters=(40, 2))
    SQLExecuteQueryOperator(task_id="sqlite", conn_id="lite", sql="SELECT :word || '!'", parameters={"word": "lite"})
    SQLExecuteQueryOperator(task_id="database", conn_id="pg", database="postgres", sql="SELECT current_database()")
    SQLExecuteQueryOperator(
        task_id="hook_params",
        conn_id="pg",
        sql="SHOW statement_timeout",
        hook_params={"options": "-c statement_timeout=7s"},
    )
