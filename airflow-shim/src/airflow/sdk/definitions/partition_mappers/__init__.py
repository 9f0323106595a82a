"""Airflow's package `airflow.sdk.definitions.partition_mappers`."""
