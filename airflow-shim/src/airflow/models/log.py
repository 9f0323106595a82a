"""Airflow's table of the audit log, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["Log"]

Log = table("Log", __name__, "the event logs of the REST API")
