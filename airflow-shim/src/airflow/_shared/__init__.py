"""Airflow's package `airflow._shared`."""
