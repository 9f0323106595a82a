"""Which run comes next: each kind of timetable, with and without catch-up, as Airflow 3 has it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from tradewind.base.errors import InvalidInput
from tradewind.timetables import KINDS, Interval, NextRun, Timetable, build


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = at("2026-03-10T12:34")


def following(
    timetable: Timetable,
    last: Interval | None = None,
    *,
    start: str | None = None,
    end: str | None = None,
    catchup: bool = False,
    now: datetime = NOW,
) -> NextRun | None:
    return timetable.next_run(
        last, earliest=at(start) if start else None, latest=at(end) if end else None, catchup=catchup, now=now
    )


def cron(text: str, kind: str = "cron_trigger", zone: str = "UTC", **args: object) -> Timetable:
    return build(kind, {"cron": text, **args}, zone)


def exact(text: str) -> Interval:
    return Interval.exact(at(text))


def all_runs(timetable: Timetable, *, start: str, now: datetime, catchup: bool) -> list[NextRun]:
    """What a scheduler makes: run after run, until the next one lies ahead."""
    found: list[NextRun] = []
    last = None
    while (
        run := following(timetable, last, start=start, catchup=catchup, now=now)
    ) is not None and run.run_after <= now:
        found.append(run)
        last = run.interval
    return found


# -- cron, trigger kind ------------------------------------------------------------------------------------------------


def test_a_trigger_run_is_about_the_moment_it_starts() -> None:
    run = following(cron("@daily"), start="2026-01-01")
    assert run == NextRun(at("2026-03-10"), exact("2026-03-10"))
    assert run.logical_date == at("2026-03-10")


def test_with_catchup_every_tick_from_the_start_date_runs() -> None:
    runs = all_runs(cron("@daily"), start="2026-03-07T01:00", now=NOW, catchup=True)
    assert [run.run_after for run in runs] == [at("2026-03-08"), at("2026-03-09"), at("2026-03-10")]


def test_without_catchup_only_the_latest_tick_runs() -> None:
    runs = all_runs(cron("@daily"), start="2026-01-01", now=NOW, catchup=False)
    assert [run.run_after for run in runs] == [at("2026-03-10")]


def test_a_start_date_on_a_tick_is_the_first_run() -> None:
    run = following(cron("0 6 * * *"), start="2026-03-07T06:00", catchup=True)
    assert run is not None and run.run_after == at("2026-03-07T06:00")


def test_a_start_date_ahead_waits() -> None:
    run = following(cron("@daily"), start="2026-04-01T00:01")
    assert run is not None and run.run_after == at("2026-04-02")


def test_nothing_runs_after_the_end_date() -> None:
    assert following(cron("@daily"), exact("2026-03-09"), start="2026-01-01", end="2026-03-09", catchup=True) is None
    run = following(cron("@daily"), exact("2026-03-08"), start="2026-01-01", end="2026-03-09", catchup=True)
    assert run is not None and run.run_after == at("2026-03-09")


def test_an_interval_given_to_a_trigger_ends_at_the_run() -> None:
    run = following(cron("@daily", interval_s=3600), start="2026-01-01")
    assert run == NextRun(at("2026-03-10"), Interval(at("2026-03-09T23:00"), at("2026-03-10")))


@pytest.mark.parametrize(
    ("immediately", "now", "expected"),
    [
        (True, "2026-03-10T12:34", "2026-03-10T00:00"),
        (False, "2026-03-10T12:34", "2026-03-11T00:00"),
        (False, "2026-03-10T02:23", "2026-03-10T00:00"),
        (False, "2026-03-10T02:25", "2026-03-11T00:00"),
        (3600, "2026-03-10T00:59", "2026-03-10T00:00"),
        (3600, "2026-03-10T01:01", "2026-03-11T00:00"),
    ],
)
def test_without_a_start_date_patience_decides_about_the_tick_that_passed(
    immediately: object, now: str, expected: str
) -> None:
    run = following(cron("@daily", run_immediately=immediately), catchup=True, now=at(now))
    assert run is not None and run.run_after == at(expected)


def test_a_manual_run_of_a_trigger_is_about_its_own_moment() -> None:
    assert cron("@daily").manual_interval(NOW) == Interval.exact(NOW)


def test_several_expressions_run_once_where_they_coincide() -> None:
    timetable = build("multi_cron_trigger", {"crons": ["0 6 * * *", "0 */6 * * *"]}, "UTC")
    runs = all_runs(timetable, start="2026-03-10", now=NOW, catchup=True)
    assert [run.run_after.hour for run in runs] == [0, 6, 12]


def test_several_expressions_without_catchup_take_the_latest_that_passed() -> None:
    timetable = build("multi_cron_trigger", {"crons": ["0 6 * * *", "0 11 * * *", "0 20 * * *"]}, "UTC")
    run = following(timetable, start="2026-01-01")
    assert run is not None and run.run_after == at("2026-03-10T11:00")
    run = following(timetable, exact("2026-03-10T11:00"), start="2026-01-01")
    assert run is not None and run.run_after == at("2026-03-10T20:00")


# -- cron, interval kind -----------------------------------------------------------------------------------------------


def test_an_interval_run_starts_at_the_end_of_what_it_is_about() -> None:
    run = following(cron("@daily", "cron_interval"), start="2026-03-01", catchup=True)
    assert run == NextRun(at("2026-03-02"), Interval(at("2026-03-01"), at("2026-03-02")))
    assert run.logical_date == at("2026-03-01")


def test_intervals_follow_each_other_without_gaps() -> None:
    runs = all_runs(cron("@daily", "cron_interval"), start="2026-03-06T10:00", now=NOW, catchup=True)
    assert [run.interval.start for run in runs] == [at("2026-03-07"), at("2026-03-08"), at("2026-03-09")]
    assert all(a.interval.end == b.interval.start for a, b in itertools.pairwise(runs))


def test_without_catchup_the_last_complete_interval_runs() -> None:
    run = following(cron("@daily", "cron_interval"), start="2026-01-01")
    assert run is not None and run.interval == Interval(at("2026-03-09"), at("2026-03-10"))
    on_the_tick = following(cron("@daily", "cron_interval"), start="2026-01-01", now=at("2026-03-10"))
    assert on_the_tick is not None and on_the_tick.interval == Interval(at("2026-03-09"), at("2026-03-10"))


def test_an_interval_may_start_on_the_end_date_but_not_after() -> None:
    daily = cron("@daily", "cron_interval")
    run = following(daily, start="2026-03-01", end="2026-03-01", catchup=True)
    assert run is not None and run.run_after == at("2026-03-02")
    assert following(daily, run.interval, start="2026-03-01", end="2026-03-01", catchup=True) is None


def test_a_manual_run_takes_the_last_complete_interval() -> None:
    assert cron("@daily", "cron_interval").manual_interval(NOW) == Interval(at("2026-03-09"), at("2026-03-10"))


def test_a_changed_schedule_goes_on_from_its_own_tick() -> None:
    last = Interval(at("2026-03-09T10:30"), at("2026-03-09T11:30"))
    run = following(cron("@hourly", "cron_interval"), last, start="2026-03-01", catchup=True)
    assert run is not None and run.interval == Interval(at("2026-03-09T11:00"), at("2026-03-09T12:00"))


# -- time zones --------------------------------------------------------------------------------------------------------


def test_a_time_that_the_clock_skips_fires_as_much_later() -> None:
    runs = all_runs(
        cron("30 2 * * *", zone="Europe/Berlin"), start="2026-03-28", now=at("2026-03-30T12:00"), catchup=True
    )
    assert [run.run_after for run in runs] == [at("2026-03-28T01:30"), at("2026-03-29T01:30"), at("2026-03-30T00:30")]


def test_a_time_that_comes_twice_fires_once_at_the_second() -> None:
    runs = all_runs(
        cron("30 2 * * *", zone="Europe/Berlin"), start="2026-10-24", now=at("2026-10-26T12:00"), catchup=True
    )
    assert [run.run_after for run in runs] == [at("2026-10-24T00:30"), at("2026-10-25T01:30"), at("2026-10-26T01:30")]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_schedule_of_every_quarter_of_an_hour_keeps_its_step(day: str) -> None:
    start = at(f"{day}T00:00")
    end = start + timedelta(hours=4)
    runs = all_runs(cron("*/15 * * * *", zone="Europe/Berlin"), start=f"{day}T00:00", now=end, catchup=True)
    assert [run.run_after for run in runs] == [start + timedelta(minutes=15 * n) for n in range(17)]


def test_a_fixed_offset_is_a_zone_too() -> None:
    run = following(cron("0 9 * * *", zone="+05:30"), start="2026-01-01")
    assert run is not None and run.run_after == at("2026-03-10T03:30")


# -- deltas ------------------------------------------------------------------------------------------------------------


def test_a_delta_trigger_counts_from_the_last_run() -> None:
    timetable = build("delta_trigger", {"seconds": 3600}, "UTC")
    first = following(timetable, start="2026-03-10T10:10", catchup=True)
    assert first is not None and first.run_after == at("2026-03-10T10:10")
    second = following(timetable, first.interval, start="2026-03-10T10:10", catchup=True)
    assert second is not None and second.run_after == at("2026-03-10T11:10")
    late = following(timetable, first.interval, start="2026-03-10T10:10")
    assert late is not None and late.run_after == NOW


def test_a_delta_interval_runs_at_its_end() -> None:
    timetable = build("delta_interval", {"seconds": 3600}, "UTC")
    run = following(timetable, start="2026-03-10T10:10", catchup=True)
    assert run == NextRun(at("2026-03-10T11:10"), Interval(at("2026-03-10T10:10"), at("2026-03-10T11:10")))
    latest = following(timetable, start="2026-01-01")
    assert latest is not None and latest.interval == Interval(at("2026-03-10T11:00"), at("2026-03-10T12:00"))
    assert timetable.manual_interval(NOW) == Interval(NOW - timedelta(hours=1), NOW)


def test_a_month_is_as_long_as_the_month_it_starts_in() -> None:
    timetable = build("delta_interval", {"months": 1}, "UTC")
    runs = all_runs(timetable, start="2026-01-01", now=at("2026-04-02"), catchup=True)
    assert [run.run_after for run in runs] == [at("2026-02-01"), at("2026-03-01"), at("2026-04-01")]
    leap = following(timetable, start="2024-01-31", catchup=True)
    assert leap is not None and leap.run_after == at("2024-02-29")


@pytest.mark.parametrize("args", [{}, {"seconds": 0}, {"seconds": -5}, {"months": 0.5}, {"days": "1"}, {"days": 1e300}])
def test_a_delta_that_does_not_go_forward_is_refused(args: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        build("delta_trigger", args, "UTC")


# -- the simple kinds --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["none", "assets", "custom"])
def test_some_kinds_never_run_by_themselves(kind: str) -> None:
    assert following(build(kind, {}, "UTC"), start="2026-01-01", catchup=True) is None


def test_once_runs_at_the_start_date_and_never_again() -> None:
    once = build("once", {}, "UTC")
    assert following(once, start="2026-01-01") == NextRun(at("2026-01-01"), exact("2026-01-01"))
    assert following(once) == NextRun(NOW, Interval.exact(NOW))
    assert following(once, exact("2026-01-01"), start="2026-01-01") is None
    assert following(once, start="2026-01-02", end="2026-01-01") is None


def test_continuous_runs_are_about_the_time_since_the_last() -> None:
    continuous = build("continuous", {}, "UTC")
    assert continuous.needs_single_run
    first = following(continuous, start="2026-03-10T12:00")
    assert first == NextRun(NOW, Interval(at("2026-03-10T12:00"), NOW))
    later = NOW + timedelta(minutes=3)
    assert following(continuous, first.interval, now=later) == NextRun(later, Interval(NOW, later))
    assert following(continuous, first.interval, end="2026-03-10T12:35", now=later) is None
    soon = NOW + timedelta(seconds=1)
    assert following(continuous, first.interval) == NextRun(soon, Interval(NOW, soon))  # the first took no time


def test_events_run_at_their_moments_only() -> None:
    dates = ["2026-03-12T00:00:00+00:00", "2026-03-09T08:00:00+00:00", "2026-03-12T00:00:00+00:00"]
    timetable = build("events", {"dates": dates}, "UTC")
    assert timetable.summary == "2 events"
    runs = all_runs(timetable, start="2026-01-01", now=at("2026-04-01"), catchup=True)
    assert [run.run_after for run in runs] == [at("2026-03-09T08:00"), at("2026-03-12")]
    coming = following(timetable, start="2026-01-01")
    assert coming is not None and coming.run_after == at("2026-03-12")
    assert following(timetable, exact("2026-03-12"), catchup=True) is None


def test_a_manual_run_of_restricted_events_takes_the_latest_event() -> None:
    timetable = build("events", {"dates": ["2026-03-09", "2026-03-12"], "restrict": True}, "UTC")
    assert timetable.manual_interval(NOW) == exact("2026-03-09")
    assert timetable.manual_interval(at("2026-01-01")) == exact("2026-03-09")


# -- building ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "args", "zone", "sentence"),
    [
        ("nothing", {}, "UTC", "no timetable of kind 'nothing'"),
        ("cron_trigger", {}, "UTC", "needs 'cron'"),
        ("cron_trigger", {"cron": "61 * * * *"}, "UTC", "the minute 61 is not between 0 and 59"),
        ("cron_trigger", {"cron": "* * *"}, "UTC", "5, 6 or 7 fields, but '* * *' has 3"),
        ("cron_trigger", {"cron": "* * * * *"}, "Mars/Olympus", "no time zone named 'Mars/Olympus'"),
        ("cron_trigger", {"cron": "* * * * *", "interval_s": -1}, "UTC", "interval_s"),
        ("cron_trigger", {"cron": "* * * * *", "run_immediately": "yes"}, "UTC", "run_immediately"),
        ("multi_cron_trigger", {"crons": []}, "UTC", "at least one"),
        ("multi_cron_trigger", {"crons": [1]}, "UTC", "texts only"),
        ("events", {"dates": ["soon"]}, "UTC", "no date in ISO format"),
    ],
)
def test_what_can_not_be_is_refused_in_words(kind: str, args: dict[str, object], zone: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence.replace("*", r"\*")):
        build(kind, args, zone)


def test_every_kind_can_be_built_and_described() -> None:
    args = {"cron": "0 9 * * 5", "crons": ["0 9 * * 5"], "seconds": 60, "dates": [], "key_format": "%Y"}
    for kind in KINDS:
        timetable = build(kind, args, "Europe/Berlin")
        assert timetable.summary
        assert isinstance(timetable.description, str)
        assert timetable.manual_interval(NOW).end <= NOW


def test_a_preset_is_shown_as_its_expression() -> None:
    assert cron("@weekly").summary == "0 0 * * 0"
    assert cron("@weekly").description == "At 00:00, only on Sunday"
