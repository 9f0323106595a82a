"""Airflow's package `airflow.jobs`."""
