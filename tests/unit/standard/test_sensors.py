"""Sensors: how they wait, give up, and forgive."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from support.attempts import Bench
from tradewind import DAG, BaseSensorOperator, PokeReturnValue, task
from tradewind.base.clock import SystemClock
from tradewind.providers.standard.sensors.date_time import DateTimeSensor
from tradewind.providers.standard.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
from tradewind.providers.standard.sensors.filesystem import FileSensor
from tradewind.providers.standard.sensors.python import PythonSensor
from tradewind.providers.standard.sensors.time import TimeSensor
from tradewind.providers.standard.sensors.time_delta import TimeDeltaSensor, WaitSensor
from tradewind.providers.standard.sensors.weekday import DayOfWeekSensor
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.exceptions import AirflowException, AirflowFailException, AirflowRuntimeError
from tradewind.testing.memory import MemoryApi


def bench_of(kind, **kwargs):
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        kind(task_id="wait", poke_interval=kwargs.pop("poke_interval", 0.005), **kwargs)
    return Bench(dag)


def run(kind, **kwargs):
    return bench_of(kind, **kwargs).run("wait")


class Counted(BaseSensorOperator):
    def __init__(self, *, answers, **kwargs):
        super().__init__(**kwargs)
        self.answers = answers

    def poke(self, context):
        answer = self.answers.pop(0) if self.answers else False
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_it_looks_until_there_is_something():
    answers = [False, False, True, True]
    assert run(Counted, answers=answers).outcome == "success"
    assert answers == [True]


def test_it_returns_what_it_found():
    bench = bench_of(Counted, answers=[PokeReturnValue(False, "no"), PokeReturnValue(True, "found")])
    assert bench.pushed(bench.run("wait")) == {"return_value": "found"}


def test_one_that_does_not_say_gives_up_when_the_settings_say_so(monkeypatch, tmp_path):
    assert Counted(task_id="wait", answers=[]).timeout == timedelta(days=7).total_seconds()
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path))
    (tmp_path / "tradewind.toml").write_text("[operators]\nsensor_timeout_s = 40\n")
    assert Counted(task_id="wait", answers=[]).timeout == 40
    monkeypatch.setenv("AIRFLOW__SENSORS__DEFAULT_TIMEOUT", "0.02")
    assert "Sensor has timed out" in run(Counted, answers=[]).reason
    assert Counted(task_id="wait", answers=[], timeout=9).timeout == 9
    monkeypatch.setenv("AIRFLOW__SENSORS__DEFAULT_TIMEOUT", "a week")
    with pytest.raises(InvalidArgument, match="must be a number of seconds, not 'a week'"):
        Counted(task_id="wait", answers=[])


def test_it_gives_up_after_its_timeout_without_retry():
    ended = run(Counted, answers=[], timeout=0.02)
    assert (ended.outcome, ended.retryable) == ("failed", False)
    assert "Sensor has timed out" in ended.reason


@pytest.mark.parametrize(
    ("options", "error", "outcome"),
    [
        ({"soft_fail": True}, None, "skipped"),
        ({"never_fail": True}, None, "skipped"),
        ({}, ValueError(), "failed"),
        ({"soft_fail": True}, ValueError(), "failed"),
        ({"soft_fail": True}, AirflowFailException(), "skipped"),
        ({"never_fail": True}, ValueError(), "skipped"),
        ({"silent_fail": True}, ValueError(), "failed"),
    ],
)
def test_what_soft_fail_never_fail_and_silent_fail_forgive(options, error, outcome):
    answers = [] if error is None else [error]
    assert run(Counted, answers=answers, timeout=0.02, **options).outcome == outcome


def test_a_silent_failure_is_only_a_look_that_found_nothing():
    assert run(Counted, answers=[ValueError(), True], silent_fail=True).outcome == "success"


def test_rescheduling_gives_the_process_back_until_the_next_look():
    before = SystemClock().now()
    ended = run(Counted, answers=[], mode="reschedule", poke_interval=60)
    assert ended.outcome == "up_for_reschedule"
    assert timedelta(seconds=59) < ended.until - before < timedelta(seconds=90)


def test_the_timeout_counts_from_the_first_start_of_a_rescheduled_sensor():
    bench = bench_of(Counted, answers=[], mode="reschedule", timeout=60)
    first = SystemClock().now() - timedelta(seconds=61)
    assert bench.run("wait", first_start=first, reschedules=4).outcome == "failed"


def test_back_off_doubles_and_is_bounded():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        sensor = Counted(task_id="w", answers=[], exponential_backoff=True, poke_interval=10, max_wait=100)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    waits = [sensor._wait_s(n, moment) for n in range(1, 8)]
    assert 5 < waits[0] < 11
    assert 10 < waits[1] < 21
    assert 20 < waits[2] < 41
    assert waits[-1] == 100


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mode": "sleep"}, "The mode must be one of"),
        ({"soft_fail": True, "never_fail": True}, "mutually exclusive"),
        ({"timeout": -1}, "non-negative"),
    ],
)
def test_arguments_that_cannot_be(options, words):
    with pytest.raises((ValueError, AirflowException), match=words):
        bench_of(Counted, answers=[], **options)


def test_a_python_sensor_passes_the_context_by_name():
    bench = bench_of(PythonSensor, python_callable=lambda ds, a: ds == a, op_kwargs={"a": "{{ ds }}"})
    assert bench.run("wait").outcome == "success"


def test_a_decorated_sensor():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task.sensor(poke_interval=1, timeout=5)
        def ready(n):
            return PokeReturnValue(is_done=True, xcom_value=n)

        ready(3)
    bench = Bench(dag)
    assert bench.pushed(bench.run("ready")) == {"return_value": 3}


def test_files_are_found_by_name_pattern_and_in_folders(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "data-1.csv").write_text("x")
    assert run(FileSensor, filepath=str(tmp_path / "sub" / "data-1.csv")).outcome == "success"
    assert run(FileSensor, filepath=str(tmp_path / "sub" / "data-*.csv")).outcome == "success"
    assert run(FileSensor, filepath=str(tmp_path)).outcome == "success"
    assert run(FileSensor, filepath=str(tmp_path / "**" / "*.csv"), recursive=True).outcome == "success"
    assert run(FileSensor, filepath=str(tmp_path / "none"), timeout=0.01).outcome == "failed"


def test_a_file_may_be_relative_to_the_folder_of_a_connection(tmp_path, monkeypatch):
    (tmp_path / "there").write_text("x")
    monkeypatch.setenv("AIRFLOW_CONN_MY_FOLDER", f'{{"conn_type": "fs", "extra": {{"path": "{tmp_path}"}}}}')
    assert run(FileSensor, filepath="there", fs_conn_id="my_folder").outcome == "success"


NOW = SystemClock().now()


@pytest.mark.parametrize(
    ("kind", "arguments", "outcome"),
    [
        (DateTimeSensor, {"target_time": NOW - timedelta(hours=1)}, "success"),
        (DateTimeSensor, {"target_time": "{{ logical_date.add(years=99) }}"}, "failed"),
        (DateTimeSensor, {"target_time": "{{ logical_date }}"}, "success"),
        (TimeSensor, {"target_time": time(0, 0)}, "success"),
        (TimeDeltaSensor, {"delta": timedelta(hours=1)}, "success"),
        (TimeDeltaSensor, {"delta": timedelta(days=9999)}, "failed"),
        (WaitSensor, {"time_to_wait": timedelta(milliseconds=5)}, "success"),
        (DayOfWeekSensor, {"week_day": "Monday", "use_task_logical_date": True}, "success"),
        (DayOfWeekSensor, {"week_day": {"Tuesday", "Sunday"}, "use_task_logical_date": True}, "failed"),
    ],
)
def test_clocks_and_calendars(kind, arguments, outcome):
    patience_s = 0.01 if outcome == "failed" else 60.0
    assert run(kind, timeout=patience_s, **arguments).outcome == outcome


class Elsewhere(MemoryApi):
    """Another DAG's tasks, by state."""

    def __init__(self, server, counts):
        super().__init__(server, "wait", -1)
        self.counts, self.asked = counts, []

    def task_counts(self, dag_id, **wanted):
        self.asked.append((dag_id, wanted))
        if self.counts is None:
            raise AirflowRuntimeError("no such DAG")
        return self.counts


