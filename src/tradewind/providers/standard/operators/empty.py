"""An operator that does nothing: a place in the graph."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.operator import BaseOperator

__all__ = ["EmptyOperator"]


class EmptyOperator(BaseOperator):
    """Does nothing; without callbacks it needs no worker either."""

    ui_color = "#e8f7e4"
    inherits_from_empty_operator = True

    def execute(self, context: Any) -> None:
        """Nothing to do."""
