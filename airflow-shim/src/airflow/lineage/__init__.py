"""Airflow's package `airflow.lineage`."""
