"""What the watcher of `watched.py` asks of each answer."""

from __future__ import annotations


async def has_news(response):
    """Whether the site has something new."""
    return bool(response.json()["news"])
