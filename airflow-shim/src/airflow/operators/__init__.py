"""Airflow's package `airflow.operators`."""
