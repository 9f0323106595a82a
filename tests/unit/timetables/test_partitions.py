"""Partitions: which keys belong to which, which are missing, and when there is enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.base.errors import InvalidInput
from tradewind.timetables.partitions import mapper_of

HOURS = "%Y-%m-%dT%H:%M:%S"


def start_of(unit: str, **more: Any) -> dict[str, Any]:
    return {"kind": "start_of", "unit": unit, **more}


def rollup(unit: str, window: str, **more: Any) -> dict[str, Any]:
    return {"kind": "rollup", "upstream": start_of(unit, **more), "window": {"kind": window}}


@pytest.mark.parametrize(
    ("unit", "key", "date"),
    [
        ("hour", "2024-03-13T10", datetime(2024, 3, 13, 10)),
        ("day", "2024-03-13", datetime(2024, 3, 13)),
        ("week", "2024-03-11 (W11)", datetime(2024, 3, 11)),
        ("month", "2024-03", datetime(2024, 3, 1)),
        ("quarter", "2024-Q1", datetime(2024, 1, 1)),
        ("year", "2024", datetime(2024, 1, 1)),
    ],
)
def test_a_moment_belongs_to_the_stretch_that_it_is_in(unit: str, key: str, date: datetime) -> None:
    mapper = mapper_of(start_of(unit))
    assert mapper.downstream("2024-03-13T10:42:15") == [key]
    assert mapper.date(key) == date.replace(tzinfo=UTC)


def test_stretches_begin_where_the_time_zone_says() -> None:
    mapper = mapper_of(start_of("day", timezone="America/New_York", input="%Y-%m-%dT%H:%M:%S%z"))
    assert mapper.downstream("2024-03-13T02:00:00+0000") == ["2024-03-12"]
    assert mapper.date("2024-03-12") == datetime(2024, 3, 12, 4, tzinfo=UTC)


def test_keys_of_another_form_are_refused_and_stand_for_no_moment() -> None:
    mapper = mapper_of(start_of("day"))
    with pytest.raises(InvalidInput, match="has not the form"):
        mapper.downstream("yesterday")
    assert mapper.date("yesterday") is None


def test_keys_may_be_written_in_other_forms() -> None:
    mapper = mapper_of(start_of("quarter", input="%Y-%m-%d", output="Q{quarter} of %Y"))
    assert mapper.downstream("2024-11-02") == ["Q4 of 2024"]
    assert mapper.date("Q4 of 2024") == datetime(2024, 10, 1, tzinfo=UTC)
    assert mapper.date("Q5 of 2024") is None


def test_plain_mappers_keep_fix_or_check_a_key() -> None:
    assert mapper_of({"kind": "identity"}).downstream("x") == ["x"]
    assert mapper_of({"kind": "fixed", "key": "all"}).downstream("x") == ["all"]
    allowed = mapper_of({"kind": "allowed", "keys": ["us", "eu"]})
    assert allowed.downstream("us") == ["us"]
    with pytest.raises(InvalidInput, match="'mars' is none of us, eu"):
        allowed.downstream("mars")


def test_a_chain_applies_one_after_the_other_and_a_product_one_to_each_part() -> None:
    chain = mapper_of({"kind": "chain", "mappers": [start_of("day"), start_of("month", input="%Y-%m-%d")]})
    assert chain.downstream("2024-03-13T10:00:00") == ["2024-03"]
    product = mapper_of({"kind": "product", "mappers": [{"kind": "identity"}, start_of("day")]})
    assert product.downstream("us|2024-03-13T10:00:00") == ["us|2024-03-13"]
    assert product.date("us|2024-03-13") == datetime(2024, 3, 13, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="has 1 parts"):
        product.downstream("us")


@pytest.mark.parametrize(
    ("unit", "window", "form", "key", "first", "last", "count"),
    [
        ("hour", "hour", HOURS, "2024-03-13T10", "2024-03-13T10:00:00", "2024-03-13T10:59:00", 60),
        ("day", "day", HOURS, "2024-03-13", "2024-03-13T00:00:00", "2024-03-13T23:00:00", 24),
        ("week", "week", "%Y-%m-%d", "2024-03-11 (W11)", "2024-03-11", "2024-03-17", 7),
        ("month", "month", "%Y-%m-%d", "2024-02", "2024-02-01", "2024-02-29", 29),
        ("quarter", "quarter", "%Y-%m", "2024-Q4", "2024-10", "2024-12", 3),
        ("year", "year", "%Y-%m", "2024", "2024-01", "2024-12", 12),
    ],
)
def test_a_rollup_needs_all_keys_of_its_window(
    unit: str, window: str, form: str, key: str, first: str, last: str, count: int
) -> None:
    mapper = mapper_of(rollup(unit, window, input=form))
    expected = mapper.missing(key, ())
    assert (expected[0], expected[-1], len(expected)) == (first, last, count)
    assert not mapper.is_met(key, expected[1:])
    assert mapper.is_met(key, expected)
    assert all(mapper.downstream(one) == [key] for one in expected)


def test_a_day_without_an_hour_needs_only_the_hours_it_has() -> None:
    mapper = mapper_of(rollup("day", "day", timezone="America/New_York"))
    assert len(mapper.missing("2024-03-10", ())) == 23
    assert "2024-03-10T02:00:00" not in mapper.missing("2024-03-10", ())


@pytest.mark.parametrize(("n", "needed"), [(2, 2), (-1, 2), (-3, 0), (3, 3), (5, 5)])
def test_a_minimum_starts_early(n: int, needed: int) -> None:
    segments = ["us", "eu", "apac"]
    mapper = mapper_of({
        "kind": "rollup", "upstream": {"kind": "fixed", "key": "all"},
        "window": {"kind": "segment", "segments": segments}, "wait": {"kind": "minimum", "n": n},
    })  # fmt: skip
    assert [mapper.is_met("all", segments[:count]) for count in range(4)] == [count >= needed for count in range(4)]
    assert mapper.missing("all", ["eu"]) == ["us", "apac"]


def test_a_fan_out_gives_the_parts_forward_or_backward() -> None:
    def days(**window: str) -> list[str]:
        raw = {"kind": "fan_out", "upstream": start_of("week"), "window": {"kind": "week", **window}}
        return mapper_of(raw).downstream("2024-03-13T10:00:00")

    assert days() == [f"2024-03-{day}" for day in range(11, 18)]
    assert days(direction="backward") == [f"2024-03-{day:02}" for day in range(5, 12)]


def test_a_fan_out_over_segments_writes_them_as_it_is_told() -> None:
    raw = {"kind": "fan_out", "upstream": {"kind": "identity"}, "window": {"kind": "segment", "segments": ["us", "eu"]}}
    with pytest.raises(InvalidInput, match="needs a downstream_mapper"):
        mapper_of(raw)
    assert mapper_of({**raw, "downstream": {"kind": "identity"}}).downstream("x") == ["us", "eu"]


def test_a_fan_out_beyond_its_bound_is_refused() -> None:
    raw = {"kind": "fan_out", "upstream": start_of("week"), "window": {"kind": "week"}, "max_keys": 6}
    with pytest.raises(InvalidInput, match="would start 7 runs"):
        mapper_of(raw).downstream("2024-03-13T10:00:00")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"kind": "magic"}, "no partition mapper of kind 'magic'"),
        ({"kind": "rollup", "upstream": {"kind": "identity"}, "window": {"kind": "day"}}, "window of time"),
        ({"kind": "rollup", "upstream": start_of("day"), "window": {"kind": "segment", "segments": ["a"]}}, "segments"),
        ({"kind": "chain", "mappers": [{"kind": "identity"}]}, "two partition mappers"),
        (start_of("day", timezone="Mars/Phobos"), "no time zone"),
        ({"kind": "fixed", "key": ""}, "needs 'key'"),
    ],
)
def test_mappers_that_can_not_be_are_refused(raw: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        mapper_of(raw)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
    st.sampled_from(["hour", "day", "week", "month", "quarter", "year"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_every_moment_is_in_the_stretch_that_its_key_stands_for(moment: datetime, unit: str, zone: str) -> None:
    mapper = mapper_of(start_of(unit, timezone=zone))
    (key,) = mapper.downstream(moment.strftime(HOURS))
    start = mapper.date(key)
    assert start is not None
    local = moment.replace(microsecond=0, tzinfo=ZoneInfo(zone))
    longest = {"hour": 2, "day": 26, "week": 8 * 24, "month": 32 * 24, "quarter": 93 * 24, "year": 367 * 24}[unit]
    assert timedelta(hours=-2) <= local - start.astimezone(ZoneInfo(zone)) < timedelta(hours=longest)
    assert mapper.downstream(start.astimezone(ZoneInfo(zone)).strftime(HOURS)) == [key]
