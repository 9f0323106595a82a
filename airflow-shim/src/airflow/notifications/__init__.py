"""Airflow's package `airflow.notifications`."""
