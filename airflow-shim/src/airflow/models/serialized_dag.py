"""Airflow's table of serialized DAGs, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["SerializedDagModel"]

SerializedDagModel = table("SerializedDagModel", __name__, "`DagBag` in tests, or the REST API")
