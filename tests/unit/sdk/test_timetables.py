"""Timetables as DAG files write them: jitter, H, partitions, and classes that users write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pendulum
import pytest
from dateutil.relativedelta import relativedelta

from tradewind import (
    DAG,
    Asset,
    AssetOrTimeSchedule,
    CronDataIntervalTimetable,
    CronPartitionTimetable,
    CronTriggerTimetable,
    DagRunInfo,
    DataInterval,
    DeltaDataIntervalTimetable,
    EventsTimetable,
    MultipleCronTriggerTimetable,
    TimeRestriction,
    Timetable,
    task,
)
from tradewind.sdk.authoring_errors import InvalidSchedule
from tradewind.sdk.schedule import ScheduleOptions, is_single_run, schedule_spec
from tradewind.sdk.serialize import serialize_dag
from tradewind.sdk.timetable_base import is_written_by_user
from tradewind.spec import decode, encode
from tradewind.testing import golden

NOON = pendulum.datetime(2026, 3, 10, 12)
OPEN = TimeRestriction(earliest=pendulum.datetime(2026, 1, 1), latest=None, catchup=True)


class Workdays(Timetable):
    """Each working day, when it is over."""

    description = "Working days"

    def __init__(self, skip: int = 0) -> None:
        self.skip = skip

    @property
    def summary(self) -> str:
        return "workdays"

    def serialize(self) -> dict[str, Any]:
        return {"skip": self.skip}

    def infer_manual_data_interval(self, *, run_after: Any) -> DataInterval:
        day = run_after.start_of("day").subtract(days=1)
        while day.weekday() > 4:
            day = day.subtract(days=1)
        return DataInterval(day, day.add(days=1))

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        day: Any = restriction.earliest if last_automated_data_interval is None else last_automated_data_interval.end
        while day.weekday() > 4:
            day = day.add(days=1)
        return DagRunInfo.interval(day, day.add(days=1))


class Hourly(CronTriggerTimetable):
    """One of ours, with the answer changed."""

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        found = super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )
        return None if found is None or found.run_after.year > 2026 else found


class Marked(CronTriggerTimetable):
    """One of ours that only says something more about itself."""

    partitioned_at_runtime = True


def test_what_a_user_wrote_is_kept_as_the_class_and_what_it_says_about_itself() -> None:
    spec = schedule_spec(Workdays(3), "Europe/Berlin", seed="d")
    assert (spec.kind, spec.summary, spec.description, spec.timezone) == (
        "custom",
        "workdays",
        "Working days",
        "Europe/Berlin",
    )
    assert spec.args == {
        "class": f"{__name__}.Workdays",
        "summary": "workdays",
        "description": "Working days",
        "data": {"skip": 3},
    }
    assert schedule_spec(Workdays(4)) != schedule_spec(Workdays(5))


def test_a_class_that_changes_an_answer_of_ours_is_asked_itself_and_one_that_does_not_is_not() -> None:
    assert is_written_by_user(Hourly("@hourly", timezone="UTC"))
    assert not is_written_by_user(Marked("@hourly", timezone="UTC"))
    assert schedule_spec(Hourly("@hourly", timezone="UTC")).kind == "custom"
    assert schedule_spec(Marked("@hourly", timezone="UTC")).kind == "cron_trigger"


def test_a_timetable_that_is_no_json_is_refused() -> None:
    class Odd(Workdays):
        def serialize(self) -> dict[str, Any]:
            return {"skip": object()}

    with pytest.raises(InvalidSchedule, match="plain JSON"):
        DAG("d", schedule=Odd())


def test_a_timetable_is_validated_where_the_dag_is_made() -> None:
    class Wrong(Workdays):
        def validate(self) -> None:
            raise InvalidSchedule("no such calendar")

    with pytest.raises(InvalidSchedule, match="no such calendar"):
        DAG("d", schedule=Wrong())


def test_a_timetable_may_allow_one_run_at_a_time() -> None:
    class Alone(Workdays):
        active_runs_limit = 1

    assert is_single_run(schedule_spec(Alone()))
    assert not is_single_run(schedule_spec(Workdays()))


@pytest.mark.parametrize(
    ("timetable", "start", "end"),
    [
        (CronTriggerTimetable("0 6 * * *", timezone="Europe/Berlin"), "2026-01-01T05:00", "2026-01-01T05:00"),
        (CronDataIntervalTimetable("@daily", timezone="UTC"), "2026-01-01T00:00", "2026-01-02T00:00"),
        (DeltaDataIntervalTimetable(timedelta(hours=3)), "2026-01-01T00:00", "2026-01-01T03:00"),
        (EventsTimetable([pendulum.datetime(2026, 2, 2)]), "2026-02-02T00:00", "2026-02-02T00:00"),
        (
            MultipleCronTriggerTimetable("0 6 * * *", "0 4 * * *", timezone="UTC"),
            "2026-01-01T04:00",
            "2026-01-01T04:00",
        ),
    ],
)
def test_ours_answer_too_so_that_a_class_of_yours_can_build_on_them(timetable: Timetable, start: str, end: str) -> None:
    found = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=OPEN)
    assert found is not None and found.data_interval is not None
    assert [moment.isoformat()[:16] for moment in found.data_interval] == [start, end]
    assert isinstance(found.run_after, pendulum.DateTime)
    after = timetable.next_dagrun_info_v2(last_dagrun_info=found, restriction=OPEN)
    assert after is None or after.run_after > found.run_after
    assert timetable.infer_manual_data_interval(run_after=NOON).end <= NOON


def test_a_run_by_hand_of_a_test_run_has_the_interval_of_the_class() -> None:
    with DAG("d", schedule=Workdays()) as dag:
        task(lambda: 1, task_id="one")()
    found = golden(dag, logical_date=datetime(2026, 1, 5, 3, tzinfo=UTC))
    assert found["data_interval"] == ["2026-01-02 00:00:00+00:00", "2026-01-03 00:00:00+00:00"]


def test_h_and_jitter_come_from_the_dags_id() -> None:
    specs = []
    for name in ("a", "b", "a"):
        timetable = CronTriggerTimetable("H H(2-5) * * *", timezone="UTC", jitter=timedelta(minutes=5))
        with DAG(name, schedule=timetable) as dag:
            task(lambda: 1, task_id="one")()
        specs.append(serialize_dag(dag).schedule)
        assert dag.schedule_spec == specs[-1]
    assert specs[0] == specs[2] != specs[1]
    assert (specs[0].args["jitter_s"], specs[0].args["seed"]) == (300.0, "a")
    assert "H" not in str(specs[0].args["cron"])


@pytest.mark.parametrize("jitter", [timedelta(-1), 5])
def test_a_jitter_that_can_not_be_is_refused(jitter: Any) -> None:
    with pytest.raises(InvalidSchedule, match="jitter"):
        schedule_spec(CronTriggerTimetable("@daily", timezone="UTC", jitter=jitter))


def test_parts_by_cron_are_named_in_the_zone() -> None:
    timetable = CronPartitionTimetable("0 0 * * *", timezone="Asia/Taipei", run_offset=-1, key_format="%Y-%m-%d")
    spec = schedule_spec(timetable)
    assert (spec.kind, spec.args) == (
        "cron_partition", {"cron": "0 0 * * *", "key_format": "%Y-%m-%d", "run_offset": -1},
    )  # fmt: skip
    found = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=OPEN)
    assert found is not None
    assert (found.data_interval, found.partition_key, found.logical_date) == (None, "2026-01-01", None)
    with pytest.raises(InvalidSchedule, match="run_offset"):
        CronPartitionTimetable("@daily", timezone="UTC", run_offset=timedelta(1))  # type: ignore[arg-type]


def test_an_interval_may_be_a_length_by_the_calendar() -> None:
    timetable = CronTriggerTimetable("0 0 1 * *", timezone="UTC", interval=relativedelta(months=1))
    assert schedule_spec(timetable).args["interval"] == {"months": 1}


def test_assets_or_a_class_of_yours() -> None:
    spec = schedule_spec(AssetOrTimeSchedule(timetable=Workdays(), assets=[Asset("a")]))
    inner = spec.args["timetable"]
    assert isinstance(inner, dict)
    assert (spec.kind, spec.summary, inner["kind"]) == ("assets", "Asset or workdays", "custom")


def test_the_spec_of_a_custom_timetable_goes_through_json() -> None:
    with DAG("d", schedule=Workdays(2)) as dag:
        task(lambda: 1, task_id="one")()
    spec = serialize_dag(dag)
    assert decode(encode(spec)) == spec


def test_a_server_may_read_plain_schedules_as_stretches_of_time_and_make_up_for_missed_runs() -> None:
    wanted = ScheduleOptions(cron_data_intervals=True, delta_data_intervals=True, catchup=True)
    specs = [serialize_dag(DAG("d", schedule=one, catchup=up), "", wanted) for one, up in (("@daily", None), (timedelta(1), False))]  # fmt: skip
    assert [(spec.schedule.kind, spec.catchup) for spec in specs] == [
        ("cron_interval", True),
        ("delta_interval", False),
    ]
    assert [serialize_dag(DAG("d", schedule="@daily")).catchup] == [False]


def test_a_schedule_whose_parts_are_named_by_tasks_says_so() -> None:
    assert schedule_spec(Marked("@hourly", timezone="UTC")).args["partitioned_at_runtime"] is True
