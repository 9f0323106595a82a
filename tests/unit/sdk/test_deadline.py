"""Deadlines as they are declared: alerts, references, callbacks, and what becomes of them in the spec."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from tradewind import (
    DAG,
    AsyncCallback,
    BaseDeadlineReference,
    BaseNotifier,
    BaseOperator,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    VariableInterval,
    deadline_reference,
    task,
)
from tradewind.sdk.serialize import serialize_dag
from tradewind.spec import DeadlineSpec

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def late(context):
    """Called on a miss."""


async def alate(context):
    """Called on a miss."""


LATE = SyncCallback(late)


def specs(*alerts, **options):
    with DAG("d", schedule=None, start_date=START, deadline=list(alerts), **options) as dag:
        BaseOperator(task_id="a")
    return serialize_dag(dag).deadlines


def test_each_reference_is_stored_with_its_interval_name_and_callback():
    found = specs(
        DeadlineAlert(DeadlineReference.DAGRUN_LOGICAL_DATE, HOUR, LATE, name="first"),
        DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, -HOUR, AsyncCallback(alate)),
        DeadlineAlert(DeadlineReference.FIXED_DATETIME(datetime(2026, 5, 4)), HOUR, LATE),
        DeadlineAlert(DeadlineReference.AVERAGE_RUNTIME(), HOUR, LATE),
        DeadlineAlert(DeadlineReference.AVERAGE_RUNTIME(max_runs=5, min_runs=2), HOUR, LATE),
        DeadlineAlert(DeadlineReference.EXPECTED, HOUR, LATE),
    )
    assert found[0] == DeadlineSpec(
        reference="logical_date",
        interval_s=3600.0,
        name="first",
        reference_name="DagRunLogicalDateDeadline",
        callback=f"{__name__}.late",
    )
    assert [one.reference for one in found] == [
        "logical_date", "queued_at", "fixed", "average_runtime", "average_runtime", "expected",
    ]  # fmt: skip
    assert found[1].interval_s == -3600.0
    assert found[2].at == datetime(2026, 5, 4, tzinfo=UTC)
    assert [(one.max_runs, one.min_runs) for one in found[3:5]] == [(10, 10), (5, 2)]


def test_what_only_the_code_knows_is_asked():
    @deadline_reference
    class Friday(BaseDeadlineReference):
        required_kwargs: ClassVar[set[str]] = {"logical_date"}

        def _evaluate_with(self, *, session, logical_date):
            return logical_date + timedelta(days=4)

    assert isinstance(DeadlineReference.Friday, Friday)
    assert Friday in DeadlineReference.TYPES.DAGRUN
    own = DeadlineAlert(Friday(), HOUR, LATE)
    variable = DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, VariableInterval("slack"), LATE)
    assert [one.reference for one in specs(own, variable)] == ["asked", "asked"]
    assert own.moment({"logical_date": START}) == START + timedelta(days=4, hours=1)
    with pytest.raises(ValueError, match="logical_date"):
        own.moment({})


def test_a_reference_may_be_registered_for_when_a_run_is_queued():
    @deadline_reference(DeadlineReference.TYPES.DAGRUN_QUEUED)
    class Queued(BaseDeadlineReference):
        pass

    assert Queued in DeadlineReference.TYPES.DAGRUN_QUEUED
    with pytest.raises(ValueError, match="BaseDeadlineReference"):
        DeadlineReference.register_custom_reference(str)


def test_a_task_has_deadlines_of_its_own():
    alert = DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, HOUR, LATE)
    with DAG("d", schedule=None, start_date=START) as dag:

        @task(deadline=alert)
        def one():
            pass

        @task(deadline=[alert, alert])
        def many(x):
            pass

        one() >> many.expand(x=[1])
    found = serialize_dag(dag)
    assert [len(one.deadlines) for one in found.tasks] == [1, 2]
    assert found.deadlines == ()


def test_a_deadline_about_runs_is_no_deadline_of_a_task():
    with DAG("d", schedule=None, start_date=START) as dag:
        BaseOperator(task_id="a", deadline=DeadlineAlert(DeadlineReference.EXPECTED, HOUR, LATE))
    with pytest.raises(ValueError, match="about runs"):
        serialize_dag(dag)


class Notes(BaseNotifier):
    def __init__(self, text, **kwargs):
        super().__init__(**kwargs)
        self.text = text


def test_callbacks_are_functions_notifiers_or_paths():
    assert AsyncCallback(Notes, {"text": "late"}).path == f"{__name__}.Notes"
    assert SyncCallback("os.path.exists").resolve() is __import__("os").path.exists
    assert SyncCallback(late) == SyncCallback(late) != SyncCallback(late, {"x": 1})
    assert SyncCallback(late, executor="celery").serialize() == {
        "path": f"{__name__}.late", "kwargs": {}, "executor": "celery",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: AsyncCallback(late), AttributeError),
        (lambda: SyncCallback(3), AttributeError),
        (lambda: SyncCallback("no path"), ImportError),
        (lambda: SyncCallback("late"), ImportError),
        (lambda: SyncCallback(late, {"context": 1}), ValueError),
        (lambda: DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, HOUR, late), ValueError),
        (lambda: DeadlineAlert("queued", HOUR, LATE), TypeError),
        (lambda: DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, 3600, LATE), TypeError),
        (lambda: DeadlineReference.AVERAGE_RUNTIME(3, 0), ValueError),
        (lambda: specs("soon"), TypeError),
        (lambda: specs(DeadlineAlert(DeadlineReference.EXPECTED, VariableInterval("x"), LATE)), ValueError),
        (lambda: BaseOperator(task_id="a", deadline=HOUR), TypeError),
    ],
)
def test_what_makes_no_sense_is_refused(make, error):
    with pytest.raises(error):
        make()


def test_references_and_alerts_are_equal_by_what_they_say():
    assert DeadlineReference.AVERAGE_RUNTIME(3) == DeadlineReference.AVERAGE_RUNTIME(3, 3)
    assert DeadlineReference.FIXED_DATETIME(START) != DeadlineReference.FIXED_DATETIME(START + HOUR)
    assert len({DeadlineReference.DAGRUN_QUEUED_AT, DeadlineReference.EXPECTED}) == 2
    one, same = (DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, HOUR, LATE) for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)


def test_sla_arguments_are_taken_with_a_warning():
    with pytest.warns(UserWarning, match="sla_miss_callback"):
        DAG("d", schedule=None, sla_miss_callback=late)
    with pytest.warns(UserWarning, match="sla"):
        BaseOperator(task_id="a", sla=HOUR)


def test_run_retries_and_mails_are_in_the_spec():
    with DAG("d", schedule=None, run_retries=2, run_retry_delay=timedelta(minutes=1)) as dag:
        BaseOperator(task_id="a", email="x@example.org", email_on_retry=False)
    found = serialize_dag(dag)
    assert (found.run_retries, found.run_retry_delay_s) == (2, 60.0)
    assert found.tasks[0].mails_on == ("on_failure",)
