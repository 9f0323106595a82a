"""What a timetable is: it says when the next run by schedule is due, and which stretch of time that run is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["Args", "Interval", "NextRun", "Timetable"]

Args = Mapping[str, object]
"""Arguments of a timetable: JSON values by name."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time, from `start` (inclusive) to `end` (exclusive), aware, in UTC. Both may be the same moment."""

    start: datetime
    end: datetime

    @classmethod
    def exact(cls, moment: datetime) -> Interval:
        """The interval of no length at a moment."""
        return cls(moment, moment)


@dataclass(frozen=True, slots=True)
class NextRun:
    """A run that the schedule asks for: when it may start, and what it is about."""

    run_after: datetime
    interval: Interval | None
    """None: it is about a part of the data, not a stretch of time."""
    partition_key: str | None = None
    """The part of the data that it is about."""
    partition_date: datetime | None = None
    """The moment that names the part."""

    @property
    def logical_date(self) -> datetime | None:
        """The date that names the run's data: the start of its interval."""
        return None if self.interval is None else self.interval.start

    @property
    def span(self) -> Interval:
        """What the timetable is told about this run when it is asked for the one after it."""
        return Interval.exact(self.run_after) if self.interval is None else self.interval


class Timetable(Protocol):
    """A schedule. Pure: the same arguments give the same answer. Moments are aware; answers are in UTC."""

    @property
    def summary(self) -> str:
        """Short form for lists, e.g. ``0 9 * * 5``."""
        ...

    @property
    def description(self) -> str:
        """In words, e.g. ``At 09:00, only on Friday``; empty where words would say no more than the summary."""
        ...

    @property
    def is_periodic(self) -> bool:
        """Whether runs come again and again by the clock."""
        ...

    @property
    def needs_single_run(self) -> bool:
        """Whether at most one run may be active, as for ``@continuous``."""
        ...

    def next_run(
        self,
        last: Interval | None,
        *,
        earliest: datetime | None,
        latest: datetime | None,
        catchup: bool,
        now: datetime,
    ) -> NextRun | None:
        """The run that follows, or None when there is none any more.

        Args:
            last: the interval of the latest run by schedule; None: there was none yet.
            earliest: the DAG's start date.
            latest: the DAG's end date.
            catchup: whether runs that were missed are made up for, or only the latest of them.
            now: the present moment.
        """
        ...

    def manual_interval(self, run_after: datetime) -> Interval:
        """The interval of a run that a person asks for at a moment."""
        ...
