"""Airflow's table of versions of DAGs, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["DagVersion"]

DagVersion = table("DagVersion", __name__, "the DAG versions of the REST API")
