"""What operators and hooks of provider packages ask of their base classes, beyond running."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pendulum
import pytest

from tradewind.sdk import DAG, BaseOperator, Connection, task
from tradewind.sdk.asset import Asset
from tradewind.sdk.decorated import DecoratedOperator
from tradewind.sdk.function_source import without_decorator
from tradewind.sdk.notset import SET_DURING_EXECUTION
from tradewind.sdk.timetable_base import DataInterval, TimeRestriction
from tradewind.sdk.trigger import BaseTrigger


def test_a_decorated_operator_tells_the_source_of_its_function_without_its_own_decorator():
    class Far(DecoratedOperator):
        custom_operator_name = "@task.far"

        def execute(self, context):
            return self.get_python_source()

    def plain(x):
        return x + 1

    operator = Far(task_id="far", python_callable=plain, op_args=[1])
    assert operator.get_python_source() == "def plain(x):\n    return x + 1\n"


@pytest.mark.parametrize("decorator", ["@task.far", "@task.far()", '@task.far(\n    queue="x",\n)'])
def test_other_decorators_of_a_function_stay(decorator: str):
    source = f"@first\n{decorator}\n@last\ndef f():\n    # @task.far\n    return 1\n"
    assert without_decorator(source, "@task.far") == "@first\n@last\ndef f():\n    # @task.far\n    return 1\n"


def test_the_command_of_a_decorated_bash_task_is_only_known_when_it_runs():
    with DAG("d"):

        @task.bash
        def say():
            return "echo hi"

        operator = say().operator
    assert operator.bash_command == SET_DURING_EXECUTION == "DYNAMIC (set during execution)"
    assert operator.overwrite_rtif_after_execution


@pytest.mark.parametrize(
    ("schedule", "name"),
    [
        (None, "NullTimetable"),
        ("@once", "OnceTimetable"),
        ("@continuous", "ContinuousTimetable"),
        ("@daily", "CronTriggerTimetable"),
        (timedelta(hours=1), "DeltaTriggerTimetable"),
        ([Asset("a")], "AssetTriggeredTimetable"),
    ],
)
def test_a_dag_has_its_schedule_as_a_timetable(schedule, name: str):
    dag = DAG("d", schedule=schedule, max_active_runs=1)
    assert type(dag.timetable).__name__ == name


def test_the_timetable_of_a_dag_tells_the_next_run():
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    info = DAG("d", schedule="@daily").timetable.next_dagrun_info(
        last_automated_data_interval=DataInterval(noon, noon),
        restriction=TimeRestriction(earliest=noon, latest=None, catchup=True),
    )
    assert info is not None
    assert info.run_after == datetime(2026, 1, 2, tzinfo=UTC)


def test_an_operator_adds_to_the_names_of_its_arguments():
    class Marker(BaseOperator):
        @classmethod
        def get_serialized_fields(cls):
            return super().get_serialized_fields() | {"depth"}

    assert {"depth", "task_id", "retries"} <= Marker.get_serialized_fields()


def test_a_trigger_renders_the_fields_it_names():
    class Waits(BaseTrigger):
        template_fields = ("until",)

        def __init__(self, until):
            super().__init__()
            self.until = until

        def serialize(self):
            return "x.Waits", {"until": self.until}

        async def run(self):
            yield None

    trigger = Waits("{{ ds }}")
    trigger.render_template_fields({"ds": "2026-01-01"})
    assert trigger.until == "2026-01-01"


def test_a_trigger_renders_the_fields_that_its_task_names():
    class Waits(BaseTrigger):
        def __init__(self):
            super().__init__()
            self.until, self.empty, self.other = "{{ ds }}", None, "{{ ds }}"

        def serialize(self):
            return "x.Waits", {}

        async def run(self):
            yield None

    trigger = Waits()
    task = SimpleNamespace(template_fields=("until", "empty", "elsewhere"), template_ext=())
    trigger.task_instance = SimpleNamespace(task=task)
    trigger.render_template_fields({"ds": "2026-01-01"})
    assert (trigger.until, trigger.empty, trigger.other) == ("2026-01-01", None, "{{ ds }}")


def test_a_connection_takes_another_password_and_other_extras():
    connection = Connection("c", conn_type="x")
    connection.set_password("engine")
    connection.set_extra('{"a": 1}')
    assert (connection.get_password(), connection.get_extra(), connection.extra_dejson) == (
        "engine",
        '{"a": 1}',
        {"a": 1},
    )


@pytest.mark.parametrize("schedule", [timedelta(hours=12), "0 */12 * * *"])
def test_a_timetable_can_be_asked_with_moments_of_pendulum(schedule):
    last = pendulum.datetime(2026, 1, 1, tz="UTC")
    timetable = DAG("d", schedule=schedule).timetable
    after = timetable.next_dagrun_info(
        last_automated_data_interval=DataInterval(last, last), restriction=TimeRestriction(last, None, catchup=True)
    )
    before = timetable.next_dagrun_info(
        last_automated_data_interval=DataInterval(last, last),
        restriction=TimeRestriction(None, last - timedelta(microseconds=1), catchup=True),
    )
    assert (after.run_after, before) == (datetime(2026, 1, 1, 12, tzinfo=UTC), None)


def test_the_stand_in_for_a_command_is_no_command():
    with DAG("d") as dag:

        @task.bash
        def say():
            return SET_DURING_EXECUTION

        say()
    result = dag.test()
    assert "must return the command" in result.instances["say", -1].error
