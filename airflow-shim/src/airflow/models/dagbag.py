"""Airflow 2's place of `DagBag`."""

from airflow.dag_processing.dagbag import DagBag

__all__ = ["DagBag"]
