"""Queries of all shapes on the database whose connection the run names."""

from airflow.providers.common.sql.hooks.handlers import fetch_one_handler
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, task

with DAG(
    "queries",
    schedule=None,
    params={"conn_id": "warehouse", "rows": 3},
    default_args={"conn_id": "{{ params.conn_id }}"},
):
    make = SQLExecuteQueryOperator(
        task_id="make",
        sql=["DROP TABLE IF EXISTS orders", "CREATE TABLE orders (id INTEGER, amount INTEGER, day VARCHAR(10))"],
        autocommit=True,
    )
    fill = SQLExecuteQueryOperator(task_id="fill", sql="sql/fill.sql", split_statements=True)
    rows = SQLExecuteQueryOperator(task_id="rows", sql="SELECT id, amount FROM orders WHERE id < 10 ORDER BY id")
    one = SQLExecuteQueryOperator(task_id="one", sql="SELECT count(*) FROM orders", handler=fetch_one_handler)
    each = SQLExecuteQueryOperator(task_id="each", sql="SELECT 1; SELECT 2;", split_statements=True, return_last=False)
    last = SQLExecuteQueryOperator(task_id="last", sql="SELECT 1; SELECT 2", split_statements=True)
    columns = SQLExecuteQueryOperator(
        task_id="columns",
        sql="SELECT id AS number FROM orders WHERE id = 1",
        output_processor=lambda results, descriptions: [(descriptions[-1][0][0], results[-1][0][0])],
    )

    @task
    def statement():
        return "SELECT max(id) FROM orders"

    from_xcom = SQLExecuteQueryOperator(task_id="from_xcom", sql=statement(), handler=fetch_one_handler)
    mapped = SQLExecuteQueryOperator.partial(task_id="mapped", handler=fetch_one_handler).expand(
        sql=[f"SELECT amount FROM orders WHERE id = {n}" for n in (1, 2, 3)]
    )

    @task
    def total(found):
        return sum(row[0] for row in found)

    @task.sql(conn_id="{{ params.conn_id }}", handler=fetch_one_handler)
    def decorated(least):
        return f"SELECT count(*) FROM orders WHERE amount >= {least}"

    make >> fill >> [rows, one, each, last, columns, from_xcom, mapped, decorated(30)]
    total(mapped.output)
