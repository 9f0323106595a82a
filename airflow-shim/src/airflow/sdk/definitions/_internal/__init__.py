"""Airflow's package `airflow.sdk.definitions._internal`."""
