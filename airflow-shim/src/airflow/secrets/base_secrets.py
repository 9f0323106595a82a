"""The base of secrets backends."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.connection import Connection

__all__ = ["BaseSecretsBackend"]


class BaseSecretsBackend:
    """Answers for connections and variables; subclasses give `get_conn_value` and `get_variable`."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ARG002 - settings of subclasses
        super().__init__()

    @staticmethod
    def build_path(path_prefix: str, secret_id: str, sep: str = "/") -> str:
        """Where a secret is."""
        return f"{path_prefix}{sep}{secret_id}"

    def get_conn_value(self, conn_id: str, **_: Any) -> str | None:
        """A connection as URI or JSON, or None."""
        raise NotImplementedError

    def deserialize_connection(self, conn_id: str, value: str) -> Connection:
        """The connection that a text describes."""
        text = value.strip()
        return Connection.from_json(text, conn_id) if text.startswith("{") else Connection(conn_id, uri=text)

    def get_connection(self, conn_id: str, **_: Any) -> Connection | None:
        """A connection, or None."""
        value = self.get_conn_value(conn_id)
        return self.deserialize_connection(conn_id, value) if value else None

    def get_variable(self, key: str, **_: Any) -> str | None:
        """The text of a variable, or None."""
        raise NotImplementedError

    def get_config(self, key: str) -> str | None:  # noqa: ARG002 - for subclasses
        """The text of a setting, or None."""
        return None
