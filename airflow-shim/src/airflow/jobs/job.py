"""Airflow's table of its processes, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["Job"]

Job = table("Job", __name__, "the health of the REST API")
