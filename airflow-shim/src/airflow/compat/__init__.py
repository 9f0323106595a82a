"""Airflow's package `airflow.compat`."""
