"""The next firings in words, through changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradewind.timetables import Firing, Window, build, parse_zone, preview


def firings(kind: str, args: dict[str, object], zone: str, now: str, count: int = 2, **window: object) -> list[Firing]:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    asked = Window(now=moment, count=count, **window)  # type: ignore[arg-type]
    return preview(build(kind, args, zone), None, asked, zone=parse_zone(zone), zone_name=zone, args=args)


@pytest.mark.parametrize(
    ("kind", "args", "zone", "now", "text"),
    [
        ("cron_interval", {"cron": "0 0 * * *"}, "Europe/Berlin", "2026-11-21T10:00",
         "covers 2026-11-20 00:00 to 24:00 (Europe/Berlin), fires 2026-11-21 00:00 CET (2026-11-20 23:00 UTC)"),
        ("cron_interval", {"cron": "5 0 * * *"}, "Europe/Berlin", "2026-11-21T10:00",
         "covers 2026-11-20 00:05 to 2026-11-21 00:05 (Europe/Berlin), fires 2026-11-21 00:05 CET (2026-11-20 23:05 UTC)"),
        ("cron_interval", {"cron": "0 */6 * * *"}, "UTC", "2026-11-21T10:00",
         "covers 2026-11-21 00:00 to 06:00 (UTC), fires 2026-11-21 06:00 UTC"),
        ("cron_trigger", {"cron": "30 9 * * 1-5"}, "Asia/Kolkata", "2026-11-20T10:00",
         "fires 2026-11-20 09:30 IST (2026-11-20 04:00 UTC)"),
        ("cron_trigger", {"cron": "0 9 * * *", "interval_s": 3600}, "UTC", "2026-11-20T10:00",
         "covers 2026-11-20 08:00 to 09:00 (UTC), fires 2026-11-20 09:00 UTC"),
        ("cron_trigger", {"cron": "0 9 * * * 15"}, "UTC", "2026-11-20T10:00", "fires 2026-11-20 09:00:15 UTC"),
        ("cron_partition", {"cron": "0 2 * * *", "key_format": "%Y-%m-%d", "run_offset": -1}, "UTC", "2026-11-20T10:00",
         "for the partition 2026-11-19, fires 2026-11-20 02:00 UTC"),
    ],
)  # fmt: skip
def test_a_firing_says_what_it_covers_and_when_it_fires(
    kind: str, args: dict[str, object], zone: str, now: str, text: str
) -> None:
    assert firings(kind, args, zone, now, earliest=datetime(2026, 1, 1, tzinfo=UTC))[0].text == text


def notes(kind: str, cron: str, zone: str, now: str, count: int) -> list[tuple[str, ...]]:
    start = datetime.fromisoformat(now).replace(tzinfo=UTC)
    return [f.notes for f in firings(kind, {"cron": cron}, zone, now, count, earliest=start, catchup=True)]


def test_a_time_that_the_clock_skips_is_noted() -> None:
    found = notes("cron_trigger", "30 2 * * *", "Europe/Berlin", "2026-03-28T00:00", 3)
    assert found == [(), ("the clock skips 02:30 on 2026-03-29, so it fires 1 hour later",), ()]


def test_a_time_that_comes_twice_is_noted() -> None:
    found = notes("cron_trigger", "30 2 * * *", "Europe/Berlin", "2026-10-24T00:00", 3)
    assert found == [(), ("the clock shows 02:30 twice on 2026-10-25; this is the second time",), ()]


def test_a_day_of_another_length_is_noted() -> None:
    assert notes("cron_interval", "0 0 * * *", "America/New_York", "2026-03-07T05:00", 3) == [
        (),
        ("the clock is put forward by 1 hour in what it covers, which is 23 hours long",),
        (),
    ]
    assert notes("cron_interval", "0 0 * * *", "Australia/Lord_Howe", "2026-04-04T00:00", 2)[0] == (
        "the clock is put back by 30 minutes in what it covers, which is 24 hours and 30 minutes long",
    )


def test_it_ends_with_the_dag_and_with_the_schedule() -> None:
    end = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert len(firings("cron_trigger", {"cron": "0 0 * * *"}, "UTC", "2026-11-20T10:00", 9, latest=end)) == 2
    assert firings("none", {}, "UTC", "2026-11-20T10:00", 9) == []
    assert len(firings("once", {}, "UTC", "2026-11-20T10:00", 9)) == 1
    assert len(firings("continuous", {}, "UTC", "2026-11-20T10:00", 9)) == 1
