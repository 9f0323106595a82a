"""The provider packages are as published, and Airflow itself is not among them."""

from __future__ import annotations

from importlib.metadata import distributions

import airflow


def test_the_namespace_is_ours_and_airflow_is_not_installed():
    names = {one.metadata["Name"] for one in distributions()}
    assert {"tradewind-airflow", "apache-airflow-providers-standard", "apache-airflow-providers-amazon"} <= names
    assert not names & {"apache-airflow", "apache-airflow-core", "apache-airflow-task-sdk"}
    assert airflow.__version__ == "3.3.2"
