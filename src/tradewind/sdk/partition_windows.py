"""Windows of partitions, and how much of one must have arrived, as they are written in DAG files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidSchedule

if TYPE_CHECKING:
    from tradewind.spec import Json

__all__ = [
    "DayWindow",
    "HourWindow",
    "MinimumCount",
    "MonthWindow",
    "QuarterWindow",
    "SegmentWindow",
    "WaitForAll",
    "WaitPolicy",
    "WeekWindow",
    "Window",
    "YearWindow",
]


class Window:
    """Which finer keys make up a coarser one.

    Args:
        direction: whether the stretch begins at the key, or ends at it.
    """

    class Direction(StrEnum):
        """Where a window lies, seen from its key."""

        FORWARD = "forward"
        BACKWARD = "backward"

    kind: ClassVar[str] = ""
    expected_decoded_type: ClassVar[type] = str

    def __init__(self, *, direction: Window.Direction = Direction.FORWARD) -> None:
        self.direction = self.Direction(direction)

    def as_json(self) -> Json:
        """The window as it is stored in a spec.

        Raises:
            InvalidSchedule: it is one that the scheduler, which runs no code of a DAG file, does not know.
        """
        if not self.kind or not type(self).__module__.startswith("tradewind."):
            raise InvalidSchedule(
                f"the scheduler runs no code of yours, so it can't ask the window {type(self).__name__}; use "
                "HourWindow, DayWindow, WeekWindow, MonthWindow, QuarterWindow, YearWindow or SegmentWindow"
            )
        return {"kind": self.kind, **({"direction": "backward"} if self.direction is self.Direction.BACKWARD else {})}

    def serialize(self) -> dict[str, Any]:
        """What makes the window again."""
        return {"direction": self.direction.value}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Window:
        """The window that `serialize` described."""
        return cls(direction=cls.Direction(data["direction"]))


class HourWindow(Window):
    """The sixty minutes of an hour."""

    kind = "hour"
    expected_decoded_type = datetime


class DayWindow(Window):
    """The 24 hours of a day."""

    kind = "day"
    expected_decoded_type = datetime


class WeekWindow(Window):
    """The seven days of a week."""

    kind = "week"
    expected_decoded_type = datetime


class MonthWindow(Window):
    """The days of a month."""

    kind = "month"
    expected_decoded_type = datetime


class QuarterWindow(Window):
    """The three months of a quarter."""

    kind = "quarter"
    expected_decoded_type = datetime


class YearWindow(Window):
    """The twelve months of a year."""

    kind = "year"
    expected_decoded_type = datetime


class SegmentWindow(Window):
    """Fixed keys, such as regions."""

    kind = "segment"

    def __init__(self, segments: Iterable[str]) -> None:
        super().__init__()
        if isinstance(segments, str):
            raise InvalidArgument("segments are several texts, not one")
        self.segments = tuple(dict.fromkeys(segments))
        if not self.segments or not all(isinstance(one, str) and one for one in self.segments):
            raise InvalidArgument("a SegmentWindow needs at least one segment, and each is a text that is not empty")

    def as_json(self) -> Json:
        found = super().as_json()
        assert isinstance(found, dict)
        return {**found, "segments": list(self.segments)}

    def serialize(self) -> dict[str, Any]:
        return {"segments": list(self.segments)}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Window:
        return cls(data["segments"])


# -- when there is enough --------------------------------------------------------------------------------------------


class WaitPolicy:
    """How much of a window must have arrived before its run starts."""

    def as_json(self) -> Json:
        """The policy as it is stored in a spec."""
        raise InvalidSchedule(f"the wait policy {type(self).__name__} is not known; use WaitForAll or MinimumCount")


class WaitForAll(WaitPolicy):
    """All of it."""

    def as_json(self) -> Json:
        return {"kind": "all"}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WaitForAll)

    def __hash__(self) -> int:
        return hash("all")


class MinimumCount(WaitPolicy):
    """At least `n` keys; less than 0: all but so many.

    Raises:
        InvalidArgument: `n` is 0.
    """

    def __init__(self, n: int) -> None:
        if isinstance(n, bool) or not isinstance(n, int) or n == 0:
            raise InvalidArgument(f"MinimumCount takes a whole number other than 0, not {n!r}")
        self.n = n

    def as_json(self) -> Json:
        return {"kind": "minimum", "n": self.n}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MinimumCount) and self.n == other.n

    def __hash__(self) -> int:
        return hash(self.n)
