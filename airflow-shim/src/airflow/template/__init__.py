"""Airflow's package `airflow.template`."""
