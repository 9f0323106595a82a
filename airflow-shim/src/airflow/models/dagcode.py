"""Airflow's table of source code, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["DagCode"]

DagCode = table("DagCode", __name__, "the DAG sources of the REST API")
