"""Hooks for folders and package indexes, and an operator that does little."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.attempts import Bench
from tradewind import DAG
from tradewind.providers.standard.hooks.filesystem import FSHook
from tradewind.providers.standard.hooks.package_index import PackageIndexHook
from tradewind.providers.standard.operators.smooth import SmoothOperator


def test_a_folder_is_tried(monkeypatch, tmp_path):
    assert FSHook().test_connection() == (True, "Path / is existing.")
    monkeypatch.setenv("AIRFLOW_CONN_HERE", f'{{"conn_type": "fs", "extra": {{"path": "{tmp_path}/x"}}}}')
    assert FSHook("here").test_connection() == (False, f"Path {tmp_path}/x does not exist.")


@pytest.mark.parametrize(
    ("login", "password", "url"),
    [
        ("", "", "https://index.example/simple"),
        ("ann", "", "https://ann@index.example/simple"),
        ("ann", "p@ss", "https://ann:p%40ss@index.example/simple"),
    ],
)
def test_the_address_of_an_index_has_login_and_password(monkeypatch, login, password, url):
    connection = f'{{"conn_type": "package_index", "host": "https://index.example/simple", "login": "{login}", "password": "{password}"}}'
    monkeypatch.setenv("AIRFLOW_CONN_INDEX", connection)
    assert PackageIndexHook("index").get_connection_url() == url


def test_an_index_without_an_address_or_an_answer(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_INDEX", '{"conn_type": "package_index"}')
    with pytest.raises(ValueError, match="provide an index URL"):
        PackageIndexHook("index").get_connection_url()
    monkeypatch.setenv("AIRFLOW_CONN_INDEX", '{"conn_type": "package_index", "host": "http://127.0.0.1:1/simple"}')
    assert PackageIndexHook("index").test_connection()[0] is False


def test_a_smooth_operator(caplog):
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        SmoothOperator(task_id="sing")
    with caplog.at_level("INFO"):
        assert Bench(dag).run("sing").outcome == "success"
    assert "Sade" in caplog.text
