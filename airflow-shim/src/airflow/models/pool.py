"""Airflow's table of pools, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["Pool"]

Pool = table("Pool", __name__, "the REST API or `tradewind pools`")
