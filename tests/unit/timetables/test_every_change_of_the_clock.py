"""Every change of every clock of the tz database from 1990 to 2040: no schedule fires twice, is skipped, or has an empty
interval. What is expected follows from the rule alone, by looking at the wall clock's matches one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.timetables import Cron, Interval, build, parse_cron
from tradewind.timetables.zoned import ZonedCron

pytestmark = pytest.mark.xdist_group("every_change_of_the_clock")  # to find all changes takes seconds: once is enough

FIXED = ["30 2 * * *", "0 0 * * *", "15 0-3 * * *", "0 */6 * * *", "59 23 * * *", "30 1,2 * * *", "0 3 1-31/2 * *"]
EVERY_HOUR = ["0 * * * *", "*/30 * * * *", "15,45 * * * *"]
NEAR, FAR = timedelta(hours=3), timedelta(hours=52)
Change = tuple[str, datetime]


@cache
def all_changes() -> list[Change]:
    """A zone and the moment for each change of an offset; changes that are the same in several zones once."""
    found: dict[tuple[datetime, timedelta, timedelta], Change] = {}
    zones = {data_of(name): ZoneInfo(name) for name in sorted(available_timezones(), reverse=True)}
    for zone in sorted(zones.values(), key=str):
        name = str(zone)
        for moment in changes_of(zone):
            before, after = (offset(zone, moment + timedelta(seconds=s)) for s in (-1, 0))
            found.setdefault((moment, before, after), (name, moment))
    return list(found.values())


def data_of(name: str) -> bytes:
    """What the database has for a name: many have the same."""
    for folder in TZPATH:
        if (file := Path(folder, name)).is_file():
            return file.read_bytes()
    return (files("tzdata") / "zoneinfo" / name).read_bytes()


def changes_of(zone: ZoneInfo) -> Iterator[datetime]:
    step, moment = timedelta(days=7), datetime(1990, 1, 1, tzinfo=UTC)
    after = offset(zone, moment)
    while moment.year < 2041:
        low, high, before = moment, moment + step, after
        moment, after = high, offset(zone, high)
        if before == after:
            continue
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
            low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
        yield high


def offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    found = moment.astimezone(zone).utcoffset()
    assert found is not None
    return found


@cache
def cron_of(text: str) -> Cron:
    return parse_cron(text)


def expected(text: str, zone: ZoneInfo, first: datetime, last: datetime) -> list[datetime]:
    """The moments by the rule: a match that the clock skips is moved on by what was skipped, of two equal times the
    second counts; a schedule of every hour fires at all that the clock shows."""
    cron, found = cron_of(text), set[datetime]()
    wall = first.replace(tzinfo=None) - timedelta(hours=27)
    while (match := cron.next(wall)) is not None and match < last.replace(tzinfo=None) + timedelta(hours=27):
        wall = match
        moments = {match.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        if text in EVERY_HOUR:
            found |= {m for m in moments if m.astimezone(zone).replace(tzinfo=None, fold=0) == match}
        else:
            found.add(max(moments))
    return sorted(m for m in found if first < m < last)


def check(text: str, name: str, change: datetime) -> None:
    zone = ZoneInfo(name)
    schedule = ZonedCron(cron_of(text), zone)
    span = NEAR if text in EVERY_HOUR else FAR
    first, last = change - span, change + span
    moments = expected(text, zone, first, last)
    assert moments
    walked, at = list[datetime](), schedule.next(first)
    while at is not None and at < last:
        walked.append(at)
        at = schedule.next(at)
    assert walked == moments, f"{text} in {name} near {change}"
    assert [schedule.previous(b) for b in moments[1:]] == moments[:-1], f"{text} in {name} near {change}, backwards"
    for point in (change - timedelta(seconds=1), change, change + timedelta(minutes=31)):
        assert schedule.next(point) == next((m for m in moments if m > point), schedule.next(point))
    intervals = build("cron_interval", {"cron": text}, name)
    last_interval = Interval(moments[0], moments[1])
    for start, end in itertools.pairwise(moments[1:]):
        run = intervals.next_run(last_interval, earliest=None, latest=None, catchup=True, now=last)
        assert run is not None and run.interval is not None
        assert (run.interval.start, run.interval.end, run.run_after) == (start, end, end)
        last_interval = run.interval


def test_the_whole_database_is_looked_at() -> None:
    changes = all_changes()
    assert len(changes) > 2_000
    assert {moment.year for _, moment in changes} >= set(range(1990, 2041))


@pytest.mark.parametrize("texts", [FIXED, EVERY_HOUR], ids=["fixed hours", "every hour"])
def test_at_every_change_schedules_fire_once_for_each_match(texts: list[str]) -> None:
    for n, (name, change) in enumerate(all_changes()):
        check(texts[n % len(texts)], name, change)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_schedule_at_any_change_fires_once_for_each_match(data: st.DataObject) -> None:
    name, change = data.draw(st.sampled_from(all_changes()))
    check(data.draw(st.sampled_from(FIXED + EVERY_HOUR)), name, change)
