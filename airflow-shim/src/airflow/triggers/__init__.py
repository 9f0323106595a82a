"""Airflow's package `airflow.triggers`."""
