"""Airflow's package `airflow.operators`."""

from airflow._old_places import below

__getattr__ = below(__name__)
