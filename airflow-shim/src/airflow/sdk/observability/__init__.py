"""Airflow's package `airflow.sdk.observability`."""
