"""The next firings of a schedule, in words: what each run covers, when it fires, and what a change of the clock does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from tradewind.timetables.base import Args, NextRun, Timetable
from tradewind.timetables.cron import Cron, parse_cron
from tradewind.timetables.simple import Continuous

__all__ = ["Firing", "Window", "describe_firing", "preview"]

NEAR = timedelta(hours=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the firings are asked for.

    Args:
        now: from when on.
        earliest, latest: start and end date of the DAG.
        catchup: whether missed runs are made up for.
        count: how many.
    """

    now: datetime
    earliest: datetime | None = None
    latest: datetime | None = None
    catchup: bool = False
    count: int = 5


@dataclass(frozen=True, slots=True)
class Firing:
    """A run to come."""

    run: NextRun
    text: str
    """``covers 2026-11-20 00:00 to 24:00 (Europe/Berlin), fires 2026-11-21 00:05 CET``"""
    notes: tuple[str, ...]
    """What is unusual about it."""


def preview(
    timetable: Timetable, after: NextRun | None, window: Window, *, zone: tzinfo, zone_name: str, args: Args
) -> list[Firing]:
    """The firings, the earliest first.

    Args:
        after: the run that they follow; None: none was made yet.
        zone: of the schedule; `zone_name` is what people call it.
        args: of the schedule, whose cron tells what the wall clock should have shown.
    """
    cron = args.get("cron")
    wall = parse_cron(cron) if isinstance(cron, str) and "jitter_s" not in args else None
    found: list[Firing] = []
    catchup, last = window.catchup, None if after is None else after.span
    while len(found) < window.count:
        run = timetable.next_run(last, earliest=window.earliest, latest=window.latest, catchup=catchup, now=window.now)
        if run is None or (found and run.run_after <= found[-1].run.run_after):
            break
        # from the second on as if all were made up for: the question is what the schedule says
        last, catchup = run.span, True
        found.append(describe_firing(run, zone, zone_name, wall))
        if isinstance(timetable, Continuous):
            break  # when the next one fires, only the end of this one tells
    return found


def describe_firing(run: NextRun, zone: tzinfo, zone_name: str, wall: Cron | None = None) -> Firing:
    """A run in words.

    Args:
        wall: the cron expression whose match the run is, where it is one.
    """
    fires = f"fires {_moment(run.run_after, zone)} ({run.run_after.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
    if zone is UTC or zone_name == "UTC":
        fires = f"fires {_moment(run.run_after, zone)}"
    parts = [fires]
    if run.partition_key is not None:
        parts.insert(0, f"for the partition {run.partition_key}")
    elif run.interval is not None and run.interval.start != run.interval.end:
        parts.insert(0, f"covers {_span(run.interval.start, run.interval.end, zone)} ({zone_name})")
    return Firing(run, ", ".join(parts), (*_notes_of_interval(run, zone), *_notes_of_moment(run.run_after, zone, wall)))


def _notes_of_interval(run: NextRun, zone: tzinfo) -> list[str]:
    if run.interval is None or run.interval.start == run.interval.end:
        return []
    change = _offset(run.interval.end, zone) - _offset(run.interval.start, zone)
    if not change:
        return []
    length = run.interval.end - run.interval.start
    return [f"the clock is put {_direction(change)} in what it covers, which is {_hours(length)} long"]


def _notes_of_moment(moment: datetime, zone: tzinfo, wall: Cron | None) -> list[str]:
    local = moment.astimezone(zone)
    naive = local.replace(tzinfo=None)
    first, second = (zone.utcoffset(naive.replace(fold=fold)) or timedelta(0) for fold in (0, 1))
    if first > second:
        which = "second" if local.fold else "first"
        return [f"the clock shows {naive:%H:%M} twice on {naive:%Y-%m-%d}; this is the {which} time"]
    skipped = _offset(moment, zone) - _offset(moment - NEAR, zone)
    if wall is not None and skipped > timedelta(0) and wall.next(naive - timedelta(seconds=1)) != naive:
        return [f"the clock skips {naive - skipped:%H:%M} on {naive:%Y-%m-%d}, so it fires {_hours(skipped)} later"]
    return []


def _span(start: datetime, end: datetime, zone: tzinfo) -> str:
    first, last = start.astimezone(zone), end.astimezone(zone)
    begin = f"{first:%Y-%m-%d} {_clock(first)}"
    if first.date() == last.date():
        return f"{begin} to {_clock(last)}"
    if (last.hour, last.minute, last.second) == (0, 0, 0) and first.date() == last.date() - timedelta(days=1):
        return f"{begin} to 24:00"
    return f"{begin} to {last:%Y-%m-%d} {_clock(last)}"


def _moment(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d} {_clock(local)} {local.tzname() or local.strftime('%z')}"


def _clock(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _direction(change: timedelta) -> str:
    return f"forward by {_hours(change)}" if change > timedelta(0) else f"back by {_hours(-change)}"


def _hours(length: timedelta) -> str:
    hours, rest = divmod(int(length.total_seconds()), 3600)
    minutes = rest // 60
    words = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in ((hours, "hour"), (minutes, "minute")) if n]
    return " and ".join(words) or "less than a minute"
