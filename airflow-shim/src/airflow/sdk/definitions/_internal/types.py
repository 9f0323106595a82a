"""Values that stand for what was not given."""

from __future__ import annotations

from typing import Any

from tradewind.sdk.notset import NOTSET, ArgNotSet

__all__ = ["NOTSET", "SET_DURING_EXECUTION", "ArgNotSet", "SetDuringExecution", "is_arg_set"]


class SetDuringExecution(str):
    """The type of `SET_DURING_EXECUTION`."""

    __slots__ = ()


SET_DURING_EXECUTION = SetDuringExecution("DYNAMIC (set during execution)")
"""A template field that only gets its value when the task runs."""


def is_arg_set(value: Any) -> bool:
    """Whether an argument was given."""
    return value is not NOTSET
