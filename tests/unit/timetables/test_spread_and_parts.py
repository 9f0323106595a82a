"""`H` in cron expressions, jitter, parts of the data by cron, and answers that stay right until their moment."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.base.errors import InvalidInput
from tradewind.timetables import CronPartition, Interval, NextRun, Timetable, build, parse_cron, spread

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 12, 34, tzinfo=UTC)


def runs(timetable: Timetable, count: int, *, last: Interval | None = None) -> list[NextRun]:
    found: list[NextRun] = []
    while len(found) < count:
        run = timetable.next_run(last, earliest=START, latest=None, catchup=True, now=NOW)
        assert run is not None
        found.append(run)
        last = run.span
    return found


# -- H -----------------------------------------------------------------------------------------------------------------


def test_h_is_a_number_that_is_always_the_same_for_a_dag_and_spreads_dags() -> None:
    assert spread("H H * * *", "orders") == spread("H H * * *", "orders")
    minutes = {spread("H * * * *", f"dag_{n}").split()[0] for n in range(1000)}
    assert len(minutes) == 60


@given(st.text(min_size=1, max_size=10))
@settings(max_examples=100, deadline=None)
def test_h_keeps_to_its_field_range_and_step(seed: str) -> None:
    minute, hour, day, month, weekday, second = spread("H(10-19) H/6 H H H H", seed).split()
    assert 10 <= int(minute) <= 19
    start, end = hour.removesuffix("/6").split("-")
    assert (0 <= int(start) < 6, end) == (True, "23")
    assert (1 <= int(day) <= 28, 1 <= int(month) <= 12, 0 <= int(weekday) <= 6, 0 <= int(second) <= 59) == (True,) * 4
    assert parse_cron(spread("H(10-19) H/6 H H H H", seed)).next(datetime(2026, 1, 1)) is not None


def test_what_has_no_h_stays_as_it_is() -> None:
    for cron in ("@hourly", "0 9 * mar thu", "*/5 * * * *"):
        assert spread(cron, "orders") == cron


def test_an_h_in_a_list_stands_for_one_value_of_it() -> None:
    minute = spread("H(0-9),30 * * * *", "orders").split()[0]
    first, _, second = minute.partition(",")
    assert (0 <= int(first) <= 9, second) == (True, "30")


@pytest.mark.parametrize("cron", ["H(9-1) * * * *", "H/0 * * * *", "H(0-3)/9 * * * *", "H * * * * * H"])
def test_an_h_that_leaves_nothing_to_choose_is_refused(cron: str) -> None:
    with pytest.raises(InvalidInput):
        spread(cron, "orders")


# -- jitter ------------------------------------------------------------------------------------------------------------


def jittered(cron: str, seconds: float, seed: str = "orders", **args: object) -> Timetable:
    return build("cron_trigger", {"cron": cron, "jitter_s": seconds, "seed": seed, **args}, "Europe/Berlin")


@given(
    st.sampled_from(["*/5 * * * *", "30 2 * * *", "0 * * * *", "0 0 1 * *", "* * * * * */10"]),
    st.floats(0.5, 90_000),
    st.text(max_size=5),
)
@settings(max_examples=100, deadline=None)
def test_jitter_moves_the_start_only_keeps_the_order_and_never_doubles(cron: str, seconds: float, seed: str) -> None:
    plain = runs(build("cron_trigger", {"cron": cron}, "Europe/Berlin"), 30)
    moved = runs(jittered(cron, seconds, seed), 30)
    assert [run.interval for run in moved] == [run.interval for run in plain]
    for (before, after), run in zip(itertools.pairwise(plain), moved, strict=False):
        assert before.run_after <= run.run_after < after.run_after
        assert run.run_after - before.run_after < timedelta(seconds=max(1, seconds))


def test_jitter_spreads_dags_over_its_whole_length() -> None:
    delays = [runs(jittered("0 9 * * *", 600, f"dag_{n}"), 1)[0].run_after for n in range(500)]
    assert max(delays) - min(delays) > timedelta(minutes=9)


def test_without_catchup_a_run_that_still_waits_for_its_jitter_is_not_skipped() -> None:
    timetable = jittered("0 * * * *", 3000)
    run = timetable.next_run(None, earliest=START, latest=None, catchup=False, now=NOW)
    assert run is not None
    assert run.interval == Interval.exact(datetime(2026, 3, 10, 12, tzinfo=UTC))


# -- parts of the data -------------------------------------------------------------------------------------------------


def parts(cron: str, **args: object) -> Timetable:
    return build("cron_partition", {"cron": cron, "key_format": "%Y-%m-%dT%H:%M:%S", **args}, "Asia/Taipei")


def test_a_run_is_about_the_part_that_its_moment_names_in_the_zone() -> None:
    first = runs(parts("0 0 * * *"), 1)[0]
    assert first.run_after == datetime(2026, 1, 1, 16, tzinfo=UTC)
    assert (first.partition_key, first.interval, first.logical_date) == ("2026-01-02T00:00:00", None, None)
    assert first.partition_date == first.run_after


@pytest.mark.parametrize(("offset", "key"), [(-1, "2026-01-01T06:00:00"), (0, "2026-01-01T12:00:00"), (2, "2026-01-02T00:00:00")])  # fmt: skip
def test_the_part_may_be_some_moments_before_or_after_the_run(offset: int, key: str) -> None:
    run = next(r for r in runs(parts("0 */6 * * *", run_offset=offset), 3) if r.run_after.hour == 4)
    assert run.partition_key == key


def test_each_part_comes_once_and_in_order() -> None:
    keys = [run.partition_key for run in runs(parts("0 0 * * *", run_offset=-1), 60)]
    assert len(set(keys)) == 60
    assert keys == sorted(str(key) for key in keys)


def test_the_parts_of_a_stretch_are_those_of_the_zones_days() -> None:
    timetable = parts("0 */12 * * *")
    assert isinstance(timetable, CronPartition)
    found = list(timetable.partitions(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)))
    assert [run.partition_key for run in found] == ["2026-03-01T00:00:00", "2026-03-01T12:00:00", "2026-03-02T00:00:00"]
    assert [timetable.date_of_key(str(run.partition_key)) for run in found] == [run.partition_date for run in found]
    with pytest.raises(InvalidInput, match="key_format"):
        timetable.date_of_key("yesterday")


# -- others ------------------------------------------------------------------------------------------------------------


def test_an_interval_by_the_calendar_is_as_long_as_its_month() -> None:
    timetable = build("cron_trigger", {"cron": "0 0 1 * *", "interval": {"months": 1}}, "UTC")
    second = runs(timetable, 3)[1:]
    assert [run.interval.start for run in second if run.interval] == [START, datetime(2026, 2, 1, tzinfo=UTC)]


def test_a_schedule_by_assets_may_have_a_timetable_beside_them() -> None:
    inner = {"kind": "cron_trigger", "args": {"cron": "0 9 * * *"}, "timezone": "UTC"}
    timetable = build("assets", {"condition": {}, "timetable": inner}, "UTC")
    assert timetable.summary == "Asset or 0 9 * * *"
    assert [run.run_after.hour for run in runs(timetable, 2)] == [9, 9]


@given(
    st.sampled_from(
        [
            ("cron_trigger", {"cron": "*/7 * * * *"}),
            ("cron_trigger", {"cron": "30 2 * * *", "jitter_s": 5000, "seed": "a"}),
            ("cron_interval", {"cron": "30 2 * * *"}),
            ("multi_cron_trigger", {"crons": ["0 3 * * *", "30 2 * * *"]}),
            ("delta_trigger", {"seconds": 4000}),
            ("delta_interval", {"seconds": 4000}),
            ("delta_interval", {"months": 1}),
            ("events", {"dates": ["2026-03-29T01:00:00+00:00", "2026-10-25T00:30:00+00:00"]}),
            ("cron_partition", {"cron": "0 3 * * *", "key_format": "%d"}),
        ]
    ),
    st.datetimes(datetime(2026, 2, 1), datetime(2026, 12, 1)),
    st.floats(0, 1),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_an_answer_that_lies_ahead_stays_the_answer_until_its_moment(
    schedule: tuple[str, dict[str, object]], at: datetime, part: float, catchup: bool, has_last: bool
) -> None:
    timetable = build(*schedule, "Europe/Berlin")
    now = at.replace(tzinfo=UTC)
    last = Interval.exact(now - timedelta(hours=1)) if has_last else None

    def ask(moment: datetime) -> NextRun | None:
        return timetable.next_run(last, earliest=START, latest=None, catchup=catchup, now=moment)

    run = ask(now)
    if run is not None and run.run_after > now:
        assert ask(now + (run.run_after - now) * part * 0.999) == run
