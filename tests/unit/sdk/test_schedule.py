"""Schedules as DAG files write them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pendulum
import pytest
from dateutil.relativedelta import relativedelta

from tradewind import (
    DAG,
    Asset,
    AssetAlias,
    AssetOrTimeSchedule,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    MultipleCronTriggerTimetable,
)
from tradewind.sdk.authoring_errors import AuthoringError, InvalidSchedule
from tradewind.sdk.schedule import ScheduleOptions, schedule_spec
from tradewind.sdk.serialize import serialize_dag
from tradewind.sdk.zones import zone_name

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("schedule", "kind", "args"),
    [
        (None, "none", {}),
        ("@once", "once", {}),
        ("@daily", "cron_trigger", {"cron": "@daily"}),
        ("0 9 * * 5", "cron_trigger", {"cron": "0 9 * * 5"}),
        (DAY, "delta_trigger", {"seconds": 86400}),
        (relativedelta(months=1, days=2), "delta_trigger", {"months": 1, "days": 2}),
        (CronTriggerTimetable("@daily", timezone="UTC"), "cron_trigger", {"cron": "@daily"}),
        (
            CronTriggerTimetable("@daily", timezone="UTC", interval=HOUR, run_immediately=HOUR),
            "cron_trigger", {"cron": "@daily", "interval_s": 3600.0, "run_immediately": 3600.0},
        ),
        (
            MultipleCronTriggerTimetable("@daily", "0 9 * * *", timezone="UTC", run_immediately=True),
            "multi_cron_trigger", {"crons": ["@daily", "0 9 * * *"], "run_immediately": True},
        ),
        (CronDataIntervalTimetable("@daily", timezone="UTC"), "cron_interval", {"cron": "@daily"}),
        (DeltaTriggerTimetable(HOUR, interval=HOUR), "delta_trigger", {"seconds": 3600, "interval_s": 3600.0}),
        (DeltaDataIntervalTimetable(timedelta(seconds=1.5)), "delta_interval", {"seconds": 1.5}),
        (
            EventsTimetable([datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)], restrict_to_events=True),
            "events", {"dates": ["2024-01-01T00:00:00+00:00", "2024-02-01T00:00:00+00:00"], "restrict": True},
        ),
    ],
)  # fmt: skip
def test_each_way_to_say_it_has_a_kind_and_arguments(schedule: object, kind: str, args: dict[str, object]) -> None:
    spec = schedule_spec(schedule)
    assert (spec.kind, dict(spec.args)) == (kind, args)


def test_settings_can_ask_for_data_intervals() -> None:
    options = ScheduleOptions(cron_data_intervals=True, delta_data_intervals=True)
    assert schedule_spec("@daily", options=options).kind == "cron_interval"
    assert schedule_spec(DAY, options=options).kind == "delta_interval"
    assert serialize_dag(DAG("d", schedule=DAY), options=options).schedule.kind == "delta_interval"


def test_a_schedule_has_words_for_lists() -> None:
    spec = schedule_spec("0 9 * * 5")
    assert (spec.summary, spec.description) == ("0 9 * * 5", "At 09:00, only on Friday")


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        ("61 * * * *", "the schedule can't be understood"),
        ("every day", "the schedule can't be understood"),
        ("@sometimes", "the schedule can't be understood"),
        ("", "the schedule can't be understood"),
        (42, "42 is no schedule"),
        ([1, 2], "should be either assets"),
        (timedelta(0), "must be positive"),
        (relativedelta(hour=3), "hour= is a date"),
        (CronTriggerTimetable("@daily", timezone="Mars/Base"), "no time zone named 'Mars/Base'"),
    ],
)
def test_what_can_not_be_understood_fails_while_the_file_is_read(schedule: object, sentence: str) -> None:
    with pytest.raises(InvalidSchedule, match=sentence) as caught:
        DAG("d", schedule=schedule)
    assert isinstance(caught.value, AuthoringError)
    assert isinstance(caught.value, ValueError)


def test_continuous_needs_one_run_at_a_time() -> None:
    with pytest.raises(ValueError, match="Invalid max_active_runs: ContinuousTimetable requires max_active_runs <= 1"):
        DAG("d", schedule="@continuous")
    assert DAG("d", schedule="@continuous", max_active_runs=1).schedule_spec.kind == "continuous"


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (datetime(2024, 1, 1), "UTC"),
        (datetime(2024, 1, 1, tzinfo=UTC), "UTC"),
        (datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/Oslo")), "Europe/Oslo"),
        (datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30))), "+05:30"),
        (datetime(2024, 1, 1, tzinfo=timezone(-HOUR)), "-01:00"),
        (pendulum.datetime(2024, 1, 1, tz="America/New_York"), "America/New_York"),
        (pendulum.datetime(2024, 1, 1, tz="UTC"), "UTC"),
        (pendulum.datetime(2024, 1, 1, tz=2), "+02:00"),
    ],
)
def test_the_zone_of_the_start_date_is_that_of_the_dag(start: datetime, name: str) -> None:
    spec = serialize_dag(DAG("d", schedule="@daily", start_date=start))
    assert (spec.timezone, spec.schedule.timezone) == (name, name)


def test_a_timetable_may_have_a_zone_of_its_own() -> None:
    dag = DAG(
        "d", schedule=CronTriggerTimetable("@daily", timezone=ZoneInfo("Asia/Tokyo")), start_date=datetime(2024, 1, 1)
    )
    spec = serialize_dag(dag)
    assert (spec.timezone, spec.schedule.timezone) == ("UTC", "Asia/Tokyo")


def test_what_is_no_zone_is_refused() -> None:
    with pytest.raises(InvalidSchedule, match="a time zone is needed, not 3"):
        zone_name(3)


def test_assets_are_a_condition() -> None:
    a, b, c = Asset("a"), Asset("b", "s3://b/x"), AssetAlias("c")
    every = schedule_spec([a, b])
    mixed = schedule_spec((a & b) | c)

    assert every.kind == mixed.kind == "assets"
    condition = every.args["condition"]
    assert (condition["type"], [one["name"] for one in condition["of"]]) == ("all", ["a", "b"])
    assert mixed.args["condition"]["type"] == "any"
    assert [one["type"] for one in mixed.args["condition"]["of"]] == ["all", "alias"]


def test_assets_and_a_timetable_can_be_combined() -> None:
    spec = schedule_spec(
        AssetOrTimeSchedule(timetable=CronTriggerTimetable("@daily", timezone="UTC"), assets=[Asset("a")])
    )
    assert spec.kind == "assets"
    assert spec.args["timetable"] == {"kind": "cron_trigger", "args": {"cron": "@daily"}, "timezone": "UTC"}


def test_several_crons_are_at_least_one() -> None:
    with pytest.raises(InvalidSchedule, match="cron expression required"):
        MultipleCronTriggerTimetable(timezone="UTC")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "requires either 'name' or 'uri'"),
        ({"name": " "}, "cannot be empty"),
        ({"name": "a", "uri": "airflow://x"}, "reserved"),
        ({"name": "x" * 1501}, "cannot exceed 1500"),
    ],
)
def test_an_asset_has_a_name_that_can_be(arguments: dict[str, str], sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        Asset(**arguments)


def test_assets_are_values() -> None:
    assert Asset("a") == Asset("a", "a")
    assert len({Asset("a"), Asset("a"), Asset("b")}) == 2
    assert [one.name for one in ((Asset("a") & Asset("b")) | Asset("c") | Asset("d")).iter_assets()] == list("abcd")
