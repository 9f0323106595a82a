"""Timetables for Airflow's scheduler: those of a DAG are the ones that run here."""

from __future__ import annotations

from typing import Any

__all__ = ["coerce_to_core_timetable", "encode_timetable"]


def coerce_to_core_timetable(timetable: Any) -> Any:
    """The timetable itself."""
    return timetable


def encode_timetable(timetable: Any) -> dict[str, Any]:
    """A timetable's class and its arguments."""
    kind = type(timetable)
    return {"__type": f"{kind.__module__}.{kind.__qualname__}", "__var": timetable.serialize()}
