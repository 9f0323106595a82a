"""The value of an argument that nobody gave, where None means something else."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

__all__ = ["NOTSET", "ArgNotSet"]


class ArgNotSet(Enum):
    """The type of `NOTSET`; an enum, so that type checkers can rule it out and copies stay the same object."""

    NOTSET = "NOTSET"

    def __repr__(self) -> str:
        return "NOTSET"

    def __bool__(self) -> bool:
        return False


NOTSET: Final[Literal[ArgNotSet.NOTSET]] = ArgNotSet.NOTSET
