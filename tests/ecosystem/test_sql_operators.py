"""The operators and sensors of common-sql, as published, on databases of four kinds; the DAG files run by `dag.test()`."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.providers.common.sql.decorators.sql import _SQLDecoratedOperator  # pyright: ignore[reportPrivateUsage]
from airflow.providers.common.sql.operators.generic_transfer import GenericTransfer
from airflow.providers.common.sql.operators.sql import (
    BranchSQLOperator,
    SQLCheckOperator,
    SQLColumnCheckOperator,
    SQLExecuteQueryOperator,
    SQLInsertRowsOperator,
    SQLIntervalCheckOperator,
    SQLTableCheckOperator,
    SQLThresholdCheckOperator,
    SQLValueCheckOperator,
)
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.providers.common.sql.triggers.sql import SQLExecuteQueryTrigger

from ecosystem.sql_connections import duck, lite, maria, mariadb, pg
from support.dag_files import run_dag_file

__all__ = ["duck", "lite", "maria", "mariadb", "pg"]

DAGS = Path(__file__).parent / "sql_dags"
EXECUTES = [
    SQLExecuteQueryOperator,
    SQLColumnCheckOperator,
    SQLTableCheckOperator,
    SQLCheckOperator,
    SQLValueCheckOperator,
    SQLIntervalCheckOperator,
    SQLThresholdCheckOperator,
    BranchSQLOperator,
    SQLInsertRowsOperator,
    SqlSensor,
    _SQLDecoratedOperator,
]
DEFERS = [GenericTransfer, SQLExecuteQueryTrigger]


@pytest.fixture(params=["pg", "lite", "duck", "maria"])
def database(request: pytest.FixtureRequest) -> str:
    """The connection of each kind of database."""
    return request.getfixturevalue(request.param)


def test_queries_of_all_shapes_give_their_rows_to_the_next_task(database: str):
    run = run_dag_file(DAGS / "queries.py", conf={"conn_id": database})
    assert run.is_success, [(one.name, one.error) for one in run.task_instances if one.error]
    assert [tuple(row) for row in run.xcom("rows")] == [(1, 10), (2, 20), (3, 30)]
    assert tuple(run.xcom("one")) == (4,)
    assert [[tuple(row) for row in rows] for rows in run.xcom("each")] == [[(1,)], [(2,)]]
    assert [tuple(row) for row in run.xcom("last")] == [(2,)]
    assert tuple(run.xcom("columns")) == ("number", 1)
    assert tuple(run.xcom("from_xcom")) == (100,)
    assert run.xcom("total") == 60
    assert tuple(run.xcom("decorated")) == (2,)


def test_a_templated_file_is_rendered_and_shown_rendered(lite: str):
    run = run_dag_file(DAGS / "queries.py", conf={"conn_id": lite, "rows": 2})
    rendered = run.task("fill").rendered
    assert rendered is not None
    assert rendered["sql"].count("INSERT") == 3
    assert "{{" not in rendered["sql"]


def test_parameters_and_hook_parameters_reach_the_driver(pg: str, lite: str):
    run = run_dag_file(DAGS / "parameters.py")
    found = {one.task_id: run.xcom(one.task_id) for one in run.task_instances}
    assert {name: rows and rows[0][0] for name, rows in found.items()} == {
        "by_name": "parameters!",
        "by_place": 42,
        "sqlite": "lite!",
        "database": "postgres",
        "hook_params": "7s",
    }


def test_checks_that_hold_pass_and_the_branch_takes_its_way(database: str):
    assert run_dag_file(DAGS / "queries.py", conf={"conn_id": database}).is_success
    run = run_dag_file(DAGS / "checks.py", conf={"conn_id": database})
    assert run.is_success, [(one.name, one.error) for one in run.task_instances if one.error]
    assert (run.task("many").state, run.task("few").state) == ("success", "skipped")


def test_checks_that_do_not_hold_fail_their_task_with_the_reason(lite: str):
    assert run_dag_file(DAGS / "queries.py", conf={"conn_id": lite}).is_success
    run = run_dag_file(DAGS / "checks.py", "failing_checks", conf={"conn_id": lite})
    errors = {one.task_id: one.error or "" for one in run.task_instances}
    assert {name: one for name, one in run.states.items() if one != "failed"} == {"next": "upstream_failed"}
    assert "The following tests have failed" in errors["columns"]
    assert "row_count" in errors["tables"]
    assert "Test failed.\nQuery:\nSELECT 0" in errors["check"]
    assert "Pass value:6" in errors["value"]
    assert "count(*)" in errors["interval"]
    assert "7" in errors["threshold"]
    assert "No rows returned from sql query" in errors["branch"]
    assert {one.task_id: one.try_number for one in run.task_instances if one.task_id != "next"} == {
        **dict.fromkeys(["columns", "tables", "value", "interval", "threshold", "branch"], 2),
        "check": 1,  # `retry_on_failure=False` fails at once
    }


@pytest.mark.parametrize(("source", "destination"), [("pg", "lite"), ("lite", "pg"), ("maria", "duck")])
def test_rows_move_between_databases_at_once_by_pages_and_deferred(
    source: str, destination: str, request: pytest.FixtureRequest
):
    conf = {"source": request.getfixturevalue(source), "destination": request.getfixturevalue(destination)}
    run = run_dag_file(DAGS / "moving.py", conf=conf)
    assert run.is_success, [(one.name, one.error) for one in run.task_instances if one.error]
    assert [int(value) for value in run.xcom("whole_there")[0]] == [7, 560, 7]
    assert [int(value) for value in run.xcom("paged_there")[0]] == [7, 280, 7]
    assert [int(value) for value in run.xcom("deferred_there")[0]] == [7, 280, 7]
    assert run.task("nothing").state == "skipped"


def test_sensors_end_when_the_row_is_there(database: str):
    run = run_dag_file(DAGS / "waiting.py", conf={"conn_id": database})
    assert run.is_success, [(one.name, one.error) for one in run.task_instances if one.error]


def test_sensors_that_wait_in_vain_fail_or_are_skipped(lite: str):
    run = run_dag_file(DAGS / "waiting.py", "waiting_in_vain")
    errors = {one.task_id: one.error or "" for one in run.task_instances}
    assert run.states == {"late": "failed", "late_and_soft": "skipped", "empty": "failed", "wrong": "failed"}
    assert "AirflowSensorTimeout" in errors["late"]
    assert "No rows returned, raising as per fail_on_empty flag" in errors["empty"]
    assert "Failure criteria met. self.failure(3) returned True" in errors["wrong"]


def test_a_connection_that_leads_nowhere_fails_with_the_drivers_own_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://nobody@127.0.0.1:1/nothing")
    run = run_dag_file(DAGS / "queries.py")
    assert "OperationalError" in (run.task("make").error or "")
    assert "port 1 failed: Connection refused" in (run.task("make").error or "")


def test_a_connection_of_a_type_that_is_no_database_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "redis://127.0.0.1:1/0")
    run = run_dag_file(DAGS / "queries.py")
    assert "The hook class should be a subclass of" in (run.task("make").error or "")


def test_queries_are_told_to_the_lineage_collector_without_complaint(lite: str, caplog: pytest.LogCaptureFixture):
    assert run_dag_file(DAGS / "queries.py", conf={"conn_id": lite}).is_success
    assert "lineage failed" not in caplog.text
