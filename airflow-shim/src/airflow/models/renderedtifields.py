"""Airflow's table of rendered fields, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["RenderedTaskInstanceFields"]

RenderedTaskInstanceFields = table("RenderedTaskInstanceFields", __name__, "the REST API")
