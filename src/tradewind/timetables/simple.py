"""Timetables without a rhythm: never, once, continuously, at listed moments, or when something else says so."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tradewind.timetables.base import Interval, NextRun, Timetable

__all__ = ["AssetsOrTime", "Continuous", "Events", "Never", "Once"]

PAUSE = timedelta(seconds=1)
"""After a continuous run that took no time."""


class Never:
    """No runs by schedule: only people, assets or a timetable class of the user's make them."""

    is_periodic = False

    def __init__(
        self,
        summary: str = "None",
        description: str = "Never, external triggers only",
        *,
        needs_single_run: bool = False,
    ) -> None:
        self.summary = summary
        self.description = description
        self.needs_single_run = needs_single_run

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        del last, earliest, latest, catchup, now
        return None

    def manual_interval(self, run_after: datetime) -> Interval:
        return Interval.exact(run_after.astimezone(UTC))


class AssetsOrTime:
    """Runs of a timetable, beside those that assets trigger."""

    def __init__(self, inner: Timetable) -> None:
        self._inner = inner
        self.summary = f"Asset or {inner.summary}"
        self.description = f"Triggered by assets or {inner.description}"
        self.is_periodic = inner.is_periodic
        self.needs_single_run = inner.needs_single_run

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        return self._inner.next_run(last, earliest=earliest, latest=latest, catchup=catchup, now=now)

    def manual_interval(self, run_after: datetime) -> Interval:
        return self._inner.manual_interval(run_after)


class Once:
    """One run, at the start date or now."""

    is_periodic = False
    needs_single_run = False
    summary = "@once"
    description = "Once, as soon as possible"

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        del catchup
        moment = (earliest or now).astimezone(UTC)
        if last is not None or (latest is not None and moment > latest):
            return None
        return NextRun(moment, Interval.exact(moment))

    def manual_interval(self, run_after: datetime) -> Interval:
        return Interval.exact(run_after.astimezone(UTC))


class Continuous:
    """A new run as soon as the last one ended; its interval is the time since. One that took no time is followed after
    a second."""

    is_periodic = False
    needs_single_run = True
    summary = "@continuous"
    description = "As frequently as possible, but only one run at a time."

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        del catchup
        start = earliest or now
        if last is None:
            end = max(start, now)
        elif last.end > now:  # the start date lies ahead, and the run for it exists
            end = start + (last.end - last.start)
        elif last.end == now:  # it ended in the moment it began, as one of empty tasks does, and would for ever
            start, end = last.end, last.end + PAUSE
        else:
            start, end = last.end, now
        if latest is not None and end > latest:
            return None
        return NextRun(end.astimezone(UTC), Interval(start.astimezone(UTC), end.astimezone(UTC)))

    def manual_interval(self, run_after: datetime) -> Interval:
        return Interval.exact(run_after.astimezone(UTC))


class Events:
    """Runs at listed moments. Where `restrict` is set, a manual run takes the latest of them as its moment."""

    is_periodic = True
    needs_single_run = False

    def __init__(self, moments: Iterable[datetime], *, restrict: bool = False, description: str = "") -> None:
        self._moments = sorted({moment.astimezone(UTC) for moment in moments})
        self._restrict = restrict
        count = len(self._moments)
        self.summary = description or f"{count} events"
        span = f"{self._moments[0].isoformat()} and {self._moments[-1].isoformat()}" if count else ""
        self.description = description or (f"{count} events between {span}" if count else "No events")

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        bounds = [moment for moment in (earliest, None if catchup else now) if moment is not None]
        index = bisect_left(self._moments, max(bounds)) if bounds else 0
        if last is not None:
            index = max(index, bisect_right(self._moments, last.end))
        if index == len(self._moments):
            return None
        moment = self._moments[index]
        return None if latest is not None and moment > latest else NextRun(moment, Interval.exact(moment))

    def manual_interval(self, run_after: datetime) -> Interval:
        if not self._restrict or not self._moments:
            return Interval.exact(run_after.astimezone(UTC))
        return Interval.exact(self._moments[max(0, bisect_right(self._moments, run_after) - 1)])
