"""Airflow's package `airflow.task`."""
