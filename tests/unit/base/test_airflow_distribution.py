"""What Python's metadata says of Apache Airflow where the namespace stands in for it."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tradewind.base.airflow_distribution import answer_for_airflow
from tradewind.cli.installer import check_environment


@pytest.fixture
def answered() -> Iterator[None]:
    before = list(sys.meta_path)
    answer_for_airflow()
    answer_for_airflow()
    assert len(sys.meta_path) <= len(before) + 1
    yield
    sys.meta_path[:] = before


@pytest.mark.usefixtures("answered")
def test_who_asks_for_airflows_version_is_told_that_of_the_namespace() -> None:
    import airflow

    assert importlib.metadata.version("apache-airflow") == importlib.metadata.version("Apache_Airflow") == "3.3.2"
    assert airflow.__version__ == "3.3.2"
    found = importlib.metadata.distribution("apache-airflow")
    assert found.metadata["Name"] == "apache-airflow"
    assert (found.files, found.requires, list(found.entry_points)) == (None, None, [])


@pytest.mark.usefixtures("answered")
def test_it_is_in_no_list_and_does_not_count_as_installed() -> None:
    names = {one.metadata["Name"] for one in importlib.metadata.distributions()}
    assert "apache-airflow" not in names
    assert "tradewind" in names
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("apache-airflow-core")
    check_environment()  # which refuses an environment with Airflow


def test_a_program_that_only_imports_the_namespace_is_told_too() -> None:
    code = "import airflow, importlib.metadata; print(importlib.metadata.version('apache-airflow'))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "3.3.2\n"
