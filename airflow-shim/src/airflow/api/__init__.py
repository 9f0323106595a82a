"""Airflow's package `airflow.api`."""
