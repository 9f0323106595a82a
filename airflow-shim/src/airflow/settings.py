"""Facts of the installation that DAG files read from `airflow.settings`."""

from __future__ import annotations

import json
import os
from typing import Any, NoReturn

from airflow._refusals import refuse
from airflow.configuration import conf, get_airflow_home
from airflow.sdk.timezone import utc
from tradewind.sdk.site_policies import POLICIES

__all__ = ["AIRFLOW_HOME", "DAGS_FOLDER", "PLUGINS_FOLDER", "TIMEZONE", "json"]

AIRFLOW_HOME = os.environ.get("AIRFLOW_HOME") or get_airflow_home()
DAGS_FOLDER = conf.get("core", "dags_folder")
PLUGINS_FOLDER = conf.get("core", "plugins_folder")
TIMEZONE = utc
DAEMON_UMASK = "0o077"


def pod_mutation_hook(pod: Any) -> None:
    """Let the site's policies change a pod before it is started."""
    POLICIES.ask("pod_mutation_hook", pod=pod)


def dag_policy(dag: Any) -> None:
    """Let the site's policies change or refuse a DAG."""
    POLICIES.ask("dag_policy", dag=dag)


def task_policy(task: Any) -> None:
    """Let the site's policies change or refuse a task."""
    POLICIES.ask("task_policy", task=task)


def task_instance_mutation_hook(task_instance: Any) -> None:
    """Let the site's policies see a task instance before it runs."""
    POLICIES.ask("task_instance_mutation_hook", task_instance=task_instance)


def get_airflow_context_vars(context: Any) -> dict[str, str]:
    """What the site's policies add to the environment of a task."""
    found: dict[str, str] = {}
    for facts in POLICIES.ask("get_airflow_context_vars", context=context):
        found.update(facts or {})
    return found


def configure_orm(disable_connection_pool: bool = False, pool_class: Any = None) -> None:
    """Nothing: there is no ORM that a new process would have to connect anew."""


def Session(*_: Any, **__: Any) -> NoReturn:  # noqa: N802 - Airflow's name
    """A session of the database: refused.

    Raises:
        RuntimeError: always.
    """
    refuse("settings.Session opens a session")
