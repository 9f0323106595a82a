"""Servers for tests that Airflow runs against its own database: a PostgreSQL of the test session, where there is one."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

__all__ = ["NEEDS_SERVER", "postgres_connection"]

NEEDS_SERVER = "needs a server on this machine: "
DATABASES = Path(__file__).resolve().parents[3] / "tests" / "support" / "databases.py"


@contextlib.contextmanager
def postgres_connection() -> Iterator[str]:
    """The connection to an empty database, as JSON.

    The folder of our own tests is not on the path of these: both have a package `unit`.
    """
    spec = importlib.util.spec_from_file_location("tradewind_test_databases", DATABASES)
    assert spec is not None
    assert spec.loader is not None
    databases = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = databases
    spec.loader.exec_module(databases)
    if databases.postgres_binaries() is None:
        pytest.skip(f"{NEEDS_SERVER}PostgreSQL")
    with databases.postgres_server() as server:
        url = urlsplit(server.empty())
        yield json.dumps(
            {
                "conn_type": "postgres",
                "host": url.hostname,
                "port": url.port,
                "login": url.username,
                "schema": url.path.removeprefix("/"),
            }
        )
