"""Connections as people write them down: as a URI, as JSON text, or as a table of fields."""

from __future__ import annotations

import json
from typing import Any

from tradewind.base.errors import InvalidInput
from tradewind.sdk.connection import Connection
from tradewind.sdk.exceptions import AirflowException

__all__ = ["connection_of"]


def connection_of(conn_id: str, value: Any) -> Connection:
    """The connection that is meant.

    Raises:
        InvalidInput: it is neither a URI nor an object of fields.
    """
    try:
        if isinstance(value, str) and not value.lstrip().startswith("{"):
            return Connection.from_uri(value, conn_id)
        return Connection.from_json(value if isinstance(value, str) else json.dumps(value), conn_id)
    except (ValueError, TypeError, AttributeError, KeyError, AirflowException) as error:
        raise InvalidInput(f"connection {conn_id!r} is not a URI, and not an object of its fields: {error}") from error
