"""Airflow's package `airflow.utils.log`."""
