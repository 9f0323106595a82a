"""The version of Airflow whose surface this namespace has."""

from __future__ import annotations

__all__ = ["version"]

version = "3.3.2"
