"""Calls of a server's REST API that examples of sdists make while they run. No server belongs to them here."""

from __future__ import annotations

from typing import Any, NoReturn


def create_airflow_connection(connection_id: str, connection_conf: Any, is_composer: bool = False) -> NoReturn:
    """Make a connection by the API."""
    raise RuntimeError(f"the connection {connection_id!r} is made by the API of a server, and none is known here")


def make_authenticated_rest_api_request(path: str, method: str, body: Any = None) -> NoReturn:
    """Call the API."""
    raise RuntimeError(f"{method} {path} asks the API of a server, and none is known here")
