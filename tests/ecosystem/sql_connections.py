"""Fixtures: a database of each kind, empty, as a connection of its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.databases import PostgresServer
from support.mariadb import mariadb_server

__all__ = ["duck", "lite", "maria", "mariadb", "pg"]


@pytest.fixture
def pg(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A new PostgreSQL database, as the connection `pg`."""
    url = postgres.empty()
    monkeypatch.setenv("AIRFLOW_CONN_PG", url)
    yield "pg"
    postgres.drop(url)


@pytest.fixture
def lite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new SQLite file, as the connection `lite`."""
    monkeypatch.setenv("AIRFLOW_CONN_LITE", json.dumps({"conn_type": "sqlite", "host": f"{tmp_path}/lite.db"}))
    return "lite"


@pytest.fixture
def duck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new DuckDB file, as the connection `duck`."""
    monkeypatch.setenv("AIRFLOW_CONN_DUCK", json.dumps({"conn_type": "duckdb", "host": f"{tmp_path}/duck.db"}))
    return "duck"


@pytest.fixture(scope="session")
def mariadb() -> Iterator[int]:
    with mariadb_server() as server:
        yield server.port


@pytest.fixture
def maria(mariadb: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """The MariaDB database, as the connection `maria`."""
    monkeypatch.setenv(
        "AIRFLOW_CONN_MARIA", f"mysql://root@127.0.0.1:{mariadb}/shop?client=mysql-connector-python&charset=utf8mb4"
    )
    return "maria"
