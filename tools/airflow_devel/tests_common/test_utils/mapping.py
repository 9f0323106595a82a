"""Lengths of mapped inputs, which only the scheduler of Airflow reads from rows."""

from __future__ import annotations

from typing import Any

from tests_common.doors import needs_orm


def push_mapped_length(*args: Any, **kwargs: Any) -> None:
    """A row."""
    needs_orm("push_mapped_length")


expand_mapped_task = push_mapped_length
