"""Airflow's table of backfills, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["Backfill"]

Backfill = table("Backfill", __name__, "the REST API or `tradewind backfill`")
