"""Airflow's package `airflow.serialization`: Tradewind describes DAGs in another way, so most of it can only be named."""
