"""Airflow's package `airflow.sdk.bases`."""