@pytest.mark.parametrize(
    ("counts", "options", "outcome"),
    [
        ({"success": 1}, {}, "success"),
        ({"running": 1}, {}, "failed"),
        ({}, {}, "failed"),
        ({"failed": 1}, {"failed_states": ["failed"]}, "failed"),
        ({"failed": 1}, {"failed_states": ["failed"], "soft_fail": True}, "skipped"),
        ({"skipped": 1}, {"skipped_states": ["skipped"]}, "skipped"),
        ({"failed": 1}, {"allowed_states": ["failed"]}, "success"),
        (None, {}, "failed"),
    ],
)
def test_a_sensor_for_tasks_of_another_dag(counts, options, outcome):
    bench = bench_of(ExternalTaskSensor, external_dag_id="other", external_task_id="t", timeout=0.01, **options)
    api = Elsewhere(bench.server, counts)
    assert bench.run("wait", api=api).outcome == outcome
    dag_id, wanted = api.asked[0]
    assert (dag_id, wanted["task_ids"]) == ("other", ["t"])


@pytest.mark.parametrize(
    ("what", "facts", "error"),
    [
        ({"external_task_id": "t"}, None, "ExternalDagNotFoundError: The external DAG other does not exist"),
        ({"external_task_id": "t"}, {"is_stale": True}, "ExternalDagNotFoundError"),
        ({"external_task_id": "x"}, {}, "ExternalTaskNotFoundError: The external task x in DAG other"),
        ({"external_task_group_id": "x"}, {}, "ExternalTaskGroupNotFoundError: The external task group 'x'"),
    ],
)
def test_what_is_waited_for_can_be_checked_to_exist(what, facts, error):
    bench = bench_of(ExternalTaskSensor, external_dag_id="other", timeout=0.01, check_existence=True, **what)
    api = Elsewhere(bench.server, {"success": 1})
    known = None if facts is None else {"is_stale": False, "task_ids": ["t"], "group_ids": ["g"], **facts}
    api.dag_facts = lambda dag_id: known if dag_id == "other" else None
    ended = bench.run("wait", api=api)
    assert (ended.outcome, error in ended.reason) == ("failed", True), ended.reason


