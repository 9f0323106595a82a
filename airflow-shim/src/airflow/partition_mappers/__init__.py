"""Airflow's package `airflow.partition_mappers`."""
