"""Airflow's package `airflow.sdk._shared.observability.metrics`."""
