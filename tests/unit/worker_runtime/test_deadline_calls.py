"""What a worker does about deadlines: calls what wants to hear of a miss, and asks the code for moments."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from support.attempts import MOMENT, Bench
from tradewind import (
    DAG,
    AsyncCallback,
    BaseDeadlineReference,
    BaseNotifier,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    VariableInterval,
    task,
)
from tradewind.protocol.messages import CallbackWork, DagFacts
from tradewind.testing.memory import MemoryApi
from tradewind.worker.callbacks import run_callback
from tradewind.worker.surroundings import Surroundings

SEEN: list[object] = []
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_seen():
    SEEN.clear()


def heard(*, who, context):
    SEEN.append(
        (who, context["dag_run"]["dag_run_id"], context["dag_run"].run_id, context["deadline"], context["reason"])
    )


async def aheard(who, **kwargs):
    SEEN.append((who, sorted(kwargs["context"]["deadline"])))


def deaf(who):
    SEEN.append(who)


def fails(context):
    raise ValueError("no")


def hangs():
    time.sleep(60)


class Notes(BaseNotifier):
    template_fields = ("text",)

    def __init__(self, text):
        super().__init__()
        self.text = text

    def notify(self, context):
        SEEN.append(f"sync: {self.text}")

    async def async_notify(self, context):
        SEEN.append(f"async: {self.text}")


def call(alert, *, kind="deadline", variables=None, timeout_s=10.0, task_id=""):
    with DAG("d", schedule=None, start_date=MOMENT, deadline=alert) as dag:

        @task(deadline=alert if task_id else None)
        def a(x):
            pass

        a.expand(x=[1])
    bench = Bench(dag)
    bench.server.variables = variables or {}
    work = CallbackWork(
        work_id="w",
        dag=DagFacts(workspace="default", dag_id="d", version_id="v", bundle_path="", relative_fileloc=""),
        run=bench.run_info,
        kind=kind,
        reason="the run is running",
        log_path="",
        task_id=task_id,
        alert=0,
        deadline_id="id-1",
        deadline_time=MOMENT,
    )
    around = Surroundings(callback_timeout_s=timeout_s)
    run_callback(work, dag, MemoryApi(bench.server, task_id, -1), around)
    return bench.server.deadlines


def by(callback, reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=HOUR):
    return DeadlineAlert(reference, interval, callback)


def test_a_function_is_called_with_its_arguments_and_the_context():
    call(by(SyncCallback(heard, {"who": "me"})))
    run_id = "manual__2026-01-05T03:00:00+00:00"
    assert [("me", run_id, run_id, {"id": "id-1", "deadline_time": MOMENT}, "the run is running")] == SEEN


def test_a_coroutine_is_awaited_and_one_that_takes_no_context_gets_none():
    call(by(AsyncCallback(aheard, {"who": "me"})))
    call(by(SyncCallback(deaf, {"who": "you"})))
    assert SEEN == [("me", ["deadline_time", "id"]), "you"]


@pytest.mark.parametrize(("kind", "word"), [(SyncCallback, "sync"), (AsyncCallback, "async")])
def test_a_notifier_is_made_and_sends(kind, word):
    call(by(kind(Notes, {"text": "late: {{ dag_run.dag_id }}, {{ deadline.id }}"})))
    assert [f"{word}: late: d, id-1"] == SEEN


def test_what_fails_or_hangs_is_in_the_log(caplog):
    call(by(SyncCallback(fails)))
    call(by(SyncCallback(hangs)), timeout_s=0.1)
    assert "fails failed" in caplog.text
    assert "hangs was stopped" in caplog.text


def test_a_mapped_task_has_its_own():
    call(by(SyncCallback(deaf, {"who": "task"})), task_id="a")
    assert SEEN == ["task"]


# -- moments that only the code knows ----------------------------------------------------------------------------------


class Later(BaseDeadlineReference):
    required_kwargs: ClassVar[set[str]] = {"run_id", "logical_date"}

    def _evaluate_with(self, *, session, run_id, logical_date):
        assert session is None
        assert run_id.startswith("manual__")
        return logical_date + timedelta(days=1)


def test_the_code_says_when():
    assert call(by(SyncCallback(deaf), Later()), kind="resolve_deadline") == {
        (0, None): MOMENT + timedelta(days=1, hours=1)
    }


@pytest.mark.parametrize(
    ("reference", "start"),
    [
        (DeadlineReference.DAGRUN_QUEUED_AT, MOMENT),
        (DeadlineReference.DAGRUN_LOGICAL_DATE, MOMENT),
        (DeadlineReference.FIXED_DATETIME(datetime(2030, 1, 1)), datetime(2030, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_interval_may_be_in_a_variable(reference, start):
    alert = by(SyncCallback(deaf), reference, VariableInterval("slack"))
    told = call(alert, kind="resolve_deadline", variables={"slack": "90"}, task_id="a")
    assert told == {(0, "a"): start + timedelta(seconds=90)}


@pytest.mark.parametrize("variables", [{}, {"slack": "soon"}])
def test_a_variable_that_says_nothing_makes_no_deadline(variables, caplog):
    alert = by(SyncCallback(deaf), interval=VariableInterval("slack"))
    assert call(alert, kind="resolve_deadline", variables=variables) == {}
    assert "VariableInterval 'slack'" in caplog.text
