"""A query that takes ten minutes, and is called off in the database when its task is stopped."""

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import DAG


class CalledOff(SQLExecuteQueryOperator):
    """Cancels its query when it is killed."""

    def on_kill(self):
        called_off = PostgresHook(self.conn_id).get_records(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'long_query'"
        )
        self.log.info("called off: %s", called_off)


with DAG("long_query", schedule=None):
    CalledOff(
        task_id="sleep",
        conn_id="pg",
        sql="SELECT pg_sleep(600)",
        hook_params={"options": "-c application_name=long_query"},
    )
