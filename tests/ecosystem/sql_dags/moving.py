"""Rows from one database to another, at once and page by page; rows of a task into a table."""

from airflow.providers.common.sql.operators.generic_transfer import GenericTransfer
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator, SQLInsertRowsOperator
from airflow.sdk import DAG, task


def doubled(rows, **context):
    return [(number, amount * 2) for number, amount in rows]


def transfer(name, **more):
    made = [f"DROP TABLE IF EXISTS {name}", f"CREATE TABLE {name} (id INTEGER, amount INTEGER)"]
    moved = GenericTransfer(
        task_id=name,
        sql="SELECT id, amount FROM source ORDER BY id",
        destination_table=name,
        source_conn_id="{{ params.source }}",
        destination_conn_id="{{ params.destination }}",
        preoperator=made,
        **more,
    )
    moved >> SQLExecuteQueryOperator(
        task_id=f"{name}_there",
        conn_id="{{ params.destination }}",
        sql=f"SELECT count(*), sum(amount), max(id) FROM {name}",
    )
    return moved


with DAG("moving", schedule=None, params={"source": "pg", "destination": "lite"}):

    @task
    def numbers():
        return [[n, n * 10] for n in range(1, 8)]

    rows = numbers()
    insert = SQLInsertRowsOperator(
        task_id="insert",
        conn_id="{{ params.source }}",
        table_name="source",
        columns=["id", "amount"],
        rows=rows,
        preoperator=["DROP TABLE IF EXISTS source", "CREATE TABLE source (id INTEGER, amount INTEGER)"],
    )
    (
        rows
        >> insert
        >> [  # `rows` is no template field: it makes no dependency
            transfer("whole", rows_processor=doubled),
            transfer("paged", page_size="3"),
            transfer("deferred", page_size=3, deferrable=True, insert_args={"commit_every": "2"}),
        ]
    )
    SQLInsertRowsOperator(
        task_id="nothing", conn_id="{{ params.source }}", table_name="source", columns=["id"], rows=[]
    )
