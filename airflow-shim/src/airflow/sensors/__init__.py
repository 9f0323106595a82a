"""Airflow's package `airflow.sensors`."""
