"""Airflow's package `airflow.utils`."""
