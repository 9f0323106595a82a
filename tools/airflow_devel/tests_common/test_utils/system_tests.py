"""What the examples of sdists ask for at their end: a test that runs their DAG."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from airflow.sdk import DAG


def get_test_run(dag: DAG, **arguments: Any) -> Callable[[], None]:
    """A test function that runs the DAG in its process and fails with it."""

    def test_run() -> None:
        run = dag.test(**arguments)
        assert run.state == "success", f"{dag.dag_id} ended as {run.state}"

    return test_run


def get_test_env_id(env_var_name: str = "SYSTEM_TESTS_ENV_ID") -> str:
    """What sets one run of system tests apart from another."""
    return os.environ.get(env_var_name, "default")
