"""Sensors that ask a database until it says yes, keeping their worker or giving it back."""

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.sdk import DAG

with DAG("waiting", schedule=None, default_args={"conn_id": "{{ params.conn_id }}"}, params={"conn_id": "lite"}):
    first = SQLExecuteQueryOperator(
        task_id="first", sql=["DROP TABLE IF EXISTS arrived", "CREATE TABLE arrived (id INTEGER)"], autocommit=True
    )
    arrive = SQLExecuteQueryOperator(task_id="arrive", sql="INSERT INTO arrived VALUES (7)", autocommit=True)
    poke = SqlSensor(task_id="poke", sql="SELECT count(*) FROM arrived", poke_interval=0.1, timeout=90)
    reschedule = SqlSensor(
        task_id="reschedule",
        sql="SELECT id, 'x' FROM arrived",
        mode="reschedule",
        poke_interval=0.2,
        timeout=90,
        selector=lambda row: row[0] + 1,
        success=lambda value: value == 8,
    )
    first >> [arrive, poke, reschedule]

with DAG("waiting_in_vain", schedule=None, default_args={"conn_id": "lite"}):
    SqlSensor(task_id="late", sql="SELECT 0", poke_interval=0.1, timeout=0.3)
    SqlSensor(task_id="late_and_soft", sql="SELECT 0", poke_interval=0.1, timeout=0.3, soft_fail=True)
    SqlSensor(task_id="empty", sql="SELECT 1 WHERE 1 = 0", fail_on_empty=True)
    SqlSensor(task_id="wrong", sql="SELECT 3", failure=lambda value: value == 3)
