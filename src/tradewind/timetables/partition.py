"""Runs by a cron expression, each about a part of the data that is named after a moment of the same expression."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from tradewind.base.errors import InvalidInput
from tradewind.timetables.base import Interval, NextRun
from tradewind.timetables.trigger import CronTrigger
from tradewind.timetables.zoned import ZonedCron

__all__ = ["CronPartition"]


class CronPartition:
    """Runs at the moments of a cron expression.

    Args:
        schedule: the moments.
        zone: in which names are made.
        key_format: how the moment that names a part is written, as `strftime` has it.
        run_offset: how many moments later than the run (negative: earlier) that moment is.
        run_immediately: as in `CronTrigger`.
    """

    is_periodic = True
    needs_single_run = False

    def __init__(
        self,
        schedule: ZonedCron,
        zone: tzinfo,
        *,
        key_format: str,
        run_offset: int = 0,
        run_immediately: bool | timedelta = False,
    ) -> None:
        self._schedule = schedule
        self._zone = zone
        self._key_format = key_format
        self._run_offset = run_offset
        self._trigger = CronTrigger(schedule, timedelta(0), run_immediately)
        self.summary = self._trigger.summary
        self.description = self._trigger.description

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        run = self._trigger.next_run(last, earliest=earliest, latest=latest, catchup=catchup, now=now)
        return None if run is None else self._about(run.run_after, self._date_of(run.run_after))

    def manual_interval(self, run_after: datetime) -> Interval:
        return Interval.exact(run_after.astimezone(UTC))

    def following(self, moment: datetime) -> datetime | None:
        """The moment of the schedule after one."""
        return self._schedule.next(moment)

    def partitions(self, first: datetime, last: datetime) -> Iterator[NextRun]:
        """A run for each part whose date lies between two moments (both included), as a backfill wants them.

        The clock time of both is read in the timetable's zone, so that a day is that zone's day.
        """
        start, end = (moment.replace(tzinfo=self._zone).astimezone(UTC) for moment in (first, last))
        date = self._schedule.at_or_after(start)
        while date is not None and date <= end:
            yield self._about(date, date)
            date = self._schedule.next(date)

    def date_of_key(self, key: str) -> datetime:
        """The moment that a part is named after.

        Raises:
            InvalidInput: the key is not written as `key_format` says.
        """
        try:
            local = datetime.strptime(key, self._key_format)  # noqa: DTZ007 - the zone follows
        except ValueError as error:
            raise InvalidInput(
                f"the partition key {key!r} is not written as the timetable's key_format {self._key_format!r} says",
                partition_key=key,
            ) from error
        return local.replace(tzinfo=self._zone).astimezone(UTC)

    def _date_of(self, moment: datetime) -> datetime:
        """The moment that names the part a run is about."""
        for _ in range(abs(self._run_offset)):
            there = self._schedule.next(moment) if self._run_offset > 0 else self._schedule.previous(moment)
            if there is None:
                break
            moment = there
        return moment

    def _about(self, run_after: datetime, date: datetime) -> NextRun:
        return NextRun(run_after, None, date.astimezone(self._zone).strftime(self._key_format), date)
