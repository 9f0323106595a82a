"""Airflow's table of triggers, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["Trigger"]

Trigger = table("Trigger", __name__, "`self.defer` in an operator")
