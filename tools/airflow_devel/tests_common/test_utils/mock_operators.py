"""Operators that do nothing."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator


class MockOperator(BaseOperator):
    """Has two template fields."""

    template_fields = ("arg1", "arg2")

    def __init__(self, arg1: Any = "", arg2: Any = "", **options: Any) -> None:
        super().__init__(**options)
        self.arg1, self.arg2 = arg1, arg2

    def execute(self, context: Any) -> None:
        """Nothing."""
