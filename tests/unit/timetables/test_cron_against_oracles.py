"""Our cron engine agrees with croniter and cronsim on generated expressions, and with a brute force through every zone."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from croniter import CroniterBadDateError, croniter
from cronsim import CronSim
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tradewind.base.errors import InvalidInput
from tradewind.timetables import parse_cron
from tradewind.timetables.words import describe
from tradewind.timetables.zoned import ZonedCron

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


def items(low: int, high: int, names: list[str] | None = None, *, backwards: bool = True) -> st.SearchStrategy[str]:
    value = st.integers(low, high)
    word = value.map(str) if names is None else st.one_of(value.map(str), st.sampled_from(names))
    pairs = st.tuples(value, value).filter(lambda p: p[0] != p[1])
    ranges = pairs if backwards else pairs.map(lambda p: tuple(sorted(p)))
    span = ranges.map(lambda p: f"{p[0]}-{p[1]}")
    step = st.integers(1, high)
    return st.one_of(
        word,
        span,
        st.builds(lambda s: f"*/{s}", step),
        # Over the end with a step, croniter drops values (4-2/2 lacks February): only forward ranges are compared.
        st.builds(lambda p, s: f"{min(p)}-{max(p)}/{s}", pairs, step),
        st.builds(lambda v, s: f"{v}/{s}", value, step),
    )


def field(low: int, high: int, names: list[str] | None = None, *, backwards: bool = True) -> st.SearchStrategy[str]:
    lists = st.lists(items(low, high, names, backwards=backwards), min_size=1, max_size=3).map(",".join)
    return st.one_of(st.just("*"), lists)


def crons(*, backwards: bool = True, extras: bool = True) -> st.SearchStrategy[str]:
    day = field(1, 31, backwards=backwards)
    weekday = field(0, 6, WEEKDAYS, backwards=backwards)
    if extras:
        day = st.one_of(day, st.sampled_from(["?", "l", "L", "15,l", "31"]))
        nth = st.builds(lambda d, n: f"{d}#{n}", st.sampled_from([*WEEKDAYS, "0", "3", "6"]), st.integers(1, 5))
        last = st.builds(lambda d: f"L{d}", st.integers(0, 6))
        weekday = st.one_of(weekday, st.just("?"), st.lists(nth, min_size=1, max_size=2).map(",".join), last)
    return st.builds(
        lambda *parts: " ".join(parts),
        field(0, 59, backwards=backwards),
        field(0, 23, backwards=backwards),
        day,
        field(1, 12, MONTHS, backwards=backwards),
        weekday,
    )


moments = st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1)).map(lambda d: d.replace(microsecond=0))


@given(crons(), moments)
@settings(max_examples=400, deadline=None)
def test_next_and_previous_are_those_of_croniter(text: str, moment: datetime) -> None:
    # Beside `sun#3` croniter demands the day of month too, beside `L0` it forgets it; with us either makes a day match.
    parts = text.split()
    assume(parts[2] in ("*", "?") or not any(mark in parts[4] for mark in "#L"))
    try:
        forward = croniter(text, moment).get_next(datetime)
        backward = croniter(text, moment).get_prev(datetime)
    except CroniterBadDateError:
        assume(False)
    cron = parse_cron(text)
    assert cron.next(moment) == forward
    assert cron.previous(moment) == backward


@given(st.builds(lambda c, s: f"{c} {s}", crons(extras=False), field(0, 59)), moments)
@settings(max_examples=150, deadline=None)
def test_seconds_are_those_of_croniter(text: str, moment: datetime) -> None:
    try:
        forward = croniter(text, moment).get_next(datetime)
    except CroniterBadDateError:
        assume(False)
    assert parse_cron(text).next(moment) == forward


@given(crons(backwards=False, extras=False), moments)
@settings(max_examples=200, deadline=None)
def test_next_is_that_of_cronsim(text: str, moment: datetime) -> None:
    parts = text.split()
    # Debian's cron counts `*/2` as unrestricted when it joins day of month and day of week; Airflow does not.
    # It also takes `1/2` on days of the week up to 7, so to Sunday.
    assume("*" in (parts[2], parts[4]) and "/" not in parts[4])
    try:
        cron = parse_cron(text)
    except InvalidInput:
        assume(False)
    assert cron.next(moment) == next(CronSim(text, moment))


@given(crons())
@settings(max_examples=200, deadline=None)
def test_every_expression_that_parses_can_be_said_in_words(text: str) -> None:
    assert describe(text)


@given(st.text(alphabet="*/,-#?lw0123456789 abcdef@", max_size=24))
@settings(max_examples=400, deadline=None)
def test_any_text_is_either_parsed_or_refused(text: str) -> None:
    try:
        cron = parse_cron(text)
    except InvalidInput as error:
        assert text in error.message or repr(text) in error.message
    else:
        assert cron.next(datetime(2000, 1, 1)) is not None or cron.previous(datetime(2000, 1, 1)) is not None


# -- zones -------------------------------------------------------------------------------------------------------------


@cache
def changes(zone: str) -> list[datetime]:
    """The hours of 1975 to 2036 after which the zone's offset changes, sampled."""
    tz, found = ZoneInfo(zone), []
    day = datetime(1975, 1, 1, tzinfo=UTC)
    while day.year < 2037:
        following = day + timedelta(days=3)
        if day.astimezone(tz).utcoffset() != following.astimezone(tz).utcoffset():
            found.append(day + timedelta(days=1))
        day = following
    return found


