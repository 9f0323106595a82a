"""Airflow's package `airflow.sdk.api`."""
