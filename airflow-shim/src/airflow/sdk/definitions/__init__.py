"""Airflow's package `airflow.sdk.definitions`."""
