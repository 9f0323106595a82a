"""An operator that sets the mood."""

from __future__ import annotations

import logging
from typing import Any

from tradewind.sdk.operator import BaseOperator

__all__ = ["SmoothOperator"]

log = logging.getLogger("tradewind.task")


class SmoothOperator(BaseOperator):
    """Logs a link to a song."""

    ui_color = "#e8f7e4"
    yt_link = "https://www.youtube.com/watch?v=4TYv2PhG89A"

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the shape of an operator
        """Log it."""
        log.info("Enjoy Sade - Smooth Operator: %s", self.yt_link)
