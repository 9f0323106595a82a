"""A SQL hook that talks to a mock."""

from __future__ import annotations

from typing import Any
from unittest import mock

from airflow.sdk import Connection


def mock_db_hook(hook_class: Any, hook_params: Any = None, conn_params: Any = None) -> Any:
    """A hook of this class whose connection is a mock."""
    fields = {"login": "login", "password": "password", "host": "host", "schema": "schema", "port": 1234} | (
        conn_params or {}
    )
    known = Connection(conn_id="test_conn_id", **fields)
    driver = mock.MagicMock()
    driver.cursor.return_value = mock.MagicMock(
        rowcount=0, spec=["description", "rowcount", "execute", "fetchall", "fetchone", "close"]
    )

    class MockedHook(hook_class):
        conn_name_attr = "test_conn_id"
        connection_invocations = 0

        @classmethod
        def get_connection(cls, conn_id: str) -> Any:
            cls.connection_invocations += 1
            return known

        def get_conn(self) -> Any:
            return driver

    return MockedHook(**(hook_params or {}))
