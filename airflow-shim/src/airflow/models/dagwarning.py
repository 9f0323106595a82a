"""Airflow's table of warnings, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["DagWarning"]

DagWarning = table("DagWarning", __name__, "the DAG warnings of the REST API")
