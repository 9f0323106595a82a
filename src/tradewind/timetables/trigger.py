"""Trigger timetables: a run fires at the moment itself; its interval, of no length unless one is given, ends there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tradewind.timetables.base import Interval, NextRun
from tradewind.timetables.delta import Delta
from tradewind.timetables.words import describe
from tradewind.timetables.zoned import ZonedCron

__all__ = ["CronTrigger", "DeltaTrigger", "MultiCronTrigger"]

LEAST_PATIENCE = timedelta(minutes=5)
Length = timedelta | Delta
"""How long a data interval is: so much time, or so much of the calendar."""


class CronTrigger:
    """Runs at the moments of a cron expression.

    Args:
        schedule: the moments.
        interval: length of the data interval that ends at the run.
        run_immediately: for a DAG without a start date: True runs the latest moment that has passed, a length of time
            does so when it passed no longer ago; False allows a tenth of the schedule's step, five minutes at least.
    """

    is_periodic = True
    needs_single_run = False

    def __init__(self, schedule: ZonedCron, interval: Length, run_immediately: bool | timedelta = False) -> None:
        self._schedule = schedule
        self._interval = interval
        self._run_immediately = run_immediately
        self.summary = schedule.cron.text
        self.description = describe(schedule.cron.text)

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        if last is not None:
            candidates = [self._schedule.next(last.end)]
        elif earliest is None:
            candidates = [self._first(now)]
        else:
            candidates = []
        if earliest is not None and (last is None or not catchup):
            candidates.append(self._schedule.at_or_after(earliest))
        if any(moment is None for moment in candidates):
            return None
        due = [moment for moment in candidates if moment is not None]
        if not catchup and (passed := self._schedule.at_or_before(now)) is not None:
            due.append(passed)
        moment = max(due)
        return None if latest is not None and latest < moment else _run(moment, self._interval)

    def manual_interval(self, run_after: datetime) -> Interval:
        return _run(run_after, self._interval).span

    def following(self, moment: datetime) -> datetime | None:
        """The moment of the schedule after one."""
        return self._schedule.next(moment)

    def _first(self, now: datetime) -> datetime | None:
        passed, following = self._schedule.at_or_before(now), self._schedule.at_or_after(now)
        if passed is None or self._run_immediately is True:
            return passed or following
        if isinstance(self._run_immediately, timedelta):
            patience = self._run_immediately
        else:
            patience = max(((following or now) - passed) / 10, LEAST_PATIENCE)
        return passed if now - passed <= patience else following


class MultiCronTrigger:
    """Runs at the moments of several cron expressions, once where they coincide."""

    is_periodic = True
    needs_single_run = False

    def __init__(self, triggers: Sequence[CronTrigger]) -> None:
        self._triggers = triggers
        self.summary = ", ".join(trigger.summary for trigger in triggers)
        self.description = ", ".join(trigger.description for trigger in triggers if trigger.description)

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        runs = [
            run
            for trigger in self._triggers
            if (run := trigger.next_run(last, earliest=earliest, latest=latest, catchup=catchup, now=now)) is not None
        ]
        passed = [run for run in runs if run.run_after <= now]
        if passed and not catchup:
            return max(passed, key=lambda run: run.run_after)
        return min(runs, key=lambda run: run.run_after, default=None)

    def manual_interval(self, run_after: datetime) -> Interval:
        return self._triggers[0].manual_interval(run_after)

    def following(self, moment: datetime) -> datetime | None:
        """The moment of the schedule after one."""
        found = [after for trigger in self._triggers if (after := trigger.following(moment)) is not None]
        return min(found, default=None)


class DeltaTrigger:
    """Runs a step of time after the last run."""

    is_periodic = True
    needs_single_run = False
    description = ""

    def __init__(self, delta: Delta, interval: Length) -> None:
        self._delta = delta
        self._interval = interval
        self.summary = str(delta)

    def next_run(
        self, last: Interval | None, *, earliest: datetime | None, latest: datetime | None, catchup: bool, now: datetime
    ) -> NextRun | None:
        candidates = [] if catchup else [now]
        if last is not None:
            candidates.append(self._delta.after(last.end))
        elif earliest is None:
            candidates.append(now)
        if earliest is not None and (last is None or not catchup):
            candidates.append(earliest)
        moment = max(candidates)
        return None if latest is not None and latest < moment else _run(moment, self._interval)

    def manual_interval(self, run_after: datetime) -> Interval:
        return _run(run_after, self._interval).span


def _run(moment: datetime, interval: Length) -> NextRun:
    end = moment.astimezone(UTC)
    return NextRun(end, Interval(interval.before(end) if isinstance(interval, Delta) else end - interval, end))
