"""The table in the page about schedules says what the code does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pendulum
import pytest

from tradewind import TimeRestriction, Timetable
from tradewind.timetables import parse_cron
from tradewind.timetables.zoned import ZonedCron

PAGE = Path(__file__).parents[3] / "docs/explanation/schedules.md"
BERLIN = ZoneInfo("Europe/Berlin")
ROWS = re.findall(r"^\| `([^`]+)` \| ([\d:+ ]+) \| ([\d:+ ]+) \|$", PAGE.read_text(), re.MULTILINE)


def fired(cron: str, day: datetime) -> str:
    schedule, words = ZonedCron(parse_cron(cron), BERLIN), []
    moment = schedule.at_or_after(day.replace(tzinfo=BERLIN))
    while moment is not None and (local := moment.astimezone(BERLIN)).replace(tzinfo=None) < day + timedelta(hours=5):
        offset = local.utcoffset()
        assert offset is not None
        words.append(f"{local:%H:%M}+{offset // timedelta(hours=1)}")
        moment = schedule.next(moment)
    return " ".join(words)


def test_the_table_is_there() -> None:
    assert len(ROWS) == 8


@pytest.mark.parametrize(("cron", "spring", "autumn"), ROWS)
def test_the_table_says_what_happens(cron: str, spring: str, autumn: str) -> None:
    assert (fired(cron, datetime(2026, 3, 29)), fired(cron, datetime(2026, 10, 25))) == (spring, autumn)


@pytest.mark.parametrize(("day", "hours"), [(datetime(2026, 3, 29), 23), (datetime(2026, 10, 25), 25)])
def test_days_are_as_long_as_the_page_says(day: datetime, hours: int) -> None:
    midnight = ZonedCron(parse_cron("0 0 * * *"), BERLIN)
    start = day.replace(tzinfo=BERLIN).astimezone(UTC)
    following = midnight.next(start)
    assert following is not None
    assert following - start == timedelta(hours=hours)


def test_the_timetable_of_the_page_runs_on_working_days() -> None:
    block = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert block
    names: dict[str, object] = {}
    exec(compile(block[1], str(PAGE), "exec"), names)
    workdays = names["Workdays"]
    assert isinstance(workdays, type) and issubclass(workdays, Timetable)
    restriction = TimeRestriction(earliest=pendulum.datetime(2026, 3, 6), latest=None, catchup=True)
    first = workdays().next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert first is not None
    second = workdays().next_dagrun_info(last_automated_data_interval=first.data_interval, restriction=restriction)
    assert second is not None
    assert [run.logical_date for run in (first, second)] == [
        pendulum.datetime(2026, 3, 6),
        pendulum.datetime(2026, 3, 9),
    ]
