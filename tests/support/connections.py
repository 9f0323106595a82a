"""Connections to servers that a test has started, as the environment has them."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["connection"]


def connection(conn_type: str, port: int | None = None, **fields: Any) -> str:
    """A connection to a server on this machine."""
    return json.dumps({"conn_type": conn_type, "host": "127.0.0.1", "port": port, **fields})
