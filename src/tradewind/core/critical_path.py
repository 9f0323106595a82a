"""Which tasks made a run as long as it was: from what ended last back along those that were waited for last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

__all__ = ["critical_path"]


def critical_path(upstream: Mapping[str, Sequence[str]], ends: Mapping[str, datetime]) -> list[str]:
    """Tasks in the order in which they ran; none where nothing ended.

    Args:
        upstream: the direct upstreams of each task.
        ends: when each task ended that ran; what did not run was waited for by nobody.
    """
    if not ends:
        return []
    task = max(ends, key=lambda one: ends[one])
    path = [task]
    seen = {task}
    while True:
        before = [one for one in upstream.get(task, ()) if one in ends and one not in seen]
        if not before:
            return path[::-1]
        task = max(before, key=lambda one: ends[one])
        seen.add(task)
        path.append(task)
