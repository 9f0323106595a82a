"""Interval timetables: time is cut into stretches without gaps; a run is about one of them and starts at its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tradewind.timetables.base import Interval, NextRun
from tradewind.timetables.delta import Delta
from tradewind.timetables.words import describe
from tradewind.timetables.zoned import ZonedCron

__all__ = ["CronIntervals", "DeltaIntervals"]


class CronIntervals:
    """Intervals between neighbouring moments of a cron expression."""

    is_periodic = True
    needs_single_run = False

    def __init__(self, schedule: ZonedCron) -> None:
        self._schedule = schedule
        self.summary = schedule.cron.text
        self.description = describe(schedule.cron.text)

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        first = None if earliest is None else self._schedule.at_or_after(earliest)
        if earliest is not None and first is None:
            return None
        starts = [first] if first is not None else []
        if not catchup:
            starts += [moment for moment in [self._latest_start(now)] if moment is not None]
        if last is not None:
            starts.append(self._schedule.at_or_before(last.end) or last.end.astimezone(UTC))
        return self._run(max(starts), latest) if starts else None

    def manual_interval(self, run_after: datetime) -> Interval:
        """The last interval that was complete at that moment."""
        end = self._schedule.at_or_before(run_after)
        start = None if end is None else self._schedule.previous(end)
        return Interval.exact(run_after.astimezone(UTC)) if end is None or start is None else Interval(start, end)

    def _run(self, start: datetime, latest: datetime | None) -> NextRun | None:
        end = self._schedule.next(start)
        if end is None or (latest is not None and start > latest):
            return None
        return NextRun(end, Interval(start, end))

    def _latest_start(self, now: datetime) -> datetime | None:
        """The start of the latest interval that is complete now."""
        end = self._schedule.at_or_before(now)
        return None if end is None else self._schedule.previous(end) or end


class DeltaIntervals:
    """Intervals of one length, each starting where the last ended."""

    is_periodic = True
    needs_single_run = False
    description = ""

    def __init__(self, delta: Delta) -> None:
        self._delta = delta
        self.summary = str(delta)

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        starts = [] if earliest is None else [earliest.astimezone(UTC)]
        if not catchup:
            starts.append(self._delta.before(self._rounded(now)))
        if last is not None:
            starts.append(last.end.astimezone(UTC))
        if not starts or (latest is not None and max(starts) > latest):
            return None
        start = max(starts)
        end = self._delta.after(start)
        return NextRun(end, Interval(start, end))

    def manual_interval(self, run_after: datetime) -> Interval:
        return Interval(self._delta.before(run_after), run_after.astimezone(UTC))

    def _rounded(self, now: datetime) -> datetime:
        """The moment at or before now that is a whole number of steps from 1970; months count 30 days, years 365."""
        step = self._delta.nominal
        since = now - datetime(1970, 1, 1, tzinfo=UTC)
        return (now - since % step if step > timedelta(0) else now).astimezone(UTC)
