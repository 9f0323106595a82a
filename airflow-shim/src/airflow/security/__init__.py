"""Airflow's package `airflow.security`."""
