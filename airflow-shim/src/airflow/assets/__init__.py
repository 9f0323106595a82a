"""Airflow's package `airflow.assets`."""
