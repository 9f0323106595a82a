"""Facts of the installation that DAG files read from `airflow.settings`."""

from __future__ import annotations

import os
from typing import Any, NoReturn

from airflow._refusals import refuse
from airflow.configuration import conf, get_airflow_home
from airflow.sdk.timezone import utc

__all__ = ["AIRFLOW_HOME", "DAGS_FOLDER", "PLUGINS_FOLDER", "TIMEZONE"]

AIRFLOW_HOME = os.environ.get("AIRFLOW_HOME") or get_airflow_home()
DAGS_FOLDER = conf.get("core", "dags_folder")
PLUGINS_FOLDER = conf.get("core", "plugins_folder")
TIMEZONE = utc
DAEMON_UMASK = "0o077"


def pod_mutation_hook(pod: Any) -> None:
    """Nothing: a site may replace it."""


def Session(*_: Any, **__: Any) -> NoReturn:  # noqa: N802 - Airflow's name
    """A session of the database: refused.

    Raises:
        RuntimeError: always.
    """
    refuse("settings.Session opens a session")
