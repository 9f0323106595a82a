"""Airflow's serialized mapped operators, which can only be named."""

from __future__ import annotations

from airflow.serialization.serialized_objects import SerializedBaseOperator

__all__ = ["SerializedMappedOperator"]


class SerializedMappedOperator(SerializedBaseOperator):
    """A mapped operator, read back."""
