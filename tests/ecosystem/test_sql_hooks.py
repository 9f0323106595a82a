"""Hooks of databases and stores, as published, called from tasks that `dag.test()` runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from airflow.providers.mysql.hooks.mysql import MySqlHook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from duckdb_provider.hooks.duckdb_hook import DuckDBHook

from ecosystem.sql_connections import duck, lite, maria, mariadb, pg
from support.dag_files import run_dag_file

__all__ = ["duck", "lite", "maria", "mariadb", "pg"]

DAGS = Path(__file__).parent / "sql_dags"
EXECUTES = [PostgresHook, MySqlHook, SqliteHook, DuckDBHook]


def test_the_postgres_hook_writes_copies_and_reads_in_frames(pg: str, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    run = run_dag_file(DAGS / "hooks.py", "postgres_hook", conf={"folder": str(tmp_path)})
    assert run.is_success, [(one.name, one.error) for one in run.task_instances if one.error]
    found = run.xcom("rows")
    assert (tuple(found["first"]), found["count"]) == (("Bob",), 3)
    assert (found["keys"], found["columns"], found["uri"]) == (["id"], ["id", "name"], True)
    count, text = run.xcom("copied")
    assert (count, sorted(text.split())) == (3, ["1,Ada", "2,Bob", "3,"])
    assert run.xcom("frames") == [["id", "name"], 6, [2, 1]]
    assert run.xcom("engine") == 3
    assert "the table is small" in caplog.text


def test_the_mysql_hook_speaks_to_mariadb_by_the_client_that_the_connection_names(maria: str, tmp_path: Path):
    run = run_dag_file(DAGS / "hooks.py", "mysql_hook", conf={"folder": str(tmp_path)})
    assert run.is_success, [(one.name, one.error) for one in run.task_instances if one.error]
    assert run.xcom("maria_rows") == ["Bøb", [1, 2], False]


def test_a_mysql_client_that_is_not_installed_says_which_package_to_add(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("AIRFLOW_CONN_MARIA", "mysql://root@127.0.0.1:1/shop")
    run = run_dag_file(DAGS / "hooks.py", "mysql_hook", conf={"folder": str(tmp_path)})
    assert "pip install mysqlclient" in (run.task("maria_rows").error or "")


def test_the_hooks_of_sqlite_and_duckdb_keep_their_rows_in_files(lite: str, duck: str):
    first = run_dag_file(DAGS / "hooks.py", "sqlite_hook")
    assert first.is_success, first.task("lite_rows").error
    assert [[tuple(row) for row in first.xcom("lite_rows")[0]], first.xcom("lite_rows")[1]] == [
        [("Ada",), ("Bo",)],
        True,
    ]
    second = run_dag_file(DAGS / "hooks.py", "duckdb_hook")
    assert second.is_success, second.task("duck_rows").error
    assert [tuple(row) for row in second.xcom("duck_rows")] == [(2, "Bo")]


def test_a_connection_knows_its_hook_by_its_type(pg: str, lite: str, duck: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW_CONN_REDIS_DEFAULT", "redis://127.0.0.1:1/0")
    run = run_dag_file(DAGS / "hooks.py", "hooks_of_connections")
    assert run.is_success, run.task("types").error
    assert run.xcom("types") == {
        "pg": "PostgresHook",
        "lite": "SqliteHook",
        "duck": "DuckDBHook",
        "redis_default": "RedisHook",
    }


@pytest.mark.parametrize(
    "as_text",
    [
        lambda url: url + "?sslmode=prefer&options=-c%20search_path%3Dpg_catalog",
        lambda url: url + "?__extra__=" + '{"sslmode":"prefer","options":"-c%20search_path%3Dpg_catalog"}',
        lambda url: json.dumps(
            {
                "conn_type": "postgresql",
                "login": "postgres",
                "host": "127.0.0.1",
                "port": url.rsplit(":", 1)[1].split("/")[0],
                "schema": url.rsplit("/", 1)[1],
                "extra": {"sslmode": "prefer", "options": "-c search_path=pg_catalog"},
            }
        ),
        lambda url: json.dumps(
            {
                "conn_type": "postgres",
                "login": "postgres",
                "host": "127.0.0.1",
                "port": int(url.rsplit(":", 1)[1].split("/")[0]),
                "schema": url.rsplit("/", 1)[1],
                "extra": '{"sslmode": "prefer", "options": "-c search_path=pg_catalog"}',
            }
        ),
    ],
    ids=["uri with a query", "uri with __extra__", "json with an object", "json with a text"],
)
def test_extras_reach_the_driver_however_they_are_written(pg: str, as_text, monkeypatch: pytest.MonkeyPatch):
    import os

    monkeypatch.setenv("AIRFLOW_CONN_PG", as_text(os.environ["AIRFLOW_CONN_PG"]))
    assert PostgresHook("pg").get_first("SHOW search_path") == ("pg_catalog",)
