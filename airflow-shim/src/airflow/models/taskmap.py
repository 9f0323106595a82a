"""Airflow's table of lengths of mapped tasks, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["TaskMap"]

TaskMap = table("TaskMap", __name__, "`expanded_ti_count` of the context")
