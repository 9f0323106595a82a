"""Airflow's package `airflow.sdk.execution_time`."""
