"""Values that stand for what was not given."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.notset import NOTSET, SET_DURING_EXECUTION, ArgNotSet, SetDuringExecution

__all__ = ["NOTSET", "SET_DURING_EXECUTION", "ArgNotSet", "SetDuringExecution", "is_arg_set"]


def is_arg_set(value: Any) -> bool:
    """Whether an argument was given."""
    return value is not NOTSET
