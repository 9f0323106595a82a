"""Airflow's package `airflow.serialization.definitions`."""
