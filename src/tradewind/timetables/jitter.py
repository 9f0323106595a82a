"""Jitter: runs start a little after their moment, so that many schedules of the same moment do not start at once.

How much later is derived from the DAG's id and the moment, so it is the same whenever it is asked for. It is less than
the time to the schedule's next moment: runs keep their order, and none can take the place of another. What a run is
about does not move.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from tradewind.timetables.base import Interval, NextRun, Timetable
from tradewind.timetables.spread import share

__all__ = ["Jittered", "Stepping"]


class Stepping(Timetable, Protocol):
    """A timetable whose moments follow from the calendar alone."""

    def following(self, moment: datetime) -> datetime | None:
        """The moment of the schedule after one."""
        ...


class Jittered:
    """A timetable whose runs start up to `jitter` later."""

    def __init__(self, inner: Stepping, jitter: timedelta, seed: str) -> None:
        self._inner = inner
        self._jitter = jitter
        self._seed = seed
        self.summary = inner.summary
        self.description = inner.description
        self.is_periodic = inner.is_periodic
        self.needs_single_run = inner.needs_single_run

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        run = self._inner.next_run(last, earliest=earliest, latest=latest, catchup=catchup, now=now)
        return None if run is None else replace(run, run_after=run.run_after + self._delay(run.run_after))

    def manual_interval(self, run_after: datetime) -> Interval:
        return self._inner.manual_interval(run_after)

    def _delay(self, moment: datetime) -> timedelta:
        following = self._inner.following(moment)
        room = self._jitter if following is None else min(self._jitter, following - moment)
        whole = max(1, int(room.total_seconds()))
        return timedelta(seconds=share(whole, self._seed, moment.isoformat()))
