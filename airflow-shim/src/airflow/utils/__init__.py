"""Airflow's package `airflow.utils`."""

from airflow._old_places import below

__getattr__ = below(__name__)
