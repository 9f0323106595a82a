"""Moments that a test looks at twice, and that are to be in the same hour both times."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["not_at_the_end_of_an_hour"]

ENOUGH = timedelta(seconds=20)
"""More than a test takes on a busy machine."""


def not_at_the_end_of_an_hour() -> None:
    """Return at once, or in the first moment of the next hour where this one, and perhaps the day, is about to end."""
    begun = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    following = begun + timedelta(hours=1)
    if following - datetime.now(UTC) < ENOUGH:
        while (left := following - datetime.now(UTC)) > timedelta(0):
            threading.Event().wait(left.total_seconds())
