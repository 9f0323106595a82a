"""Servers for tests that Airflow runs against its own database: a PostgreSQL of the test session, where there is one."""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest

__all__ = ["NEEDS_SERVER", "postgres_connection"]

NEEDS_SERVER = "needs a server on this machine: "
SUPPORT = Path(__file__).resolve().parents[3] / "tests" / "support"


@contextlib.contextmanager
def postgres_connection() -> Iterator[str]:
    """The connection to an empty database, as JSON.

    The folder of our own tests is not on the path of these: both have a package `unit`. One package of it is.
    """
    support = ModuleType("support")
    support.__path__ = [str(SUPPORT)]
    sys.modules.setdefault("support", support)
    databases = importlib.import_module("support.databases")
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
