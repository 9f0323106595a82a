"""Airflow's table of pools, which is not here."""

from __future__ import annotations

from airflow._refusals import table
from airflow.exceptions import PoolNotFound

__all__ = ["Pool", "PoolNotFound"]

Pool = table("Pool", __name__, "the REST API or `tradewind pools`")
