"""Marks of tests of message queues."""

from __future__ import annotations

from typing import Any


def mark_common_msg_queue_test(cls: Any) -> Any:
    """The class as it is: the messaging package is there."""
    return cls


def collect_queue_param_deprecation_warning(func: Any) -> Any:
    """The function as it is."""
    return func
