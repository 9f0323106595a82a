"""Decorators that provider packages bring: a statement that a function gives, and a sensor of files on another machine."""

from __future__ import annotations

from airflow.sdk import dag, task


@dag(schedule=None)
def decorators():
    @task.sql(conn_id="lite")
    def double(number: int):
        return [f"select {number} * 2", "select upper('{{ dag.dag_id }}')"]

    @task.sftp_sensor(path="/late.txt", sftp_conn_id="box", poke_interval=0.1, timeout=90)
    def look(word, **found):
        return {"is_there": True, "word": word, "found": list(found["files_found"])}

    @task
    def show(rows):
        return rows

    look(word="late") >> show(double.override(task_id="twice")(21))


decorators()
