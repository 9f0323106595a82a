"""Airflow's package `airflow.dag_processing`."""
