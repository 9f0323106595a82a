"""Airflow's package `airflow.hooks`."""
