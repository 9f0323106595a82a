"""These tests run where the provider packages are: `make ecosystem`. The project's own environment has none of them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    version("apache-airflow-providers-common-sql")
except PackageNotFoundError:
    collect_ignore_glob = ["*"]
