"""Connections and variables from files: JSON, YAML, or lines of ``NAME=value``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from airflow.secrets.base_secrets import BaseSecretsBackend
from tradewind.sdk.connection import Connection
from tradewind.testing.memory import read_connections, read_variables

__all__ = ["LocalFilesystemBackend", "load_connections_dict", "load_variables"]


def load_variables(file_path: str) -> dict[str, str]:
    """The variables of a file, by name."""
    return read_variables(file_path)


def load_connections_dict(file_path: str) -> dict[str, Connection]:
    """The connections of a file, by id."""
    return {conn_id: Connection.of(conn_id, fields) for conn_id, fields in read_connections(file_path).items()}


class LocalFilesystemBackend(BaseSecretsBackend):
    """Answers from files, which are read once.

    Args:
        variables_file_path, connections_file_path: the files; None: there is none.
    """

    def __init__(self, variables_file_path: str | None = None, connections_file_path: str | None = None) -> None:
        super().__init__()
        self.variables_file, self.connections_file = variables_file_path, connections_file_path

    @cached_property
    def _local_variables(self) -> Mapping[str, str]:
        return load_variables(self.variables_file) if self.variables_file else {}

    @cached_property
    def _local_connections(self) -> Mapping[str, Connection]:
        return load_connections_dict(self.connections_file) if self.connections_file else {}

    def get_connection(self, conn_id: str, **_: Any) -> Connection | None:
        """A connection, or None."""
        return self._local_connections.get(conn_id)

    def get_variable(self, key: str, **_: Any) -> str | None:
        """The text of a variable, or None."""
        return self._local_variables.get(key)