def fires(text: str, zone: str, first: datetime, hours: int) -> list[datetime]:
    """The moments by definition: every minute of the wall clock looked at, one by one."""
    tz, cron = ZoneInfo(zone), parse_cron(text)
    midnight = datetime(2001, 1, 1)
    day = [midnight + timedelta(minutes=n) for n in range(24 * 60)]
    times = {(d.hour, d.minute) for d in day if cron.next(d - timedelta(seconds=1)) == d}
    found: set[datetime] = set()
    for n in range(-26 * 60, (hours + 26) * 60):
        if cron.every_hour:
            moment = first + timedelta(minutes=n)
            local = moment.astimezone(tz).replace(tzinfo=None, fold=0)
        else:
            local = first.replace(tzinfo=None) + timedelta(minutes=n)
            first_time = local.replace(tzinfo=tz, fold=0).astimezone(UTC)
            second_time = local.replace(tzinfo=tz, fold=1).astimezone(UTC)
            moment = max(first_time, second_time)
        if (local.hour, local.minute) in times:
            found.add(moment)
    return sorted(found)


ZONES = sorted(z for z in available_timezones() if "/" in z)
zoned_crons = st.sampled_from(
    ["*/15 * * * *", "0 * * * *", "30 2 * * *", "0 2,3 * * *", "*/20 0-4 * * *", "0 */2 * * *", "15,45 * * * *", "59 23 * * *",
     "0 0 * * *", "0 0-23/3 * * *", "30 1 * * *", "7-9 1,2 * * *"]
)  # fmt: skip


@given(st.sampled_from(ZONES), zoned_crons, st.data())
@settings(max_examples=60, deadline=None)
def test_schedules_near_a_change_of_the_clock_fire_as_defined(zone: str, text: str, data: st.DataObject) -> None:
    near = changes(zone)
    assume(near)
    start = data.draw(st.sampled_from(near))
    expected = fires(text, zone, start - timedelta(hours=48), 6 * 24)
    schedule = ZonedCron(parse_cron(text), ZoneInfo(zone))
    # Both ends are left out: whether the window's edge itself is complete depends on the offset there.
    inside = [m for m in expected if start - timedelta(hours=30) <= m <= start + timedelta(hours=72)]
    found = [inside[0]]
    while len(found) < len(inside):
        following = schedule.next(found[-1])
        assert following is not None
        found.append(following)
    assert found == inside
    back = [inside[-1]]
    while len(back) < len(inside):
        before = schedule.previous(back[-1])
        assert before is not None
        back.append(before)
    assert back[::-1] == inside


@given(st.sampled_from(ZONES), crons(), moments)
@settings(max_examples=200, deadline=None)
def test_next_and_previous_undo_each_other(zone: str, text: str, naive: datetime) -> None:
    try:
        schedule = ZonedCron(parse_cron(text), ZoneInfo(zone))
    except InvalidInput:
        assume(False)
    moment = naive.replace(tzinfo=UTC)
    following = schedule.next(moment)
    if following is not None:
        assert following > moment
        between = schedule.previous(following)
        assert between is None or between <= moment
        assert schedule.at_or_after(following) == following == schedule.at_or_before(following)


def test_the_oracles_do_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert croniter("0 0 * * *", datetime(2026, 1, 1)).get_next(datetime) == datetime(2026, 1, 2)


@pytest.mark.parametrize("text", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 feb *", "0 0 29 2 * 0 2026"])
def test_a_date_that_never_comes_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="never comes"):
        parse_cron(text)