def test_the_other_run_may_be_earlier():
    bench = bench_of(ExternalTaskSensor, external_dag_id="other", execution_delta=timedelta(days=1))
    api = Elsewhere(bench.server, {"success": 1})
    bench.run("wait", api=api)
    assert api.asked[0][1]["logical_dates"] == [datetime(2026, 1, 4, 3, tzinfo=UTC)]


def test_a_run_without_a_date_waits_for_those_of_the_moment_it_may_start():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        ExternalTaskSensor(task_id="wait", external_dag_id="other")
    bench = Bench(dag, logical_date=None)
    api = Elsewhere(bench.server, {"success": 1})
    assert bench.run("wait", api=api).outcome == "success"
    assert api.asked[0][1]["logical_dates"] == [datetime(2026, 1, 5, 3, tzinfo=UTC)]


def test_all_of_several_tasks_must_be_there():
    bench = bench_of(ExternalTaskSensor, external_dag_id="other", external_task_ids=["a", "b"], timeout=0.01)
    assert bench.run("wait", api=Elsewhere(bench.server, {"success": 1})).outcome == "failed"
    assert bench.run("wait", api=Elsewhere(bench.server, {"success": 2})).outcome == "success"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"external_task_id": "a", "external_task_ids": ["b"]}, "Only one of"),
        ({"allowed_states": ["nope"]}, "no state 'nope'"),
        ({"allowed_states": ["success"], "failed_states": ["success"]}, "Duplicate values"),
        ({"execution_delta": timedelta(1), "execution_date_fn": lambda d: d}, "Only one of"),
    ],
)
def test_arguments_of_the_external_sensor_that_cannot_be(options, words):
    with pytest.raises(ValueError, match=words):
        bench_of(ExternalTaskSensor, external_dag_id="other", **options)


def test_a_marker_does_nothing():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        ExternalTaskMarker(task_id="mark", external_dag_id="other", external_task_id="t")
    ended = Bench(dag).run("mark")
    assert ended.outcome == "success"
    assert ended.rendered["logical_date"] == "2026-01-05T03:00:00+00:00"
