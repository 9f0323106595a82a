"""The environment as a secrets backend: `AIRFLOW_CONN_NAME` and `AIRFLOW_VAR_NAME`."""

from __future__ import annotations

import os
from typing import Any

from airflow.secrets.base_secrets import BaseSecretsBackend
from tradewind.sdk.secrets import environment_text

__all__ = ["EnvironmentVariablesBackend"]

CONN_ENV_PREFIX = "AIRFLOW_CONN_"
VAR_ENV_PREFIX = "AIRFLOW_VAR_"


class EnvironmentVariablesBackend(BaseSecretsBackend):
    """Connections and variables of the environment."""

    def get_conn_value(self, conn_id: str, **_: Any) -> str | None:
        """A connection as URI or JSON, or None."""
        return environment_text("connection", conn_id)

    def get_variable(self, key: str, **_: Any) -> str | None:
        """The text of a variable, or None."""
        return environment_text("variable", key)

    def get_config(self, key: str) -> str | None:
        """A variable of the environment by its whole name, or None."""
        return os.environ.get(key)
