"""Airflow's package `airflow.api.common`."""
