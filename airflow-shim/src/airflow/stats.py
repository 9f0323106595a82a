"""Airflow 2's place of `Stats`."""

from airflow.sdk.observability.stats import Stats

__all__ = ["Stats"]
