"""The value of an argument that nobody gave, where None means something else."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

__all__ = ["NOTSET", "SET_DURING_EXECUTION", "ArgNotSet", "SetDuringExecution"]


class ArgNotSet(Enum):
    """The type of `NOTSET`; an enum, so that type checkers can rule it out and copies stay the same object."""

    NOTSET = "NOTSET"

    def __repr__(self) -> str:
        return "NOTSET"

    def __bool__(self) -> bool:
        return False


NOTSET: Final[Literal[ArgNotSet.NOTSET]] = ArgNotSet.NOTSET


class SetDuringExecution(str):
    """The type of `SET_DURING_EXECUTION`."""

    __slots__ = ()


SET_DURING_EXECUTION: Final = SetDuringExecution("DYNAMIC (set during execution)")
"""A template field that only gets its value when the task runs."""
