"""Airflow's table of reschedules, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["TaskReschedule"]

TaskReschedule = table("TaskReschedule", __name__, "`task_reschedule_count` of the context")
