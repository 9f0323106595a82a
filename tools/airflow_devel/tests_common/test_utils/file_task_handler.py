"""What a log handler read, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def extract_events(logs: Iterable[Any], skip_source_info: bool = True) -> list[str]:
    """The messages, without the lines that tell where they are from."""
    messages: list[str] = []
    is_source = False
    for line in logs:
        event = getattr(line, "event", line)
        if skip_source_info and event in {"::group::Log message source details", "::endgroup::"}:
            is_source = event.startswith("::group")
            continue
        if not is_source:
            messages.append(event)
    return messages
