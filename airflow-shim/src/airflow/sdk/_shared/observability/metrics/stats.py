"""Airflow's `airflow.sdk._shared.observability.metrics.stats`: `Stats` of `airflow.sdk.observability`."""

from airflow.sdk.observability.stats import Stats

__all__ = ["Stats"]
