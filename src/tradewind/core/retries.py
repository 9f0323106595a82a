"""How long a failed task waits before it is tried again: a fixed time, a growing one, or what its policy says."""

from __future__ import annotations

from datetime import datetime
from zlib import crc32

from tradewind.core.run import Instance
from tradewind.core.timers import after
from tradewind.spec import TaskSpec

__all__ = ["MAX_DELAY_S", "retry_at"]

MAX_DELAY_S = 86_400.0
"""A retry waits a day at most, unless a policy asks for more."""


def retry_at(spec: TaskSpec, instance: Instance, now: datetime, asked_s: float | None = None) -> datetime:
    """When a failed instance is tried again.

    Args:
        asked_s: what the task's retry policy asks for, instead of what the task says.
    """
    if asked_s is not None:
        return after(now, max(asked_s, 0.0))
    delay_s = spec.retry_delay_s
    if spec.retry_exponential_backoff:
        delay_s = _grown(spec, instance)
    longest_s = MAX_DELAY_S if spec.max_retry_delay_s is None else min(spec.max_retry_delay_s, MAX_DELAY_S)
    return after(now, min(delay_s, max(longest_s, 0.0)))


def _grown(spec: TaskSpec, instance: Instance) -> float:
    """Grows with each failure since the last clear, and is up to as much again longer, so that what failed together
    does not come back together: by how much follows from the attempt's id, so that a replay gives the same."""
    failures = instance.try_number - (instance.max_tries - spec.retries - 1)
    # the exponent is bounded so that the power stays a number
    delay_s = spec.retry_delay_s * spec.retry_exponential_backoff ** min(max(failures - 1, 0), 64)
    if spec.retry_exponential_backoff == 1:
        return delay_s
    return delay_s * (1 + crc32((instance.attempt or "").encode()) / 2**32)
