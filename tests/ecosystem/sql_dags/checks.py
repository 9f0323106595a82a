"""Data quality checks that hold, and the same ones where they do not."""

from airflow.providers.common.sql.operators.sql import (
    BranchSQLOperator,
    SQLCheckOperator,
    SQLColumnCheckOperator,
    SQLIntervalCheckOperator,
    SQLTableCheckOperator,
    SQLThresholdCheckOperator,
    SQLValueCheckOperator,
)
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

DEFAULTS = {"conn_id": "{{ params.conn_id }}"}

with DAG("checks", schedule=None, params={"conn_id": "warehouse"}, default_args=DEFAULTS):
    SQLColumnCheckOperator(
        task_id="columns",
        table="orders",
        column_mapping={
            "id": {"null_check": {"equal_to": 0}, "unique_check": {"equal_to": 0}},
            "amount": {"min": {"geq_to": 10}, "max": {"leq_to": 100, "tolerance": 0.1}},
        },
    )
    SQLTableCheckOperator(
        task_id="tables",
        table="orders",
        checks={
            "row_count": {"check_statement": "count(*) = 4"},
            "amounts": {"check_statement": "sum(amount) > 0", "partition_clause": "amount > 10"},
        },
    )
    SQLCheckOperator(task_id="check", sql="SELECT count(*), max(id) FROM orders")
    SQLValueCheckOperator(
        task_id="value", sql="SELECT sum(amount) FROM orders WHERE day = '{{ ds }}'", pass_value=61, tolerance=0.1
    )
    SQLIntervalCheckOperator(
        task_id="interval",
        table="orders",
        date_filter_column="day",
        days_back=-1,
        metrics_thresholds={"sum(amount)": 1.5},
    )
    SQLThresholdCheckOperator(
        task_id="threshold",
        sql="SELECT max(amount) FROM orders",
        min_threshold="SELECT min(amount) FROM orders",
        max_threshold=60,
    )
    BranchSQLOperator(
        task_id="branch",
        sql="SELECT count(*) > 3 FROM orders",
        follow_task_ids_if_true=["many"],
        follow_task_ids_if_false=["few"],
    ) >> [EmptyOperator(task_id="many"), EmptyOperator(task_id="few")]

with DAG("failing_checks", schedule=None, params={"conn_id": "warehouse"}, default_args={**DEFAULTS, "retries": 1}):
    SQLColumnCheckOperator(task_id="columns", table="orders", column_mapping={"amount": {"max": {"less_than": 5}}})
    SQLTableCheckOperator(
        task_id="tables", table="orders", checks={"row_count": {"check_statement": "count(*) = 1000"}}
    )
    SQLCheckOperator(task_id="check", sql="SELECT 0", retry_on_failure=False)
    SQLValueCheckOperator(task_id="value", sql="SELECT 5", pass_value=6)
    SQLIntervalCheckOperator(
        task_id="interval", table="orders", date_filter_column="day", days_back=-1, metrics_thresholds={"count(*)": 2}
    )
    SQLThresholdCheckOperator(task_id="threshold", sql="SELECT 7", min_threshold=1, max_threshold=6)
    BranchSQLOperator(
        task_id="branch",
        sql="SELECT id FROM orders WHERE id = 12345",
        follow_task_ids_if_true=["next"],
        follow_task_ids_if_false=["next"],
    ) >> EmptyOperator(task_id="next")
