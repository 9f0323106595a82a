"""Airflow's package `airflow.api_fastapi.auth.managers`."""
